/** How a header policy is written, in the configuration and by administrators. */

import type { OptionsOf, OptionsSchema } from '../../plugin/schema.ts'
import { headerName, headerValue } from './header-edits.ts'

function header<const Description extends string>(description: Description) {
  return { type: 'string', pattern: headerName, description } as const
}

export const headerPolicy = {
  type: 'object',
  required: ['name', 'actions'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, pattern: '^[^/]+$', description: 'Unique among policies and guardrails; the audit log says it.' },
    step: { type: 'integer', minimum: 0, default: 0, description: 'Lower acts first; a later action on the same header wins.' },
    methods: {
      type: 'array',
      default: [],
      items: { type: 'string', pattern: '^[A-Za-z]+$' },
      description: 'The methods of the requests that it is for; empty: all.',
    },
    paths: {
      type: 'array',
      default: [],
      items: { type: 'string', pattern: '^(/[^*?#]*)?\\*?$', minLength: 1 },
      description: 'The paths of the requests that it is for, as callers write them; * at the end is for all that begin so. Empty: all.',
    },
    when: {
      type: 'array',
      default: [],
      description: 'What must hold of the headers of the request, all of it.',
      items: {
        type: 'object',
        required: ['header'],
        additionalProperties: false,
        properties: {
          header: header('The header; without anything beside, it must be there.'),
          matches: { type: 'string', description: 'A pattern (RE2) that its value, or one of its values, has a match of.' },
          equals: { type: 'string', description: 'What its value, or one of its values, is.' },
          present: { type: 'boolean', description: 'Whether it is there.' },
        },
      },
    },
    actions: {
      type: 'array',
      minItems: 1,
      description: 'What is done to the headers of the call, in order.',
      items: {
        type: 'object',
        required: ['action', 'header'],
        additionalProperties: false,
        properties: {
          action: { enum: ['set', 'remove'], description: 'What is done.' },
          header: header('To which header.'),
          value: { type: 'string', pattern: headerValue, description: 'Of set: the value.' },
          from_header: header('Of set: the header of the request whose first value it takes; where there is none, nothing is done.'),
        },
      },
    },
  },
} as const satisfies OptionsSchema

export type HeaderPolicy = OptionsOf<typeof headerPolicy>
export type HeaderCondition = HeaderPolicy['when'][number]
export type HeaderAction = HeaderPolicy['actions'][number]
