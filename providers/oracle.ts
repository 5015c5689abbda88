/** Oracle's OCI Generative AI, by its OpenAI-compatible API. Facts: https://docs.oracle.com/iaas/Content/generative-ai/openai-compatible-api.htm */

import { compatibleVendor } from './shared/compatible.ts'

export default compatibleVendor({
  name: 'oracle',
  description: 'Oracle OCI Generative AI',
  needs: ['api_key', 'base_url'],
  dialects: ['openai-chat', 'openai-responses'],
  operations: {
    chat: 'POST /chat/completions',
    responses: 'POST /responses',
    speech: 'POST /audio/speech',
    transcriptions: 'POST /audio/transcriptions',
    translations: 'POST /audio/translations',
    models: 'GET /models',
  },
})
