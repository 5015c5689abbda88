/** What the text of a variable or a flag means for its setting: a list, JSON, or the text itself. */

import { readList } from '../schema/grammar.ts'
import { parseJson } from '../schema/json.ts'
import { branches, isTextual, typesOf } from '../schema/schema.ts'
import type { SettingSchema } from '../schema/schema.ts'
import { Verbatim } from './template.ts'

/** @throws SyntaxError for JSON that is none, without quoting it */
export function fromText(schema: SettingSchema | undefined, text: string): unknown {
  if (schema === undefined) return new Verbatim(text)
  const choices = branches(schema)
  if (choices.length > 0) return fromText(choices.find(choice => suits(choice, text)) ?? choices.find(choice => isListOf(choice, text)), text)
  if (typesOf(schema).includes('object')) return json(text, 'object', '{')
  if (!typesOf(schema).includes('array')) return new Verbatim(text)
  if (text.trimStart().startsWith('[') || !isList(schema)) return json(text, 'array', '[')
  return readList(text).map(item => listItem(schema, item))
}

function suits(schema: SettingSchema, text: string): boolean {
  const first = text.trimStart()[0] ?? ''
  const types = typesOf(schema)
  if (types.includes('object')) return first === '{'
  return types.includes('array') ? first === '[' : first !== '{' && first !== '['
}

/** Whether the text may be a list that is written between commas, where it is no text of itself. */
function isListOf(schema: SettingSchema, text: string): boolean {
  return typesOf(schema).includes('array') && isList(schema) && !/^[[{]/.test(text.trimStart())
}

/** Whether the items can be written between commas. */
function isList({ items, env_items: members }: SettingSchema): boolean {
  return members !== undefined || isTextual(items) || (items !== undefined && !typesOf(items).some(type => type === 'object' || type === 'array'))
}

function listItem({ env_items: members }: SettingSchema, item: string): unknown {
  if (members === undefined) return new Verbatim(item)
  const [before, after] = item.split('=', 2)
  const parts = [before, after].map((part, i) => [members[i] ?? '', new Verbatim(part?.trim() ?? '')] as const)
  return Object.fromEntries(item.includes('=') ? parts : parts.slice(0, 1))
}

function json(text: string, type: string, opening: string): unknown {
  if (!text.trimStart().startsWith(opening)) throw new SyntaxError(`text that is not a JSON ${type}`)
  return parseJson(text)
}
