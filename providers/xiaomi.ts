/** Xiaomi MiMo. Facts: https://platform.xiaomimimo.com/docs */

import type { JsonDocument } from '../core/index.ts'
import { compatibleVendor } from './shared/compatible.ts'
import { flatEffort, switchThinking, takeEffort } from './shared/effort.ts'
import { tokensField } from './shared/fields.ts'
import { developerAsSystem, replayThoughts } from './shared/messages.ts'
import { forChat } from './shared/rule.ts'
import { xiaomiSpeech, xiaomiTranscription } from './shared/xiaomi-audio.ts'

export default compatibleVendor({
  name: 'xiaomi',
  description: 'Xiaomi MiMo',
  baseUrl: 'https://api.xiaomimimo.com/v1',
  operations: { chat: 'POST /chat/completions', speech: 'POST /chat/completions', transcriptions: 'POST /chat/completions', models: 'GET /models' },
  adapters: { speech: xiaomiSpeech, transcriptions: xiaomiTranscription },
  respell: forChat(developerAsSystem, tokensField('max_tokens'), flatEffort, thinking, replayThoughts),
})

function thinking(body: JsonDocument): void {
  const effort = takeEffort(body)
  if (effort !== undefined) switchThinking(body, effort !== 'none')
}
