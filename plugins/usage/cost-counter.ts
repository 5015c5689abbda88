/** Counts what providers charged, for the metrics: once a record is stored, for then its price is known. */

import type { Meter, Target } from '../../core/index.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'

type Costly = Pick<UsageRecord, 'provider_name' | 'model' | 'total_cost' | 'cache_type'>

export class CostCounter {
  readonly #count: (value: number, ...labels: string[]) => void
  /** Models that their providers list: the ids of others would make series without end. */
  readonly #listed = new Set<string>()

  constructor(meter: Meter) {
    this.#count = meter.counter('cost_usd_total', 'What calls cost, in USD, where their price is known.', ['provider', 'model'])
  }

  /** A call to this target was noted. */
  noted({ provider, model, isListed }: Target): void {
    if (isListed === true) this.#listed.add(`${provider.name}/${model}`)
  }

  /** What a hit of the cache would have cost was not spent. */
  stored(records: readonly Costly[]): void {
    for (const { provider_name: provider, model, total_cost: cost, cache_type: cache } of records) {
      if (cache === null && typeof cost === 'number' && cost > 0) this.#count(cost, provider, this.#listed.has(`${provider}/${model}`) ? model : 'other')
    }
  }
}
