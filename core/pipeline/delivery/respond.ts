/** Writes heads, errors and whole replies in the caller's dialect. */

import { JsonDocument, JsonError } from '../../document/document.ts'
import { errorEnvelope, GatewayError, gatewayError } from '../../errors.ts'
import { areSendable, sendable } from '../../flat-headers.ts'
import { memoize } from '../../memoize.ts'
import { uriComponent } from '../../uri-component.ts'
import { complete } from '../complete.ts'
import type { Exchange } from '../exchange.ts'
import type { StreamEvent } from '../../stream/event.ts'
import { FellSilent } from '../../upstream/bodies/fell-silent.ts'
import { asFault } from '../../upstream/bodies/netted.ts'
import { eventFault } from '../../upstream/failure.ts'
import { withoutSending } from '../../upstream/headers/header-names.ts'
import type { Ending, Reply } from '../../upstream/reply.ts'
import { warningHeaders } from '../warning.ts'
import { passWhole } from './guarded.ts'
import type { Sink } from './sink.ts'

/** Answers with an error in the caller's dialect. A stream that fell silent before any of it left is a timeout. */
export function sendError(exchange: Exchange, sink: Sink, cause: GatewayError): void {
  const error = cause instanceof FellSilent ? cause.ofAnswer() : cause
  exchange.error = error
  const body = (exchange.refusalDialect ?? exchange.dialect)?.error(error, exchange.id) ?? errorEnvelope(error)
  sendHead(exchange, sink, error.status, [...withoutSending(errorHeaders(error)), 'Content-Type', 'application/json', 'Content-Length', String(body.length)])
  complete(exchange)
  sink.end(body)
}

/** Sends a reply that is there as a whole; as events, if events were asked for and can tell it. @returns why nothing was sent, where a stream tap refuses it */
export function sendWhole(exchange: Exchange, sink: Sink, reply: Reply): GatewayError | undefined {
  if (exchange.streamed && isReplayable(exchange, reply)) return sendAsEvents(exchange, sink, reply)
  const body = reply.body ?? Buffer.alloc(0)
  const headers = withoutSending(reply.headers)
  sendHead(exchange, sink, reply.status, reply.status === 204 ? headers : [...headers, 'Content-Length', String(body.length)])
  complete(exchange)
  sink.end(body)
  return undefined
}

/** Whether events of the caller's dialect can tell it: a success that the dialect takes for a reply. */
export function isReplayable({ dialect, operation }: Exchange, reply: Reply): boolean {
  if (dialect === undefined || reply.status < 200 || reply.status > 299) return false
  try {
    const { document } = reply
    return document?.root.kind === 'object' && dialect.fault(document, operation, '') === undefined
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause
    return false
  }
}

function sendAsEvents(exchange: Exchange, sink: Sink, reply: Reply): GatewayError | undefined {
  const { dialect, body: request, plan, answeredBy } = exchange
  if (dialect === undefined || reply.body === undefined) throw new TypeError('there is nothing to replay')
  const withUsage = request !== undefined && dialect.asksForUsage(request)
  const replayed = Buffer.from(dialect.stream.replay(JsonDocument.parse(reply.body), withUsage))
  const { replayRule } = plan.streamFrom(answeredBy, dialect)
  const events = replayRule === undefined ? replayed : passWhole(exchange, replayRule, replayed)
  if (events instanceof GatewayError) return events
  if (!sink.committed) sendHead(exchange, sink, reply.status, eventHeaders(['Content-Type', 'text/event-stream; charset=utf-8']))
  complete(exchange)
  sink.end(events)
  return undefined
}

/** Sends status and headers: those of the reply, and those that every reply of the gateway has. What plugins say that cannot be sent is logged and left out. */
export function sendHead(exchange: Exchange, sink: Sink, status: number, headers: readonly string[]): void {
  exchange.firstByteAt = exchange.clock.elapsed()
  const { replyHeaders } = exchange
  const all = allHeaders(exchange, headers, replyHeaders)
  if (isStatus(status) && areSendable(all) && withoutSending(replyHeaders) === replyHeaders) return writeHead(exchange, sink, status, all)
  exchange.log.error({ status, headers: [...headers, ...replyHeaders] }, 'a plugin or a provider gave a status or headers that cannot be sent')
  writeHead(exchange, sink, isStatus(status) ? status : 500, allHeaders(exchange, sendable(headers), withoutSending(sendable(replyHeaders))))
}

