/** The options that guardrails over texts have in common, as members of their schemas. */

import type { Role } from '../../../core/document/conversation.ts'

export const guardProperties = {
  message: { type: 'string', minLength: 1, default: 'Request blocked by policy', description: 'The text of block and respond.' },
  block_status: { type: 'integer', minimum: 400, maximum: 599, description: 'The status of a block: 400 for a prompt and 502 for a reply by default.' },
} as const

/** How values are spelled that a guardrail puts something in the place of. */
export const placeholderProperty = {
  type: 'string',
  pattern: '^[^\\w\\s{}][^{}]*(\\{entity\\}[^{}]*\\{n\\}|\\{n\\}[^{}]*\\{entity\\})[^{}]*[^\\w\\s{}]$',
  default: '<{entity}_{n}>',
  description: 'The form of placeholders: {entity} and {n}, a number, between marks. Equal values in a request get the same one.',
} as const

/** Whose messages of a prompt are looked at. */
export function rolesProperty<const Roles extends readonly string[]>(roles: Roles) {
  return {
    type: 'array',
    items: { type: 'string', enum: ['system', 'developer', 'user', 'assistant', 'tool', 'all'] },
    minItems: 1,
    default: roles,
    description: 'The roles whose messages in a prompt are checked. Replies are checked as a whole.',
  } as const
}

/** The roles as a conversation takes them: undefined is all. */
export function rolesOf(roles: readonly (Role | 'all')[]): readonly Role[] | undefined {
  return roles.includes('all') ? undefined : (roles as readonly Role[])
}

/** @param characters that are held back by default */
export function lookbehindProperty<const Characters extends number>(characters: Characters) {
  return {
    type: 'integer',
    minimum: 0,
    maximum: 65_536,
    default: characters,
    description: 'Characters of a stream that are held back; matches of up to one more than that are always found.',
  } as const
}
