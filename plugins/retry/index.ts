/** Repeats a call that failed in a way that may pass, to the same target, after a wait that grows. */

import { definePlugin, retry, type Exchange, type ProviderInstance } from '../../core/index.ts'
import { providerOverrides } from '../shared/attempts/provider-overrides.ts'
import { inMilliseconds } from '../shared/attempts/shown-options.ts'
import { RetryPolicy } from './policy.ts'
import { schema } from './schema.ts'

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT'])

export default definePlugin({
  name: 'retry',
  description: 'Repeats calls that failed in a way that may pass.',
  schema,
  needs: ['providers', 'providerBoard'],
  edits: false,
  setup({ options, services: { providers, random, providerBoard } }) {
    const overrides = (provider: ProviderInstance) => providerOverrides(schema, provider, 'retry')
    const policies = new Map([...providers.values()].map(provider => [provider, new RetryPolicy({ ...options, ...overrides(provider) }, random)]))
    if ([...policies.values()].every(({ maxRetries }) => maxRetries === 0)) return {}

    const withdraw = providerBoard.rules('retry', provider => inMilliseconds(schema, { ...options, ...overrides(provider) }))
    return {
      close: withdraw,
      recover(exchange, { target, failure, once, retry: tries }) {
        const policy = policies.get(target.provider)
        if (policy === undefined || failure === undefined || once || tries >= policy.maxRetries) return undefined
        if (!policy.mayPass(failure) || !mayRepeat(exchange)) return undefined
        const afterMs = policy.waitMs(tries, failure.retryAfterMs)
        return afterMs === undefined ? undefined : retry(afterMs)
      },
    }
  },
})

/** A provider's own API may do things twice: a call that is passed on as it is must say that this does no harm. A cache does without sooner than it waits. */
function mayRepeat({ forward, request, origin }: Exchange): boolean {
  if (origin === 'cache') return false
  return forward === undefined || idempotent.has(forward.method) || request.headers['idempotency-key'] !== undefined
}
