/** When keys were used last: at most one write a minute for each, behind the requests. */

import type { Clock, Timer } from '../../core/index.ts'
import { update, type Records } from '../../core/storage/records.ts'
import type { Entry } from './entry.ts'

/** A document of the collection, under the id of the key. */
export interface KeyUse {
  /** Milliseconds since 1970. */
  readonly last_used_at: number
}

const betweenWritesMs = 60_000
const gatheredMs = 1_000

export class LastUse {
  readonly #clock: Clock
  readonly #failed: (cause: unknown) => void
  #records: Records<KeyUse> | undefined
  #noted = new Map<string, number>()
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()

  /** @param failed told why uses could not be written; they are then forgotten */
  constructor(clock: Clock, failed: (cause: unknown) => void) {
    this.#clock = clock
    this.#failed = failed
  }

  keepIn(records: Records<KeyUse>): void {
    this.#records = records
  }

  note(entry: Entry, now: number): void {
    if (now - entry.notedAt < betweenWritesMs) return
    entry.notedAt = now
    this.#noted.set(entry.id, now)
    this.#timer ??= this.#clock.after(gatheredMs, () => {
      void this.flush()
    })
  }

  /** Writes what was noted. Never rejects. */
  flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const noted = this.#noted
    this.#noted = new Map()
    return (this.#writing = this.#writing.then(() => this.#write(noted)).catch(this.#failed))
  }

  /** Another replica may have written within the minute. */
  async #write(noted: ReadonlyMap<string, number>): Promise<void> {
    for (const [id, at] of noted) {
      if (this.#records !== undefined)
        await update(this.#records, id, current =>
          current !== undefined && at - current.value.last_used_at < betweenWritesMs ? undefined : { last_used_at: at },
        )
    }
  }
}
