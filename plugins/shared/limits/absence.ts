/** A shared state that is away: the log has it once when that begins, and once when it ends, however many calls meet it. */

import type { Logger } from 'pino'

export interface AbsenceWords {
  /** What becomes of calls meanwhile. */
  readonly away: string
  readonly back: string
}

export class Absence {
  readonly #log: Logger
  readonly #words: AbsenceWords
  #isAway = false

  constructor(log: Logger, words: AbsenceWords) {
    this.#log = log
    this.#words = words
  }

  begin(cause: unknown): void {
    if (!this.#isAway) this.#log.warn({ err: cause }, this.#words.away)
    this.#isAway = true
  }

  end(): void {
    if (this.#isAway) this.#log.info(this.#words.back)
    this.#isAway = false
  }
}
