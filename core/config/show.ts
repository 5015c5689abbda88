/** The settings in force, as an operator may see them. */

import { isTree, join } from './pointer.ts'
import { childSchema } from './schema/schema.ts'
import type { SettingSchema } from './schema/schema.ts'

const redacted = '<redacted>'
/** Who an address logs in as, with what; and its query, where tokens and signatures stand. */
const inAddresses = /(?<=:\/\/)[^\s/?#]+(?=@)|(?<=:\/\/[^\s?#]*\?)[^\s#]+/g
const secretName = /(key|secret|token|password|passwd|passphrase|pepper|credential|auth|authorization|cookie|signature|headers)s?$/i
/** Of what says which header it is about: what that holds, or has to. */
const headerValues: ReadonlySet<string> = new Set(['value', 'equals', 'matches'])

export interface ShownSetting {
  readonly pointer: string
  readonly value: unknown
  readonly source: string
}

export interface Shown {
  readonly source: (pointer: string) => string
  readonly isConcealed: (pointer: string) => boolean
}

/** One entry for each leaf; a list is a leaf. */
export function showSettings(value: unknown, schema: SettingSchema | undefined, shown: Shown, pointer = ''): ShownSetting[] {
  if (isTree(value) && Object.keys(value).length > 0 && schema?.secret !== true) {
    return Object.entries(value).flatMap(([key, item]) => showSettings(item, memberSchema(schema, key, item), shown, join(pointer, key)))
  }
  return [{ pointer, value: redact(value, schema, shown, pointer), source: shown.source(pointer) }]
}

function redact(value: unknown, schema: SettingSchema | undefined, shown: Shown, pointer: string): unknown {
  if (schema?.secret === true || shown.isConcealed(pointer)) return redacted
  const below = (key: string, item: unknown) => redact(item, memberSchema(schema, key, item), shown, join(pointer, key))
  if (Array.isArray(value)) return value.map((item, index) => below(String(index), item))
  if (isTree(value)) {
    const ofHeader = typeof value['header'] === 'string' ? headerValues : undefined
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, ofHeader?.has(key) === true ? redacted : below(key, item)]))
  }
  return typeof value === 'string' ? value.replaceAll(inAddresses, redacted) : value
}

/** Where no schema says what is secret, the name does. Numbers and switches tell nothing; a list of headers is one of names. */
function memberSchema(schema: SettingSchema | undefined, key: string, value: unknown): SettingSchema | undefined {
  const known = childSchema(schema, key)
  const isOpen = known !== undefined || (typeof value !== 'string' && typeof value !== 'object') || value === null || value === ''
  return isOpen || !secretName.test(key) || (Array.isArray(value) && /headers$/i.test(key)) ? known : { secret: true }
}
