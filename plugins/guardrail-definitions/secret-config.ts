/** Options that must not be seen: masked when they are read, kept when the mask comes back. */

import { isDeepStrictEqual } from 'node:util'
import { gatewayError, type OptionsSchema } from '../../core/index.ts'
import { schemaByName } from '../../core/config/schema-by-name.ts'
import { isTree } from '../../core/config/pointer.ts'

const mask = '********'

const summaryLength = 160

type Config = Readonly<Record<string, unknown>>

/** Options that are secret by the schema of their type, and texts in them whose names say so, as in `x-api-key: …`. */
export function masked(config: Config, schema: OptionsSchema | undefined): Config {
  return hidden(config, schema) as Config
}

/** What a caller means: a mask is what stands, an empty secret is none. @throws GatewayError for a mask where nothing stands */
export function unmasked(given: Config, standing: Config, schema: OptionsSchema | undefined): Config {
  return restored({ value: given, standing, schema, param: 'config' }) as Config
}

/** The options that may stand readable, and the others. */
export function split(config: Config, schema: OptionsSchema | undefined): { readonly open: Config; readonly secret: Config } {
  const isOpen = ([key, value]: readonly [string, unknown]) => isDeepStrictEqual(hidden(value, schemaByName(schema, key, value)), value)
  const entries = Object.entries(config)
  return { open: Object.fromEntries(entries.filter(isOpen)), secret: Object.fromEntries(entries.filter(entry => !isOpen(entry))) }
}

/** The options in one line, without what is secret or long. */
export function summaryOf(config: Config, schema: OptionsSchema | undefined): string {
  const said = Object.entries(masked(config, schema))
    .filter(([key, value]) => schemaByName(schema, key, value)?.secret !== true)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const line = said.join(', ').replaceAll(/\s+/g, ' ')
  return line.length > summaryLength ? `${line.slice(0, summaryLength - 1)}…` : line
}

function hidden(value: unknown, schema: OptionsSchema | undefined): unknown {
  if (schema?.secret === true) return value === '' ? value : mask
  const below = (key: string, item: unknown) => hidden(item, schemaByName(schema, key, item))
  if (Array.isArray(value)) return value.map((item, index) => below(String(index), item))
  return isTree(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, below(key, item)])) : value
}

interface Given {
  readonly value: unknown
  /** What stands in its place. */
  readonly standing: unknown
  readonly schema: OptionsSchema | undefined
  readonly param: string
}

function restored({ value, standing, schema, param }: Given): unknown {
  if (schema?.secret === true) {
    if (value !== mask) return value
    if (standing === undefined) throw gatewayError('invalid_value', `nothing is stored that ${mask} could stand for`, { param })
    return standing
  }
  const below = (key: string, item: unknown): Given => ({
    value: item,
    standing: memberOf(standing, key),
    schema: schemaByName(schema, key, item),
    param: `${param}.${key}`,
  })
  if (Array.isArray(value)) return value.map((item, index) => restored(below(String(index), item)))
  if (!isTree(value)) return value
  const members = Object.entries(value).map(([key, item]) => [key, below(key, item)] as const)
  return Object.fromEntries(members.filter(([, one]) => one.value !== '' || one.schema?.secret !== true).map(([key, one]) => [key, restored(one)]))
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined
}
