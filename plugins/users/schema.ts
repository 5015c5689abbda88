/** The options of the plugin `users`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    users: {
      type: 'array',
      default: [],
      setting: 'users',
      env: 'USERS',
      identity: 'path',
      description: 'What holds for user paths. Administrators see it, and cannot change it.',
      items: {
        type: 'object',
        required: ['path'],
        additionalProperties: false,
        properties: {
          path: { type: 'string', minLength: 1, description: 'The user path, such as /acme/team-a; what is said holds for it and for all below.' },
          allowed_models: {
            type: 'array',
            items: { type: 'string' },
            default: [],
            description: 'Selectors of the models that callers may use; none: no restriction.',
          },
          description: { type: 'string', default: '', description: 'For people.' },
        },
      },
    },
  },
} as const satisfies OptionsSchema
