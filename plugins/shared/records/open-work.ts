/** Work that stands open in the store: one replica does each piece of it, begun anew where another left off. */

import type { Clock, Timer } from '../../../core/services/clock.ts'
import { Lease, type LeaseRecord } from '../../../core/storage/lease.ts'
import type { Records } from '../../../core/storage/records.ts'

/** How long a piece lies idle at most after its replica died. */
const leaseMs = 10_000

export interface OpenWorkParts {
  /** Names the pieces' leases, with the id of each behind it. */
  readonly name: string
  readonly leases: Records<LeaseRecord>
  readonly clock: Clock
  /** How often somebody looks for pieces at which nobody works. */
  readonly lookMs: number
  /** The ids of the pieces at which somebody should work now. */
  due(): Promise<readonly string[]>
  /** @param signal the work is no longer ours */
  work(id: string, signal: AbortSignal): Promise<void>
  /** Told why work failed, or the look for it where no id is given: of looks that fail one after the other, of the first. */
  failed(cause: unknown, id: string | undefined): void
}

export class OpenWork {
  readonly #parts: OpenWorkParts
  readonly #running = new Map<string, Promise<void>>()
  readonly #closed = new AbortController()
  #timer: Timer | undefined
  #couldLook = true

  constructor(parts: OpenWorkParts) {
    this.#parts = parts
  }

  start(): void {
    void this.#look()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#timer?.cancel()
    await Promise.allSettled(this.#running.values())
  }

  /** Works on a piece now, unless somebody does. @returns when this replica has done what it can for now */
  kick(id: string): Promise<void> {
    const running = this.#running.get(id)
    if (running !== undefined) return running
    if (this.#closed.signal.aborted) return Promise.resolve()
    const work = this.#work(id).finally(() => this.#running.delete(id))
    this.#running.set(id, work)
    return work
  }

  async #work(id: string): Promise<void> {
    const { name, leases, clock, work } = this.#parts
    try {
      await new Lease({ records: leases, id: `${name}_${id}`, clock, ttlMs: leaseMs }).run(
        async lost => await work(id, AbortSignal.any([lost, this.#closed.signal])),
      )
    } catch (cause) {
      this.#tell(cause, id)
    }
  }

  async #look(): Promise<void> {
    const { clock, lookMs, due } = this.#parts
    try {
      for (const id of await due()) void this.kick(id)
      this.#couldLook = true
    } catch (cause) {
      if (this.#couldLook) this.#tell(cause, undefined)
      this.#couldLook = false
    }
    if (this.#closed.signal.aborted) return
    this.#timer = clock.after(lookMs, () => {
      void this.#look()
    })
  }

  /** What fails because this replica ends is left to the next one. */
  #tell(cause: unknown, id: string | undefined): void {
    if (!this.#closed.signal.aborted) this.#parts.failed(cause, id)
  }
}
