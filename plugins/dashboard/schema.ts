/** The options of the plugin `dashboard`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    ui_enabled: {
      type: 'boolean',
      default: true,
      setting: 'admin.ui_enabled',
      env: 'ADMIN_UI_ENABLED',
      description: 'Whether the dashboard is served at `/admin/dashboard`.',
    },
    endpoints_enabled: {
      type: 'boolean',
      default: true,
      setting: 'admin.endpoints_enabled',
      env: 'ADMIN_ENDPOINTS_ENABLED',
      description: 'Without the admin API, the dashboard is not served either.',
    },
  },
} as const satisfies OptionsSchema
