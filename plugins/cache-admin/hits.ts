/** Hits of the caches, added up. */

import type { Sum } from '../../core/storage/journal.ts'
import { exactUsd } from '../shared/usage/exact-usd.ts'
import type { CacheDay, CacheSummary } from '../../schemas/admin/cache.schema.ts'

export class Hits {
  readonly #sums: readonly Sum[]

  /** @param sums grouped by `cache_type`, among others */
  constructor(sums: readonly Sum[]) {
    this.#sums = sums
  }

  get summary(): CacheSummary {
    return {
      total_hits: this.#count(),
      exact_hits: this.#count('exact'),
      semantic_hits: this.#count('semantic'),
      total_input_tokens: this.#sum('input_tokens') ?? 0,
      total_output_tokens: this.#sum('output_tokens') ?? 0,
      total_tokens: this.#sum('total_tokens') ?? 0,
      total_saved_cost: this.#sum('total_cost'),
    }
  }

  day(date: string): CacheDay {
    return {
      date,
      hits: this.#count(),
      exact_hits: this.#count('exact'),
      semantic_hits: this.#count('semantic'),
      input_tokens: this.#sum('input_tokens') ?? 0,
      output_tokens: this.#sum('output_tokens') ?? 0,
      total_tokens: this.#sum('total_tokens') ?? 0,
      saved_cost: this.#sum('total_cost'),
    }
  }

  #count(type?: 'exact' | 'semantic'): number {
    return this.#sums.filter(({ key }) => type === undefined || key['cache_type'] === type).reduce((total, { count }) => total + count, 0)
  }

  /** Null if no hit has a value; without hits nothing was saved. */
  #sum(measure: string): number | null {
    const known = this.#sums.flatMap(({ sums }) => sums[measure] ?? [])
    return known.length === 0 && this.#sums.length > 0 ? null : exactUsd(known.reduce((total, value) => total + value, 0))
  }
}
