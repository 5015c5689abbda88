/** The options of the plugin `managed-keys`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    pepper: {
      type: 'string',
      minLength: 16,
      secret: true,
      setting: 'server.key_pepper',
      env: 'KEY_PEPPER',
      env_form: 'prefixed',
      description:
        'What the hashes of keys are made with. Made once and kept in the database where it is absent. With another one, keys made before are not recognised.',
    },
  },
} as const satisfies OptionsSchema
