/** The options that guardrails over texts have in common, as members of their schemas. */

import type { Role } from '../document/conversation.ts'

export const guardProperties = {
  message: { type: 'string', minLength: 1, default: 'Request blocked by policy', description: 'What block and respond say.' },
  block_status: { type: 'integer', minimum: 400, maximum: 599, description: 'The status of a block: 400 for a prompt and 502 for a reply by default.' },
} as const

/** How values are spelled that a guardrail puts something in the place of. */
export const placeholderProperty = {
  type: 'string', pattern: '^[^\\w\\s{}][^{}]*(\\{entity\\}[^{}]*\\{n\\}|\\{n\\}[^{}]*\\{entity\\})[^{}]*[^\\w\\s{}]$', default: '<{entity}_{n}>',
  description: 'How placeholders are spelled: {entity} and {n}, a number, between marks. Equal values of a request get the same one.',
} as const

/** Whose messages of a prompt are looked at. */
export function rolesProperty<const Roles extends readonly string[]>(roles: Roles) {
  return {
    type: 'array', items: { type: 'string', enum: ['system', 'developer', 'user', 'assistant', 'tool', 'all'] }, minItems: 1, default: roles,
    description: 'Whose messages of a prompt are looked at. Replies are looked at whole.',
  } as const
}

/** The roles as a conversation takes them: undefined is all. */
export function rolesOf(roles: readonly (Role | 'all')[]): readonly Role[] | undefined {
  return roles.includes('all') ? undefined : roles as readonly Role[]
}

/** @param characters that are held back by default */
export function lookbehindProperty<const Characters extends number>(characters: Characters) {
  return { type: 'integer', minimum: 0, maximum: 65_536, default: characters, description: 'Characters of a stream that are held back; finds matches of one more than that for certain.' } as const
}
