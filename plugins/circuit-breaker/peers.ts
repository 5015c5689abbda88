/** One breaker in several processes: each tells the others what it sees, and one of them at a time sends a probe. */

import { randomUUID } from 'node:crypto'
import type { Clock, Processes } from '../../core/index.ts'
import type { Breaker, BreakerNews } from './breaker.ts'

/** What others are told, and for how long they are waited for; nobody reads what they say. */
const subject = 'circuit-breaker'
/** What one that begins asks the others. */
const standings = 'circuit-breaker-standings'
const patienceMs = 1_000

/** Something about one of the breakers. */
export interface TaggedNews {
  readonly name: BreakerName
  readonly news: BreakerNews
}

/** Whose breaker it is; the model is empty where all of a provider's have one. */
export interface BreakerName {
  readonly provider: string
  readonly model: string
}

export class Peers {
  readonly #processes: Processes
  readonly #clock: Clock
  readonly #holder = randomUUID()

  constructor(processes: Processes, clock: Clock) {
    this.#processes = processes
    this.#clock = clock
  }

  tell(name: BreakerName, news: BreakerNews): void {
    this.#processes.ask(subject, { name, news }, patienceMs).catch(() => {}) // the first process is gone, and so are the others soon
  }

  /**
   * Takes over what others tell, and to begin with how their breakers stand.
   * @param own how the breakers stand here, for those who begin later @returns how to end that
   */
  follow(find: (name: BreakerName) => Breaker | undefined, own: () => readonly TaggedNews[]): () => void {
    const withdraw = [
      this.#processes.answer(subject, ({ name, news }: TaggedNews) => {
        find(name)?.hear(news)
      }),
      this.#processes.answer(standings, own),
    ]
    this.#catchUp(find).catch(() => {}) // alone
    return () => {
      for (const end of withdraw) end()
    }
  }

  /** What this process has seen itself meanwhile is newer. */
  async #catchUp(find: (name: BreakerName) => Breaker | undefined): Promise<void> {
    const answers = (await this.#processes.ask(standings, {}, patienceMs)) as readonly (readonly TaggedNews[] | undefined)[]
    for (const { name, news } of answers.flatMap(answer => answer ?? [])) {
      const breaker = find(name)
      if (breaker?.state === 'closed') breaker.hear(news)
    }
  }

  /** Asks to send a probe. @returns what to call when it is over; undefined where another process sends one */
  async probe({ provider, model }: BreakerName, forMs: number): Promise<(() => void) | undefined> {
    const { state } = this.#processes
    const now = this.#clock.now()
    const hold = { key: `breaker:${provider}:${model}`, holder: this.#holder, amount: 1, untilMs: now + forMs }
    const { admitted } = await state.claim([{ hold, limit: 1 }], now)
    if (!admitted) return undefined
    return () => {
      Promise.resolve(state.settle({ releases: [hold], adds: [] }, this.#clock.now())).catch(() => {})
    } // it lapses
  }
}
