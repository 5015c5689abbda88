/** Stands for the guardrails that the configuration lists: each becomes a step of its own, in their order. */

import { definePlugin, type PhaseName, type Step } from '../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'guardrails',
  description: 'Puts the guardrails of guardrails.rules into the pipeline.',
  schema,
  expand: ({ enabled, rules }) => enabled ? rules.toSorted((one, other) => one.order - other.order).map(guardrail) : [],
})

type Rule = { readonly name: string; readonly type: string; readonly phase?: string; readonly fail_mode?: 'open' | 'closed'; readonly timeout_ms?: number; readonly config?: Readonly<Record<string, unknown>> }

/** A type `a_b` of a rule is the plugin `a-b`. */
function guardrail({ name, type, phase, fail_mode: onError, timeout_ms: timeout, config = {} }: Rule): Step {
  return {
    use: /[./]/.test(type) ? type : type.replaceAll('_', '-'),
    name,
    options: config,
    ...(phase === undefined ? {} : { phases: [phase as PhaseName] }),
    ...(onError === undefined ? {} : { on_error: onError }),
    ...(timeout === undefined ? {} : { timeout }),
  }
}
