/** The options of the plugin `provider-credentials`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    allow_references: {
      type: 'boolean',
      default: false,
      setting: 'secrets.allow_in_admin',
      description: 'Whether administrators may name secrets (`${env:NAME}`, `${file:/path}`) where they could give a key.',
    },
    refresh_interval: {
      type: 'string',
      format: 'duration',
      default: '1m',
      setting: 'workflows.refresh_interval',
      env: 'WORKFLOW_REFRESH_INTERVAL',
      description: 'How often what administrators added is read from the store, should a notice of a change be lost.',
    },
  },
} as const satisfies OptionsSchema
