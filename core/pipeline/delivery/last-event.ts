/** Keeps the event that ends a streamed answer back until the taps that must see it first are done with it. */

import { GatewayError } from '../../errors.ts'
import { isPromise } from '../../promise.ts'
import type { StreamTap } from '../../plugin/define.ts'
import { splitEvents } from '../../stream/borders.ts'
import type { StreamEvent } from '../../stream/event.ts'
import type { OnFailure } from '../../stream/rule.ts'
import type { Exchange } from '../exchange.ts'
import { policyFailure } from '../tap-failure.ts'
import { joinedBytes } from '../../joined-bytes.ts'

type Said = GatewayError | undefined

/** A tap on the last event, with everything about it decided. */
export interface LastTap {
  /** The instance's name. */
  readonly name: string
  readonly call: NonNullable<StreamTap['last']>
  /** Whether it is to see that of this exchange. */
  readonly awaits: (exchange: Exchange) => boolean
  /** Milliseconds; 0 is no limit. */
  readonly timeoutMs: number
  readonly onFailure: OnFailure
}

export interface LastEventOptions {
  readonly exchange: Exchange
  readonly taps: readonly LastTap[]
  /** Where the event that ends the answer begins inside events, or pieces of one; -1 if it does not. */
  readonly findEnd: (events: Buffer) => number
  /** Takes what leaves, with the edits of the taps. */
  readonly leave: (bytes: Buffer) => void
  readonly refuse: (error: GatewayError) => void
}

/** What grows larger is shown in its pieces. */
const heldLimit = 64 * 1024 * 1024

export class LastEvent {
  readonly #options: LastEventOptions
  #held: Buffer[] = []
  #heldBytes = 0
  #state: 'awaited' | 'incomplete' | 'shown' | 'over' = 'awaited'
  #whenOver: (() => void) | undefined

  private constructor(options: LastEventOptions) {
    this.#options = options
  }

  /** @returns undefined if none of the taps has anything to do with it: then a stream need not be searched for its end */
  static awaited(options: LastEventOptions): LastEvent | undefined {
    const taps = options.taps.filter(({ awaits }) => awaits(options.exchange))
    return taps.length === 0 ? undefined : new LastEvent({ ...options, taps })
  }

  /** Takes what is about to leave; what is not kept back leaves at once. */
  take(bytes: Buffer): void {
    if (this.#state === 'awaited') return this.#look(bytes)
    if (this.#state === 'over') return this.#options.leave(bytes)
    this.#hold(bytes)
    if (this.#state === 'incomplete') this.#show(this.#heldBytes > heldLimit)
  }

  /** The stream is over. @param then is called as soon as nothing is kept back any more */
  end(then: () => void): void {
    if (this.#state === 'incomplete') this.#show(true)
    if (this.#state === 'shown') this.#whenOver = then
    else then()
  }

  #look(bytes: Buffer): void {
    const at = this.#options.findEnd(bytes)
    if (at < 0) return this.#options.leave(bytes)
    if (at > 0) this.#options.leave(bytes.subarray(0, at))
    this.#state = 'incomplete'
    this.#hold(bytes.subarray(at))
    this.#show(false)
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
  }

  /** Shows the event to the taps, once it is whole. */
  #show(evenIncomplete: boolean): void {
    const [event, ...rest] = splitEvents(joinedBytes(this.#held))
    if (event === undefined || (event.malformed && !evenIncomplete)) return
    this.#state = 'shown'
    if (this.#options.exchange.plan.guardsReplies) event.document?.unshadow()
    this.#held = rest.map(({ bytes }) => bytes)
    const said = this.#ask(event, 0)
    if (isPromise(said))
      said.then(
        refusal => this.#settle(event, refusal),
        (reason: unknown) => this.#stopped(reason),
      )
    else this.#settle(event, said)
  }

  #ask(event: StreamEvent, from: number): Said | Promise<Said> {
    const { taps } = this.#options
    for (let index = from; index < taps.length; index++) {
      const said = this.#asked(taps[index] as LastTap, event)
      if (isPromise(said)) return said.then(late => late ?? this.#ask(event, index + 1))
      if (said !== undefined) return said
    }
    return undefined
  }

  #asked(tap: LastTap, event: StreamEvent): Said | Promise<Said> {
    const { exchange } = this.#options
    let said: Said | Promise<Said>
    if (tap.timeoutMs > 0) exchange.beginAsking()
    try {
      said = tap.call(event, exchange) as Said | Promise<Said>
    } catch (cause) {
      if (tap.timeoutMs > 0) exchange.endAsking()?.abort(cause)
      return this.#failed(tap, cause)
    }
    const work = tap.timeoutMs > 0 ? exchange.endAsking() : undefined
    if (!isPromise(said)) return said
    return exchange.orStopped(said, tap.timeoutMs).catch((cause: unknown) => {
      work?.abort(cause)
      return this.#failed(tap, cause)
    })
  }

  /** @throws the reason for which the exchange was stopped */
  #failed({ name, onFailure }: LastTap, cause: unknown): Said {
    const { exchange } = this.#options
    exchange.throwIfStopped()
    if (cause instanceof GatewayError) return cause
    return onFailure(name, cause, exchange) === 'open' ? undefined : policyFailure('answer', cause)
  }

  #settle(event: StreamEvent, refusal: Said): void {
    this.#state = 'over'
    if (refusal !== undefined) return this.#options.refuse(refusal)
    this.#options.leave(joinedBytes([event.render(), ...this.#held]))
    this.#held = []
    this.#whenOver?.()
  }

  /** Nobody listens any more, or the gateway must end: then the stream ends with that. */
  #stopped(reason: unknown): void {
    this.#state = 'over'
    if (reason instanceof GatewayError) this.#options.refuse(reason)
  }
}
