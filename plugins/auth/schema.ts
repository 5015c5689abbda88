/** The options of the plugin `auth`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    master_key: {
      type: 'string',
      minLength: 1,
      secret: true,
      setting: 'server.master_key',
      env: 'MASTER_KEY',
      env_form: 'prefixed',
      description: 'The key that opens everything. Without it, and as long as nobody made a key, the gateway is open, and listens on loopback only.',
    },
    master_key_disabled: {
      type: 'boolean',
      default: false,
      setting: 'server.master_key_disabled',
      env: 'MASTER_KEY_DISABLED',
      description: 'Forget the master key: it is refused even when set, and the gateway does not fall back to open access.',
    },
    allow_open: {
      type: 'boolean',
      default: false,
      setting: 'server.allow_open',
      env: 'ALLOW_OPEN',
      description: 'Where no key is asked for, callers from other machines may call, too.',
    },
    host: {
      type: 'string',
      minLength: 1,
      setting: 'server.host',
      env: 'HOST',
      description: 'Where the gateway listens. Without a key, it may be administered under this name, and those of the machine itself.',
    },
  },
} as const satisfies OptionsSchema
