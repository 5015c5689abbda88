/** Lets an answer take longer to leave than it took to come. The provider is paused meanwhile, so that little is held. */

import type { GatewayError } from '../../errors.ts'
import type { Clock, Timer } from '../../services/clock.ts'
import type { ReplyStream } from '../../upstream/reply.ts'
import type { Exchange } from '../exchange.ts'

/** What may wait before the provider is paused: as much as lies in its socket anyway. */
const mostHeldBytes = 64 * 1024

type Taker = Parameters<ReplyStream['start']>[0]

interface Held {
  /** Undefined for the end. */
  readonly bytes: Buffer | undefined
  readonly broken?: GatewayError | undefined
  readonly dueAt: number
}

/** Where the time of the answer begins to count: with the call that was answered. */
export function answerBegan({ attempts, startedAt }: Exchange): number {
  return attempts.at(-1)?.startedAt ?? startedAt
}

/** The stream as it shall leave. */
export function paced(exchange: Exchange, stream: ReplyStream): ReplyStream {
  return exchange.slowdown > 0 ? new PacedStream(stream, exchange.slowdown, exchange.clock, answerBegan(exchange)) : stream
}

export class PacedStream implements ReplyStream {
  readonly #stream: ReplyStream
  readonly #factor: number
  readonly #clock: Clock
  readonly #beganAt: number
  #taker: Taker | undefined
  #held: Held[] = []
  #heldBytes = 0
  #timer: Timer | undefined
  /** The caller cannot take more now. */
  #isCallerFull = false
  #pausedAt: number | undefined
  #pausedMs = 0

  constructor(stream: ReplyStream, factor: number, clock: Clock, beganAt: number) {
    this.#stream = stream
    this.#factor = factor
    this.#clock = clock
    this.#beganAt = beganAt
  }

  start(taker: Taker): void {
    this.#taker = taker
    this.#stream.start({
      events: bytes => this.#hold({ bytes, dueAt: this.#due() }),
      ended: broken => this.#hold({ bytes: undefined, broken, dueAt: this.#due() }),
    })
  }

  pause(): void {
    this.#isCallerFull = true
    this.#pauseUpstream()
  }

  resume(): void {
    this.#isCallerFull = false
    this.#release()
  }

  abort(): void {
    this.#timer?.cancel()
    this.#held = []
    this.#taker = undefined
    this.#stream.abort()
  }

  /** When what comes now shall leave. While the provider was paused, nothing was measured. */
  #due(): number {
    return this.#clock.elapsed() + (this.#clock.elapsed() - this.#beganAt - this.#pausedMs) * this.#factor
  }

  #hold(held: Held): void {
    this.#held.push(held)
    this.#heldBytes += held.bytes?.length ?? 0
    if (this.#heldBytes > mostHeldBytes) this.#pauseUpstream()
    this.#timer ??= this.#clock.after(held.dueAt - this.#clock.elapsed(), () => this.#release())
  }

  #release(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const now = this.#clock.elapsed()
    while (!this.#isCallerFull && this.#held[0] !== undefined && this.#held[0].dueAt <= now) this.#give(this.#held.shift() as Held)
    const next = this.#held[0]
    if (next !== undefined && !this.#isCallerFull) this.#timer = this.#clock.after(next.dueAt - now, () => this.#release())
    if (this.#taker !== undefined && this.#heldBytes <= mostHeldBytes && !this.#isCallerFull) this.#resumeUpstream()
  }

  #give({ bytes, broken }: Held): void {
    this.#heldBytes -= bytes?.length ?? 0
    if (bytes === undefined) this.#taker?.ended(broken)
    else this.#taker?.events(bytes)
  }

  #pauseUpstream(): void {
    if (this.#pausedAt !== undefined) return
    this.#pausedAt = this.#clock.elapsed()
    this.#stream.pause()
  }

  #resumeUpstream(): void {
    if (this.#pausedAt === undefined) return
    this.#pausedMs += this.#clock.elapsed() - this.#pausedAt
    this.#pausedAt = undefined
    this.#stream.resume()
  }
}
