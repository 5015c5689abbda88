/** What administrators write of keys, read into what is stored. Every function throws a GatewayError that names the member at fault. */

import { gatewayError, normaliseUserPath, type AdminCall } from '../../core/index.ts'
import { invalidValue } from '../../core/errors.ts'
import { readModelSelector } from '../shared/models/model-selector.ts'
import { isWithin } from '../../core/user-path.ts'

/** RFC 3339, in UTC. */
const time = /^(\d{4}-\d{2}-\d{2})[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]00:00)$/

export function readName(given: string): string {
  const name = given.trim()
  if (name === '') throw invalidValue('name', 'name must not be empty')
  return name
}

/** In the order in which they came, each once. */
export function readLabels(given: readonly string[], param = 'labels'): string[] {
  const labels = given.map(label => label.trim())
  if (labels.includes('')) throw invalidValue(param, 'a label must not be empty')
  return [...new Set(labels)]
}

/** @param providers the names of the configured instances */
export function readSelectors(given: readonly string[], providers: readonly string[]): string[] {
  const selectors = given.map(text => {
    const selector = readModelSelector(text, providers)?.text
    if (selector === undefined)
      throw invalidValue(
        'allowed_models',
        `${JSON.stringify(text)} selects nothing: expected provider/model, provider/* of a provider that is there, model, or *`,
      )
    return selector
  })
  return [...new Set(selectors)]
}

/** @param now milliseconds since 1970. @returns milliseconds since 1970, or null for never */
export function readExpiry(given: string | null | undefined, now: number): number | null {
  if (given === null || given === undefined) return null
  const day = time.exec(given)?.[1]
  const expiresAt = Date.parse(given)
  if (day === undefined || Number.isNaN(expiresAt) || new Date(expiresAt).toISOString().slice(0, day.length) !== day)
    throw invalidValue('expires_at', 'expires_at must be a time in UTC such as 2030-01-31T12:00:00Z')
  if (expiresAt <= now) throw invalidValue('expires_at', 'expires_at must lie in the future')
  return expiresAt
}

/** The path that a key is bound to; that of the administrator who is confined to one, where none is asked for. Empty is none. */
export function readUserPath(given: string | undefined, call: AdminCall): string {
  const path = normaliseUserPath(given)
  return path === '' && call.scope.isGlobal ? '' : call.confine(given)
}

/** @returns empty for none. @throws GatewayError if there is no such user, or if they stand elsewhere than the administrator may see */
export function readUserId(given: string | undefined, store: { pathOfUser(userId: string): string | undefined }, call: AdminCall): string {
  const userId = given?.trim() ?? ''
  if (userId === '') return ''
  const path = store.pathOfUser(userId)
  if (path === undefined && call.scope.isGlobal) throw invalidValue('user_id', 'there is no such user')
  // Nobody learns here who there is elsewhere.
  if (path === undefined || !isWithin(path, call.scope.root))
    throw gatewayError('user_path_out_of_scope', 'there is no such user in what you administer', { param: 'user_id' })
  return userId
}
