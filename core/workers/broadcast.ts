/** All workers together: what one of them asks is asked of all others. */

import type { Clock } from '../services/clock.ts'
import type { WorkerHandle } from './worker-handle.ts'
import { KeptAnswers } from './kept-answers.ts'
import type { AskedOfAll, Gathered, Gathering, Said } from './messages.ts'

export class Broadcast {
  readonly #clock: Clock
  readonly #workers = new Set<WorkerHandle>()
  readonly #kept = new KeptAnswers<WorkerHandle>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(worker: WorkerHandle): void {
    this.#workers.add(worker)
  }

  /** One has ended. */
  remove(worker: WorkerHandle): void {
    this.#workers.delete(worker)
    this.#kept.end(worker)
  }

  get all(): readonly WorkerHandle[] {
    return [...this.#workers]
  }

  /** Those that serve. */
  get serving(): readonly WorkerHandle[] {
    return this.all.filter(({ hasBegun }) => hasBegun)
  }

  askOthers(but: WorkerHandle, asked: AskedOfAll): Promise<readonly Said[]> {
    return Promise.all(this.serving.filter(worker => worker !== but).map(worker => this.#ask(worker, asked)))
  }

  async gather(by: WorkerHandle, { own, ...asked }: Gathering): Promise<Gathered> {
    const others = this.serving.filter(worker => worker !== by)
    const said = await Promise.all(others.map(async worker => ({ worker, said: await this.#ask(worker, asked) })))
    const told = [{ worker: by, answer: own }, ...said.flatMap(({ worker, said: one }) => ('answer' in one ? [{ worker, answer: one.answer }] : []))]
    const gone = this.#kept.ofGone(asked.what)
    for (const { worker, answer } of told) if (this.#workers.has(worker)) this.#kept.note(worker, asked.what, answer)
    return { others: told.slice(1).map(({ answer }) => answer), gone }
  }

  #ask(worker: WorkerHandle, asked: AskedOfAll): Promise<Said> {
    return new Promise(resolve => {
      const deadline = this.#clock.after(asked.withinMs, () => resolve({}))
      void worker.asked(asked).then(said => {
        deadline.cancel()
        resolve(said)
      })
    })
  }
}
