/** Reads a query as its endpoint wants it: strings become numbers and booleans where the schema says so. */

import { gatewayError, type AdminCall } from '../../core/index.ts'
import { check } from './checked.ts'

type Schema = Readonly<Record<string, unknown>>

const noParameters: Schema = { type: 'object', properties: {} }

/**
 * @param query as it was sent, with its `?`
 * @param isFilter whether an empty parameter is as good as none; where something is changed, it may be what a script failed to fill in
 * @throws GatewayError that names the parameter
 */
export function readQuery(schema: Schema = noParameters, query: string, isFilter: boolean): AdminCall['query'] {
  const types = (schema['properties'] as Readonly<Record<string, Schema>> | undefined) ?? {}
  const read: Record<string, string | number | boolean> = Object.create(null) as Record<string, never>
  for (const [name, text] of new URLSearchParams(query)) {
    if (name in read) throw gatewayError('invalid_value', `${name} is given twice`, { param: name })
    if (text.includes('\0')) throw gatewayError('invalid_value', `${name} holds a NUL character`, { param: name })
    if (text !== '' || !isFilter || !Object.hasOwn(types, name)) read[name] = converted(text, Object.hasOwn(types, name) ? types[name]?.['type'] : undefined)
  }
  check(schema, read)
  return read
}

/** What cannot be converted stays a string, which its check refuses. */
function converted(text: string, type: unknown): string | number | boolean {
  if (type === 'boolean') return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
  if (type !== 'integer' && type !== 'number') return text
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
