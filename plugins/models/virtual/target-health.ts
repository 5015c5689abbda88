/** How the last calls to each target ended, for strategies that ask. */

import type { Attempt, RouteOption, Target } from '../../../core/index.ts'

const keptOutcomes = 50
const mostTargets = 1000

interface Outcome {
  readonly failed: boolean
  readonly ms: number
}

const unknown: RouteOption['health'] = { calls: 0, errorRate: 0, medianMs: undefined }

export class TargetHealth {
  readonly #outcomes = new Map<string, Outcome[]>()

  /** What was cancelled, and what was never sent, says nothing of the target. */
  note({ target, outcome, failure, startedAt, settledAt = startedAt }: Attempt): void {
    if (outcome === undefined || outcome === 'cancelled' || failure?.kind === 'refused') return
    const outcomes = this.#outcomesOf(target)
    outcomes.push({ failed: outcome === 'failed', ms: settledAt - startedAt })
    if (outcomes.length > keptOutcomes) outcomes.shift()
  }

  of(target: Target): RouteOption['health'] {
    const outcomes = this.#outcomes.get(nameOf(target))
    if (outcomes === undefined) return unknown
    const times = outcomes.flatMap(({ failed, ms }) => (failed ? [] : ms)).sort((one, other) => one - other)
    return { calls: outcomes.length, errorRate: outcomes.filter(({ failed }) => failed).length / outcomes.length, medianMs: times[times.length >> 1] }
  }

  #outcomesOf(target: Target): Outcome[] {
    const name = nameOf(target)
    const known = this.#outcomes.get(name)
    if (known !== undefined) return known
    const [oldest] = this.#outcomes.keys()
    if (this.#outcomes.size >= mostTargets && oldest !== undefined) this.#outcomes.delete(oldest)
    const outcomes: Outcome[] = []
    this.#outcomes.set(name, outcomes)
    return outcomes
  }
}

function nameOf({ provider, model }: Target): string {
  return `${provider.name}/${model}`
}
