/** The options of the plugin `guardrails`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean', default: true, setting: 'guardrails.enabled', env: 'GUARDRAILS_ENABLED', description: 'False empties this step; guardrails placed in a pipeline by hand stay.' },
    rules: {
      type: 'array', default: [], setting: 'guardrails.rules', description: 'The guardrails, by ascending order.',
      items: {
        type: 'object',
        required: ['name', 'type'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1, pattern: '^[^/]+$', description: 'Unique; logs and metrics say it.' },
          type: { type: 'string', minLength: 1, description: 'The plugin: system_prompt, string_replace, or a package or path.' },
          phase: { enum: ['request', 'route', 'prompt', 'lookup', 'response', 'stream'], description: 'Where it acts; in every phase of its type by default.' },
          order: { type: 'integer', default: 0, description: 'Lower acts first on the way in.' },
          fail_mode: { enum: ['open', 'closed'], description: 'What its failure means.' },
          timeout_ms: { type: 'integer', minimum: 0, description: 'Milliseconds for one call; 0 is no limit.' },
          config: { type: 'object', default: {}, description: 'The options of the type.' },
        },
      },
    },
  },
} as const satisfies OptionsSchema
