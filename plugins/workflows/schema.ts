/** The options of the plugin `workflows`. */

import type { OptionsSchema } from '../../core/index.ts'
import { refreshProperty } from '../shared/records/refresh-property.ts'

export const schema = {
  type: 'object',
  properties: {
    rules: {
      type: 'array',
      default: [],
      setting: 'workflows.rules',
      description: 'Workflows that administrators see, and cannot change.',
      items: {
        type: 'object',
        required: ['name', 'workflow_payload'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1, description: 'For people.' },
          description: { type: 'string', default: '', description: 'For people.' },
          scope_provider_name: { type: 'string', default: '', description: 'The instance that it is for; empty: any.' },
          scope_model: { type: 'string', default: '', description: 'The model of that instance that it is for; empty: any.' },
          scope_user_path: { type: 'string', default: '', description: 'The user path that it is for, with all below it; empty: any, and none.' },
          workflow_payload: { type: 'object', additionalProperties: true, description: 'What it does, as `POST /admin/workflows` takes it.' },
        },
      },
    },
    refresh_interval: refreshProperty,
    guardrails_enabled: {
      type: 'boolean',
      default: true,
      setting: 'guardrails.enabled',
      env: 'GUARDRAILS_ENABLED',
      description: 'False switches the guardrails of all workflows off.',
    },
  },
} as const satisfies OptionsSchema
