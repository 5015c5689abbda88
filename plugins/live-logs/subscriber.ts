/** One who looks: takes events at their own pace, and is let go when they fall too far behind. */

import { gatewayError, type GatewayError, type ReplyStream } from '../../core/index.ts'
import type { SentEvent } from './event-buffer.ts'

/** So many events wait for one who cannot take more now. */
const longestQueue = 256

type Taker = Parameters<ReplyStream['start']>[0]

export class Subscriber implements ReplyStream {
  readonly #kinds: ReadonlySet<string>
  readonly #left: () => void
  #taker: Taker | undefined
  #queue: Buffer[]
  #isPaused = true
  #isOver = false
  #broken: GatewayError | undefined

  /**
   * @param opening what they are told first, however much that is
   * @param left called once when they are told nothing more
   */
  constructor(kinds: ReadonlySet<string>, opening: readonly SentEvent[], left: (subscriber: Subscriber) => void) {
    this.#kinds = kinds
    this.#left = () => left(this)
    this.#queue = this.#joined(opening)
  }

  tell(event: SentEvent): void {
    if (this.#isOver || !this.#takes(event)) return
    if (!this.#isPaused) this.#taker?.events(event.bytes)
    else if (this.#queue.length < longestQueue) this.#queue.push(event.bytes)
    else this.#end(gatewayError('stream_incomplete', 'the reader of the live logs fell too far behind'))
  }

  /** Breaks off. */
  cut(cause: Error): void {
    this.#end(gatewayError('stream_incomplete', 'the live logs broke off', { cause }))
  }

  /** Tells them a last thing. */
  finish(event: SentEvent): void {
    if (this.#isOver) return
    this.#queue.push(event.bytes)
    this.#end(undefined)
  }

  start(taker: Taker): void {
    this.#taker = taker
    this.resume()
    if (this.#isOver) taker.ended(this.#broken)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#giveQueued()
  }

  abort(): void {
    this.#taker = undefined
    this.#end(undefined)
  }

  #takes({ kind }: SentEvent): boolean {
    return kind === undefined || this.#kinds.has(kind)
  }

  /** As one, so that it counts as one in the queue. */
  #joined(events: readonly SentEvent[]): Buffer[] {
    const taken = events.filter(event => this.#takes(event))
    return taken.length === 0 ? [] : [Buffer.concat(taken.map(({ bytes }) => bytes))]
  }

  #giveQueued(): void {
    if (this.#queue.length === 0) return
    const bytes = Buffer.concat(this.#queue)
    this.#queue = []
    this.#taker?.events(bytes)
  }

  /** What waits for one who fell behind is given up; they come back for it. */
  #end(broken: GatewayError | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#broken = broken
    this.#left()
    if (broken !== undefined) this.#queue = []
    if (this.#taker === undefined) return
    this.#giveQueued()
    this.#taker.ended(broken)
  }
}
