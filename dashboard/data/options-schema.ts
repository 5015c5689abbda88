/** Options that a JSON Schema describes: how a form asks for each, and what was filled in. */

import { jsonIn } from './form.ts'

/** As far as forms know it. */
export interface OptionsSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, OptionsSchema>>
  readonly required?: readonly string[]
  readonly items?: OptionsSchema
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
  /** Never shown. */
  readonly secret?: boolean
  /** Where the type alone does not say it. */
  readonly input?: 'textarea' | 'model'
}

/** `choice` is one of several, `choices` any of them, `list` one text or number in each line; what has no form of its own is written as JSON. */
export type OptionKind = 'secret' | 'boolean' | 'choice' | 'choices' | 'list' | 'number' | 'model' | 'text' | 'long text' | 'json'

export type Options = Readonly<Record<string, unknown>>

/** What the admin API shows of a secret, and takes for the one that it has. */
const mask = '********'
/** Longer texts get more than one line. */
const lineLength = 60

export function kindOf({ secret = false, input, type, format, items = {}, enum: choices, default: usual }: OptionsSchema): OptionKind {
  if (secret) return 'secret'
  if (input !== undefined) return input === 'model' ? 'model' : 'long text'
  if (choices !== undefined) return 'choice'
  if (type === 'boolean') return 'boolean'
  if (type === 'array') return items.enum !== undefined ? 'choices' : isPlain(items) ? 'list' : 'json'
  if (type === 'string') return typeof usual === 'string' && usual.length > lineLength ? 'long text' : 'text'
  // Sizes and durations may be written with their unit.
  if (type === 'number' || type === 'integer') return format === undefined ? 'number' : 'text'
  return 'json'
}

function isPlain({ type }: OptionsSchema): boolean {
  return type === 'string' || type === 'number' || type === 'integer'
}

/**
 * The options in a form whose fields are called `name.option`. Those that are empty, or as they are without being said, are left out.
 * @param standing those that are stored: a secret that was left empty stays
 * @throws Refusal naming the field that is no JSON
 */
export function optionsIn(form: FormData, name: string, schema: OptionsSchema, standing: Options): Options {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
      const value = optionIn(form, `${name}.${key}`, property, standing[key] !== undefined)
      return value === undefined || isUsual(value, property) ? [] : [[key, value]]
    }),
  )
}

function optionIn(form: FormData, name: string, schema: OptionsSchema, isStored: boolean): unknown {
  const all = form.getAll(name).map(String)
  const text = all[0] ?? ''
  const kind = kindOf(schema)
  if (kind === 'boolean') return all.length > 0
  if (kind === 'choices') return schema.items?.enum?.filter(choice => all.includes(String(choice)))
  if (kind === 'secret') return text === '' ? (isStored ? mask : undefined) : text
  if (text.trim() === '') return undefined
  switch (kind) {
    case 'choice':
      return schema.enum?.find(choice => String(choice) === text)
    case 'list':
      return listed(text, schema.items)
    case 'number':
      return Number(text)
    case 'json':
      return jsonIn(form, name)
    case 'text':
      return schema.type === 'string' || Number.isNaN(Number(text)) ? text.trim() : Number(text)
    default:
      return text
  }
}

function listed(text: string, items: OptionsSchema | undefined): readonly unknown[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  return items?.type === 'string' ? lines : lines.map(Number)
}

function isUsual(value: unknown, { type, default: usual = type === 'boolean' ? false : type === 'array' ? [] : undefined }: OptionsSchema): boolean {
  return JSON.stringify(value) === JSON.stringify(usual)
}

/** `max_tokens` is "Max tokens", `timeout_ms` is "Timeout (ms)". */
export function titleOf(key: string): string {
  const words = key
    .replace(/_ms$/, ' (ms)')
    .replaceAll('_', ' ')
    .replaceAll(/\b(?:api|url|id)\b/g, word => word.toUpperCase())
  return words.charAt(0).toUpperCase() + words.slice(1)
}
