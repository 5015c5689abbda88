/** Oracle's OCI Generative AI, by its OpenAI-compatible API. Facts: https://docs.oracle.com/iaas/Content/generative-ai/openai-compatible-api.htm */

import { defineProvider } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'

export default defineProvider({
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
  usageOnRequest: true,
  traits: () => ({ limitName: 'max_tokens', vendor: 'oracle' }),
  respell: compatibleRules,
})
