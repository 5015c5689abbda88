/** Hands a reply to the caller: plain, as events that flow through the stream taps, or as bytes that go by. */

import { GatewayError } from '../errors.ts'
import { BufferedDelivery } from './buffered-delivery.ts'
import { complete } from './complete.ts'
import type { Exchange } from './exchange.ts'
import { RawDelivery } from './raw-delivery.ts'
import type { Reply } from '../upstream/reply.ts'
import { refuse, sendWhole } from './respond.ts'
import type { Sink } from './sink.ts'
import { guarded, StreamDelivery } from './stream-delivery.ts'

/** Delivers what was said. What takes longer than a moment resolves when the last byte was handed over, or the caller left. */
export function deliver(exchange: Exchange, sink: Sink, said: Reply | GatewayError): Promise<void> | undefined {
  if (exchange.gone) return void abandon(exchange, said)
  if (said instanceof GatewayError) return void refuse(exchange, sink, said)
  exchange.reply = said
  if (said.stream === undefined) return void sendWhole(exchange, sink, said)
  if (said.framing === 'bytes') return new RawDelivery(exchange, sink, said).done
  const { rule, buffered } = exchange.plan.streamFrom(exchange.answeredBy)
  if (buffered || !exchange.streamed) return new BufferedDelivery(exchange, sink, said, rule).done
  const running = guarded(() => rule?.open(exchange))
  if (!(running instanceof GatewayError)) return new StreamDelivery(exchange, sink, said, running).done
  said.stream.abort()
  return void refuse(exchange, sink, running)
}

/** The caller left before there was anything to send. */
export function abandon(exchange: Exchange, said?: Reply | GatewayError): void {
  if (said !== undefined && !(said instanceof GatewayError)) said.stream?.abort()
  exchange.status = 499
  complete(exchange)
}
