/** The options of the plugin `guardrails`. */

import type { OptionsSchema } from '../../core/index.ts'
import { writtenRule } from '../shared/guard/written-rule.ts'

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
    rules: { type: 'array', default: [], setting: 'guardrails.rules', description: 'The guardrails, by ascending order.', items: writtenRule },
  },
} as const satisfies OptionsSchema
