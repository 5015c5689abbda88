/** The options of the plugin `guardrail-definitions`. */

import type { OptionsSchema } from '../../core/index.ts'
import { writtenRule } from '../shared/guard/written-rule.ts'
import { refreshProperty } from '../shared/records/refresh-property.ts'

export const schema = {
  type: 'object',
  properties: {
    rules: {
      type: 'array',
      default: [],
      setting: 'guardrails.rules',
      description: 'Guardrails that administrators can use, and not change.',
      items: writtenRule,
    },
    refresh_interval: refreshProperty,
  },
} as const satisfies OptionsSchema
