/** Speech by MiniMax: `/t2a_v2`, whose sound comes in hexadecimal digits. */

import { GatewayError, gatewayError, parseJson, type Json, type JsonObject, type OperationAdapter } from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { audioTypes, decodeAudio, formatOf, noAudio, refuseFields, voiceOf } from './audio.ts'

const formats = ['mp3', 'wav', 'flac', 'pcm']

/** The vendor's own codes, in replies of status 200. */
const statuses: ReadonlyMap<number, number> = new Map([
  ...[1002, 1039, 2045, 2056].map(code => [code, 429] as const),
  ...[1004, 2049].map(code => [code, 401] as const),
  [1008, 402],
  ...[1026, 1042, 2013, 20132].map(code => [code, 400] as const),
])

/** The failure that a reply of MiniMax's reports; undefined if it reports none. */
export function minimaxFault({ base_resp: said }: JsonObject, provider: string): GatewayError | undefined {
  const code = isObject(said) ? said['status_code'] : undefined
  if (!isObject(said) || typeof code !== 'number' || code === 0) return undefined
  const message = typeof said['status_msg'] === 'string' && said['status_msg'] !== '' ? said['status_msg'] : 'the provider reported an error'
  return new GatewayError(String(code), message, { status: statuses.get(code) ?? 502, provider })
}

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
    const json = parseJson(said.toString())
    if (!isObject(json)) throw noAudio(provider)
    const fault = minimaxFault(json, provider)
    if (fault !== undefined) throw fault
    const { data } = json
    if (!isObject(data) || data['status'] !== 2) throw noAudio(provider)
    return { type: audioTypes[formatOf(body, formats, 'mp3', provider)] ?? 'audio/mpeg', body: decodeAudio(data['audio'], 'hex', provider) }
  },
}

function speedOf(speed: Json | undefined): number | undefined {
  if (speed === undefined || speed === null) return undefined
  if (typeof speed === 'number' && speed >= 0.5 && speed <= 2) return speed
  throw gatewayError('invalid_value', 'speed must be from 0.5 to 2', { param: 'speed' })
}
