/** Counts what providers charged, for the metrics. */

import type { Meter, Target } from '../../core/index.ts'
import type { SpentRecord } from '../../core/services/ledger.ts'

export class CostCounter {
  readonly #count: (value: number, ...labels: string[]) => void
  /** Models that their providers list: the ids of others would make series without end. */
  readonly #listed = new Map<string, Set<string>>()

  constructor(meter: Meter) {
    this.#count = meter.counter('cost_usd_total', 'What calls cost, in USD, where their price is known.', ['provider', 'model'])
  }

  /** A call to this target was noted. */
  noted({ provider, model, isListed }: Target): void {
    if (isListed !== true) return
    const listed = this.#listed.get(provider.name)
    if (listed === undefined) this.#listed.set(provider.name, new Set([model]))
    else listed.add(model)
  }

  /** What a hit of the cache would have cost was not spent. */
  count({ provider_name: provider, model, total_cost: cost, cache_type: cache }: SpentRecord): void {
    if (cache === null && cost !== null && cost > 0) this.#count(cost, provider, this.shown(provider, model))
  }

  /** A model as metrics name it. */
  shown(provider: string, model: string): string {
    return this.#listed.get(provider)?.has(model) === true ? model : 'other'
  }
}
