/** A stream that policy must see whole: collected, reviewed as a plain reply, then sent. */

import { GatewayError, gatewayError } from '../../errors.ts'
import { splitEvents } from '../../stream/borders.ts'
import type { StreamEvent } from '../../stream/event.ts'
import type { StreamRule } from '../../stream/rule.ts'
import { endingOf, eventHeaders, failureEvent, isReplayable, reportedError, sendError, sendHead, sendWhole, streamIncomplete } from './respond.ts'
import type { Sink } from './sink.ts'
import { asRefusal } from '../as-refusal.ts'
import { complete } from '../complete.ts'
import type { Exchange } from '../exchange.ts'
import { Flow } from './flow.ts'
import { passWhole } from './guarded.ts'
import { KeepAlive } from './keep-alive.ts'
import { policyFailure } from '../tap-failure.ts'
import { Blocked } from '../verdict.ts'
import { Reply } from '../../upstream/reply.ts'
import { review } from '../review.ts'

const heldLimit = 4 * 1024 * 1024
/** What a waiting caller is sent where their dialect has nothing of its own for that. */
const comfort = { afterMs: 15_000, event: ': tapline-buffering\n\n' }

export class BufferedDelivery {
  readonly done: Promise<void>
  readonly #exchange: Exchange
  readonly #sink: Sink
  readonly #reply: Reply
  readonly #flow: Flow
  readonly #rule: StreamRule | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  /** All of them, once the provider's side is over. */
  #events: readonly StreamEvent[] | undefined

  constructor(exchange: Exchange, sink: Sink, reply: Reply, rule: StreamRule | undefined) {
    this.#exchange = exchange
    this.#sink = sink
    this.#reply = reply
    this.#rule = rule
    this.#flow = new Flow(exchange, sink, reply)
    const keepAlive = exchange.streamed ? this.#comfort() : undefined
    this.done = keepAlive === undefined ? this.#flow.done : this.#flow.done.finally(() => keepAlive.cancel())
    exchange.readUsageFrom(() => reply.streamUsage(() => exchange.dialect?.stream.usage(this.#come)))
    exchange.readStreamEndsFrom(() => ({ events: this.#come, bytes: this.#bytes }))
    this.#flow.start({
      events: bytes => this.#collect(bytes),
      ended: broken => {
        void this.#over(broken)
      },
    })
  }

  /** The events that have come, for whoever accounts for them: the caller may leave before the last. */
  get #come(): readonly StreamEvent[] {
    return this.#events ?? splitEvents(Buffer.concat(this.#chunks))
  }

  #collect(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes <= heldLimit) return
    this.#flow.cut()
    this.#fail(gatewayError('response_too_large', `the answer has more than ${heldLimit} bytes, which policy must see whole`))
  }

  async #over(broken: GatewayError | undefined): Promise<void> {
    const { dialect } = this.#exchange
    if (dialect === undefined) return this.#fail(streamIncomplete(this.#exchange))
    try {
      const events = (this.#events = this.#come)
      this.#unshadow(events)
      const failure = this.#failureOf(events, broken)
      if (failure !== undefined) return this.#fail(failure)
      const whole = new Reply({
        status: 200,
        headers: ['Content-Type', 'application/json'],
        body: dialect.stream.assemble(events),
        ...(this.#reply.target === undefined ? {} : { target: this.#reply.target }),
      })
      this.#send(await review(this.#exchange, whole), whole)
    } catch (cause) {
      if (this.#exchange.gone) return
      this.#fail(asRefusal(this.#exchange, cause))
    }
  }

  /** What policy is not shown of an event does not leave either. */
  #unshadow(events: readonly StreamEvent[]): void {
    if (!this.#exchange.plan.guardsReplies) return
    const changed = events.filter(event => event.document?.unshadow() === true)
    if (changed.length > 0) this.#chunks = events.map(event => event.render())
  }

  /** Why the answer is not whole, if it is not: it was cut, or the provider reported an error. */
  #failureOf(events: readonly StreamEvent[], broken: GatewayError | undefined): GatewayError | undefined {
    if (endingOf(this.#exchange, this.#reply, events) === 'complete') return undefined
    return broken ?? reportedError(this.#exchange, events) ?? streamIncomplete(this.#exchange)
  }

  /** The original events if nothing changed them, else the stream that the changed reply would have been. */
  #send(said: Reply | GatewayError, whole: Reply): void {
    if (this.#exchange.gone) return
    if (said instanceof GatewayError) return this.#fail(said)
    const untouched = said === whole && said.document?.edited !== true && this.#exchange.streamed
    if (this.#sink.committed && !untouched && !isReplayable(this.#exchange, said)) return this.#fail(this.#untold(said))
    const refusal = untouched ? this.#sendOriginal() : sendWhole(this.#exchange, this.#sink, said)
    if (refusal !== undefined) return this.#fail(refusal)
    this.#flow.finish()
  }

  /** The stream has begun, and policy says what no event can tell. */
  #untold({ status }: Reply): GatewayError {
    this.#exchange.log.warn({ status }, 'a plugin answered with a reply that cannot be told in a stream that has begun')
    return policyFailure('request')
  }

  #sendOriginal(): GatewayError | undefined {
    const bytes = Buffer.concat(this.#chunks)
    const out = this.#rule === undefined ? bytes : passWhole(this.#exchange, this.#rule, bytes)
    if (out instanceof GatewayError) return out
    const { dialect } = this.#exchange
    const attempt = this.#exchange.attempts.at(-1)
    const span = attempt?.askForUsage === true && attempt.translation === undefined ? dialect?.stream.usageOnly(out) : undefined
    if (!this.#sink.committed) this.#sendHead()
    complete(this.#exchange)
    this.#sink.end(span === undefined ? out : Buffer.concat([out.subarray(0, span.start), out.subarray(span.end)]))
    return undefined
  }

  #fail(error: GatewayError): void {
    if (!this.#sink.committed) sendError(this.#exchange, this.#sink, error)
    else {
      const event = failureEvent(this.#exchange, error)
      const cut = error instanceof Blocked ? this.#exchange.dialect?.stream.cut(undefined) : undefined
      complete(this.#exchange)
      this.#sink.end(cut === undefined ? event : Buffer.from(cut))
    }
    this.#flow.finish()
  }

  #sendHead(): void {
    sendHead(this.#exchange, this.#sink, 200, eventHeaders(['Content-Type', 'text/event-stream; charset=utf-8']))
  }

  /** While the caller waits, something that means nothing keeps the connection alive. */
  #comfort(): KeepAlive {
    const { afterMs, event } = this.#exchange.dialect?.stream.idle ?? comfort
    const bytes = Buffer.from(event)
    return new KeepAlive(this.#exchange.clock, afterMs, () => {
      if (!this.#sink.committed) this.#sendHead()
      this.#flow.write(bytes)
    })
  }
}
