/** Which features a request had: those whose steps stand in its pipeline. */

import type { Exchange } from '../../core/index.ts'

export interface WorkflowFeatures {
  readonly cache: boolean
  readonly audit: boolean
  readonly usage: boolean
  readonly budget: boolean
  readonly guardrails: boolean
  readonly failover: boolean
}

type Plan = Exchange['plan']

const known = new WeakMap<Plan, WorkflowFeatures>()

export function featuresOf(plan: Plan): WorkflowFeatures {
  const features = known.get(plan) ?? read(plan)
  known.set(plan, features)
  return features
}

function read({ steps, guardsPrompts, guardsReplies }: Plan): WorkflowFeatures {
  const has = (...types: readonly string[]) => steps.some(({ type }) => types.includes(type))
  return {
    cache: has('cache-exact', 'cache-semantic'),
    audit: true,
    usage: has('usage'),
    budget: has('budgets'),
    guardrails: guardsPrompts || guardsReplies,
    failover: has('failover'),
  }
}
