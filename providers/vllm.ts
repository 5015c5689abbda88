/** vLLM. Facts: https://docs.vllm.ai/en/latest/serving/openai_compatible_server */

import { defineProvider } from '../core/index.ts'
import { listOf } from './shared/listing.ts'
import { rerank } from './shared/rerank.ts'
import { localListingMs, serverFacts, serverOperations } from './shared/server-root.ts'

export default defineProvider({
  ...serverFacts,
  name: 'vllm',
  description: 'vLLM',
  baseUrl: 'http://localhost:8000/v1',
  needsOneOf: ['base_url', 'api_key'],
  dialects: ['openai-chat', 'openai-responses'],
  operations: {
    ...serverOperations,
    responses: 'POST /v1/responses',
    messages: 'POST /v1/messages',
    transcriptions: 'POST /v1/audio/transcriptions',
    rerank: 'POST /rerank',
  },
  adapters: { rerank },
  listingTimeoutMs: localListingMs,
  models: body => listOf(body, ({ max_model_len: context_window }) => ({ context_window })),
})
