/** Xiaomi MiMo. Facts: https://platform.xiaomimimo.com/docs */

import { defineProvider, type JsonDocument } from '../core/index.ts'
import { flatEffort, switchThinking, takeEffort } from './shared/effort.ts'
import { tokensField } from './shared/fields.ts'
import { developerAsSystem, replayThoughts } from './shared/messages.ts'
import { forChat } from './shared/rule.ts'
import { xiaomiSpeech, xiaomiTranscription } from './shared/xiaomi-audio.ts'

export default defineProvider({
  name: 'xiaomi',
  description: 'Xiaomi MiMo',
  baseUrl: 'https://api.xiaomimimo.com/v1',
  needs: ['api_key'],
  dialects: ['openai-chat'],
  operations: { chat: 'POST /chat/completions', speech: 'POST /chat/completions', transcriptions: 'POST /chat/completions', models: 'GET /models' },
  adapters: { speech: xiaomiSpeech, transcriptions: xiaomiTranscription },
  usageOnRequest: true,
  traits: () => ({ limitName: 'max_tokens', vendor: 'xiaomi' }),
  respell: forChat(developerAsSystem, tokensField('max_tokens'), flatEffort, thinking, replayThoughts),
})

function thinking(body: JsonDocument): void {
  const effort = takeEffort(body)
  if (effort !== undefined) switchThinking(body, effort !== 'none')
}
