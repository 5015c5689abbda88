/** Holds callers, providers and models to so many requests, tokens and running calls. */

import { definePlugin, type Attempt, type Exchange } from '../../core/index.ts'
import type { LimitedCall } from '../../core/services/limits.ts'
import { makesBatch } from '../shared/limits/batches.ts'
import { Renewals } from '../shared/limits/renewals.ts'
import { canonicalIds } from '../shared/models/model-selector.ts'
import { Counting } from './counting.ts'
import { endpointsOf } from './endpoints.ts'
import { Limiter } from './limiter.ts'
import { RateIndex } from './rate-index.ts'
import { reportFor } from './report.ts'
import { schema } from './schema.ts'
import { StandingLimits } from './standing-limits.ts'

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
    const { state, admin, usage, saturation, providers, clock, meter } = services
    const canonical = canonicalIds(providers)
    const counting = new Counting({ state, onFailure: options.on_store_failure, clock, log })
    const refused = meter.counter('rate_limited_total', 'Calls that a rate limit refused.', ['scope'])
    const limiter = new Limiter(new RateIndex([], options.recording, canonical), {
      counting,
      state,
      clock,
      refused,
      slotMs: state.isShared ? slotMs : undefined,
    })
    const renewals = new Renewals({ state, clock, holdMs: slotMs, held: () => [...limiter.held.values()].flat() })
    const standing = new StandingLimits({ options, services, limiter, canonical, log })
    const { ruleStore } = standing
    const unavailable = () => (options.enabled ? undefined : 'rate limits do not hold: rate_limits.enabled is false')
    const offers: (() => void)[] = []

    return {
      service: { of: (call: LimitedCall) => reportFor(call, { index: limiter.index, state, now: clock.now() }) },
      open: () => standing.open(),
      start() {
        for (const endpoint of endpointsOf({ ruleStore, state, clock, index: () => limiter.index, unavailable })) offers.push(admin.endpoint(endpoint))
        offers.push(
          admin.refresh({ name: 'rate_limits', run: () => ruleStore.read() }),
          admin.setting('RATE_LIMITS_ENABLED', () => options.enabled),
          ...(options.enabled ? [admin.setting('PER_CHILD_QUOTAS_ENABLED', () => true)] : []),
          saturation.add('rate-limit', target => limiter.refuses(target)),
          usage.onRecord('rate-limit', record => {
            if (limiter.index.countsTokens && record.cache_type === null && record.origin !== 'cache') limiter.count(record)
          }),
        )
        if (options.enabled && state.isShared) renewals.start()
        standing.start()
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
        await standing.close()
      },
    }
  },
})
