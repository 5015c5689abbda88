/** Google's errors inside a reply or stream of status 2xx. */

import { GatewayError, type Json, type JsonObject } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { retryInfoMs } from '../../../core/upstream/retry-after.ts'

/** The error of a body, which at times is the one item of a list; undefined if it reports none. */
export function errorIn(body: Json): Json | undefined {
  const root = Array.isArray(body) ? (body[0] as Json) : body
  const error = isObject(root) ? root['error'] : undefined
  return error === null || error === false || error === '' ? undefined : error
}

/** `{code, status, message, details[]}`, or a text. */
export function vendorError(error: Json, provider: string): GatewayError {
  const said: JsonObject = isObject(error) ? error : { message: error }
  const { code, message } = said
  const retryAfterMs = retryInfoMs(said)
  return new GatewayError(codeOf(said), typeof message === 'string' && message !== '' ? message : 'the provider reported an error', {
    status: typeof code === 'number' && code >= 400 && code <= 599 ? code : 502,
    provider,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

function codeOf({ code, status }: JsonObject): string | null {
  if (typeof code === 'number') return String(code)
  return typeof code === 'string' ? code : typeof status === 'string' ? status : null
}
