/** Bodies of JSON as values. */

import { gatewayError } from '../errors.ts'
import { isObject } from '../neutral/arguments.ts'
import { parseJson } from '../neutral/json.ts'
import type { Json, JsonObject } from '../neutral/request.ts'

/** @throws GatewayError bad_upstream_response */
export function readObject(bytes: Buffer, provider: string): JsonObject {
  const json = readJson(bytes, provider)
  if (isObject(json)) return json
  throw gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider })
}

/** @throws GatewayError bad_upstream_response */
export function readJson(bytes: Buffer, provider: string): Json {
  try {
    return parseJson(bytes.toString())
  } catch (cause) {
    throw gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider, cause })
  }
}
