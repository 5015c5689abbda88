/** The options of the plugin `secrets`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardProperties, lookbehindProperty, rolesProperty } from '../shared/guard/properties.ts'
import { vendorNames } from './vendors.ts'

export const schema = {
  type: 'object',
  properties: {
    vendors: {
      type: 'array',
      items: { type: 'string', enum: vendorNames },
      default: vendorNames,
      description: 'The issuers whose keys are recognised by their format; all by default. An empty list leaves only the entropy check.',
    },
    entropy: {
      type: 'number',
      minimum: 0,
      maximum: 8,
      default: 4,
      description: 'Bits per character from which a word that does not look written by hand counts as a secret; 0 checks no words.',
    },
    min_length: { type: 'integer', minimum: 8, maximum: 256, default: 20, description: 'The minimum length of a word that is checked.' },
    allow_list: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'Values that look like secrets but are not.' },
    roles: rolesProperty(['all']),
    action: {
      type: 'string',
      enum: ['redact', 'block', 'respond', 'warn'],
      default: 'redact',
      description: 'What happens to a secret. respond collects streams before they leave.',
    },
    replacement: { type: 'string', default: '[redacted]', description: 'What redact puts in place of a secret.' },
    stream_lookbehind: lookbehindProperty(256),
    ...guardProperties,
  },
} as const satisfies OptionsSchema
