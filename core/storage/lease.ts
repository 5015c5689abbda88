/** Work that one replica at a time does: whoever holds the lease does it, and whoever stops renewing it loses it. */

import { randomUUID } from 'node:crypto'
import type { Clock, Timer } from '../services/clock.ts'
import { Conflict, type Records } from './records.ts'

/** What the store keeps of a lease. */
export interface LeaseRecord {
  readonly holder: string
  /** Milliseconds since 1970, from when on another may take it. */
  readonly until: number
}

export interface LeaseOptions {
  readonly records: Records<LeaseRecord>
  /** Names the work. */
  readonly id: string
  readonly clock: Clock
  /** How long the work lies idle at most after its holder died. The clocks of replicas may differ by a sixth of it. */
  readonly ttlMs?: number
  /** Who holds it; one of no other lease. */
  readonly holder?: string
}

/** What is held. */
interface Hold {
  readonly lost: AbortController
  revision: number
  renewal: Timer
  end: Timer
  /** The renewal under way. */
  renewing: Promise<void>
}

/**
 * @example
 * await new Lease({ records: storage.records('leases'), id: 'usage_retention', clock }).run(async signal => {
 *   while (!signal.aborted && await deleteSome()) {}
 * })
 */
export class Lease {
  readonly #records: Records<LeaseRecord>
  readonly #id: string
  readonly #clock: Clock
  readonly #ttlMs: number
  readonly #holder: string
  #isAsked = false
  #hold: Hold | undefined

  constructor({ records, id, clock, ttlMs = 30_000, holder = randomUUID() }: LeaseOptions) {
    this.#records = records
    this.#id = id
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.#holder = holder
  }

  /**
   * Does work if nobody else is at it. The lease is renewed meanwhile, and released in the end.
   * @param work ends as soon as it can when the signal is aborted: the lease was lost
   * @returns whether it was ours to do
   */
  async run(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const signal = await this.acquire()
    if (signal === undefined) return false
    try {
      await work(signal)
    } finally {
      await this.release()
    }
    return true
  }

  /** @returns a signal that is aborted when the lease is lost; undefined if it is held, by whomever */
  async acquire(): Promise<AbortSignal | undefined> {
    if (this.#isAsked || this.#hold !== undefined) return undefined
    this.#isAsked = true
    try {
      const askedAt = this.#clock.elapsed()
      const revision = await this.#take()
      return revision === undefined ? undefined : this.#begin(revision, askedAt)
    } finally {
      this.#isAsked = false
    }
  }

  /** Lets others have it. Harmless if it is not held, or was lost. */
  async release(): Promise<void> {
    const hold = this.#hold
    if (hold === undefined) return
    this.#stop(hold)
    await hold.renewing
    // Whatever fails here, it runs out by itself.
    await this.#records.delete(this.#id, hold.revision).catch(() => {})
  }

  async #take(): Promise<number | undefined> {
    const current = await this.#records.get(this.#id)
    const isFree = current === undefined || current.value.until <= this.#clock.now() || current.value.holder === this.#holder
    return isFree ? await this.#write(current?.revision ?? 0) : undefined
  }

  /** @returns the new revision; undefined if somebody came between */
  async #write(expected: number): Promise<number | undefined> {
    try {
      return (await this.#records.put(this.#id, { holder: this.#holder, until: this.#clock.now() + this.#ttlMs }, { expected })).revision
    } catch (cause) {
      if (cause instanceof Conflict) return undefined
      throw cause
    }
  }

  #begin(revision: number, askedAt: number): AbortSignal {
    const lost = new AbortController()
    const hold: Hold = (this.#hold = { lost, revision, renewing: Promise.resolve(), end: this.#endOf(askedAt), renewal: this.#nextRenewal() })
    return hold.lost.signal
  }

  /** The holder gives up before others may begin. */
  #endOf(askedAt: number): Timer {
    return this.#clock.after(Math.max(0, askedAt + (this.#ttlMs * 5) / 6 - this.#clock.elapsed()), () => this.#lose())
  }

  #nextRenewal(): Timer {
    return this.#clock.after(this.#ttlMs / 3, () => {
      const hold = this.#hold
      if (hold !== undefined) hold.renewing = this.#renew(hold).catch(() => {}) // the store is away: the next renewal may still come in time
    })
  }

  async #renew(hold: Hold): Promise<void> {
    hold.renewal = this.#nextRenewal()
    const askedAt = this.#clock.elapsed()
    const revision = (await this.#write(hold.revision)) ?? (await this.#answerLost())
    if (this.#hold !== hold) return void (hold.revision = revision ?? hold.revision)
    if (revision === undefined) return this.#lose()
    hold.revision = revision
    hold.end.cancel()
    hold.end = this.#endOf(askedAt)
  }

  /** @returns the revision that a renewal of ours made, though its answer never came */
  async #answerLost(): Promise<number | undefined> {
    const current = await this.#records.get(this.#id)
    return current?.value.holder === this.#holder ? current.revision : undefined
  }

  #lose(): void {
    const hold = this.#hold
    if (hold === undefined) return
    this.#stop(hold)
    hold.lost.abort()
  }

  #stop(hold: Hold): void {
    hold.renewal.cancel()
    hold.end.cancel()
    this.#hold = undefined
  }
}
