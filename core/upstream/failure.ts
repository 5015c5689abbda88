/** What a provider's failure means to the caller: status, code and message kept, envelopes and HTML left behind. */

import { GatewayError, gatewayError } from '../errors.ts'
import { codeOfMessage } from '../neutral/long-prompt.ts'
import type { JsonObject } from '../neutral/request.ts'
import type { Failure } from '../pipeline/attempt.ts'
import type { StreamFormat } from '../plugin/dialect.ts'
import type { ProviderDefinition, VendorRefusal } from '../plugin/provider.ts'
import { disregard } from '../promise.ts'
import type { StreamEvent } from '../stream/event.ts'
import type { KeyRing } from './provider/keys.ts'
import type { ReplyHeaders } from './transport/transport.ts'

const messageLimit = 4096
const relayedHeaders = ['retry-after-ms', 'x-should-retry'] as const

interface VendorError {
  readonly message: string
  readonly code: string | null
  readonly param: string | null
  readonly retryAfterMs?: number | undefined
  readonly further: Readonly<Record<string, string>>
  /** What the provider's type threw as it was to read or to explain it. */
  readonly cause?: unknown
}

/** What is known of whoever refuses. */
interface Refuser {
  readonly definition?: Pick<ProviderDefinition, 'statuses' | 'errorOf' | 'explain'>
  /** They are nothing for callers, though the provider may repeat them in its words. */
  readonly keys?: Pick<KeyRing, 'hidden'>
}

/**
 * The provider answered with an error status, or with one that is no answer at all. The error has a cause if its type could not explain it.
 * @param members further ones of the provider's error that the caller gets
 */
export function statusFailure(
  provider: string,
  answered: number,
  headers: ReplyHeaders,
  body: Buffer,
  now: number,
  refuser: Refuser = {},
  members: readonly string[] = [],
): Failure {
  const status = refuser.definition?.statuses?.[answered] ?? answered
  const said = explained(toldBy(refuser, body, headers, members), status, refuser)
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

/** As the provider's type reads it, else as vendors usually say it. */
function toldBy({ definition }: Refuser, body: Buffer, headers: ReplyHeaders, members: readonly string[]): VendorError {
  const usual = vendorError(body, headers, members)
  const json = definition?.errorOf === undefined ? undefined : parse(body.toString())
  if (typeof json !== 'object' || json === null) return usual
  try {
    const own: unknown = definition?.errorOf?.(json) ?? undefined
    if (own === undefined) return usual
    if (!isRefusal(own)) throw new TypeError('errorOf() must return { message, code?, param? } or nothing')
    return { ...usual, message: clip(own.message), code: own.code ?? usual.code, param: own.param ?? usual.param }
  } catch (cause) {
    return { ...usual, cause: cause ?? new Error('errorOf() threw nothing') }
  }
}

function isRefusal(value: unknown): value is VendorRefusal {
  return (
    isRecord(value) && typeof value['message'] === 'string' && [value['code'], value['param']].every(text => text === undefined || typeof text === 'string')
  )
}

function explained(told: VendorError, status: number, { definition, keys }: Refuser): VendorError {
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
export function brokenOff(error: GatewayError): GatewayError {
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

/** Reads the vendors' shapes of an error: `error.message`, `error` as text, `message`, `detail`, also below `message`; else the text itself. */
function vendorError(body: Buffer, headers: ReplyHeaders, members: readonly string[]): VendorError {
  const text = body.toString().trim()
  const parsed = parse(text)
  const root = Array.isArray(parsed) ? (parsed[0] as unknown) : parsed
  const awsType = headers['x-amzn-errortype']
  const named = typeof awsType === 'string' ? awsType.replace(/:.*$/, '') : null
  if (!isRecord(root)) return { message: plainText(text), code: named, param: null, further: {} }
  const error = isRecord(root['error']) ? root['error'] : root
  return {
    message: clip(messageOf(root, error) ?? (Object.values(root).some(value => value !== null) ? text : '')),
    code: textOf(error['code'] ?? root['code']) ?? named ?? textOf(root['__type'])?.replace(/^.*#/, '') ?? null,
    param: typeof error['param'] === 'string' ? error['param'] : null,
    retryAfterMs: retryInfoMs(error),
    further: Object.fromEntries(members.flatMap(name => (typeof error[name] === 'string' ? [[name, error[name]]] : []))),
  }
}

function messageOf(root: Record<string, unknown>, error: Record<string, unknown>): string | null {
  const said = error['message'] ?? root['error'] ?? root['message'] ?? root['Message']
  const message = textOf(said) ?? detailOf(root['detail'] ?? (isRecord(said) ? said['detail'] : undefined))
  const raw = isRecord(error['metadata']) ? textOf(error['metadata']['raw']) : null
  return raw !== null && (message === null || message === '' || message.startsWith('Provider returned')) ? raw : message
}

/** FastAPI's validators: text, or a list of places and messages. */
function detailOf(detail: unknown): string | null {
  if (!Array.isArray(detail)) return textOf(detail)
  return detail
    .filter(isRecord)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : ''}: ${String(msg)}`)
    .join('; ')
}

/** A page from a proxy becomes its words. */
function plainText(text: string): string {
  if (!text.startsWith('<')) return clip(text)
  return clip(
    text
      .replace(/<(script|style)\b[^]*?<\/\1>/gi, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

/** As callers get it, in whole seconds, whatever way the provider says it. */
function retryAfterHeader({ 'retry-after': said }: ReplyHeaders, now: number): readonly string[] {
  const waitMs = waitIn(said, now)
  return waitMs === undefined ? [] : ['retry-after', String(Math.ceil(waitMs / 1000))]
}

/** The wait that a provider asks for, in milliseconds: `retry-after-ms`, else seconds or a date. */
export function retryAfter(headers: ReplyHeaders, now: number): number | undefined {
  const exact = Number(headers['retry-after-ms'])
  if (headers['retry-after-ms'] !== undefined && Number.isFinite(exact)) return Math.max(0, exact)
  return waitIn(headers['retry-after'], now)
}

/** @param said seconds, or a date */
function waitIn(said: ReplyHeaders[string], now: number): number | undefined {
  if (typeof said !== 'string') return undefined
  const seconds = Number(said)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(said) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/** The wait that Google asks for inside an error, in milliseconds: the `RetryInfo` among its `details`, `{"retryDelay": "12.5s"}`. */
export function retryInfoMs({ details }: Readonly<Record<string, unknown>>): number | undefined {
  if (!Array.isArray(details)) return undefined
  const delays = details.filter(isRecord).map(({ retryDelay }) => /^(\d+(?:\.\d+)?)s$/.exec(textOf(retryDelay) ?? '')?.[1])
  const seconds = delays.find(delay => delay !== undefined)
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : null
}

function clip(text: string): string {
  return text.length > messageLimit ? `${text.slice(0, messageLimit)}…` : text
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
