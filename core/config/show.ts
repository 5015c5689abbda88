/** The settings in force, as an operator may see them. */

import { isTree, join } from './pointer.ts'
import { childSchema } from './schema/schema.ts'
import type { SettingSchema } from './schema/schema.ts'

const redacted = '<redacted>'
/** The password in an address, wherever that stands. */
const password = /(?<=:\/\/[^\s/@:]*:)[^\s/@]+(?=@)/g

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
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, below(key, item)]))
  return typeof value === 'string' ? value.replaceAll(password, redacted) : value
}

/** Where no schema says what is secret, the name of a text does. */
function memberSchema(schema: SettingSchema | undefined, key: string, value: unknown): SettingSchema | undefined {
  const known = childSchema(schema, key)
  const looksSecret = known === undefined && typeof value === 'string' && /(key|secret|token|password|credentials?|authorization)$/i.test(key)
  return looksSecret ? { secret: true } : known
}
