/** Who holds how much under which key, and until when. */

import type { Hold } from './state.ts'

class Holds {
  readonly #byHolder = new Map<string, Hold>()
  /** When the first of them may lapse. */
  #nextMs = Number.POSITIVE_INFINITY
  #sum = 0

  get isEmpty(): boolean {
    return this.#byHolder.size === 0
  }

  put(hold: Hold): void {
    this.release(hold.holder)
    this.#byHolder.set(hold.holder, hold)
    this.#sum += hold.amount
    this.#nextMs = Math.min(this.#nextMs, hold.untilMs)
  }

  release(holder: string): void {
    const known = this.#byHolder.get(holder)
    if (known === undefined) return
    this.#byHolder.delete(holder)
    this.#sum -= known.amount
  }

  sumAt(nowMs: number): number {
    if (nowMs >= this.#nextMs) this.#lapse(nowMs)
    return this.#sum
  }

  #lapse(nowMs: number): void {
    for (const [holder, { untilMs }] of this.#byHolder) if (untilMs <= nowMs) this.release(holder)
    this.#nextMs = Math.min(Number.POSITIVE_INFINITY, ...[...this.#byHolder.values()].map(({ untilMs }) => untilMs))
  }
}

export class HoldTable {
  readonly #byKey = new Map<string, Holds>()

  put(hold: Hold): void {
    let holds = this.#byKey.get(hold.key)
    if (holds === undefined) this.#byKey.set(hold.key, (holds = new Holds()))
    holds.put(hold)
  }

  release(key: string, holder: string): void {
    const holds = this.#byKey.get(key)
    holds?.release(holder)
    if (holds?.isEmpty === true) this.#byKey.delete(key)
  }

  sumOf(key: string, nowMs: number): number {
    return this.#byKey.get(key)?.sumAt(nowMs) ?? 0
  }

  /** Drops what has lapsed. */
  sweep(nowMs: number): void {
    for (const [key, holds] of this.#byKey) {
      holds.sumAt(nowMs)
      if (holds.isEmpty) this.#byKey.delete(key)
    }
  }
}
