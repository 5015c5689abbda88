/** Ollama. Facts: https://docs.ollama.com/api/openai-compatibility */

import { defineProvider, type JsonDocument, type RespellFacts } from '../core/index.ts'
import { clampedEffort, flatEffort } from './shared/effort.ts'
import { drop, dropSilently, tokensField } from './shared/fields.ts'
import { developerAsSystem, dropThoughts } from './shared/messages.ts'
import { forChat, said, textOf } from './shared/rule.ts'
import { ollamaEmbeddings } from './shared/ollama-embed.ts'
import { ollamaShow } from './shared/ollama-show.ts'
import { localListingMs, serverFacts } from './shared/server-root.ts'

export default defineProvider({
  ...serverFacts,
  name: 'ollama',
  description: 'Ollama',
  baseUrl: 'http://localhost:11434/v1',
  needsOneOf: ['base_url'],
  operations: {
    chat: 'POST /v1/chat/completions',
    responses: 'POST /v1/responses',
    messages: 'POST /v1/messages',
    embeddings: 'POST /api/embed',
    models: 'GET /v1/models',
  },
  modelDetails: ollamaShow,
  listingTimeoutMs: localListingMs,
  adapters: { embeddings: ollamaEmbeddings },
  respell: forChat(
    developerAsSystem,
    tokensField('max_tokens'),
    flatEffort,
    dropThoughts,
    chosenTool,
    drop('Ollama', 'n', 'logit_bias'),
    dropSilently('Ollama', 'user'),
    (body, { losses }) => clampedEffort(body, ['none', 'low', 'medium', 'high'], losses),
  ),
  imageAsData: () => true,
  canonical: id =>
    id
      .replace(usualPlace, '')
      .replace(/:latest$/i, '')
      .toLowerCase(),
})

/** Where models are that say nothing of it. */
const usualPlace = /^(?:(?:https?:\/\/)?registry\.ollama\.ai\/)?(?:library\/)?/i

/** The server lets the model choose, whatever is said. */
function chosenTool(body: JsonDocument, { losses }: RespellFacts): void {
  const choice = said(body.root, 'tool_choice')
  if (choice === undefined) return
  if (textOf(choice) !== 'auto') losses.drop('tool_choice', 'Ollama lets the model choose')
  body.unset(body.root, 'tool_choice')
}
