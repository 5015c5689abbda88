/** The options of the plugin `demo-mode`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'server.demo_mode',
      env: 'DEMO_MODE',
      env_form: 'prefixed',
      description: 'Whether this gateway is a demonstration: the log says so every five minutes, and the dashboard on every page.',
    },
  },
} as const satisfies OptionsSchema
