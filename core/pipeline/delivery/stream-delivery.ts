/** Server-sent events go to the caller as they flow, through the joined stream taps if there are any. */

import { GatewayError } from '../../errors.ts'
import type { StreamEvent } from '../../stream/event.ts'
import type { RunningRule } from '../../stream/rule.ts'
import { StreamTail } from '../../stream/tail.ts'
import { complete } from '../complete.ts'
import { endingOf, eventHeaders, failureEvent, reportedError, sendError, sendHead, streamIncomplete } from './respond.ts'
import type { Sink } from './sink.ts'
import type { Exchange } from '../exchange.ts'
import { Flow } from './flow.ts'
import { guarded } from './guarded.ts'
import { KeepAlive } from './keep-alive.ts'
import { LastEvent, type LastTap } from './last-event.ts'
import { Blocked } from '../verdict.ts'
import { FellSilent } from '../../upstream/bodies/fell-silent.ts'
import type { Ending, Reply } from '../../upstream/reply.ts'
import { joinedBytes } from '../../joined-bytes.ts'

const nothing = Buffer.alloc(0)

export class StreamDelivery {
  readonly done: Promise<void>
  readonly #exchange: Exchange
  readonly #sink: Sink
  readonly #reply: Reply
  readonly #flow: Flow
  readonly #rule: RunningRule | undefined
  readonly #tail: StreamTail
  readonly #withholdUsage: boolean
  readonly #keepAlive: KeepAlive | undefined
  /** Keeps back what ends the answer, where somebody must see it first. */
  readonly #end: LastEvent | undefined
  /** What ends the answer has begun to leave. */
  #isEnding = false
  /** The last events, once they told that the answer is complete. */
  #whole: readonly StreamEvent[] | undefined
  #lastBytes: Buffer = nothing
  #length = 0

