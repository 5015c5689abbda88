/** Reads values by their schema: the value grammar and the defaults. Whether they are right is for the check to say. */

import { readBoolean, readInteger, readNumber, units } from './grammar.ts'
import { isTree } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import { branches, typesOf, unitOf } from './schema.ts'
import type { SettingSchema } from './schema.ts'

/** The value that was meant; what cannot be read stays as it is. */
export function readValue(schema: SettingSchema, written: unknown): unknown {
  if (written === undefined) return schema.default === undefined ? undefined : readValue(schema, schema.default)
  const choices = branches(schema)
  if (choices.length > 0) return readChoice(choices, written)
  const unit = unitOf(schema)
  if (unit !== undefined) return units[unit](written) ?? unreadable(written)
  if (typesOf(schema).includes('object') && (isTree(written) || written === null)) return readMap(schema, written ?? {})
  if (Array.isArray(written)) return schema.items === undefined ? written : readItems(schema.items, written)
  return readScalar(schema, written)
}

/** A number without the unit that it needs must not pass for one that has it. */
function unreadable(written: unknown): unknown {
  return typeof written === 'number' ? String(written) : written
}

function readChoice(choices: readonly SettingSchema[], written: unknown): unknown {
  const chosen = choices.find(choice => fits(choice, readValue(choice, written)))
  return chosen === undefined ? written : readValue(chosen, written)
}

function readMap(schema: SettingSchema, written: Tree): Tree {
  const { properties = {}, additionalProperties: others } = schema
  const own = Object.entries(properties).map(([key, child]) => [key, readValue(child, Object.hasOwn(written, key) ? written[key] : undefined)] as const)
  const further = Object.entries(written)
    .filter(([key]) => !Object.hasOwn(properties, key))
    .map(([key, value]) => [key, typeof others === 'object' ? readValue(others, value) : value] as const)
  return Object.fromEntries([...own, ...further].filter(([, value]) => value !== undefined))
}

function readItems(items: SettingSchema, written: readonly unknown[]): unknown[] {
  return written.map(item => readValue(items, item))
}

function readScalar(schema: SettingSchema, written: unknown): unknown {
  const types = typesOf(schema)
  if (types.includes('string') || types.length === 0) return readText(schema, written)
  if (types.includes('boolean') && (typeof written === 'string' || typeof written === 'number')) return readBoolean(written) ?? written
  if (typeof written !== 'string') return written
  return (types.includes('integer') ? readInteger(written) : types.includes('number') ? readNumber(written) : undefined) ?? written
}

function readText(schema: SettingSchema, written: unknown): unknown {
  if (typeof written === 'string') return schema.aliases === undefined ? written : readWord(schema, schema.aliases, written)
  const isText = typesOf(schema).every(type => type === 'string') && typesOf(schema).length > 0
  return isText && Number.isSafeInteger(written) ? String(written) : written
}

/** Of a setting whose values have other words, in any case. */
function readWord({ enum: values = [] }: SettingSchema, aliases: Readonly<Record<string, string>>, written: string): string {
  const word = written.trim().toLowerCase()
  if (Object.hasOwn(aliases, word)) return aliases[word] ?? written
  return values.includes(word) ? word : written
}

/** Whether a value that was read has the outline of a schema: its type, its constant, its required members. */
function fits(schema: SettingSchema, value: unknown): boolean {
  if (schema.const !== undefined) return value === schema.const
  if (schema.enum !== undefined) return schema.enum.includes(value)
  const choices = branches(schema)
  if (choices.length > 0) return choices.some(choice => fits(choice, value))
  if (isTree(value) && (schema.required ?? []).some(key => !Object.hasOwn(value, key))) return false
  return hasType(schema, value)
}

function hasType(schema: SettingSchema, value: unknown): boolean {
  if (unitOf(schema) !== undefined) return typeof value === 'number'
  const types = typesOf(schema)
  return types.length === 0 || types.some(type => (type === 'integer' ? Number.isInteger(value) : type === typeOf(value)))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}
