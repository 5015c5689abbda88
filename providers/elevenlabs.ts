/** ElevenLabs: audio only. Facts: https://elevenlabs.io/docs/api-reference */

import { defineProvider, type JsonDocument, type ModelEntry, type ProviderCall, type RespellFacts } from '../core/index.ts'
import { refusal } from '../core/neutral/losses.ts'
import { uriComponent } from '../core/uri-component.ts'
import { dropSilently, rename } from './shared/fields.ts'
import { said, textOf } from './shared/rule.ts'

/** What the vendor calls OpenAI's formats. */
const formats: Readonly<Record<string, string>> = { mp3: 'mp3_44100_128', opus: 'opus_48000_128', pcm: 'pcm_24000', wav: 'wav_24000' }

export default defineProvider({
  name: 'elevenlabs',
  description: 'ElevenLabs',
  baseUrl: 'https://api.elevenlabs.io',
  needs: ['api_key'],
  auth: { header: 'xi-api-key' },
  dialects: ['openai-media'],
  operations: { speech: 'POST /v1/text-to-speech', models: 'GET /v1/models' },
  respell: (body, call) => {
    if (call.operation === 'speech') respellSpeech(body, call)
  },
  sign: speak,
  models: body => (Array.isArray(body) ? (body as readonly Listed[]).filter(isListed).map(entryOf) : []),
})

interface Listed {
  readonly model_id: string
  readonly name?: unknown
}

function isListed(entry: Partial<Listed> | null): entry is Listed {
  return typeof entry?.model_id === 'string'
}

function entryOf({ model_id: id, name }: Listed): ModelEntry {
  return { id, owned_by: 'elevenlabs', ...(typeof name === 'string' ? { metadata: { display_name: name } } : {}) }
}

/** Voice and format go into the address, once the call is made; the vendor overlooks them here. */
function respellSpeech(body: JsonDocument, call: RespellFacts): void {
  const format = textOf(said(body.root, 'response_format')) ?? 'mp3'
  if (!Object.hasOwn(formats, format)) throw refusal('response_format', `ElevenLabs gives no ${format}`)
  const speed = said(body.root, 'speed')?.json()
  if (speed !== undefined) body.set(body.root, 'voice_settings', `{"speed":${speed}}`)
  rename('input', 'text')(body, call)
  rename('model', 'model_id')(body, call)
  dropSilently('ElevenLabs', 'speed', 'instructions', 'stream_format')(body, call)
}

function speak(call: ProviderCall): void {
  if (call.operation !== 'speech' || call.body === undefined) return
  const { voice, response_format: format = 'mp3' } = JSON.parse(call.body.toString()) as { readonly voice?: string; readonly response_format?: string }
  call.path = `/v1/text-to-speech/${uriComponent(voice ?? '')}?output_format=${formats[format] ?? 'mp3_44100_128'}`
}
