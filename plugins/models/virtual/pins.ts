/** Which target a session keeps to: in this process, or in the numbers that several share. */

import { LRUCache } from 'lru-cache'
import type { Clock, State } from '../../../core/index.ts'

const idleMs = 6 * 3_600_000
const mostPins = 10_000
/** A shared pin is written anew when it was not for so long. */
const renewMs = 3_600_000

type Now<T> = T | Promise<T>

export interface Pins {
  get(key: string): Now<number | undefined>
  /** Pins an option. @param instead what was pinned before and is of no use now. @returns what is pinned then: another process may have been first */
  pin(key: string, index: number, instead: number | undefined): Now<number>
}

export class MemoryPins implements Pins {
  readonly #clock: Clock
  readonly #pins = latest<{ readonly index: number; readonly until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(key: string): number | undefined {
    const pin = this.#pins.get(key)
    return pin === undefined || pin.until <= this.#clock.now() ? undefined : this.pin(key, pin.index)
  }

  pin(key: string, index: number): number {
    this.#pins.set(key, { index, until: this.#clock.now() + idleMs })
    return index
  }
}

/** A pin is a counter that has the option's index, plus one: only one of several writers can count up from nothing. */
export class SharedPins implements Pins {
  readonly #state: State
  readonly #clock: Clock
  /** What this process knows: when it wrote last, and what holds while nobody can be asked. */
  readonly #own: MemoryPins
  readonly #renewed = latest<number>()

  constructor(state: State, clock: Clock) {
    this.#state = state
    this.#clock = clock
    this.#own = new MemoryPins(clock)
  }

  async get(key: string): Promise<number | undefined> {
    try {
      const [standing] = await this.#state.read([{ counter: nameOf(key) }], this.#clock.now())
      const index = standing === undefined || standing.current === 0 ? undefined : standing.current - 1
      if (index !== undefined) await this.#renew(key, index)
      return index
    } catch {
      return this.#own.get(key)
    }
  }

  async pin(key: string, index: number, instead: number | undefined): Promise<number> {
    this.#own.pin(key, index)
    try {
      if (instead !== undefined) await this.#state.forget([nameOf(key)])
      return await this.#claim(key, index)
    } catch {
      return index
    }
  }

  async #claim(key: string, index: number): Promise<number> {
    const now = this.#clock.now()
    const { admitted, standings } = await this.#state.claim(
      [{ counter: { counter: nameOf(key), add: index + 1, expiresAtMs: now + idleMs }, limit: index + 1 }],
      now,
    )
    this.#renewed.set(key, now)
    return admitted ? index : (standings[0]?.current ?? index + 1) - 1
  }

  /** Whoever uses a pin keeps it from running out. */
  async #renew(key: string, index: number): Promise<void> {
    this.#own.pin(key, index)
    const now = this.#clock.now()
    const last = this.#renewed.peek(key)
    if (last === undefined) this.#renewed.set(key, now)
    if (last === undefined || now - last < renewMs) return
    await this.#state.forget([nameOf(key)])
    await this.#claim(key, index)
  }
}

/** By size, not by number: room for all of them is made when they come, not at once. */
function latest<V extends object | number>(): LRUCache<string, V> {
  return new LRUCache({ maxSize: mostPins, sizeCalculation: () => 1 })
}

function nameOf(key: string): string {
  return `pin:${key}`
}
