/** The options of the plugin `profile`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'server.pprof_enabled',
      env: 'PPROF_ENABLED',
      description: 'Whether administrators can take profiles of the process, at `/debug/profile/cpu` and `/debug/profile/heap`. Off, both are 404.',
    },
  },
} as const satisfies OptionsSchema
