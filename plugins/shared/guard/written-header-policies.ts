/** The header policies that the configuration says: those of `header_policies.policies`, and rules of guardrails that mean some. */

import { checkOptions } from '../../../core/config/schema/options.ts'
import { headerPolicy, type HeaderPolicy } from '../../../core/upstream/headers/header-policy.ts'
import { isHeaderModification } from './header-policy.ts'
import type { GuardrailRule } from '../../../core/services/guardrail-rule.ts'

/** @param rules `guardrails.rules` @throws Error naming the rule that means none */
export function writtenHeaderPolicies(policies: readonly HeaderPolicy[], rules: readonly GuardrailRule[]): readonly HeaderPolicy[] {
  return [...policies, ...rules.filter(isHeaderModification).map(fromRule)]
}

/** @throws Error naming what two are called */
export function checkHeaderPolicyNames(policies: readonly HeaderPolicy[], rules: readonly GuardrailRule[]): void {
  const taken = new Set(rules.filter(rule => !isHeaderModification(rule)).map(({ name }) => name))
  for (const { name } of policies) {
    if (taken.has(name)) throw new Error(`two header policies or guardrails are called "${name}"`)
    taken.add(name)
  }
}

/** `order` is what policies call `step`, and `endpoints` are their `paths`. */
function fromRule({ name, order, config: { endpoints, ...config } }: GuardrailRule): HeaderPolicy {
  const { value, problems } = checkOptions(
    headerPolicy,
    { name, step: order, ...(endpoints === undefined ? {} : { paths: endpoints }), ...config },
    () => undefined,
  )
  const [problem] = problems
  if (problem !== undefined) throw new Error(`the header policy "${name}": ${problem.pointer.slice(1).replaceAll('/', '.')}: ${problem.message}`)
  return value as HeaderPolicy
}
