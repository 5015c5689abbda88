/** The options of the plugin `passthrough`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: true,
      setting: 'server.enable_passthrough_routes',
      env: 'ENABLE_PASSTHROUGH_ROUTES',
      description: 'Whether /p/{provider}/… is served.',
    },
    v1_alias: {
      type: 'boolean',
      default: true,
      setting: 'server.allow_passthrough_v1_alias',
      env: 'ALLOW_PASSTHROUGH_V1_ALIAS',
      description: 'Whether one leading v1/ is dropped where the base URL ends in /v1.',
    },
    unguarded: {
      type: 'boolean',
      default: false,
      setting: 'server.allow_unguarded_passthrough',
      env: 'ALLOW_UNGUARDED_PASSTHROUGH',
      description: 'Lets a call pass that no guardrail can read.',
    },
    providers: {
      type: 'array',
      items: { type: 'string' },
      setting: 'server.enabled_passthrough_providers',
      env: 'ENABLED_PASSTHROUGH_PROVIDERS',
      default: ['openai', 'anthropic', 'openrouter', 'kilo', 'zai', 'sglang', 'vllm', 'llamacpp', 'llmd', 'deepseek', 'edenai'],
      description: 'The provider types that may be reached this way.',
    },
  },
} as const satisfies OptionsSchema
