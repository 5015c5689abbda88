/** OpenCode Go. Facts: https://opencode.ai/docs/go */

import { defineProvider, placeOfHeader, type JsonDocument } from '../core/index.ts'
import { compatibleRules } from './shared/compatible.ts'
import { said } from './shared/rule.ts'

export default defineProvider({
  name: 'opencode_go',
  description: 'OpenCode Go',
  baseUrl: 'https://opencode.ai/zen/go/v1',
  needs: ['api_key'],
  dialects: ['openai-chat', 'anthropic-messages'],
  operations: { chat: 'POST /chat/completions', messages: 'POST /messages', models: 'GET /models' },
  usageOnRequest: true,
  schema: {
    type: 'object',
    properties: {
      messages_models: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: ['qwen3.7-max'],
        env: 'MESSAGES_MODELS',
        description: 'The models that speak anthropic-messages; the others speak openai-chat.',
      },
      default_reasoning_effort: {
        type: 'string',
        default: 'low',
        env: 'DEFAULT_REASONING_EFFORT',
        description: 'reasoning_effort of callers who say none; empty for none.',
      },
      session_header: { type: 'boolean', default: true, env: 'SESSION_HEADER', description: "Whether a caller's X-OpenCode-Session goes along." },
    },
  },
  callerHeaders: ['x-opencode-session'],
  reroute: (_body, { dialect, model, settings }) => {
    const spoken = settings.messages_models.includes(model) ? 'anthropic-messages' : 'openai-chat'
    return spoken === dialect ? undefined : spoken
  },
  respell: (body, call) => {
    compatibleRules(body, call)
    if (call.operation === 'chat') defaultEffort(body, call.settings.default_reasoning_effort)
  },
  sign: ({ headers }, { session_header: isSent }) => {
    const at = placeOfHeader(headers, 'x-opencode-session')
    if (!isSent && at >= 0) headers.splice(at, 2)
  },
})

function defaultEffort(body: JsonDocument, effort: string): void {
  if (effort !== '' && said(body.root, 'reasoning_effort') === undefined) body.set(body.root, 'reasoning_effort', JSON.stringify(effort))
}
