/** What the claims of a verified token say of its caller. */

import type { JWTPayload } from 'jose'
import { normaliseUserPath, type Identity, type OptionsOf, type Recognition } from '../../core/index.ts'
import type { schema } from './schema.ts'

export type ClaimNames = OptionsOf<typeof schema>['claims']

/** A token whose path cannot be told is refused: its caller would choose one. Whoever is not said to administer something administers nothing. */
export function identityOf(payload: JWTPayload, names: ClaimNames): Exclude<Recognition, undefined> {
  const userPath = names.user_path === undefined ? undefined : pathOf(claim(payload, names.user_path))
  if (userPath === '') return { refused: `the token's claim ${names.user_path} is no user path` }
  const labels = names.labels === undefined ? [] : labelsOf(claim(payload, names.labels))
  const { sub: subject } = payload
  return {
    identity: {
      ...(typeof subject === 'string' && subject !== '' ? { userId: subject } : {}),
      ...(userPath === undefined ? {} : { userPath }),
      ...(labels.length === 0 ? {} : { labels }),
      admin: names.admin_scope === undefined ? 'nothing' : scopeOf(claim(payload, names.admin_scope)),
    },
  }
}

/** A claim's own name may have dots, as those have that are addresses. */
function claim(payload: JWTPayload, name: string): unknown {
  return member(payload, name) ?? name.split('.').reduce(member, payload)
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

/** Empty for what is no path. */
function pathOf(value: unknown): string {
  return typeof value === 'string' ? (normaliseUserPath(value) ?? '') : ''
}

function labelsOf(value: unknown): readonly string[] {
  const given = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  return [...new Set(given.flatMap(label => (typeof label === 'string' && label.trim() !== '' ? label.trim() : [])))]
}

function scopeOf(value: unknown): NonNullable<Identity['admin']> {
  const root = pathOf(value)
  return root === '' ? 'nothing' : { root, isGlobal: root === '/' }
}
