/** The options of the plugin `webhook`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardProperties, rolesProperty } from '../shared/guard/properties.ts'

export const schema = {
  type: 'object',
  required: ['url'],
  properties: {
    url: { type: 'string', minLength: 1, description: 'The address that receives the texts: https, or http on this machine.' },
    secret: {
      type: 'string',
      minLength: 1,
      secret: true,
      description: 'Signs each call: X-Tapline-Signature is sha256= and the HMAC-SHA-256 of the body, in hex.',
    },
    timeout_ms: { type: 'integer', minimum: 1, maximum: 600_000, default: 2000, description: 'Milliseconds for a whole call.' },
    max_bytes: { type: 'number', format: 'size', minimum: 1, default: '1M', description: 'The maximum size of an answer; a longer one is a failure.' },
    roles: rolesProperty(['all']),
    ...guardProperties,
  },
} as const satisfies OptionsSchema
