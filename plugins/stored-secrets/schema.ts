/** The options of the plugin `stored-secrets`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    key: {
      type: 'string',
      minLength: 16,
      secret: true,
      setting: 'storage.encryption_key',
      env: 'ENCRYPTION_KEY',
      env_form: 'prefixed',
      description: 'What secrets in the database are sealed with, best 32 random bytes in base64. Without it they stand there as they are.',
    },
    previous_key: {
      type: 'string',
      minLength: 16,
      secret: true,
      setting: 'storage.encryption_key_previous',
      env: 'ENCRYPTION_KEY_PREVIOUS',
      env_form: 'prefixed',
      description: 'The key before this one, for the first start with a new one.',
    },
  },
} as const satisfies OptionsSchema
