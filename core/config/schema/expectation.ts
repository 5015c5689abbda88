/** Says in a few words what a schema expects, and shows what was found instead. */

import { withoutCredentials, withoutNamedSecrets } from '../conceal.ts'
import { branches, typesOf } from './schema.ts'
import type { SettingSchema } from './schema.ts'

/** For example `integer >= 1`, `one of debug, info`, `duration such as 500ms`. */
export function expectation(schema: SettingSchema): string {
  if (schema.const !== undefined) return schema.const === false ? 'off' : JSON.stringify(schema.const)
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`
  const choices = branches(schema)
  if (choices.length > 0) return [...new Set(choices.map(expectation))].join(' or ')
  return kind(schema) + range(schema)
}

/** A value as messages show it: of lists and maps only that they are, of texts no credentials; long ones are cut. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? 'an empty map' : 'a map'
  const safe = typeof value === 'string' ? withoutNamedSecrets(withoutCredentials(value)) : value
  const text = typeof safe === 'number' ? String(safe) : JSON.stringify(safe)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

const formats: Readonly<Record<string, string>> = {
  duration: 'duration such as 500ms',
  seconds: 'seconds, or a duration such as 10m',
  size: 'size such as 10M',
  uri: 'URL',
  network: 'address, block such as 10.0.0.0/8, loopback or private',
  regex: 'regular expression without look-around and back-references',
}
const kinds: Readonly<Record<string, string>> = { object: 'map', array: 'list', boolean: 'true or false' }

function kind(schema: SettingSchema): string {
  if (schema.format !== undefined) return formats[schema.format] ?? schema.format
  const named = typesOf(schema)
    .map(type => kinds[type] ?? type)
    .join(' or ')
  if (schema.pattern !== undefined) return `string that matches ${schema.pattern}`
  if (schema.minLength === 1) return 'string that is not empty'
  if (schema.minLength !== undefined) return `string of at least ${schema.minLength} characters`
  if (schema.required !== undefined) return `${named} with ${schema.required.join(' and ')}`
  return named === '' ? 'another value' : named
}

function range(schema: SettingSchema): string {
  const { minimum, maximum, format } = schema
  if (minimum !== undefined && maximum !== undefined) return ` from ${inUnit(minimum, format)} to ${inUnit(maximum, format)}`
  const bound = (value: number | undefined, sign: string) => (value === undefined ? [] : [`${sign} ${inUnit(value, format)}`])
  const bounds = [...bound(minimum, '>='), ...bound(schema.exclusiveMinimum, '>'), ...bound(maximum, '<='), ...bound(schema.exclusiveMaximum, '<')]
  const count = [...least(schema.minItems, 'item'), ...least(schema.minProperties, 'member')]
  return [bounds.length > 0 ? ` ${bounds.join(' and ')}` : '', ...count, schema.uniqueItems === true ? ' without repetition' : ''].join('')
}

function least(count: number | undefined, noun: string): string[] {
  return count === undefined ? [] : [` of at least ${count} ${noun}${count === 1 ? '' : 's'}`]
}

/** A bound in the unit that the operator writes. */
function inUnit(value: number, format: SettingSchema['format']): string {
  switch (format) {
    case 'duration':
      return `${value}ms`
    case 'seconds':
      return `${value / 1000}s`
    case 'size':
      return value % 1024 ** 2 === 0 && value > 0 ? `${value / 1024 ** 2}M` : value % 1024 === 0 && value > 0 ? `${value / 1024}K` : String(value)
    default:
      return String(value)
  }
}
