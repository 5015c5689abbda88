/** Stands for the guardrails that the configuration lists: each becomes a step of its own, in their order. */

import { definePlugin, type Place, type Step } from '../../core/index.ts'
import { isHeaderModification } from '../shared/guard/header-policy.ts'
import { ruleOptions, type GuardrailRule } from '../../core/services/guardrail-rule.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'guardrails',
  description: 'Puts the guardrails of guardrails.rules into the pipeline.',
  schema,
  olderSettings: [
    { setting: 'guardrails.rules.*.system_prompt', becomes: 'guardrails.rules.*.config', silent: true },
    { setting: 'guardrails.rules.*.llm_based_altering', becomes: 'guardrails.rules.*.config', silent: true },
  ],
  expand({ enabled, rules }, at) {
    const steps = rules.flatMap((rule, index) =>
      isHeaderModification(rule) ? [] : [{ order: rule.order, step: guardrail(rule, `/guardrails/rules/${index}`, at) }],
    )
    return enabled ? steps.sort((one, other) => one.order - other.order).map(({ step }) => step) : []
  },
})

/** A type `a_b` of a rule is the plugin `a-b`. What it makes of a prompt may also show in the headers of each call. */
function guardrail(rule: GuardrailRule, pointer: string, at: (pointer: string) => Place | undefined): Step {
  const { name, type, phase, order, fail_mode: onError, timeout_ms: timeout } = rule
  const place = at(pointer)
  return {
    use: /[./]/.test(type) ? type : type.replaceAll('_', '-'),
    name,
    options: ruleOptions(rule),
    together: `${order}`,
    exempts: true,
    ...(phase === undefined ? {} : { phases: phase === 'prompt' ? ['prompt', 'attempt'] : [phase] }),
    ...(onError === undefined ? {} : { on_error: onError }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(place === undefined ? {} : { place, optionsAt: `${pointer}/config` }),
  }
}
