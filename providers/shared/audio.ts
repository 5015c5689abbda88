/** Speech and transcriptions, as vendors spell them that have endpoints of their own. */

import { gatewayError, type GatewayError, type Json, type JsonObject } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'

/** The sound that an answer is of. */
export const audioTypes: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  pcm: 'audio/pcm',
  opus: 'audio/opus',
  aac: 'audio/aac',
}

/** A name, or the object with an id that custom voices are. */
export function voiceOf({ voice }: JsonObject): string {
  return textAt(voice) ?? textAt((voice as JsonObject | undefined)?.['id']) ?? ''
}

/** @throws GatewayError 400 for a format that is not among those */
export function formatOf({ response_format: said }: JsonObject, formats: readonly string[], otherwise: string, provider: string): string {
  const format = textAt(said) ?? otherwise
  if (!formats.includes(format)) throw refusal('response_format', `${provider} gives ${formats.join(', ')}, not ${format}`)
  return format
}

/** @throws GatewayError 400 naming the first of these fields that is there */
export function refuseFields(body: JsonObject, names: readonly string[], provider: string): void {
  const name = names.find(field => body[field] !== undefined && body[field] !== null && body[field] !== '')
  if (name !== undefined) throw refusal(name, `${provider} takes no ${name}`)
}

/** Sound as text. @throws GatewayError 502 for what is none */
export function decodeAudio(text: Json | undefined, encoding: 'hex' | 'base64', provider: string): Buffer {
  const isValid =
    typeof text === 'string' && text !== '' && (encoding === 'hex' ? text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text) : /^[A-Za-z0-9+/_-]+={0,2}$/.test(text))
  if (!isValid) throw noAudio(provider)
  return Buffer.from(text, encoding)
}

export function noAudio(provider: string): GatewayError {
  return gatewayError('bad_upstream_response', `${provider}: provider returned no audio`, { provider })
}

/** A transcription as the caller wants it: `json` or `text`. */
export function transcript(text: string, { response_format: format }: JsonObject) {
  return format === 'text'
    ? { type: 'text/plain; charset=utf-8', body: Buffer.from(`${text}\n`) }
    : { type: 'application/json', body: Buffer.from(JSON.stringify({ text })) }
}

export function textAt(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
