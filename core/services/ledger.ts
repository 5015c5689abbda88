/** What is known of tokens and money: the services `usage`, `pricing` and `keys`, as other plugins use them. */

import type { Caller } from '../pipeline/caller.ts'
import type { Filter, Sum } from '../storage/journal.ts'

/** What a price is found for. */
export interface PricedModel {
  /** The type of the provider instance, for example `openai`. */
  readonly provider: string
  /** The name of the instance. */
  readonly provider_name: string
  /** The executed model. */
  readonly model: string
}

/** The tokens of one call, as they are stored. */
export interface PricedCall extends PricedModel {
  /** Milliseconds since 1970 of the completion. */
  readonly timestamp: number
  readonly endpoint: string
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  /** Every other number of the provider's usage, flattened. */
  readonly raw_data: Readonly<Record<string, unknown>> | null
  readonly estimated?: boolean | null
  /** How the call ended, as it is recorded; absent of one that is only weighed: `ok`. */
  readonly status?: string
}

/** What a call cost, in USD; null is unknown, 0 is free. */
export interface Cost {
  readonly input_cost: number | null
  readonly output_cost: number | null
  readonly total_cost: number | null
  readonly cost_source: string | null
  /** Joined by `; `, sorted; null if there is none. */
  readonly costs_calculation_caveat: string | null
}

/** Prices of one model by the names of the price list (`input_per_mtok` …), and where each comes from. */
export interface PriceSheet {
  readonly pricing: Readonly<Record<string, unknown>>
  /** By member: `override`, `config`, `provider`, `catalogue`. */
  readonly sources: Readonly<Record<string, string>>
}

/** The service `pricing`. It answers at once, from memory. */
export interface Pricing {
  /** Costs will be asked for: what it takes long to read is read before the first call. */
  prepare?(): void
  /** The prices that hold now; undefined where nobody names one. */
  of(model: PricedModel): PriceSheet | undefined
  cost(call: PricedCall): Cost
}

/** Tokens and money of several records. */
export interface UsageTotals {
  readonly entries: number
  /** The whole prompt, whoever the provider is: what caches read and wrote included. */
  readonly input_tokens: number
  readonly uncached_input_tokens: number
  readonly cached_input_tokens: number
  readonly cache_write_input_tokens: number
  readonly output_tokens: number
  readonly total_tokens: number
  readonly input_cost: number | null
  readonly output_cost: number | null
  readonly total_cost: number | null
}

/**
 * One usage record, before its price is known. Members as in schemas/records/usage.schema.json; what is left out is unknown. In the place of the
 * counts, `usage` may give a dialect's `Usage`, `raw` the provider's usage object, and `apart` what its provider counts apart (`countsApart`).
 */
export type UsageEntry = Readonly<Record<string, unknown>> & { readonly id: string; readonly timestamp: number }

/** What limits go by of a record. */
export interface SpentRecord {
  readonly timestamp: number
  readonly request_id: string
  readonly provider_name: string
  /** The executed model. */
  readonly model: string
  readonly user_path: string
  readonly user_id: string | null
  readonly auth_key_id: string | null
  readonly labels: readonly string[]
  /** Of a hit of the gateway's own cache; null if a provider answered. */
  readonly cache_type: string | null
  /** Who made the call: `client`, `plugin`, `cache`. */
  readonly origin?: string
  readonly total_tokens: number | null
  readonly total_cost: number | null
}

/** When records were noted whose costs were computed anew; milliseconds since 1970, both included. */
export interface RepricedSpan {
  readonly from: number
  readonly to: number
}

/** A question for sums over usage records; see `SumsQuery`. */
export interface UsageSumsQuery {
  readonly filter?: Filter
  readonly by?: readonly string[]
  readonly borders?: readonly number[]
  readonly measures: readonly string[]
}

/** What a request's records have in common, as columns of theirs. Callers choose ids of requests, and may choose those of others. */
export interface RequestKey {
  readonly request_id: string
  readonly user_path: string
  readonly auth_key_id: string | null
}

/** The service `usage`: the ledger. */
export interface UsageLedger {
  /** Adds a record; it is durable when this returns. A second one of the same id is ignored. */
  record(entry: UsageEntry): void
  /**
   * Calls back with every record of this process as it is noted.
   * @param name of who listens: of one name, the latest alone is called
   * @returns how to end it
   */
  onRecord(name: string, listener: (record: SpentRecord) => void): () => void
  /** Calls back, and waits, when stored records have got other costs, by whatever process. A listener does not fail. @returns how to end it */
  onRepriced(listener: (span: RepricedSpan) => Promise<void>): () => void
  /** The totals of requests, in their order; undefined for those without records. */
  ofRequests(requests: readonly RequestKey[]): Promise<readonly (UsageTotals | undefined)[]>
  /** The totals of all records that a filter finds, hits of local caches aside. */
  totals(filter: Filter): Promise<UsageTotals>
  /** The same as administrators see it (`GET /admin/usage/summary`); undefined while nothing is recorded. */
  summary(filter: Filter): Promise<Readonly<Record<string, number | null>> | undefined>
  /** Groups of records, as a journal sums them up; none while nothing is recorded. Columns are those of schemas/records/usage.schema.json. */
  sums(query: UsageSumsQuery): Promise<readonly Sum[]>
}

/** The service `keys`: the keys that administrators made. Answers at once, from memory. */
export interface Keys {
  /** Whether there is any, usable or not: then callers need one. */
  readonly exist: boolean
  /** Who calls with this token; undefined if it is no key's, nor spelled as one; `unusable` says why for the audit record alone. */
  find(token: string): { readonly caller: Caller } | { readonly unusable: string; readonly keyId?: string } | undefined
}
