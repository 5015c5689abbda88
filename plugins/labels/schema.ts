/** The options of the plugin `labels`. */

import type { OptionsSchema } from '../../core/index.ts'
import { headerName } from '../../core/upstream/headers/header-edits.ts'

export const schema = {
  type: 'object',
  properties: {
    headers: {
      type: 'array',
      default: [],
      setting: 'tagging.headers',
      description: 'Headers in which callers say labels. Administrators see them, and cannot change them.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['header'],
        properties: {
          header: { type: 'string', pattern: headerName, description: 'Its name. Never a header that carries credentials.' },
          prefix: { type: 'string', default: '', description: 'What is taken off the beginning of each label that begins so.' },
          delimiter: { type: 'string', minLength: 1, default: ',', description: 'What stands between two labels.' },
          do_not_pass: {
            type: 'boolean',
            default: false,
            description: 'Whether the header stays in the gateway where headers of callers go on to a provider.',
          },
        },
      },
    },
    header_variables: {
      type: 'object',
      default: {},
      additionalProperties: { type: 'string' },
      setting: 'tagging.header_variables',
      env_family: 'TAGGING_HEADER_',
      description: 'What `TAGGING_HEADER_<n>`, `TAGGING_HEADER_<n>_PREFIX`, `_DELIMITER` and `_DONOTPASS` say, by `<n>` and what follows it; n is 1 or more.',
    },
  },
} as const satisfies OptionsSchema
