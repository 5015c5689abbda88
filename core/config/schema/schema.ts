/** The schema of tapline.yaml: an options schema with a few keywords more, and ways to walk it. */

import type { OptionsSchema } from '../../plugin/schema.ts'
import type { Unit } from './grammar.ts'
import { join, keysOf } from '../pointer.ts'

/** Beyond OptionsSchema, settings may say how their variable is written. */
export interface SettingSchema extends OptionsSchema {
  readonly properties?: Readonly<Record<string, SettingSchema>>
  readonly items?: SettingSchema
  /** Other words for a value: `{ warning: 'warn' }`. All of them count in any case. */
  readonly aliases?: Readonly<Record<string, string>>
  /** A list of maps may be written `a=b,c=d` in a variable: the members that stand before and after `=`. */
  readonly env_items?: readonly [string, string]
}

/** A setting that a variable can give. */
export interface EnvSetting {
  readonly pointer: string
  readonly schema: SettingSchema
  readonly env: string
  readonly form: 'any' | 'prefixed' | 'bare'
}

/** A setting whose members variables give, each its own. */
export interface EnvFamily {
  readonly pointer: string
  readonly schema: SettingSchema
  /** What the names begin with, behind Tapline's own prefix. */
  readonly prefix: string
}

/** The schema of a member or an item; undefined where anything goes or nothing may stand. */
export function childSchema(schema: SettingSchema | undefined, key: string): SettingSchema | undefined {
  if (schema === undefined) return undefined
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key]
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties
  if (schema.items !== undefined && /^\d+$/.test(key)) return schema.items
  return branches(schema)
    .map(branch => childSchema(branch, key))
    .find(found => found !== undefined)
}

export function schemaAt(schema: SettingSchema, pointer: string): SettingSchema | undefined {
  return keysOf(pointer).reduce<SettingSchema | undefined>(childSchema, schema)
}

/** Whether the value at a pointer, or something that it is part of, must never be printed. */
export function isSecret(schema: SettingSchema, pointer: string): boolean {
  let at: SettingSchema | undefined = schema
  return keysOf(pointer).some(key => (at = childSchema(at, key))?.secret === true)
}

/** The alternatives of a schema that is a choice and nothing else. */
export function branches(schema: SettingSchema): readonly SettingSchema[] {
  return schema.type === undefined && schema.properties === undefined ? (schema.oneOf ?? schema.anyOf ?? []) : []
}

/** The unit in which the value is written, if it is a number with one. */
export function unitOf({ format }: SettingSchema): Unit | undefined {
  return format === 'duration' || format === 'seconds' || format === 'size' ? format : undefined
}

export function typesOf(schema: SettingSchema): readonly string[] {
  return schema.type === undefined ? [] : [schema.type].flat()
}

/** Whether a value of this schema may be text. */
export function isTextual(schema: SettingSchema | undefined): boolean {
  if (schema === undefined) return true
  if (unitOf(schema) !== undefined) return false
  const choices = branches(schema)
  if (choices.length > 0) return choices.some(isTextual)
  return schema.type === undefined || typesOf(schema).includes('string')
}

/** The variable that gives a setting, as Tapline spells it; undefined if none does. */
export function variableOf({ env, env_form: form }: SettingSchema = {}): string | undefined {
  return env === undefined || form === 'bare' ? env : `TAPLINE_${env}`
}

/** Every setting below a schema that names a variable. */
export function envSettings(schema: SettingSchema, pointer = ''): EnvSetting[] {
  const own = schema.env === undefined ? [] : [{ pointer, schema, env: schema.env, form: schema.env_form ?? ('any' as const) }]
  return [...own, ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) => envSettings(child, join(pointer, key)))]
}

/** Every setting below a schema that a family of variables gives. */
export function envFamilies(schema: SettingSchema, pointer = ''): EnvFamily[] {
  const own = schema.env_family === undefined ? [] : [{ pointer, schema, prefix: schema.env_family }]
  return [...own, ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) => envFamilies(child, join(pointer, key)))]
}
