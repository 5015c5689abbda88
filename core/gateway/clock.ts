/** Real time. Waits of one length share a timer: thousands of them are started and cancelled every second, and hardly one runs out. */

import { ownTimer, type Clock, type Timer } from '../services/clock.ts'
import { LinkedList, type Entry } from '../linked-list.ts'

/** Whole seconds are what configuration says and many exchanges wait for; any other wait is rare, and gets a timer of its own. */
const sharedStepMs = 1_000

const queues = new Map<number, WaitQueue>()

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    if (ms % sharedStepMs !== 0) return ownTimer(ms, callback)
    let queue = queues.get(ms)
    if (queue === undefined) queues.set(ms, (queue = new WaitQueue(ms)))
    return queue.add(callback)
  },
}

/** Waits of one length end in the order in which they began. */
class WaitQueue {
  readonly #ms: number
  readonly #waits = new LinkedList<Wait>()
  #isSet = false

  constructor(ms: number) {
    this.#ms = ms
  }

  add(callback: () => void): Timer {
    if (!this.#isSet) this.#set(this.#ms)
    return new Wait(this.#waits, performance.now() + this.#ms, callback)
  }

  /** The process need not stay for it: who waits is kept up by their connection. */
  #set(ms: number): void {
    this.#isSet = true
    setTimeout(() => this.#fire(), ms).unref()
  }

  /** Those who wait again meanwhile, as whatever looks every so often does, need no timer of their own. */
  #fire(): void {
    const now = performance.now()
    try {
      for (let entry = this.#waits.first; entry !== undefined && (entry.value as Wait).due <= now; entry = this.#waits.first) {
        this.#waits.remove(entry)
        entry.value?.callback()
      }
    } finally {
      const next = this.#waits.first?.value
      if (next === undefined) this.#end()
      else this.#set(next.due - now)
    }
  }

  #end(): void {
    this.#isSet = false
    queues.delete(this.#ms)
  }
}

class Wait implements Timer {
  readonly due: number
  readonly callback: () => void
  readonly #waits: LinkedList<Wait>
  readonly #entry: Entry<Wait>

  constructor(waits: LinkedList<Wait>, due: number, callback: () => void) {
    this.due = due
    this.callback = callback
    this.#waits = waits
    this.#entry = waits.add(this)
  }

  cancel(): void {
    this.#waits.remove(this.#entry)
  }
}
