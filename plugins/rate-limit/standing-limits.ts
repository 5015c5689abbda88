/** The rate limits that stand: their rules, which the limiter holds calls to, and their counters, where these would end with the process. */

import type { Logger } from 'pino'
import { suggestion } from '../../core/config/problems/suggestion.ts'
import { StorageUnavailable, type OptionsOf, type VolatileCounters } from '../../core/index.ts'
import type { GivenServices } from '../../core/services/services.ts'
import { RuleStore } from '../shared/limits/rule-store.ts'
import type { CanonicalId } from '../shared/models/model-selector.ts'
import { configuredLimits } from './configured.ts'
import { CounterKeeper, type KeptCounters } from './kept-counters.ts'
import type { Limiter } from './limiter.ts'
import { RateIndex } from './rate-index.ts'
import type { RateRule } from './rate-rule.ts'
import type { schema } from './schema.ts'

export interface StandingLimitsParts {
  readonly options: OptionsOf<typeof schema>
  readonly services: GivenServices<'state' | 'storage' | 'providers' | 'absentProviders'>
  readonly limiter: Limiter
  readonly canonical: CanonicalId
  readonly log: Logger
}

export class StandingLimits {
  readonly ruleStore: RuleStore<RateRule>
  readonly #parts: StandingLimitsParts
  readonly #failed: (cause: unknown) => void
  #keeper: CounterKeeper | undefined
  #isServing = false

  constructor(parts: StandingLimitsParts) {
    const { options, services, log } = parts
    const { storage, clock } = services
    const failed = (cause: unknown) => log.warn({ err: cause }, 'what is kept of rate limits could not be read or written')
    const configured = options.enabled ? configuredLimits(options) : []
    this.#parts = parts
    this.#failed = failed
    this.ruleStore = new RuleStore<RateRule>({ storage, name: 'rate_limits', clock, configured, changed: () => this.#adopt(), failed })
  }

  async open(): Promise<void> {
    const { options, services } = this.#parts
    await this.ruleStore.open()
    this.#adopt()
    if (!options.enabled) return
    this.#warn()
    if (services.state.volatile !== undefined) await this.#restore(services.state.volatile)
  }

  start(): void {
    this.#isServing = true
    this.#adopt()
  }

  async close(): Promise<void> {
    await this.#keeper?.close()
    await this.ruleStore.close()
  }

  /** Who serves writes counters down, as soon as there are rules. */
  #adopt(): void {
    const { options, limiter, canonical } = this.#parts
    if (!options.enabled) return
    limiter.index = new RateIndex(this.ruleStore.all, options.recording, canonical)
    if (this.#isServing && !limiter.index.isEmpty) this.#keeper?.start()
  }

  /** Tells the log of rules that hold nobody. */
  #warn(): void {
    const { options, services, log } = this.#parts
    const { providers, absentProviders } = services
    const rules = this.ruleStore.all
    if (!options.recording && rules.some(({ max_tokens: tokens }) => tokens !== undefined)) log.warn('limits of tokens do not hold: usage.enabled is false')
    for (const name of strangers(rules, [...providers.keys(), ...absentProviders]))
      log.warn({ provider: name }, `a rate limit holds nobody: there is no provider "${name}"${suggestion(name, providers.keys())}`)
  }

  async #restore(counters: VolatileCounters): Promise<void> {
    const { options, services } = this.#parts
    const { state, storage, clock } = services
    this.#keeper = new CounterKeeper({
      records: storage.records<KeptCounters>('rate_limit_counters'),
      counters,
      isShared: state.isShared,
      clock,
      everyMs: options.flush_interval,
      failed: this.#failed,
    })
    await this.#keeper.open().catch((cause: unknown) => {
      if (!(cause instanceof StorageUnavailable)) throw cause
      this.#failed(cause)
    })
  }
}

/** The providers that rules name, and that nobody declared. */
function strangers(rules: readonly RateRule[], declared: readonly string[]): readonly string[] {
  const known = new Set(declared.map(name => name.toLowerCase()))
  const named = rules.filter(({ scope }) => scope === 'provider').map(({ subject }) => subject)
  return [...new Set(named)].filter(name => !known.has(name.toLowerCase()))
}
