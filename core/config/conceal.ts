/** What of a configuration must not be seen: values whose schema, name or origin says that they are secret. */

import { getIn, isTree, join, keysOf } from './pointer.ts'
import type { Tree } from './pointer.ts'
import { isSecretName, schemaByName, secretNames } from './schema-by-name.ts'
import type { SettingSchema } from './schema/schema.ts'

/** What stands where something is not shown. */
export const redacted = '<redacted>'

/** Who an address logs in as, with what; and its query, where tokens and signatures stand. */
const inAddresses = /(?<=:\/\/)[^\s/?#]+(?=@)|(?<=:\/\/[^\s?#]*\?)[^\s#]+/g
/** What follows such a name: somebody forgot a blank, or wrote a text where a map belongs. */
const behindName = new RegExp(`(?<=${secretNames}["']?\\s*[:=]\\s*)[^\\s/].*`, 'is')
/** Of what says which header it is about: what that holds, or has to. */
const headerValues: ReadonlySet<string> = new Set(['value', 'equals', 'matches'])

/** What is known of a configuration beside its schema. */
export interface Concealing {
  /** Whether the value came from a secret reference. */
  readonly isConcealed: (pointer: string, value: unknown) => boolean
  /** The schema of a plugin's options; undefined of one that is not known. */
  readonly optionsOf: (plugin: string) => SettingSchema | undefined
}

/** A value as an operator may see it. @param pointer where it stands, for `isConcealed` */
export function redact(value: unknown, schema: SettingSchema | undefined, concealing: Concealing, pointer: string): unknown {
  if (schema?.secret === true || concealing.isConcealed(pointer, value)) return redacted
  if (schema === unknownOptions) return withoutTexts(value)
  const below = (key: string, item: unknown) => redact(item, memberSchema(value, schema, key, concealing.optionsOf), concealing, join(pointer, key))
  if (Array.isArray(value)) return value.map((item, index) => below(String(index), item))
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, below(key, item)]))
  return typeof value === 'string' ? withoutCredentials(value) : value
}

/** A text without who an address in it logs in as, and without its query. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(inAddresses, redacted)
}

/** A text of which nobody knows what it was meant to be: what stands behind the name of a secret in it may be one. */
export function withoutNamedSecrets(text: string): string {
  return text.replace(behindName, redacted)
}

/** A pointer whose keys may be texts that somebody meant otherwise. */
export function shownPointer(pointer: string): string {
  return join('', ...keysOf(pointer).map(withoutNamedSecrets))
}

/** Whether a key on the way to a value, of which nothing else is known, says that it is secret. */
export function isNamedSecret(pointer: string): boolean {
  return keysOf(pointer).some(isSecretName)
}

/** Whether the value at a pointer, or something that it is part of, must never be shown. */
export function isSecretAt(schema: SettingSchema, root: unknown, pointer: string): boolean {
  let [at, value]: [SettingSchema | undefined, unknown] = [schema, root]
  return keysOf(pointer).some(key => {
    at = memberSchema(value, at, key)
    value = getIn(value, join('', key))
    return at?.secret === true || at === unknownOptions
  })
}

/** Of a plugin that nobody knows here: any text among its options may be a secret. */
const unknownOptions: SettingSchema = {}

/** The schema of a member; that of a secret where none says what is secret, and the name or what stands beside it does. */
export function memberSchema(parent: unknown, schema: SettingSchema | undefined, key: string, optionsOf?: Concealing['optionsOf']): SettingSchema | undefined {
  if (schema === unknownOptions) return schema
  if (isTree(parent)) {
    if (typeof parent['header'] === 'string' && headerValues.has(key)) return { secret: true }
    const options = optionsIn(parent)
    if (key === options?.key) return optionsOf?.(options.plugin) ?? unknownOptions
  }
  return schemaByName(schema, key, getIn(parent, join('', key)))
}

/** Where a step, or a guardrail, has the options of its plugin. */
function optionsIn({ use, set, type, options, config }: Tree): { readonly key: string; readonly plugin: string } | undefined {
  const step = use ?? set
  if (typeof step === 'string' && isTree(options)) return { key: 'options', plugin: step }
  return typeof type === 'string' && isTree(config) ? { key: 'config', plugin: type.replaceAll('_', '-') } : undefined
}

function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts)
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutTexts(item)]))
  return typeof value === 'string' && value !== '' ? redacted : value
}
