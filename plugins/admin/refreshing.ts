/** `POST /admin/runtime/refresh`: one run for all who ask at the same time, step after step. */

import type { Clock, Exchange, RefreshFacts, RefreshStep } from '../../core/index.ts'

type Status = 'ok' | 'partial' | 'failed' | 'skipped'
type Log = Exchange['log']

interface StepReport {
  readonly name: string
  readonly status: Status
  readonly duration_ms: number
}

const order = ['model_list', 'providers', 'model_registry_cache', 'auth_keys', 'virtual_models', 'guardrails', 'workflows']

export class Refreshing {
  readonly #offered: () => readonly RefreshStep[]
  readonly #clock: Clock
  #running: Promise<object> | undefined

  constructor(offered: () => readonly RefreshStep[], clock: Clock) {
    this.#offered = offered
    this.#clock = clock
  }

  /** The report of the run that is under way, or of a new one. */
  run(log: Log): Promise<object> {
    return this.#running ??= this.#run(log).finally(() => { this.#running = undefined })
  }

  async #run(log: Log): Promise<object> {
    const begun = this.#clock.elapsed()
    const startedAt = this.#clock.now()
    const facts = { model_count: 0, provider_count: 0 }
    const steps: StepReport[] = []
    for (const [name, step] of inOrder(this.#offered())) steps.push(await this.#step(name, step, facts, log))
    const finishedAt = this.#clock.now()
    return { status: overall(steps), started_at: iso(startedAt), finished_at: iso(finishedAt), duration_ms: Math.round(this.#clock.elapsed() - begun), ...facts, steps }
  }

  async #step(name: string, step: RefreshStep | undefined, facts: Record<string, number>, log: Log): Promise<StepReport> {
    const begun = this.#clock.elapsed()
    const ended = (status: Status) => ({ name, status, duration_ms: Math.round(this.#clock.elapsed() - begun) })
    if (step === undefined) return ended('skipped')
    try {
      const { status = 'ok', ...counts }: RefreshFacts = await step.run() ?? {}
      Object.assign(facts, counts)
      return ended(status)
    } catch (cause) {
      log.error({ err: cause, step: name }, 'a step of the refresh failed')
      return ended('failed')
    }
  }
}

function inOrder(offered: readonly RefreshStep[]): readonly (readonly [string, RefreshStep | undefined])[] {
  const byName = new Map(offered.map(step => [step.name, step]))
  return [...new Set([...order, ...byName.keys()])].map(name => [name, byName.get(name)])
}

function overall(steps: readonly StepReport[]): Status {
  const done = steps.filter(({ status }) => status !== 'skipped')
  if (done.every(({ status }) => status === 'ok')) return 'ok'
  return done.every(({ status }) => status === 'failed') ? 'failed' : 'partial'
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
