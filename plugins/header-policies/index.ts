/** Sets and removes headers of the calls to the provider that was chosen first, as policies say of the request. */

import { definePlugin, slot, type Exchange, type ProviderInstance } from '../../core/index.ts'
import { writtenHeaderPolicies } from '../shared/guard/written-header-policies.ts'
import { CompiledPolicy } from './compiled-policy.ts'
import { PlannedPolicy } from './planned-policy.ts'
import { schema } from './schema.ts'

/** What is done for one request, settled once. */
interface HeaderPlan {
  /** Calls to others go without. */
  readonly provider: ProviderInstance | undefined
  readonly policies: readonly PlannedPolicy[]
}

export default definePlugin({
  name: 'header-policies',
  description: 'Sets and removes headers of calls to providers, by policies.',
  schema,
  onError: 'closed',
  edits: false,
  setup({ options }) {
    const policies = writtenHeaderPolicies(options.policies, options.rules)
      .toSorted((one, other) => one.step - other.step)
      .map(policy => new CompiledPolicy(policy))
    if (policies.length === 0) return {}
    const plans = slot<HeaderPlan>()
    const plan = (exchange: Exchange) => {
      if (exchange.origin === 'client' && plans.get(exchange) === undefined) plans.set(exchange, planOf(policies, exchange))
    }
    return {
      prompt: plan,
      // Bodies that nobody reads have no prompt.
      lookup: plan,
      attempt(exchange, attempt) {
        const settled = plans.get(exchange)
        if (settled?.provider === attempt.target.provider) attempt.headerEdits.push(...settled.policies)
      },
    }
  },
})

function planOf(policies: readonly CompiledPolicy[], exchange: Exchange): HeaderPlan {
  const planned = policies.map(policy => ({ name: policy.name, changes: policy.changesFor(exchange.request) })).filter(({ changes }) => changes.length > 0)
  if (planned.length > 0)
    exchange.variesBy = [
      ...exchange.variesBy,
      JSON.stringify(planned.map(({ changes }) => changes.map(({ header, value }) => [header.toLowerCase(), value ?? null]))),
    ]
  return {
    provider: exchange.targets[0]?.provider,
    policies: planned.map(({ name, changes }) => new PlannedPolicy(changes, detail => exchange.trace?.headerRevisions.push({ rewriter: name, detail }))),
  }
}
