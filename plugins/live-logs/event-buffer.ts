/** The latest events, for those who come back. */

/** As it is sent: to all who take its kind. */
export interface SentEvent {
  readonly seq: number
  /** Undefined of what everybody is told. */
  readonly kind: string | undefined
  readonly bytes: Buffer
}

export class EventBuffer {
  readonly #most: number
  readonly #replayLimit: number
  /** By their numbers, which may have gaps: while another configuration finishes what it began, it counts, too. */
  #events: SentEvent[] = []

  constructor({ bufferSize, replayLimit }: { readonly bufferSize: number; readonly replayLimit: number }) {
    this.#most = Math.min(bufferSize, replayLimit + 1)
    this.#replayLimit = replayLimit
  }

  add(event: SentEvent): void {
    this.#events.push(event)
    if (this.#events.length > this.#most) this.#events.shift()
  }

  clear(): void {
    this.#events = []
  }

  /**
   * What came behind an event, if all of that is here, and not too much.
   * @param last the number of the latest event that there was
   */
  behind(cursor: number, last: number): readonly SentEvent[] | undefined {
    const oldest = this.#events[0]?.seq ?? last + 1
    if (cursor > last || cursor < oldest - 1 || last - cursor > this.#replayLimit) return undefined
    return this.#events.filter(({ seq }) => seq > cursor)
  }
}
