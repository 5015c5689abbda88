/** The options of the plugin `guardrails`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardrailRule } from '../../core/services/guardrail-rule.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: true,
      setting: 'guardrails.enabled',
      env: 'GUARDRAILS_ENABLED',
      description: 'False empties this step; guardrails placed in a pipeline by hand stay.',
    },
    rules: { type: 'array', default: [], setting: 'guardrails.rules', description: 'The guardrails, by ascending order.', items: guardrailRule },
  },
} as const satisfies OptionsSchema
