/** llama.cpp's server. Facts: https://github.com/ggml-org/llama.cpp/tree/master/tools/server */

import { defineProvider } from '../core/index.ts'
import { listOf } from './shared/listing.ts'
import { localListingMs, serverFacts, serverOperations } from './shared/server-root.ts'

export default defineProvider({
  ...serverFacts,
  name: 'llamacpp',
  description: 'llama.cpp',
  needs: ['base_url'],
  operations: { ...serverOperations, responses: 'POST /v1/responses', messages: 'POST /v1/messages' },
  listingTimeoutMs: localListingMs,
  models: body => listOf(body, ({ meta }) => ({ context_window: (meta as { readonly n_ctx?: unknown } | undefined)?.n_ctx })),
})
