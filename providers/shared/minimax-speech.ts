/** Speech by MiniMax: `/t2a_v2`, whose sound comes in hexadecimal digits. */

import { gatewayError, type Json, type OperationAdapter } from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { audioTypes, decodeAudio, formatOf, noAudio, refuseFields, voiceOf } from './audio.ts'

const formats = ['mp3', 'wav', 'flac', 'pcm']

export const minimaxSpeech: OperationAdapter = {
  request({ body, to: { provider } }) {
    refuseFields(body, ['instructions'], provider)
    const { model = '', input = '' } = body
    const speed = speedOf(body['speed'])
    return {
      model,
      text: input,
      stream: false,
      output_format: 'hex',
      voice_setting: { voice_id: voiceOf(body), ...(speed === undefined ? {} : { speed }) },
      audio_setting: { format: formatOf(body, formats, 'mp3', provider) },
    }
  },
  reply(said, { body, to: { provider } }) {
    const { data } = said
    if (!isObject(data) || data['status'] !== 2) throw noAudio(provider)
    return { type: audioTypes[formatOf(body, formats, 'mp3', provider)] ?? 'audio/mpeg', body: decodeAudio(data['audio'], 'hex', provider) }
  },
}

function speedOf(speed: Json | undefined): number | undefined {
  if (speed === undefined || speed === null) return undefined
  if (typeof speed === 'number' && speed >= 0.5 && speed <= 2) return speed
  throw gatewayError('invalid_value', 'speed must be from 0.5 to 2', { param: 'speed' })
}
