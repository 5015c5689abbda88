/** What a provider's failure means to the caller: its status, code and message are kept, its envelope is not. */

import { GatewayError, gatewayError } from '../errors.ts'
import { codeOfMessage } from '../neutral/long-prompt.ts'
import type { JsonObject } from '../neutral/request.ts'
import type { Failure } from '../pipeline/attempt.ts'
import type { StreamFormat } from '../plugin/dialect.ts'
import type { ProviderDefinition } from '../plugin/provider.ts'
import { disregard } from '../promise.ts'
import type { StreamEvent } from '../stream/event.ts'
import { readError, type ErrorAnswer, type ToldError } from './error-body.ts'
import type { KeyRing } from './provider/keys.ts'
import { retryAfter, retryAfterHeader } from './retry-after.ts'

const relayedHeaders = ['retry-after-ms', 'x-should-retry'] as const

/** What is known of whoever refuses. */
interface Refuser {
  readonly definition?: Pick<ProviderDefinition, 'statuses' | 'errorOf' | 'explain'>
  /** Hidden from callers, as the provider may repeat them in its words. */
  readonly keys?: Pick<KeyRing, 'hidden'>
}

/**
 * The provider answered with an error status, or with one that is no answer at all. The error has a cause if its type could not explain it.
 * @param now milliseconds since 1970
 */
export function statusFailure(provider: string, answer: ErrorAnswer, now: number, refuser: Refuser = {}): Failure {
  const { headers, body } = answer
  const status = refuser.definition?.statuses?.[answer.status] ?? answer.status
  const said = explained(readError(answer, refuser.definition), status, refuser)
  const headerMs = retryAfter(headers, now)
  const retryAfterMs = headerMs ?? said.retryAfterMs
  const isError = status >= 400 && status <= 599
  const code = codeOfMessage(said.message, said.code) ?? (isError ? null : 'bad_upstream_response')
  const error = new GatewayError(code, explain(provider, status, said.message), {
    status: isError ? status : 502,
    provider,
    further: said.further,
    headers: [...retryAfterHeader(headers, now), ...relayedHeaders.flatMap(name => (typeof headers[name] === 'string' ? [name, headers[name]] : []))],
    ...(said.param === null ? {} : { param: said.param }),
    ...(said.cause === undefined ? {} : { cause: said.cause }),
    ...(headerMs === undefined && retryAfterMs !== undefined ? { retryAfterMs } : {}),
  })
  const { date } = headers
  return {
    kind: 'status',
    status,
    error,
    text: said.message.toLowerCase(),
    answer: { headers, body },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(typeof date === 'string' ? { date } : {}),
  }
}

function explained(told: ToldError, status: number, { definition, keys }: Refuser): ToldError {
  const hidden = (text: string) => keys?.hidden(text) ?? text
  const message = hidden(told.message)
  const said = { ...told, further: Object.fromEntries(Object.entries(told.further).map(([name, text]) => [name, hidden(text)])) }
  try {
    const better: unknown = definition?.explain?.({ status, code: said.code, param: said.param, message }) ?? message
    if (typeof better === 'string') return { ...said, message: better }
    disregard(better)
    throw new TypeError('explain() must return a text or nothing')
  } catch (cause) {
    return { ...said, message, cause: cause ?? new Error('explain() threw nothing') }
  }
}

/** What the provider's type finds wrong with a reply of status 2xx, or with an event. @throws whatever it throws, and TypeError for what is no error */
export function vendorFault(definition: Pick<ProviderDefinition, 'fault'>, json: JsonObject, provider: string): GatewayError | undefined {
  const found: unknown = definition.fault?.(json, provider) ?? undefined
  if (found === undefined || found instanceof GatewayError) return found
  disregard(found)
  throw new TypeError('fault() must return an error or nothing')
}

/** The error that an event of a provider's own stream reports, as its dialect or its type sees it. @throws as `vendorFault` */
export function eventFault(
  event: StreamEvent,
  format: StreamFormat | undefined,
  { name, definition }: { readonly name: string; readonly definition: Pick<ProviderDefinition, 'fault'> },
): GatewayError | undefined {
  const value = definition.fault === undefined ? undefined : event.document?.root.value()
  return format?.error(event, name) ?? (value === undefined ? undefined : vendorFault(definition, value as JsonObject, name))
}

/** No answer began: DNS, connect, TLS, reset before its headers. */
export function transportFailure(provider: string, cause: Error): Failure {
  const code = (cause as { code?: unknown }).code
  const error = gatewayError('upstream_unreachable', `${provider} could not be reached${typeof code === 'string' ? ` (${code})` : ''}`, { provider, cause })
  return { kind: 'transport', error, text: error.message.toLowerCase() }
}

export function timeoutFailure(provider: string, waitedMs: number, what: string): Failure {
  const error = gatewayError('upstream_timeout', `${provider} sent no ${what} within ${waitedMs / 1000} s`, { provider })
  return { kind: 'timeout', error, text: error.message.toLowerCase() }
}

/** An answer of status 2xx that began and is not whole. The provider may have done its work: the same call is not made again. */
export function brokenFailure(error: GatewayError): Failure {
  return { kind: 'empty', error: brokenOff(error), text: error.message.toLowerCase() }
}

/** What broke an answer that had begun, as its caller is told who has seen nothing of it. */
function brokenOff(error: GatewayError): GatewayError {
  const { code, message, provider, cause } = error
  return code === 'bad_upstream_response' ? error : gatewayError('bad_upstream_response', message, { cause, ...(provider === undefined ? {} : { provider }) })
}

/** Status 2xx, and nothing in it. */
export function emptyFailure(provider: string, what: string): Failure {
  const error = gatewayError('bad_upstream_response', `${provider}: provider returned ${what}`, { provider })
  return { kind: 'empty', error, text: error.message.toLowerCase() }
}

/** An error that a dialect found inside a reply of status 2xx; it is told as if its status had come with it. */
export function faultFailure(found: GatewayError, { keys }: Pick<Refuser, 'keys'> = {}): Failure {
  const message = explain(found.provider ?? 'the provider', found.status, keys?.hidden(found.message) ?? found.message)
  const error = message === found.message ? found : found.saying(message)
  return error.code === 'bad_upstream_response'
    ? { kind: 'empty', error, text: error.message.toLowerCase() }
    : { kind: 'status', status: error.status, error, text: error.message.toLowerCase() }
}

function explain(provider: string, status: number, message: string): string {
  if (status === 401) return `${provider} refused the gateway's credential: ${message === '' ? 'unauthorized' : message}`
  return message === '' ? `${provider} answered with status ${status}` : message
}
