/** Speech and transcriptions by Xiaomi MiMo, where both are chats. */

import { gatewayError, type CollectedPart, type Json, type JsonObject, type OperationAdapter } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { dataUrl } from '../../core/neutral/media.ts'
import { audioTypes, decodeAudio, formatOf, noAudio, refuseFields, textAt, transcript, voiceOf } from './audio.ts'

const formats = ['wav', 'pcm']
/** Of the whole form; its file becomes a third larger on its way. */
const formLimitBytes = 25 * 1024 * 1024

const types: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  mpga: 'audio/mpeg',
  mpeg: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  m4a: 'audio/mp4',
  mp4: 'audio/mp4',
  webm: 'audio/webm',
}

/** The text is what the assistant says, the instructions what the user asked. */
export const xiaomiSpeech: OperationAdapter = {
  request({ body, to: { provider } }) {
    const { model = '', input = '', speed } = body
    if (speed !== undefined && speed !== null && speed !== 1) throw refusal('speed', `${provider} speaks at one speed`)
    const instructions = textAt(body['instructions'])
    const format = formatOf(body, formats, 'wav', provider)
    return {
      model,
      messages: [...(instructions === undefined ? [] : [{ role: 'user', content: instructions }]), { role: 'assistant', content: input }],
      audio: { format: format === 'pcm' ? 'pcm16' : format, voice: voiceOf(body) },
    }
  },
  reply(said, { body, to: { provider } }) {
    const { audio } = messageOf(said) ?? {}
    if (!isObject(audio)) throw noAudio(provider)
    return { type: audioTypes[formatOf(body, formats, 'wav', provider)] ?? 'audio/wav', body: decodeAudio(audio['data'], 'base64', provider) }
  },
}

/** The sound is what the user says, the text what is answered. */
export const xiaomiTranscription: OperationAdapter = {
  formLimitBytes,
  request({ body, files, to: { provider } }) {
    formatOf(body, ['json', 'text'], 'json', provider)
    refuseFields(body, ['prompt', 'timestamp_granularities', 'timestamp_granularities[]'], provider)
    const { model = '' } = body
    const file = files.find(({ name }) => name === 'file')
    if (file === undefined) throw gatewayError('missing_required_parameter', 'file is required', { param: 'file' })
    const language = textAt(body['language'])
    return {
      model,
      messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: dataUrl(typeOf(file), file.bytes.toString('base64')) } }] }],
      ...(language === undefined ? {} : { asr_options: { language } }),
    }
  },
  reply(said, { body, to: { provider } }) {
    const { content } = messageOf(said) ?? {}
    if (typeof content !== 'string') throw gatewayError('bad_upstream_response', `${provider}: provider returned no text`, { provider })
    return transcript(content, body)
  },
}

function messageOf({ choices }: JsonObject): JsonObject | undefined {
  const choice: Json | undefined = Array.isArray(choices) ? choices[0] : undefined
  const message = isObject(choice) ? choice['message'] : undefined
  return isObject(message) ? message : undefined
}

/** As the caller says, else by the file's name. */
function typeOf({ type, filename = '' }: CollectedPart): string {
  if (type !== undefined && type.startsWith('audio/')) return type
  const extension = filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()
  return Object.hasOwn(types, extension) ? (types[extension] ?? 'audio/wav') : (type ?? 'audio/wav')
}
