/** Chooses how the body of a reply is read. */

import type { Exchange } from '../../pipeline/exchange.ts'
import { framingFacts } from '../../stream/framing.ts'
import { AdaptedBody } from './adapted-body.ts'
import { decoded } from './decoded.ts'
import { EventBody } from './event-body.ts'
import { OpaqueBody } from './opaque-body.ts'
import { ErrorBody, PlainBody } from './plain-body.ts'
import { RawBody } from './raw-body.ts'
import type { BodyReader, Reading } from './reading.ts'
import { TranslatedEventBody, TranslatedPlainBody } from '../translation/translated-body.ts'

/** The reader that status, type and attempt ask for. */
export function bodyReader(reading: Reading): BodyReader {
  const { exchange, status, headers, attempt } = reading
  const { translation, adaptation } = attempt
  const isSuccess = status >= 200 && status < 300
  if (exchange.forward !== undefined && (!isSuccess || !exchange.readable || isEmpty(exchange, status))) return new RawBody(reading)
  if (!isSuccess) return decoded(reading, ErrorBody)
  const type = String(headers['content-type'] ?? '').toLowerCase()
  if (exchange.forward !== undefined) exchange.streamed = isEventStream(type)
  if (translation !== undefined) return decoded(reading, framingFacts(translation.framing).types.test(type) ? TranslatedEventBody : TranslatedPlainBody)
  if (type.startsWith('text/event-stream')) return decoded(reading, EventBody)
  // Policy that must see a reply sees it, or it does not leave, whatever the provider calls it.
  if (exchange.forward !== undefined && !type.includes('json') && !exchange.plan.guardsReplies) return new RawBody(reading)
  if (adaptation !== undefined) return decoded(reading, AdaptedBody)
  if (isOpaque(exchange, type)) return decoded(reading, OpaqueBody)
  return decoded(reading, PlainBody)
}

function isEventStream(type: string): boolean {
  return type.startsWith('text/event-stream') || type.startsWith('application/vnd.amazon.eventstream')
}

/** A page from a proxy is no answer. */
function isOpaque({ dialect, operation, forward }: Exchange, type: string): boolean {
  return forward === undefined && dialect?.opaqueReplies?.has(operation) === true && !/json|html/.test(type)
}

function isEmpty(exchange: Exchange, status: number): boolean {
  return exchange.request.method === 'HEAD' || status === 204
}
