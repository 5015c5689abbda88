/** The settings in force, as an operator may see them. */

import { memberSchema, redact } from './conceal.ts'
import type { Concealing } from './conceal.ts'
import { isTree, join } from './pointer.ts'
import type { SettingSchema } from './schema/schema.ts'

export interface ShownSetting {
  readonly pointer: string
  readonly value: unknown
  readonly source: string
}

export interface Shown extends Concealing {
  readonly source: (pointer: string) => string
}

/** One entry for each leaf; a list is a leaf. */
export function showSettings(value: unknown, schema: SettingSchema | undefined, shown: Shown, pointer = ''): ShownSetting[] {
  if (isTree(value) && Object.keys(value).length > 0 && schema?.secret !== true) {
    return Object.entries(value).flatMap(([key, item]) => showSettings(item, memberSchema(value, schema, key, shown.optionsOf), shown, join(pointer, key)))
  }
  return [{ pointer, value: redact(value, schema, shown, pointer), source: shown.source(pointer) }]
}
