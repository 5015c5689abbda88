/** What a failure means to the breaker of one provider, decided once from the options. */

import type { Failure, OptionsOf, Pattern, ProviderInstance } from '../../core/index.ts'
import { join } from '../../core/config/pointer.ts'
import { providerOverrides } from '../shared/attempts/provider-overrides.ts'
import { isProvidersFault, statusTest } from '../shared/attempts/status-list.ts'
import { schema } from './schema.ts'
import type { BreakerRules } from './standing.ts'
import { tripRules } from './trip-rules.ts'

/** With all rules in `trip_on`. */
export type BreakerOptions = Omit<OptionsOf<typeof schema>, 'trip_on_variables'>

/** `throttled` is a failure only of a probe. */
export type Judgement = 'failure' | 'throttled' | 'success' | 'neutral'

interface TripRule {
  readonly pattern: Pattern
  readonly ttlMs: number
}

export class BreakerPolicy {
  readonly isOn: boolean
  readonly isPerModel: boolean
  readonly rules: BreakerRules
  readonly #slowMs: number
  readonly #isFailure: (status: number) => boolean
  readonly #trips: readonly TripRule[]

  constructor(options: BreakerOptions, regex: (pattern: string, flags: string) => Pattern) {
    this.isOn = options.enabled && options.failure_threshold > 0
    this.isPerModel = options.scope === 'model'
    this.rules = { failureThreshold: options.failure_threshold, successThreshold: options.success_threshold, timeoutMs: options.timeout }
    this.#slowMs = options.slow_call_threshold
    this.#isFailure = statusTest(options.failure_on_statuses)
    const named = Object.entries(options.trip_on).sort(([one], [other]) => (one < other ? -1 : 1))
    this.#trips = named.map(([, { match, ttl }]) => ({ pattern: regex(match, 'i'), ttlMs: ttl }))
  }

  isSlow(tookMs: number): boolean {
    return this.#slowMs > 0 && tookMs > this.#slowMs
  }

  /** For how long the provider's words open the breaker, if they do; 0 is as long as usual. */
  tripMs({ kind, text }: Failure): number | undefined {
    return kind === 'status' ? this.#trips.find(({ pattern }) => pattern.test(text))?.ttlMs : undefined
  }

  judge({ kind, status }: Failure): Judgement {
    if (kind === 'transport' || kind === 'timeout') return 'failure'
    if (kind !== 'status' || status === undefined) return 'neutral'
    if (this.#isFailure(status)) return 'failure'
    if (status === 429) return 'throttled'
    return status === 404 || isProvidersFault(status) ? 'neutral' : 'success'
  }
}

/** The options as they hold for one provider: what its own block says comes first. @throws SettingFault */
export function optionsFor(provider: ProviderInstance, { trip_on_variables: variables, ...options }: OptionsOf<typeof schema>): BreakerOptions {
  const { trip_on: written = {}, trip_on_variables: ownVariables = {}, ...own } = providerOverrides(schema, provider, 'circuit_breaker')
  const standing = tripRules({ ...options, trip_on_variables: variables }, '/resilience/circuit_breaker')
  const at = join('/providers', provider.name, 'resilience', 'circuit_breaker')
  return { ...options, ...own, trip_on: tripRules({ trip_on: written, trip_on_variables: ownVariables }, at, standing) }
}
