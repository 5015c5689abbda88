/** llm-d's router. Facts: https://llm-d.ai/docs/api-reference/epp-http-headers */

import { defineProvider } from '../core/index.ts'
import { serverFacts, serverOperations } from './shared/server-root.ts'

export default defineProvider({
  ...serverFacts,
  name: 'llmd',
  description: 'llm-d',
  needs: ['base_url'],
  operations: { ...serverOperations, responses: 'POST /v1/responses' },
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
  sign({ headers, userPath }, { inference_objective: objective, fairness_from_user_path: isFair }) {
    if (objective !== undefined) headers.push('x-gateway-inference-objective', objective)
    if (isFair && userPath !== undefined) headers.push('x-gateway-inference-fairness-id', userPath)
  },
})
