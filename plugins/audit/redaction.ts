/** Keeps credentials out of the log: by the names of headers and members, and by what is known to be a key. */

import { isSecret } from '../../core/upstream/headers/header-names.ts'

const redacted = '[REDACTED]'

/** Names of headers that say themselves that a credential follows, beside those that are known. */
const secretHeaderWords = /secret|token|credential|api-?key|password|authorization/
/** Members whose texts are credentials wherever an administrator writes one. */
const secretMember = /secret|token|credential|password|api_?keys?$|authorization|private_?key|service_account_json|^value$/i

/** Names repeat: each is judged once. */
const judged = new Map<string, boolean>()
const mostJudged = 2000

/** Headers as an object of lower-case names; those of credentials keep their name alone. */
export function withoutSecrets(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string | readonly string[]> {
  const safe: Record<string, string | readonly string[]> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) safe[name] = hidesValue(name) ? redacted : value
  }
  return safe
}

/** The same of a flat list: name, value, name, value … Repeated headers become lists. */
export function flatWithoutSecrets(headers: readonly string[]): Record<string, string | readonly string[]> {
  const safe: Record<string, string | readonly string[]> = {}
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase()
    const value = hidesValue(name) ? redacted : (headers[i + 1] as string)
    const before = safe[name]
    safe[name] = before === undefined || value === redacted ? value : [...(typeof before === 'string' ? [before] : before), value]
  }
  return safe
}

function hidesValue(name: string): boolean {
  const known = judged.get(name)
  if (known !== undefined) return known
  const isOne = isSecret(name) || secretHeaderWords.test(name)
  if (judged.size < mostJudged) judged.set(name, isOne)
  return isOne
}

/** A value that an administrator wrote, without the texts of members that hold credentials. */
export function withoutSecretMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecretMembers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, secretMember.test(name) ? hidden(member) : withoutSecretMembers(member)]))
}

/** Counts and switches tell nothing. */
function hidden(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? '' : redacted
  if (Array.isArray(value)) return value.map(hidden)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hidden(member)]))
  return value
}

/** Takes keys that are known out of a text. @param keys may be empty or absent ones */
export function withoutKeys(text: string, keys: readonly (string | undefined)[]): string {
  return keys.reduce<string>((text, key) => (key === undefined || key.length < 8 ? text : text.replaceAll(key, redacted)), text)
}

/** The keys that a call came with, and that its attempts went with. */
export function keysOf({
  request: { headers },
  attempts,
}: {
  readonly request: { readonly headers: Readonly<Record<string, string | string[] | undefined>> }
  readonly attempts: readonly { readonly key: string | undefined }[]
}): readonly string[] {
  const { authorization, 'x-api-key': apiKey } = headers
  const token = typeof authorization === 'string' ? authorization.replace(/^\S+ +/, '') : undefined
  return [...new Set([token, apiKey, ...attempts.map(({ key }) => key)])].filter((key): key is string => typeof key === 'string' && key.length >= 8)
}
