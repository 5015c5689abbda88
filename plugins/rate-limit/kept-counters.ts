/** Writes the counters of this process down, so that a restart does not forget them; of several processes, the newest alone does. */

import { Conflict, type Clock, type Records, type Timer, type VolatileCounters } from '../../core/index.ts'

/** The one document. */
export interface KeptCounters {
  readonly counters: ReturnType<VolatileCounters['save']>
}

const id = 'counters'
const prefix = 'rate:'

export interface CounterKeeperOptions {
  readonly records: Records<KeptCounters>
  readonly counters: VolatileCounters
  readonly clock: Clock
  /** 0: only at the end. */
  readonly everyMs: number
  readonly failed: (cause: unknown) => void
}

export class CounterKeeper {
  readonly #options: CounterKeeperOptions
  #revision = 0
  #written = ''
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  /** A newer process writes now. */
  #isReplaced = false

  constructor(options: CounterKeeperOptions) {
    this.#options = options
  }

  /** Takes over what the process before wrote, and its right to write. @throws what the store throws */
  async open(): Promise<void> {
    const { records, counters, clock } = this.#options
    const known = await records.get(id)
    if (known !== undefined) counters.restore(known.value.counters, clock.now())
    this.#revision = (await records.put(id, { counters: known?.value.counters ?? {} })).revision
  }

  /** Writes from time to time, from now on. */
  start(): void {
    if (this.#options.everyMs > 0 && this.#timer === undefined) this.#arm()
  }

  /** Behind writings that are under way. */
  write(): Promise<void> {
    return this.#writing = this.#writing.then(() => this.#write()).catch(this.#options.failed)
  }

  async close(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    await this.write()
  }

  #arm(): void {
    this.#timer = this.#options.clock.after(this.#options.everyMs, () => {
      void this.write().then(() => { if (this.#timer !== undefined) this.#arm() })
    })
  }

  async #write(): Promise<void> {
    if (this.#isReplaced) return
    const counters = this.#options.counters.save(prefix)
    const text = JSON.stringify(counters)
    if (text === this.#written) return
    try {
      this.#revision = (await this.#options.records.put(id, { counters }, { expected: this.#revision })).revision
      this.#written = text
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause
      this.#isReplaced = true
    }
  }
}