function isStatus(status: number): boolean {
  return status >= 200 && status <= 999 && Number.isInteger(status)
}

function allHeaders({ id, reply, error, warnings, plan }: Exchange, headers: readonly string[], replyHeaders: readonly string[]): string[] {
  const all = [...headers, 'X-Request-ID', id, 'request-id', id]
  const provider = error?.provider ?? reply?.target?.provider.name
  if (provider !== undefined) all.push('X-Tapline-Provider', spelledName(provider))
  if (replyHeaders.length > 0) all.push(...replyHeaders)
  if (warnings.length > 0) all.push(...warningHeaders(warnings, plan.compatHeaders))
  return all
}

/** A name may have any letters, a header only some. */
const spelledName = memoize((name: string) => (areSendable(['X-Tapline-Provider', name]) ? name : uriComponent(name)))

function writeHead(exchange: Exchange, sink: Sink, status: number, headers: readonly string[]): void {
  exchange.status = status
  const { replyHeaderEdits: edits } = exchange
  exchange.sentHeaders = edits.length === 0 ? headers : sendable(edits.reduce((edited, edit) => edit.flat(edited), headers))
  sink.head(status, exchange.sentHeaders)
}

/** The headers of a stream of events. */
export function eventHeaders(own: readonly string[]): string[] {
  return [...own, 'Cache-Control', 'no-cache', 'X-Accel-Buffering', 'no']
}

/** An error as the last event of a stream that has begun. @param format the one that knows this stream, if any does */
export function failureEvent(exchange: Exchange, error: GatewayError, format = exchange.dialect?.stream, last?: StreamEvent): Buffer {
  exchange.error = error
  return Buffer.from(format?.failure(error, exchange.id, last) ?? '')
}

/** How a stream ended. What only the provider's type sees in its events is told to the caller, unless the end has left. */
export function endingOf(exchange: Exchange, { ending, target }: Reply, events: readonly StreamEvent[]): Ending {
  const said = ending ?? exchange.dialect?.stream.ending(events) ?? 'complete'
  const isSettled = ending !== undefined || said === 'failed' || target?.provider.definition.fault === undefined
  if (isSettled || reportedError(exchange, events) === undefined) return said
  return events.some(({ isDone }) => isDone) ? 'failed' : 'cut'
}

/** The error that the provider reports amid its stream. */
export function reportedError(exchange: Exchange, events: readonly StreamEvent[]): GatewayError | undefined {
  for (const event of events) {
    const error = errorIn(event, exchange)
    if (error !== undefined) return error
  }
  return undefined
}

/** The events of a translation are the gateway's own. */
function errorIn(event: StreamEvent, exchange: Exchange): GatewayError | undefined {
  const { dialect, reply, attempts } = exchange
  const provider = reply?.target?.provider
  const attempt = attempts.at(-1)
  if (provider === undefined || attempt === undefined || attempt.translation !== undefined) return dialect?.stream.error(event, provider?.name ?? '')
  try {
    return eventFault(event, dialect?.stream, provider)
  } catch (cause) {
    return asFault(cause, { exchange, attempt })
  }
}

export function streamIncomplete(exchange: Exchange): GatewayError {
  const provider = exchange.reply?.target?.provider.name
  return gatewayError(
    'stream_incomplete',
    `${provider ?? 'the provider'} ended the stream before its answer was complete`,
    provider === undefined ? {} : { provider },
  )
}

function errorHeaders({ headers, retryAfterMs, shouldRetry, status }: GatewayError): string[] {
  const flat = [...headers]
  if (retryAfterMs !== undefined) flat.push('Retry-After', String(Math.max(0, Math.ceil(retryAfterMs / 1000))))
  if (shouldRetry !== undefined) flat.push('x-should-retry', String(shouldRetry))
  if (status === 401) flat.push('WWW-Authenticate', 'Bearer')
  return flat
}
