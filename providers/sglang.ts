/** SGLang. Facts: https://docs.sglang.ai/basic_usage/openai_api */

import { defineProvider } from '../core/index.ts'
import { listOf } from './shared/listing.ts'
import { localListingMs, serverFacts, serverOperations } from './shared/server-root.ts'

export default defineProvider({
  ...serverFacts,
  name: 'sglang',
  description: 'SGLang',
  baseUrl: 'http://localhost:30000/v1',
  needsOneOf: ['base_url'],
  // Its Responses are partial: they are translated, unless native_dialects says otherwise.
  dialects: ['openai-chat'],
  operations: { ...serverOperations, responses: 'POST /v1/responses' },
  listingTimeoutMs: localListingMs,
  models: body => listOf(body, ({ max_model_len: context_window }) => ({ context_window })),
})
