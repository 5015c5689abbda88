/** Amazon Bedrock's OpenAI-compatible API (Mantle). Facts: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html */

import { defineProvider } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'

export default defineProvider({
  name: 'bedrock-mantle',
  description: 'Amazon Bedrock, OpenAI-compatible',
  needs: ['api_key', 'base_url'],
  baseUrlVariables: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
  baseUrlFor: word => (/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(word) ? `https://bedrock-mantle.${word}.api.aws/v1` : undefined),
  dialects: ['openai-chat', 'openai-responses'],
  operations: { chat: 'POST /chat/completions', responses: 'POST /responses', models: 'GET /models' },
  usageOnRequest: true,
  schema: {
    type: 'object',
    properties: {
      api_mode: {
        type: 'string',
        enum: ['auto', 'openai', 'standard'],
        default: 'auto',
        env: 'API_MODE',
        description: 'Below which path calls go: /openai/v1, /v1, or as base_url says.',
      },
    },
  },
  resolve: ({ base_url: url, api_mode: mode }) => {
    if (url === undefined || (mode !== 'openai' && mode !== 'standard')) return {}
    const root = url.replace(/(?:\/openai)?\/v1$/, '')
    return { baseUrl: `${root}${mode === 'openai' ? '/openai/v1' : '/v1'}` }
  },
  traits: () => ({ limitName: 'max_tokens', vendor: 'bedrock' }),
  respell: compatibleRules,
})
