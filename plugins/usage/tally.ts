/** Sums of records, added up: what providers did and what the gateway's own cache did, told apart. */

import type { Sum } from '../../core/storage/journal.ts'
import { exactUsd } from '../shared/usage/exact-usd.ts'
import type { costs, tokens } from './journal.ts'

/** Which records are asked for: those that providers answered, those that the gateway's cache did, or both. */
export type CacheMode = 'uncached' | 'cached' | 'all'

type Tokens = (typeof tokens)[number]
type Costs = (typeof costs)[number]

export class Tally {
  readonly #mode: CacheMode
  /** Records of the mode. */
  requests = 0
  /** Those of them whose costs are added up. */
  #paid = 0
  /** Of hits of the gateway's own cache, whatever the mode. */
  localInput = 0
  localOutput = 0
  readonly #tokens: Partial<Record<Tokens, number>> = {}
  readonly #costs: Partial<Record<Costs, number>> = {}

  constructor(mode: CacheMode) {
    this.#mode = mode
  }

  /** @param sum grouped by `cache_type`, among others */
  add({ key, count, sums }: Sum): this {
    const isHit = key['cache_type'] !== null
    if (isHit) {
      this.localInput += sums['input_tokens'] ?? 0
      this.localOutput += sums['output_tokens'] ?? 0
    }
    const isAsked = this.#mode === 'all' || (this.#mode === 'cached') === isHit
    if (isAsked) this.requests += count
    // What a hit would have cost was not spent: it is shown alone, or not at all.
    const isSpent = (this.#mode === 'cached') === isHit
    if (isSpent) this.#paid += count
    for (const [name, value] of Object.entries(sums)) {
      if (value === null) continue
      const into: Record<string, number> = isCost(name) ? this.#costs : this.#tokens
      if (isCost(name) ? isSpent : isAsked) into[name] = (into[name] ?? 0) + value
    }
    return this
  }

  get isEmpty(): boolean {
    return this.requests === 0 && this.localInput === 0 && this.localOutput === 0
  }

  tokens(name: Tokens): number {
    return this.#tokens[name] ?? 0
  }

  /** Null if every record is without; where there is none, nothing was spent. */
  cost(name: Costs): number | null {
    const sum = this.#costs[name] ?? (this.#paid === 0 ? 0 : null)
    return sum === null ? null : exactUsd(sum)
  }

  /** The prompt as all providers count it alike: with what their caches read and wrote. */
  get wholeInput(): number {
    return this.tokens('uncached_input_tokens') + this.tokens('cached_input_tokens') + this.tokens('cache_write_input_tokens')
  }
}

function isCost(name: string): name is Costs {
  return name.endsWith('_cost') || name === 'rewrite_cost_saved'
}

/** One tally for each key, in the order in which they first come. */
export function tallies(sums: readonly Sum[], mode: CacheMode, keyOf: (sum: Sum) => string): ReadonlyMap<string, Tally> {
  const found = new Map<string, Tally>()
  for (const sum of sums) {
    const key = keyOf(sum)
    let tally = found.get(key)
    if (tally === undefined) found.set(key, (tally = new Tally(mode)))
    tally.add(sum)
  }
  return found
}

export function tallyOf(sums: readonly Sum[], mode: CacheMode): Tally {
  const tally = new Tally(mode)
  for (const sum of sums) tally.add(sum)
  return tally
}
