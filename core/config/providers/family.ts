/** The variables of provider instances: `<PREFIX>[_<SUFFIX>]_<FIELD>`. */

import type { ProviderDefinition } from '../../plugin/provider.ts'
import { blockSchema } from '../schema/compose.ts'
import type { Environment, Variable } from '../sources/environment.ts'
import { join } from '../pointer.ts'
import { envSettings } from '../schema/schema.ts'
import type { EnvFamily, EnvSetting, SettingSchema } from '../schema/schema.ts'

/** A provider type, as variables speak of it. */
export interface Family {
  readonly definition: ProviderDefinition
  readonly prefix: string
  readonly schema: SettingSchema
  /** Its fields, longest name first. */
  readonly fields: readonly EnvSetting[]
  /** Settings that its block may say for itself, and that further families give. */
  readonly shared: readonly EnvFamily[]
}

/** What the name of a variable says. */
export interface FieldName {
  readonly family: Family
  /** The instance that it speaks of; the type's own name if `isSuffixed` is false. */
  readonly instance: string
  readonly isSuffixed: boolean
  readonly field: EnvSetting
  /** Which key, from 1, if it is one. */
  readonly key?: number
}

/** All variables that speak of one instance. */
export interface InstanceVariables {
  readonly family: Family
  readonly instance: string
  readonly isSuffixed: boolean
  /** Its keys, in order. */
  readonly keys: readonly Variable[]
  readonly fields: readonly { readonly field: EnvSetting; readonly variable: Variable }[]
}

/** The families of some types, longest prefix first. @param shared what variables give of settings that a block may say for itself */
export function families(definitions: readonly ProviderDefinition[], shared: readonly EnvFamily[] = []): Family[] {
  return definitions.map(definition => family(definition, shared)).toSorted((a, b) => b.prefix.length - a.prefix.length)
}

/** Takes a variable's name apart: its field from the right, its type from the left, its suffix from between. */
export function parseName(name: string, known: readonly Family[]): FieldName | undefined {
  const family = known.find(({ prefix }) => name.startsWith(`${prefix}_`))
  if (family === undefined) return undefined
  const rest = name.slice(family.prefix.length)
  for (const field of family.fields) {
    const match = fieldPattern(field).exec(rest)
    if (match === null) continue
    const { suffix = '', number = 1 } = match.groups ?? {}
    return { ...ofInstance(family, suffix), field, ...(isKey(field) ? { key: Number(number) } : {}) }
  }
  return sharedName(family, rest)
}

/** A member of a setting that a family of variables gives: `<PREFIX>[_<SUFFIX>]_<family><MEMBER>`. */
function sharedName(family: Family, rest: string): FieldName | undefined {
  for (const { pointer, prefix } of family.shared) {
    const { suffix = '', member } = new RegExp(`^(?<suffix>(?:_[A-Za-z0-9]+)*?)_${prefix}(?<member>.+)$`).exec(rest)?.groups ?? {}
    if (member !== undefined)
      return { ...ofInstance(family, suffix), field: { pointer: join(pointer, member), schema: { type: 'string' }, env: prefix + member, form: 'bare' } }
  }
  return undefined
}

function ofInstance(family: Family, suffix: string): Pick<FieldName, 'family' | 'instance' | 'isSuffixed'> {
  return { family, instance: family.definition.name + suffix.toLowerCase().replaceAll('_', '-'), isSuffixed: suffix !== '' }
}

/** Gathers the variables by instance, in the order of the instances' names. */
export function gather(environment: Environment, known: readonly Family[]): InstanceVariables[] {
  const found = environment.sorted().flatMap(variable => {
    const name = parseName(variable.name, known)
    return name === undefined ? [] : [{ ...name, variable }]
  })
  return Object.values(Object.groupBy(found, ({ instance, family }) => `${instance} ${family.definition.name}`))
    .flatMap((group = []) =>
      group.slice(0, 1).map(({ family, instance, isSuffixed }) => ({
        family,
        instance,
        isSuffixed,
        keys: group
          .filter(({ key }) => key !== undefined)
          .toSorted((a, b) => (a.key ?? 0) - (b.key ?? 0))
          .map(({ variable }) => variable),
        fields: group.filter(({ key }) => key === undefined),
      })),
    )
    .toSorted((a, b) => (a.instance < b.instance ? -1 : 1))
}

function family(definition: ProviderDefinition, shared: readonly EnvFamily[]): Family {
  const schema = blockSchema(definition)
  const prefix = definition.env ?? definition.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
  return { definition, prefix, schema, fields: envSettings(schema).toSorted((a, b) => b.env.length - a.env.length), shared }
}

/** A field's name, behind a suffix of words joined by single underscores; keys may be numbered. */
function fieldPattern(field: EnvSetting): RegExp {
  return new RegExp(`^(?<suffix>(?:_[A-Za-z0-9]+)*)_${field.env}${isKey(field) ? '(?:_(?<number>[1-9]\\d*))?' : ''}$`)
}

function isKey({ pointer }: EnvSetting): boolean {
  return pointer === '/api_key'
}
