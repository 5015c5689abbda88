/** A body of server-sent events: established with its first event that carries data, then handed on event by event. */

import { GatewayError } from '../../errors.ts'
import { Reply } from '../reply.ts'
import type { StreamFormat } from '../../plugin/dialect.ts'
import { EventSplitter, firstEvent, lacksOnlyBlankLine } from '../../stream/borders.ts'
import { emptyFailure, eventFault, faultFailure } from '../failure.ts'
import { endToEnd } from './raw-body.ts'
import { RunningStream } from './running-stream.ts'
import type { BodyReader, Reading } from './reading.ts'

export class EventBody implements BodyReader {
  readonly flows = true
  readonly #reading: Reading
  readonly #stream: RunningStream
  readonly #splitter: EventSplitter
  readonly #format: StreamFormat | undefined
  /** What a provider's own API streams goes back as it is (passthrough). */
  readonly #isForwarded: boolean
  /** Nobody looks into it, so that it stays as long as it is. */
  readonly #isRelayed: boolean
  /** Comments that came before the first event. */
  #early: Buffer[] = []
  #established = false

  constructor(reading: Reading) {
    this.#reading = reading
    this.#stream = new RunningStream(reading.call)
    const { rule, buffered } = reading.exchange.plan.streamFrom(Number.POSITIVE_INFINITY, reading.exchange.dialect)
    this.#isRelayed = rule === undefined && !buffered
    this.#splitter = new EventSplitter(this.#isRelayed ? 'relay' : 'read')
    this.#format = reading.exchange.dialect?.stream
    this.#isForwarded = reading.exchange.forward !== undefined
  }

  data(chunk: Buffer): void {
    try {
      const events = this.#splitter.push(chunk)
      if (events !== undefined) this.#take(events)
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause
      this.#reading.call.abort()
      this.broken(cause)
    }
  }

  end(): void {
    const isPiece = this.#splitter.midEvent
    const rest = this.#splitter.rest()
    if (rest !== undefined && (this.#isForwarded || isPiece || lacksOnlyBlankLine(rest))) this.#take(rest)
    if (this.#isForwarded && !this.#established) this.#establish()
    if (this.#established) this.#stream.finish()
    else this.#settleEmpty()
  }

  broken(error: GatewayError): void {
    if (this.#established) this.#stream.finish(error)
    else if (error.code === 'event_too_large') this.#reading.settle(faultFailure(error))
    else this.#settleEmpty()
  }

  #take(events: Buffer): void {
    if (this.#established) return this.#stream.put(events)
    this.#early.push(events)
    if (this.#isForwarded) return this.#establish()
    const first = firstEvent(events)
    if (first === undefined || first.isDone) return
    const fault = eventFault(first, this.#format, this.#reading.attempt.target.provider)
    if (fault !== undefined) {
      this.#reading.call.abort()
      return this.#reading.settle(faultFailure(fault, this.#reading.attempt.target.provider))
    }
    this.#establish()
  }

  #establish(): void {
    const { attempt, status, settle } = this.#reading
    this.#established = true
    const own = this.#headers()
    settle(new Reply({ status, headers: own, stream: this.#stream, framing: 'events', target: attempt.target }))
    for (const events of this.#early) this.#stream.put(events)
    this.#early = []
  }

  #headers(): readonly string[] {
    const { headers } = this.#reading
    if (!this.#isForwarded) return ['Content-Type', String(headers['content-type'])]
    const { 'content-length': length, ...others } = headers
    return endToEnd(this.#isRelayed ? { ...others, 'content-length': length } : others)
  }

  #settleEmpty(): void {
    const { attempt, settle } = this.#reading
    settle(emptyFailure(attempt.target.provider.name, 'an empty stream'))
  }
}
