/** What workers said last of what they counted: when one is gone, its counts are not. */

/** Of workers that are gone; the oldest go first. */
const mostGone = 100

export class KeptAnswers<Worker extends object> {
  readonly #last = new Map<Worker, Map<string, unknown>>()
  #gone: ReadonlyMap<string, unknown>[] = []

  note(worker: Worker, what: string, answer: unknown): void {
    const answers = this.#last.get(worker) ?? new Map<string, unknown>()
    answers.set(what, answer)
    this.#last.set(worker, answers)
  }

  /** A worker has ended. */
  end(worker: Worker): void {
    const answers = this.#last.get(worker)
    if (answers !== undefined) this.#gone = [...this.#gone, answers].slice(-mostGone)
    this.#last.delete(worker)
  }

  ofGone(what: string): readonly unknown[] {
    return this.#gone.flatMap(answers => (answers.has(what) ? [answers.get(what)] : []))
  }
}
