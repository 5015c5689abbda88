/** The header policies that the configuration says: those of `header_policies.policies`, and rules of guardrails that mean some. */

import { checkOptions } from '../config/options.ts'
import { headerPolicy, headerPolicyProblem, isHeaderModification, type HeaderPolicy } from './header-policy.ts'
import type { GuardrailRule } from './rule.ts'

/** @param rules `guardrails.rules` @throws Error naming the policy at fault */
export function writtenHeaderPolicies(policies: readonly HeaderPolicy[], rules: readonly GuardrailRule[]): readonly HeaderPolicy[] {
  const written = [...policies, ...rules.filter(isHeaderModification).map(fromRule)]
  const taken = new Set(rules.filter(rule => !isHeaderModification(rule)).map(({ name }) => name))
  for (const policy of written) {
    const problem = headerPolicyProblem(policy)
    if (problem !== undefined) throw new Error(`the header policy "${policy.name}": ${problem.at}: ${problem.message}`)
    if (taken.has(policy.name)) throw new Error(`two header policies or guardrails are called "${policy.name}"`)
    taken.add(policy.name)
  }
  return written
}

/** `order` is what policies call `step`, and `endpoints` are their `paths`. */
function fromRule({ name, order, config: { endpoints, ...config } }: GuardrailRule): HeaderPolicy {
  const { value, problems } = checkOptions(headerPolicy, { name, step: order, ...(endpoints === undefined ? {} : { paths: endpoints }), ...config }, () => undefined)
  const [problem] = problems
  if (problem !== undefined) throw new Error(`the header policy "${name}": ${problem.pointer.slice(1).replaceAll('/', '.')}: ${problem.message}`)
  return value as HeaderPolicy
}