  constructor(exchange: Exchange, sink: Sink, reply: Reply, rule: RunningRule | undefined, lastTaps: readonly LastTap[] = []) {
    this.#exchange = exchange
    this.#sink = sink
    this.#reply = reply
    this.#rule = rule
    const attempt = exchange.attempts.at(-1)
    this.#withholdUsage = attempt?.askForUsage === true && attempt.translation === undefined
    this.#tail = new StreamTail(exchange.dialect?.stream.countsFromStart === true && attempt?.translation === undefined)
    this.#flow = new Flow(exchange, sink, reply)
    this.#end = this.#watchEnd(lastTaps)
    this.#keepAlive = attempt !== undefined && attempt.translation === undefined ? undefined : this.#watchSilence()
    this.done = this.#keepAlive === undefined ? this.#flow.done : this.#flow.done.finally(() => this.#keepAlive?.cancel())
    exchange.readUsageFrom(() => reply.streamUsage(() => exchange.dialect?.stream.usage(this.#tail.ends)))
    exchange.readStreamEndsFrom(() => ({ events: this.#tail.ends, bytes: this.#length }))
    this.#flow.start({ events: bytes => this.#events(bytes), ended: broken => this.#ended(broken), left: () => this.#rule?.close() })
  }

  #events(bytes: Buffer): void {
    this.#tail.push(bytes)
    this.#length += bytes.length
    if (this.#rule === undefined) this.#send(bytes)
    else this.#sendThrough(this.#rule, bytes)
  }

  /** What came together with a block does not leave before it while nothing has left: the block has its status then. */
  #sendThrough(rule: RunningRule, bytes: Buffer): void {
    const leaving: Buffer[] = []
    const refusal = guarded(() => rule.pass(bytes, leaving))
    if (this.#sink.committed || !(refusal instanceof Blocked)) this.#send(joinedBytes(leaving))
    if (refusal !== undefined) this.#cut(refusal)
  }

  /** Writes whole events, but for the one that nobody but the gateway asked for. */
  #send(events: Buffer): void {
    const withheld = this.#withholdUsage ? this.#exchange.dialect?.stream.usageOnly(events) : undefined
    if (withheld === undefined) return this.#write(events)
    this.#write(events.subarray(0, withheld.start))
    this.#write(events.subarray(withheld.end))
  }

  #write(bytes: Buffer): void {
    if (bytes.length === 0) return
    if (this.#end === undefined) this.#leave(bytes)
    else this.#end.take(bytes)
  }

  #leave(bytes: Buffer): void {
    if (!this.#sink.committed) this.#sendHead()
    this.#lastBytes = bytes
    this.#keepAlive?.wrote()
    if (this.#endsAnswer(bytes)) this.#complete()
    this.#flow.write(bytes)
  }

  /** Whether the caller has the whole answer with these bytes, whenever the provider closes the stream: it is recorded before they leave. */
  #endsAnswer(bytes: Buffer): boolean {
    this.#isEnding ||= this.#hasEnd(bytes)
    return this.#isEnding && this.#tail.isWhole && this.#ending(undefined) === 'complete'
  }

  /** Of what leaves as it was made here, whoever made it knows without a search. */
  #hasEnd(bytes: Buffer): boolean {
    const findEnd = (this.#rule?.format ?? this.#exchange.dialect?.stream)?.answerEnd
    if (findEnd === undefined) return false
    const { ending } = this.#reply
    return ending === undefined || this.#rule !== undefined || this.#end !== undefined ? findEnd(bytes) >= 0 : ending === 'complete'
  }

  /** Where the dialect has an event for that, a caller who has begun to listen hears it while the provider is silent. */
  #watchSilence(): KeepAlive | undefined {
    const idle = this.#exchange.dialect?.stream.idle
    if (idle === undefined) return undefined
    const event = Buffer.from(idle.event)
    return new KeepAlive(this.#exchange.clock, idle.afterMs, () => {
      if (this.#sink.committed && !this.#flow.isStalled) this.#flow.write(event)
    })
  }

  #watchEnd(taps: readonly LastTap[]): LastEvent | undefined {
    const findEnd = this.#exchange.dialect?.stream.answerEnd
    if (taps.length === 0 || findEnd === undefined) return undefined
    return LastEvent.awaited({ exchange: this.#exchange, taps, findEnd, leave: bytes => this.#leave(bytes), refuse: error => this.#refuseEnd(error, findEnd) })
  }

  /** What ends the answer must not leave: an error stands in its place, or is all the answer if nothing has left. */
  #refuseEnd(error: GatewayError, findEnd: (events: Buffer) => number): void {
    if (!this.#sink.committed) return this.#cut(error)
    this.#flow.cut()
    const left = this.#tail.events.findLast(({ bytes, isDone }) => !isDone && findEnd(bytes) < 0)
    this.#finish(failureEvent(this.#exchange, error, this.#rule?.format, left))
  }

  #sendHead(): void {
    const { status, headers } = this.#reply
    sendHead(this.#exchange, this.#sink, status, this.#exchange.forward === undefined ? eventHeaders(headers) : headers)
  }

  #ended(broken: GatewayError | undefined): void {
    if (this.#end === undefined) this.#conclude(broken)
    else this.#end.end(() => this.#conclude(broken))
  }

  #conclude(broken: GatewayError | undefined): void {
    const rule = this.#rule
    const ending = this.#ending(broken)
    if (ending === 'cut' && broken instanceof FellSilent && !this.#sink.committed) return this.#cut(broken)
    const rest = rule === undefined ? undefined : guarded(() => rule.end())
    if (rest instanceof GatewayError) return this.#cut(rest)
    if (ending === 'failed') this.#exchange.error = broken ?? reportedError(this.#exchange, this.#tail.events)
    const failure = ending === 'cut' ? (broken ?? reportedError(this.#exchange, this.#tail.events) ?? streamIncomplete(this.#exchange)) : undefined
    const last = [...(rest ?? []), ...(failure === undefined ? [] : [this.#border(), this.#failure(failure)])]
    this.#finish(joinedBytes(last))
  }

  /** How a provider's own API ends its streams is its own affair, unless it breaks off (passthrough). */
  #ending(broken: GatewayError | undefined): Ending {
    const { dialect, forward } = this.#exchange
    if (dialect === undefined || (forward !== undefined && broken === undefined)) return 'complete'
    const known = this.#reply.ending
    if (known !== undefined) return known
    const { events } = this.#tail
    if (events === this.#whole) return 'complete'
    const ending = endingOf(this.#exchange, this.#reply, events)
    if (ending === 'complete') this.#whole = events
    return ending
  }

  /** Policy ends the stream: with its status if nothing has left yet, else as a valid end of the dialect. */
  #cut(refusal: GatewayError): void {
    this.#flow.cut()
    if (!this.#sink.committed) {
      this.#rule?.close()
      sendError(this.#exchange, this.#sink, refusal instanceof Blocked ? refusal.ofAnswer() : refusal)
      return this.#flow.finish()
    }
    this.#exchange.error = refusal
    const closing =
      refusal instanceof Blocked ? Buffer.from((this.#rule?.format ?? this.#exchange.dialect?.stream)?.cut(this.#rule?.last) ?? '') : this.#failure(refusal)
    this.#finish(closing)
  }

  /** The taps on `complete` find what those on `stream` made of it. */
  #complete(): void {
    this.#rule?.close()
    complete(this.#exchange)
  }

  #failure(error: GatewayError): Buffer {
    return failureEvent(this.#exchange, error, this.#rule?.format, this.#tail.events.at(-1))
  }

  #finish(last: Buffer): void {
    if (!this.#sink.committed) this.#sendHead()
    this.#complete()
    this.#sink.end(last)
    this.#flow.finish()
  }

  /** An event that was cut in the middle is closed, so that the one that follows is heard. */
  #border(): Buffer {
    const end = this.#lastBytes.subarray(-2).toString('latin1')
    return this.#lastBytes.length === 0 || end === '\n\n' || end === '\r\r' || this.#lastBytes.subarray(-4).equals(crlfTwice) ? nothing : Buffer.from('\n\n')
  }
}

const crlfTwice = Buffer.from('\r\n\r\n')
