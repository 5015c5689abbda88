/** The options of the plugin `string-replace`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardProperties, lookbehindProperty, rolesProperty } from '../shared/guard/properties.ts'

export const schema = {
  type: 'object',
  required: ['rules'],
  properties: {
    rules: {
      type: 'string',
      minLength: 1,
      input: 'textarea',
      description: 'One rule per line: `find => replace`. Lines that begin with # are comments. Without `=>`, the rule only finds.',
    },
    mode: {
      type: 'string',
      enum: ['literal', 'regex'],
      default: 'literal',
      description: 'literal knows \\n, \\t and \\\\ on both sides; regex is RE2, with $1, $& and $$ in the replacement.',
    },
    case_insensitive: { type: 'boolean', default: false, description: 'Whether upper and lower case are the same.' },
    roles: rolesProperty(['user']),
    on_match: {
      type: 'string',
      enum: ['replace', 'block', 'respond', 'warn'],
      default: 'replace',
      description: 'What happens on a match. respond collects streams before they leave.',
    },
    stream_lookbehind: lookbehindProperty(64),
    ...guardProperties,
  },
} as const satisfies OptionsSchema
