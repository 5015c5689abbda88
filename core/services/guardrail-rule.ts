/** How a guardrail is written: in the configuration, and by administrators. */

import type { OptionsOf, OptionsSchema } from '../plugin/schema.ts'

const guardrailPhases = ['request', 'route', 'prompt', 'lookup', 'response', 'stream'] as const

export const guardrailRule = {
  type: 'object',
  required: ['name', 'type'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, pattern: '^[^/]+$', description: 'Unique; logs and metrics say it.' },
    type: { type: 'string', minLength: 1, description: 'The plugin: system_prompt, string_replace, or a package or path.' },
    phase: { enum: guardrailPhases, description: 'Where it acts; in every phase of its type by default.' },
    order: { type: 'integer', default: 0, description: 'Lower acts first on the way in.' },
    fail_mode: { enum: ['open', 'closed'], description: 'What its failure means.' },
    timeout_ms: { type: 'integer', minimum: 0, description: 'Milliseconds for one call; 0 is no limit.' },
    user_path: {
      type: 'string',
      pattern: '^(/[^/:]+)+$',
      description: 'Calls of its own, to a model, are counted below this path. It looks at calls of every path.',
    },
    config: { type: 'object', default: {}, description: 'The options of the type.' },
  },
} as const satisfies OptionsSchema

export type GuardrailRule = OptionsOf<typeof guardrailRule>

/** What the plugin of a rule takes. */
export function ruleOptions({ config, user_path: userPath }: Pick<GuardrailRule, 'config' | 'user_path'>): Readonly<Record<string, unknown>> {
  return userPath === undefined ? config : { ...config, user_path: userPath }
}
