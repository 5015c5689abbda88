/** `POST /admin/runtime/refresh`: one run for all who ask at the same time, step after step, in every process that serves. */

import type { Clock, Exchange, Processes, RefreshFacts, RefreshStep } from '../../core/index.ts'

type Status = 'ok' | 'partial' | 'failed' | 'skipped'
type Log = Exchange['log']

interface StepReport {
  readonly name: string
  readonly status: Status
  readonly duration_ms: number
}

interface Report {
  readonly status: Status
  readonly started_at: string
  readonly finished_at: string
  readonly duration_ms: number
  readonly steps: readonly StepReport[]
}

/** What other processes are asked for. */
const question = 'refresh'
/** Providers are asked for their models. */
const patienceMs = 120_000

const order = ['model_list', 'providers', 'model_registry_cache', 'auth_keys', 'virtual_models', 'guardrails', 'workflows']

export class Refreshing {
  readonly #offered: () => readonly RefreshStep[]
  readonly #clock: Clock
  readonly #processes: Processes | undefined
  #running: Promise<Report> | undefined

  constructor(offered: () => readonly RefreshStep[], clock: Clock, processes: Processes | undefined) {
    this.#offered = offered
    this.#clock = clock
    this.#processes = processes
  }

  /** Runs when another process is asked. @returns how to end that */
  follow(log: Log): () => void {
    return this.#processes?.answer(question, () => this.#here(log)) ?? (() => {})
  }

  /** The report of the run that is under way, or of a new one. */
  async run(log: Log): Promise<object> {
    if (this.#processes === undefined) return await this.#here(log)
    const [own, others] = await Promise.all([this.#here(log), this.#processes.ask(question, null, patienceMs).catch(() => [])])
    return together(own, others as readonly (Report | undefined)[])
  }

  #here(log: Log): Promise<Report> {
    return (this.#running ??= this.#run(log).finally(() => {
      this.#running = undefined
    }))
  }

  async #run(log: Log): Promise<Report> {
    const begun = this.#clock.elapsed()
    const startedAt = this.#clock.now()
    const facts = { model_count: 0, provider_count: 0 }
    const steps: StepReport[] = []
    for (const [name, step] of inOrder(this.#offered())) steps.push(await this.#step(name, step, facts, log))
    const finishedAt = this.#clock.now()
    return {
      status: overall(steps),
      started_at: iso(startedAt),
      finished_at: iso(finishedAt),
      duration_ms: Math.round(this.#clock.elapsed() - begun),
      ...facts,
      steps,
    }
  }

  async #step(name: string, step: RefreshStep | undefined, facts: Record<string, number>, log: Log): Promise<StepReport> {
    const begun = this.#clock.elapsed()
    const ended = (status: Status) => ({ name, status, duration_ms: Math.round(this.#clock.elapsed() - begun) })
    if (step === undefined) return ended('skipped')
    try {
      const { status = 'ok', ...counts }: RefreshFacts = (await step.run()) ?? {}
      Object.assign(facts, counts)
      return ended(status)
    } catch (cause) {
      log.error({ err: cause, step: name }, 'a step of the refresh failed')
      return ended('failed')
    }
  }
}

/** A step is as well as it is everywhere; who did not answer has done none whole. */
function together(own: Report, others: readonly (Report | undefined)[]): Report {
  const statusIn = (other: Report | undefined, { name, status }: StepReport) =>
    other?.steps.find(step => step.name === name)?.status ?? (status === 'skipped' ? 'skipped' : 'failed')
  const steps = own.steps.map(step => ({ ...step, status: others.every(other => statusIn(other, step) === step.status) ? step.status : ('partial' as const) }))
  return { ...own, status: overall(steps), steps }
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
