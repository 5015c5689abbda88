/** One side of a bill: the prompt or the answer. */

import { exactUsd } from '../shared/usage/exact-usd.ts'

const perMillion = 1e6

export class Side {
  /** Tokens that no other rate was found for. */
  #left: number
  /** USD for a million; undefined if it is not known. */
  readonly rate: number | undefined
  /** Tokens times their rates: millionths of a dollar. */
  #micros = 0
  #usd = 0
  #isPriced: boolean

  /** @param tokens the base count; null if nobody counted */
  constructor(tokens: number | null, rate: number | undefined) {
    this.#left = Math.max(0, tokens ?? 0)
    this.rate = rate
    this.#isPriced = tokens !== null && rate !== undefined
  }

  /**
   * Tokens that cost something else than the rest; without a rate, they stay what they are.
   * @param isApart whether they come beside the base count; else they are of it, never more than there are
   */
  count(tokens: number, rate: number | undefined, isApart: boolean): void {
    if (rate === undefined) return
    const found = isApart ? tokens : Math.min(tokens, this.#left)
    if (!isApart) this.#left -= found
    this.#micros += found * rate
    this.#isPriced = true
  }

  /** @param price of one, in USD */
  add(count: number, price: number): void {
    this.#usd += count * price
    this.#isPriced = true
  }

  /** USD; null if no price is known. */
  get cost(): number | null {
    return this.#isPriced ? exactUsd((this.#micros + this.#left * (this.rate ?? 0)) / perMillion + this.#usd) : null
  }
}

/** What both sides cost, as far as it is known. */
export function sumOf(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : exactUsd((one ?? 0) + (other ?? 0))
}
