/** Schemas of what the configuration lists: for whom limits are, and the limits. */

import type { OptionsSchema } from '../../../core/plugin/schema.ts'

/** @param member of a row, that names whom its limits are for */
export function limitsOf<const Member extends string, const Limits extends OptionsSchema>(member: Member, description: string, limits: Limits) {
  const subject = { type: 'string', minLength: 1, description } as const
  return {
    type: 'object',
    additionalProperties: false,
    required: [member, 'limits'],
    properties: { [member]: subject, limits } as Readonly<Record<Member, typeof subject>> & { readonly limits: Limits },
  } as const
}

/** @param words for the limits */
export function limitsOfPath<const Limits extends OptionsSchema>(words: string, limits: Limits) {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['path', 'limits'],
    properties: {
      path: { type: 'string', minLength: 1, description: 'The user path.' },
      per_child: { type: 'boolean', default: false, description: `Each direct child of the path has ${words} of its own, and the path itself none.` },
      limits,
    },
  } as const
}
