/** Bodies of JSON as values. */

import { gatewayError } from '../errors.ts'
import { isObject } from '../neutral/arguments.ts'
import { parseJson } from '../neutral/json.ts'
import type { Json, JsonObject } from '../neutral/request.ts'

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
