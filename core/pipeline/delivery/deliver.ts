/** Hands a reply to the caller: plain, as events that flow through the stream taps, or as bytes that go by. */

import { GatewayError } from '../../errors.ts'
import { BufferedDelivery } from './buffered-delivery.ts'
import { complete } from '../complete.ts'
import type { Exchange } from '../exchange.ts'
import { guarded } from './guarded.ts'
import { answerBegan } from './pace.ts'
import { RawDelivery } from './raw-delivery.ts'
import type { Reply } from '../../upstream/reply.ts'
import { sendError, sendWhole } from './respond.ts'
import type { Sink } from './sink.ts'
import { StreamDelivery } from './stream-delivery.ts'

/** Delivers what was said. What takes longer than a moment resolves when the last byte was handed over, or the caller left. */
export function deliver(exchange: Exchange, sink: Sink, said: Reply | GatewayError): Promise<void> | undefined {
  if (exchange.gone) abandon(exchange, said)
  else if (said instanceof GatewayError) sendError(exchange, sink, said)
  else {
    exchange.reply = said
    if (said.stream !== undefined) return deliverStream(exchange, sink, said)
    if (exchange.slowdown > 0) return sendSlowly(exchange, sink, said)
    sendPlain(exchange, sink, said)
  }
  return undefined
}

/** A caller who leaves while it waits has left before there was anything to send. */
async function sendSlowly(exchange: Exchange, sink: Sink, said: Reply): Promise<void> {
  try {
    await exchange.sleep((exchange.clock.elapsed() - answerBegan(exchange)) * exchange.slowdown)
  } catch (cause) {
    if (exchange.gone) return abandon(exchange)
    if (cause instanceof GatewayError) return sendError(exchange, sink, cause)
    throw cause
  }
  sendPlain(exchange, sink, said)
}

function sendPlain(exchange: Exchange, sink: Sink, said: Reply): void {
  const refusal = sendWhole(exchange, sink, said)
  if (refusal !== undefined) sendError(exchange, sink, refusal)
}

function deliverStream(exchange: Exchange, sink: Sink, said: Reply): Promise<void> | undefined {
  if (said.framing === 'bytes') return new RawDelivery(exchange, sink, said).done
  const { rule, buffered, lastTaps, openTaps } = exchange.plan.streamFrom(exchange.answeredBy, exchange.dialect)
  if (buffered || !exchange.streamed) return new BufferedDelivery(exchange, sink, said, rule).done
  const running = guarded(() => {
    for (const open of openTaps) open(exchange)
    return rule?.open(exchange)
  })
  if (!(running instanceof GatewayError)) return new StreamDelivery(exchange, sink, said, running, lastTaps).done
  said.stream?.abort()
  sendError(exchange, sink, running)
  return undefined
}

/** The caller left before there was anything to send. */
export function abandon(exchange: Exchange, said?: Reply | GatewayError): void {
  if (said !== undefined && !(said instanceof GatewayError)) said.stream?.abort()
  exchange.status = 499
  complete(exchange)
}
