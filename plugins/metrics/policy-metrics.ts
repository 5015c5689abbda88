/** What the steps of policy decided: counted by step, phase and decision. */

import type { Exchange, Instrument, Meter } from '../../core/index.ts'
import { GatewayError } from '../../core/index.ts'
import { Trace, type TapOutcome } from '../../core/pipeline/trace.ts'
import { Warning } from '../../core/pipeline/warning.ts'

const guarded: ReadonlySet<string> = new Set(['prompt', 'response', 'stream'])

export class PolicyMetrics {
  readonly #decisions: Instrument

  constructor(meter: Meter) {
    this.#decisions = meter.counter('guardrail_decisions_total', 'What steps that look at prompts and answers decided.', ['instance', 'phase', 'action'])
  }

  /** Has decisions kept, where any may be made. Another plugin that wants to know more may have more kept in its place. */
  begun(exchange: Exchange): void {
    if (exchange.plan.guardsPrompts || exchange.plan.guardsReplies) exchange.trace ??= new Trace({ keepsBodies: false })
  }

  ended({ trace, failures, warnings }: Exchange): void {
    if (trace === undefined) return
    const failed = failures.filter(({ phase }) => guarded.has(phase))
    for (const { instance, phase } of failed) this.#decisions(1, instance, phase, 'failure')
    for (const outcome of trace.outcomes) {
      if (guarded.has(outcome.phase) && !failed.some(({ instance, phase }) => instance === outcome.instance && phase === outcome.phase))
        this.#decisions(1, outcome.instance, outcome.phase, actionOf(outcome))
    }
    for (const { instance, phase } of warnings) if (phase === 'stream') this.#decisions(1, instance, phase, 'warn')
    if (trace.refusedStream !== undefined) this.#decisions(1, trace.refusedStream.instance, 'stream', 'block')
  }
}

function actionOf({ said }: TapOutcome): string {
  if (said instanceof Warning) return 'warn'
  return said === undefined ? 'allow' : said instanceof GatewayError ? 'block' : 'respond'
}
