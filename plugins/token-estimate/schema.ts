/** The options of `token-estimate`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    limit: { type: 'number', format: 'duration', default: '5s', description: 'How long a provider may take to count; then the estimate is given.' },
  },
} as const satisfies OptionsSchema
