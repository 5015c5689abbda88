/** Writes the counters that end with the process down, so that a restart does not forget them; of several that may write, the newest alone does. */

import { Conflict, type Clock, type Timer, type VolatileCounters } from '../../core/index.ts'
import type { Records } from '../../core/storage/records.ts'
import type { CounterValues } from '../../core/services/state.ts'

/** The one document. */
export interface KeptCounters {
  readonly counters: CounterValues
}

const id = 'counters'
const prefix = 'rate:'
/** Processes that count by the same numbers end together. */
const mostTries = 10

export interface CounterKeeperOptions {
  readonly records: Records<KeptCounters>
  readonly counters: VolatileCounters
  /** Whether other processes write the same numbers. */
  readonly isShared: boolean
  readonly clock: Clock
  /** 0: only at the end. */
  readonly everyMs: number
  readonly failed: (cause: unknown) => void
}

export class CounterKeeper {
  readonly #options: CounterKeeperOptions
  #hasBegun = false
  #revision = 0
  #written = ''
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  /** A newer process writes now. */
  #isReplaced = false

  constructor(options: CounterKeeperOptions) {
    this.#options = options
  }

  /** Takes over what the process before wrote. @throws what the store throws */
  async open(): Promise<void> {
    const { records, counters, clock } = this.#options
    const known = await records.get(id)
    if (known !== undefined) await counters.restore(known.value.counters, clock.now())
  }

  /** Takes over the right to write, which who never serves leaves to who does; writes from time to time, from now on. */
  start(): void {
    if (!this.#hasBegun) this.#writing = this.#take(1).catch(this.#options.failed)
    this.#hasBegun = true
    if (this.#options.everyMs > 0 && this.#timer === undefined) this.#arm()
  }

  /** Behind writings that are under way. */
  write(isLast = false): Promise<void> {
    return (this.#writing = this.#writing.then(() => this.#write(isLast, 1)).catch(this.#options.failed))
  }

  async close(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#hasBegun) await this.write(true)
  }

  /** What stands there stays, also what another one writes at this moment. */
  async #take(tries: number): Promise<void> {
    const { records } = this.#options
    const known = await records.get(id)
    try {
      this.#revision = (await records.put(id, { counters: known?.value.counters ?? {} }, { expected: known?.revision ?? 0 })).revision
    } catch (cause) {
      if (!(cause instanceof Conflict) || tries === mostTries) throw cause
      await this.#take(tries + 1)
    }
  }

  #arm(): void {
    this.#timer = this.#options.clock.after(this.#options.everyMs, () => {
      void this.write().then(() => {
        if (this.#timer !== undefined) this.#arm()
      })
    })
  }

  async #write(isLast: boolean, tries: number): Promise<void> {
    if (this.#isReplaced) return
    const { records, isShared } = this.#options
    const counters = await this.#options.counters.save(prefix, isLast)
    const text = JSON.stringify(counters)
    if (counters === undefined || text === this.#written) return
    try {
      this.#revision = (await records.put(id, { counters }, { expected: this.#revision })).revision
      this.#written = text
    } catch (cause) {
      if (!(cause instanceof Conflict) || (isShared && tries === mostTries)) throw cause
      if (!isShared) return void (this.#isReplaced = true)
      // What another one wrote meanwhile is older than what is read now.
      this.#revision = (await records.get(id))?.revision ?? 0
      await this.#write(isLast, tries + 1)
    }
  }
}
