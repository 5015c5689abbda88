/** Bodies of JSON as values. */

import type { JsonDocument, JsonNode } from '../../document/document.ts'
import { gatewayError } from '../../errors.ts'
import { isObject } from '../../neutral/arguments.ts'
import { parseExactly, parseJson } from '../../neutral/json.ts'
import type { Json, JsonObject } from '../../neutral/request.ts'

/** From how many bytes on it is sooner read member by member. */
const longBody = 4096
/** From how many items on a list is sooner read item by item. */
const longList = 8

/** A caller's body, with all numbers as they are spelled (see `json.ts`): of a long one, only those pieces are read in the slower way that have such numbers. @throws GatewayError */
export function readBody(body: JsonDocument): JsonObject {
  const parse = body.hasPlainNumbers ? JSON.parse : parseExactly
  const bytes = body.render()
  if (bytes.length < longBody || body.root.kind !== 'object') return readObject(bytes, 'the caller', parse)
  return Object.fromEntries(body.root.members().map(({ name, value }) => [name, readValue(value, parse)]))
}

/** As one text, a long conversation would take twice its length as soon as one character is not Latin. */
function readValue(value: JsonNode, parse: typeof parseJson): Json {
  const items = value.items()
  return items.length < longList ? readJson(value.json(), 'the caller', parse) : items.map(item => readJson(item.json(), 'the caller', parse))
}

/** @param parse how numbers are read: see `json.ts` @throws GatewayError bad_upstream_response */
export function readObject(said: Buffer | string, provider: string, parse = parseJson): JsonObject {
  const json = readJson(said, provider, parse)
  if (isObject(json)) return json
  throw gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider })
}

/** @throws GatewayError bad_upstream_response */
export function readJson(said: Buffer | string, provider: string, parse = parseJson): Json {
  try {
    return parse(said.toString())
  } catch (cause) {
    throw gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider, cause })
  }
}
