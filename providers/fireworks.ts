/** Fireworks AI. Facts: https://docs.fireworks.ai/api-reference */

import { compatibleVendor } from './shared/compatible.ts'

export default compatibleVendor({
  name: 'fireworks',
  description: 'Fireworks AI',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  operations: { chat: 'POST /chat/completions', embeddings: 'POST /embeddings', models: 'GET /models' },
})
