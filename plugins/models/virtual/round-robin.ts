/** Whose turn it is: a counter for each virtual model, that goes on whatever becomes of its definition. */

export class RoundRobin {
  readonly #counters = new Map<string, number>()

  /** Picks one of several; each comes so many times in a row as it weighs. @returns an index, and the counter moves on */
  next(source: string, weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const count = this.#counters.get(source) ?? 0
    this.#counters.set(source, count + 1)
    let left = count % total
    return weights.findIndex(weight => (left -= weight) < 0)
  }
}
