/** Holds callers, providers and models to so many requests, tokens and running calls. */

import { definePlugin, StorageUnavailable, type Attempt, type Exchange, type Limits } from '../../core/index.ts'
import { suggestion } from '../../core/config/problems/suggestion.ts'
import { makesBatch } from '../shared/limits/batches.ts'
import { Renewals } from '../shared/limits/renewals.ts'
import type { StandingRule } from '../shared/limits/rule.ts'
import { RuleStore } from '../shared/limits/rule-store.ts'
import { canonicalIds } from '../../core/model-selector.ts'
import type { SpentRecord } from '../../core/services/ledger.ts'
import { configuredLimits } from './configured.ts'
import { Counting } from './counting.ts'
import { endpointsOf } from './endpoints.ts'
import { CounterKeeper, type KeptCounters } from './kept-counters.ts'
import { Limiter } from './limiter.ts'
import { RateIndex } from './rate-index.ts'
import type { RateRule } from './rate-rule.ts'
import { reportFor } from './report.ts'
import { schema } from './schema.ts'

/** What a slot of a process that died is held for. */
const slotMs = 60_000

/** Routes whose plugin answers before a model would be called. */
const objectOperations: ReadonlySet<string> = new Set(['responses_lifecycle', 'conversations', 'files'])

export default definePlugin({
  name: 'rate-limit',
  description: 'Holds callers, providers and models to so many requests, tokens and running calls.',
  schema,
  provides: 'rateLimits',
  needs: ['state', 'storage', 'admin', 'usage', 'saturation', 'providers', 'absentProviders'],
  edits: false,
  staysWhenOff: true,
  setup({ options, services, log }) {
    const { state, storage, admin, usage, saturation, providers, absentProviders, clock, meter } = services
    const indexOf = (rules: readonly StandingRule<RateRule>[]) => new RateIndex(rules, options.recording, canonicalIds(providers))
    const configured = options.enabled ? configuredLimits(options) : []
    const counting = new Counting({ state, onFailure: options.on_store_failure, clock, log })
    const refused = meter.counter('rate_limited_total', 'Calls that a rate limit refused.', ['scope'])
    const limiter = new Limiter(indexOf([]), { counting, state, clock, refused, slotMs: state.isShared ? slotMs : undefined })
    const renewals = new Renewals({ state, clock, holdMs: slotMs, held: () => [...limiter.held.values()].flat() })
    const failed = (cause: unknown) => log.warn({ err: cause }, 'what is kept of rate limits could not be read or written')
    const unavailable = () => (options.enabled ? undefined : 'rate limits do not hold: rate_limits.enabled is false')
    const offers: (() => void)[] = []
    let ruleStore: RuleStore<RateRule> | undefined
    let keeper: CounterKeeper | undefined

    let isServing = false
    const adopt = (rules: RuleStore<RateRule>) => {
      if (!options.enabled) return
      limiter.index = indexOf(rules.all)
      if (isServing && !limiter.index.isEmpty) keeper?.start()
    }
    const open = async () => {
      const opened: RuleStore<RateRule> = (ruleStore = new RuleStore<RateRule>({
        storage,
        name: 'rate_limits',
        clock,
        configured,
        changed: () => {
          if (ruleStore !== undefined) adopt(ruleStore)
        },
        failed,
      }))
      await opened.open()
      adopt(opened)
      if (!options.enabled) return
      if (!options.recording && opened.all.some(({ max_tokens: tokens }) => tokens !== undefined))
        log.warn('limits of tokens do not hold: usage.enabled is false')
      for (const name of strangers(opened.all, [...providers.keys(), ...absentProviders]))
        log.warn({ provider: name }, `a rate limit holds nobody: there is no provider "${name}"${suggestion(name, providers.keys())}`)
      if (state.volatile !== undefined)
        await keep(
          new CounterKeeper({
            records: storage.records<KeptCounters>('rate_limit_counters'),
            counters: state.volatile,
            isShared: state.isShared,
            clock,
            everyMs: options.flush_interval,
            failed,
          }),
        )
    }
    const keep = async (counters: CounterKeeper) => {
      keeper = counters
      await counters.open().catch((cause: unknown) => {
        if (!(cause instanceof StorageUnavailable)) throw cause
        failed(cause)
      })
    }

    return {
      service: { of: (caller: Parameters<Limits['of']>[0]) => reportFor(caller, { index: limiter.index, state, now: clock.now() }) },
      open,
      start() {
        if (ruleStore === undefined) return
        const standing = ruleStore
        for (const endpoint of endpointsOf({ ruleStore: standing, state, clock, index: () => limiter.index, unavailable }))
          offers.push(admin.endpoint(endpoint))
        offers.push(
          admin.refresh({ name: 'rate_limits', run: () => standing.read() }),
          admin.setting('RATE_LIMITS_ENABLED', () => options.enabled),
          ...(options.enabled ? [admin.setting('PER_CHILD_QUOTAS_ENABLED', () => true)] : []),
          saturation.add('rate-limit', target => limiter.refuses(target)),
          usage.onRecord('rate-limit', count),
        )
        if (options.enabled && state.isShared) renewals.start()
        isServing = true
        adopt(standing)
      },
      route: (exchange: Exchange) =>
        limiter.index.isEmpty || (!objectOperations.has(exchange.operation) && !makesBatch(exchange)) ? undefined : limiter.admitObject(exchange),
      lookup: (exchange: Exchange) => (limiter.index.isEmpty || exchange.origin === 'cache' ? undefined : limiter.admit(exchange)),
      attempt: (exchange: Exchange, { target }: Attempt) =>
        limiter.index.isEmpty || exchange.attempts.length === 1 || exchange.origin === 'cache' ? undefined : limiter.admitTarget(exchange, target),
      complete: (exchange: Exchange) => limiter.release(exchange),
      async close() {
        for (const withdraw of offers) withdraw()
        renewals.close()
        await keeper?.close()
        await ruleStore?.close()
      },
    }

    function count(record: SpentRecord): void {
      if (limiter.index.countsTokens && record.cache_type === null && record.origin !== 'cache') limiter.count(record)
    }
  },
})

/** The providers that rules name, and that nobody declared. */
function strangers(rules: readonly RateRule[], declared: readonly string[]): readonly string[] {
  const known = new Set(declared.map(name => name.toLowerCase()))
  const named = rules.filter(({ scope }) => scope === 'provider').map(({ subject }) => subject)
  return [...new Set(named)].filter(name => !known.has(name.toLowerCase()))
}
