/** The settings in force, as an operator may see them. */

import { isTree, join } from './pointer.ts'
import type { Tree } from './pointer.ts'
import { memberSchema } from './member-schema.ts'
import type { SettingSchema } from './schema/schema.ts'

const redacted = '<redacted>'
/** Who an address logs in as, with what; and its query, where tokens and signatures stand. */
const inAddresses = /(?<=:\/\/)[^\s/?#]+(?=@)|(?<=:\/\/[^\s?#]*\?)[^\s#]+/g
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
  /** The schema of a plugin's options; undefined of one whose options have no settings. */
  readonly optionsOf: (plugin: string) => SettingSchema | undefined
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
    const options = optionsIn(value)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (ofHeader?.has(key) === true) return [key, redacted]
        if (key !== options?.key) return [key, below(key, item)]
        const known = shown.optionsOf(options.plugin)
        return [key, known === undefined ? withoutTexts(item) : redact(item, known, shown, join(pointer, key))]
      }),
    )
  }
  return typeof value === 'string' ? value.replaceAll(inAddresses, redacted) : value
}

/** Where a step, or a guardrail, has the options of its plugin. */
function optionsIn({ use, set, type, options, config }: Tree): { readonly key: string; readonly plugin: string } | undefined {
  const step = use ?? set
  if (typeof step === 'string' && isTree(options)) return { key: 'options', plugin: step }
  return typeof type === 'string' && isTree(config) ? { key: 'config', plugin: type.replaceAll('_', '-') } : undefined
}

/** Of a plugin that nobody knows here, any text may be a secret. */
function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts)
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutTexts(item)]))
  return typeof value === 'string' && value !== '' ? redacted : value
}
