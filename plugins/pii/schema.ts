/** The options of the plugin `pii`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardProperties, lookbehindProperty, placeholderProperty, rolesProperty } from '../shared/guard/properties.ts'
import { entityNames } from './recognisers.ts'

export const schema = {
  type: 'object',
  properties: {
    entities: {
      type: 'array',
      items: { type: 'string', enum: entityNames },
      default: entityNames,
      description: 'What is recognised; all by default. Cards, IBANs and national numbers count only if their check digits are valid.',
    },
    patterns: {
      type: 'array',
      default: [],
      description: 'Further things to recognise, in RE2 syntax.',
      items: {
        type: 'object',
        required: ['entity', 'pattern'],
        additionalProperties: false,
        properties: {
          entity: { type: 'string', pattern: '^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$', description: 'What it is called in placeholders, in capitals: `EMPLOYEE_ID`.' },
          pattern: { type: 'string', minLength: 1, description: 'What it looks like.' },
        },
      },
    },
    roles: rolesProperty(['all']),
    action: {
      type: 'string',
      enum: ['anonymize', 'block', 'respond', 'warn'],
      default: 'anonymize',
      description:
        'What happens to a match: a placeholder in its place, a refusal, the message as an answer, or a header. respond collects streams before they leave.',
    },
    placeholder_format: placeholderProperty,
    restore: {
      type: 'boolean',
      default: false,
      description:
        "Whether the caller's values are put back in the reply. Those of system and developer messages are not, nor those that the model produced. Such a reply is not cached.",
    },
    stream_lookbehind: lookbehindProperty(64),
    ...guardProperties,
  },
} as const satisfies OptionsSchema
