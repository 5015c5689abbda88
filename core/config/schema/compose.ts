/** The schema of the whole file: the core's own settings, and those that plugins bring. */

import { isDeepStrictEqual } from 'node:util'
import type { OptionsSchema } from '../../plugin/schema.ts'
import type { ProviderDefinition } from '../../plugin/provider.ts'
import { coreSchema, providerSchema } from './core-schema.ts'
import type { OlderSetting } from '../older-settings.ts'
import { join } from '../pointer.ts'
import type { Report } from '../problems/report.ts'
import type { SettingSchema } from './schema.ts'

/** A plugin that takes some of its options from settings: the properties of its schema that name a `setting`. */
export interface SettingsOwner {
  readonly plugin: string
  readonly schema: OptionsSchema
  /** The block whose presence in the file alone switches its `enabled` on. */
  readonly presence?: string
  /** What its settings were called once. */
  readonly older?: readonly OlderSetting[]
}

/** An option and the setting that gives it. */
export interface OwnedSetting {
  readonly option: string
  readonly pointer: string
  readonly schema: SettingSchema
}

/** The schema in force. Two owners may name one setting if they describe it alike. */
export function composeSchema(owners: readonly SettingsOwner[], providerTypes: readonly ProviderDefinition[], report: Report): SettingSchema {
  const settings = owners.flatMap(owner => settingsOf(owner).map(setting => ({ ...setting, owner })))
  const composed = settings.reduce((schema, { pointer, schema: leaf, owner }) => {
    const grown = insert(schema, pointer.split('/').slice(1), leaf)
    if (grown === undefined) report.problem({ pointer, message: `the plugin "${owner.plugin}" describes this setting otherwise than another does` })
    return grown ?? schema
  }, coreSchema)
  return withProviderTypes(composed, providerTypes)
}

/** The settings that an owner's schema names. */
export function settingsOf({ schema }: SettingsOwner): OwnedSetting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([option, property]) =>
    property.setting === undefined ? [] : [{ option, pointer: pointerTo(property.setting), schema: property }],
  )
}

/** `a.b.c` as a pointer. */
export function pointerTo(dotted: string): string {
  return join('', ...dotted.split('.'))
}

const blockSchemas = new WeakMap<ProviderDefinition, SettingSchema>()

/** What the block of an instance of one type may say; made once for a type. */
export function blockSchema(definition: ProviderDefinition): SettingSchema {
  const { schema } = definition
  const known = blockSchemas.get(definition) ?? {
    ...providerSchema,
    ...schema,
    type: 'object',
    additionalProperties: false,
    properties: { ...providerSchema.properties, ...schema?.properties },
  }
  blockSchemas.set(definition, known)
  return known
}

function insert(schema: SettingSchema, keys: readonly string[], leaf: SettingSchema): SettingSchema | undefined {
  const [key = '', ...rest] = keys
  const { properties = {} } = schema
  const existing = Object.hasOwn(properties, key) ? properties[key] : undefined
  const grown = rest.length === 0 ? agreed(existing, leaf) : insert(existing ?? emptyBlock, rest, leaf)
  return grown === undefined || schema.type !== 'object' ? undefined : { ...schema, properties: { ...properties, [key]: grown } }
}

const emptyBlock: SettingSchema = { type: 'object', additionalProperties: false, default: {} }

/** The one schema of a setting that is named once more; undefined if the two differ in more than words. */
function agreed(existing: SettingSchema | undefined, leaf: SettingSchema): SettingSchema | undefined {
  if (existing === undefined) return leaf
  return isDeepStrictEqual({ ...existing, description: '', setting: '' }, { ...leaf, description: '', setting: '' }) ? existing : undefined
}

/** Blocks may say what any of the types knows; each block is checked by its own type's schema. */
function withProviderTypes(schema: SettingSchema, types: readonly ProviderDefinition[]): SettingSchema {
  const own = types.flatMap(type => Object.entries(type.schema?.properties ?? {}))
  const block: SettingSchema = { ...providerSchema, properties: { ...Object.fromEntries(own), ...providerSchema.properties } }
  return { ...schema, properties: { ...schema.properties, providers: { ...schema.properties?.['providers'], additionalProperties: block } } }
}
