/** The options of the plugin `guardrail-definitions`. */

import type { OptionsSchema } from '../../core/index.ts'
import { writtenRule } from '../shared/guard/written-rule.ts'

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
    refresh_interval: {
      type: 'string',
      format: 'duration',
      default: '1m',
      setting: 'workflows.refresh_interval',
      env: 'WORKFLOW_REFRESH_INTERVAL',
      description: 'How often workflows and guardrails are read from the store, should a notice of a change be lost.',
    },
  },
} as const satisfies OptionsSchema
