/** A kept stream that leaves once more, event by event, as fast as the client takes it or about as fast as it came. */

import type { Clock, Timer } from '../../../core/services/clock.ts'
import { splitEvents } from '../../../core/stream/borders.ts'
import type { ReplyStream } from '../../../core/upstream/reply.ts'
import type { Pace } from './directives.ts'

const longestGapMs = 250
const longestMs = 10_000

type Taker = Parameters<ReplyStream['start']>[0]

interface Piece {
  readonly bytes: Buffer
  /** Milliseconds since the first. */
  readonly dueMs: number
}

export class Replay implements ReplyStream {
  readonly #clock: Clock
  readonly #pieces: readonly Piece[]
  #next = 0
  #startedAt = 0
  #taker: Taker | undefined
  #isPaused = false
  #timer: Timer | undefined

  /** @param marks of the entry; without any, everything leaves at once */
  constructor(clock: Clock, body: Buffer, marks: readonly number[] = [], pace: Pace = 'instant') {
    this.#clock = clock
    this.#pieces = piecesOf(body, pace === 'paced' ? dueTimes(marks) : [])
  }

  /** Whether all of it has left. */
  get isOver(): boolean {
    return this.#next === this.#pieces.length
  }

  start(taker: Taker): void {
    this.#taker = taker
    this.#startedAt = this.#clock.elapsed()
    this.#go()
  }

  pause(): void {
    this.#isPaused = true
    this.#timer?.cancel()
  }

  resume(): void {
    this.#isPaused = false
    this.#go()
  }

  abort(): void {
    this.#taker = undefined
    this.#timer?.cancel()
  }

  #go(): void {
    while (this.#taker !== undefined && !this.#isPaused) {
      const piece = this.#pieces[this.#next]
      if (piece === undefined) return this.#end(this.#taker)
      const waitMs = this.#startedAt + piece.dueMs - this.#clock.elapsed()
      if (waitMs > 0) return this.#wait(waitMs)
      this.#next += 1
      this.#taker.events(piece.bytes)
    }
  }

  #wait(ms: number): void {
    this.#timer = this.#clock.after(ms, () => this.#go())
  }

  #end(taker: Taker): void {
    this.#taker = undefined
    taker.ended()
  }
}

interface Due {
  readonly at: number
  readonly ms: number
}

/** When what begins at each mark shall leave: no gap is long, and all of it does not take long. */
function dueTimes(marks: readonly number[]): readonly Due[] {
  const dues: Due[] = []
  let [before, ms] = [0, 0]
  for (let i = 0; i + 1 < marks.length; i += 2) {
    const [at = 0, leftMs = 0] = marks.slice(i, i + 2)
    ms += Math.min(leftMs - before, longestGapMs)
    before = leftMs
    dues.push({ at, ms })
  }
  return ms > longestMs ? dues.map(due => ({ ...due, ms: (due.ms * longestMs) / ms })) : dues
}

function piecesOf(body: Buffer, dues: readonly Due[]): readonly Piece[] {
  let [at, next, dueMs] = [0, 0, 0]
  return splitEvents(body).map(({ bytes }) => {
    for (let due = dues[next]; due !== undefined && due.at <= at; due = dues[++next]) dueMs = due.ms
    at += bytes.length
    return { bytes, dueMs }
  })
}
