/** Options that must not be seen: masked when they are read, kept when the mask comes back. */

import { gatewayError, type OptionsSchema } from '../../core/index.ts'

const mask = '********'

const summaryLength = 160

type Config = Readonly<Record<string, unknown>>

/** Whether an option is secret, by the schema of its type. */
function isSecret(schema: OptionsSchema | undefined, key: string): boolean {
  return schema?.properties?.[key]?.secret === true
}

export function masked(config: Config, schema: OptionsSchema | undefined): Config {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, isSecret(schema, key) && value !== '' ? mask : value]))
}

/** What a caller means: a mask is what stands, an empty secret is none. @throws GatewayError for a mask where nothing stands */
export function unmasked(given: Config, standing: Config, schema: OptionsSchema | undefined): Config {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => {
      if (!isSecret(schema, key)) return [[key, value]]
      if (value === '') return []
      if (value !== mask) return [[key, value]]
      if (standing[key] === undefined) throw gatewayError('invalid_value', `nothing is stored that ${mask} could stand for`, { param: `config.${key}` })
      return [[key, standing[key]]]
    }),
  )
}

/** The options that may stand readable, and the others. */
export function split(config: Config, schema: OptionsSchema | undefined): { readonly open: Config; readonly secret: Config } {
  const entries = Object.entries(config)
  return {
    open: Object.fromEntries(entries.filter(([key]) => !isSecret(schema, key))),
    secret: Object.fromEntries(entries.filter(([key]) => isSecret(schema, key))),
  }
}

/** The options in one line, without what is secret or long. */
export function summaryOf(config: Config, schema: OptionsSchema | undefined): string {
  const said = Object.entries(config)
    .filter(([key]) => !isSecret(schema, key))
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const line = said.join(', ').replaceAll(/\s+/g, ' ')
  return line.length > summaryLength ? `${line.slice(0, summaryLength - 1)}…` : line
}
