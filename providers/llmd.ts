/** llm-d's router. Facts: https://llm-d.ai/docs/api-reference/epp-http-headers */

import { defineProvider } from '../core/index.ts'
import { serverOperations, serverPath, serverRoot, serverRules, serverTraits } from './shared/server-root.ts'

export default defineProvider({
  name: 'llmd',
  description: 'llm-d',
  needs: ['base_url'],
  dialects: ['openai-chat'],
  operations: { ...serverOperations, responses: 'POST /v1/responses' },
  usageOnRequest: true,
  schema: {
    type: 'object',
    properties: {
      inference_objective: { type: 'string', minLength: 1, env: 'INFERENCE_OBJECTIVE', description: 'The InferenceObjective that its calls are for.' },
      fairness_from_user_path: {
        type: 'boolean',
        default: true,
        env: 'FAIRNESS_FROM_USER_PATH',
        description: 'Whether calls of one user path share capacity.',
      },
    },
  },
  resolve: serverRoot,
  passthrough: serverPath,
  traits: serverTraits,
  respell: serverRules,
  sign({ headers, userPath }, { inference_objective: objective, fairness_from_user_path: isFair }) {
    if (objective !== undefined) headers.push('x-gateway-inference-objective', objective)
    if (isFair && userPath !== undefined) headers.push('x-gateway-inference-fairness-id', userPath)
  },
})
