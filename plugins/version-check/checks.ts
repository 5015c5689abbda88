/** Looks up the newest version now and then: one of all processes for all of them, and no more often because they start anew. */

import type { Clock, Timer } from '../../core/index.ts'
import type { Records } from '../../core/storage/records.ts'
import { SharedDocument } from '../../core/storage/shared-document.ts'

/** What all of them know. */
export interface Checked {
  /** The newest version; null until somebody said one. */
  readonly latest: string | null
  /** Milliseconds since 1970: when that was said, and when it was last asked for. */
  readonly checkedAt: number | null
  readonly askedAt: number
  /** How often it was asked for on one day (UTC). */
  readonly day: string
  readonly asked: number
}

export interface CheckFacts {
  readonly records: Records<Checked>
  readonly clock: Clock
  readonly intervalMs: number
  readonly mostInADay: number
  ask(): Promise<string>
  /** The newest version is known, or known anew. */
  found(latest: string): void
  /** Told why nobody could say it, or why what others found could not be read. */
  failed(cause: unknown): void
  unread(cause: unknown): void
}

const never: Checked = { latest: null, checkedAt: null, askedAt: 0, day: '', asked: 0 }

export class VersionChecks {
  readonly #facts: CheckFacts
  readonly #document: SharedDocument<Checked>
  #timer: Timer | undefined
  #isClosed = false

  constructor(facts: CheckFacts) {
    const { records, unread, found } = facts
    this.#facts = facts
    this.#document = new SharedDocument({
      records,
      id: 'newest',
      empty: never,
      failed: unread,
      changed: ({ latest }) => {
        if (latest !== null) found(latest)
      },
    })
  }

  get known(): Pick<Checked, 'latest' | 'checkedAt'> {
    return this.#document.content
  }

  /** Begins to look; whatever fails is tried again when it is time again. */
  start(): void {
    void this.#document
      .open()
      .catch(this.#facts.unread)
      .then(() => this.#look())
  }

  /** An answer that is still awaited is not waited for. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#document.close()
  }

  async #look(): Promise<void> {
    const { failed, clock, intervalMs } = this.#facts
    await this.#lookUp().catch(failed)
    if (this.#isClosed) return
    const sinceMs = clock.now() - this.#document.content.askedAt
    this.#timer = clock.after(sinceMs >= 0 && sinceMs < intervalMs ? intervalMs - sinceMs : intervalMs, () => {
      void this.#look()
    })
  }

  async #lookUp(): Promise<void> {
    if (this.#isClosed || !(await this.#claim())) return
    const latest = await this.#facts.ask()
    if (this.#isClosed) return
    const checkedAt = this.#facts.clock.now()
    await this.#document.change(content => ({ ...content, latest, checkedAt }))
  }

  /** Whether it is time, and this process is the one to ask. */
  async #claim(): Promise<boolean> {
    const { clock, intervalMs, mostInADay } = this.#facts
    const askedAt = clock.now()
    const day = new Date(askedAt).toISOString().slice(0, 10)
    let isMine = false
    await this.#document.change(content => {
      const asked = content.day === day ? content.asked : 0
      // Clocks of processes differ a little; one that is far ahead was wrong.
      isMine = Math.abs(askedAt - content.askedAt) >= intervalMs && asked < mostInADay
      return isMine ? { ...content, askedAt, day, asked: asked + 1 } : undefined
    })
    return isMine
  }
}
