/** A compiled variant: a plan for each pipeline, made when an exchange first takes it. */

import type { ResolvedStep } from '../../pipeline/plan/compile.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import { tappedPhases } from '../../pipeline/plan/placed-step.ts'
import type { Plan } from '../../pipeline/plan/plan.ts'
import type { Instance } from '../../plugin/instance.ts'
import type { Trial, TrialResult, Variant, VariantStep } from '../../services/variants.ts'
import type { PatchedPipeline } from './patched-pipelines.ts'
import { placedStep, type PlanMaker } from './plans.ts'
import { tryOut } from './trial.ts'

interface Parts {
  readonly instances: Pick<ReadonlyMap<string, Instance>, 'get'>
  readonly planOf: PlanMaker
  /** Lets go of the plugins that only variants use. */
  release(): Promise<void>
}

export class CompiledVariant implements Variant {
  readonly #parts: Parts
  readonly #pipelines: ReadonlyMap<string, PatchedPipeline>
  /** By the configuration's own plan; those that the patches left as they were stand for themselves. */
  readonly #plans = new Map<Plan, Plan>()
  #running = 0
  #isReleased = false

  constructor(pipelines: readonly PatchedPipeline[], parts: Parts) {
    this.#parts = parts
    this.#pipelines = new Map(pipelines.map(pipeline => [pipeline.from.pipeline.name, pipeline]))
  }

  take(exchange: Exchange): void {
    const { plan } = exchange
    const own = this.#plans.get(plan) ?? this.#made(plan)
    if (own === plan) return
    exchange.plan = own
    this.#running += 1
  }

  steps(pipeline: string): readonly VariantStep[] {
    return (
      this.#pipelines.get(pipeline)?.resolved.steps.flatMap(step =>
        placedStep(step, this.#parts.instances).map(placed => ({
          name: placed.name,
          type: placed.instance.spec.definition.name,
          phases: tappedPhases(placed),
          from: placeOf(step),
        })),
      ) ?? []
    )
  }

  async tryOut(trial: Trial): Promise<TrialResult> {
    const { resolved } = this.#pipelines.get(trial.pipeline) ?? {}
    if (resolved === undefined) throw new TypeError(`there is no variant of the pipeline "${trial.pipeline}"`)
    const alone = { ...resolved, steps: resolved.steps.filter(({ step }) => step.name === trial.step) }
    return await tryOut(this.#parts.planOf(alone, this.#parts.instances).plan, trial)
  }

  async release(): Promise<void> {
    this.#isReleased = true
    if (this.#running === 0) await this.#parts.release()
  }

  #made(plan: Plan): Plan {
    const pipeline = this.#pipelines.get(plan.name)
    if (pipeline === undefined || pipeline.from.plan !== plan) return plan
    const made = this.#planOf(pipeline)
    const own = made === plan ? plan : { ...made, onLeft: () => this.#left() }
    this.#plans.set(plan, own)
    return own
  }

  #planOf({ from, resolved }: PatchedPipeline): Plan {
    const isSame = resolved.byStep.size === from.byStep.size && [...resolved.byStep.keys()].every(step => from.byStep.has(step))
    return isSame ? from.plan : this.#parts.planOf(resolved, this.#parts.instances).plan
  }

  #left(): void {
    this.#running -= 1
    if (this.#isReleased && this.#running === 0) void this.#parts.release()
  }
}

function placeOf({ step: { place } }: ResolvedStep): string {
  if (place === undefined) return ''
  return place.line === 0 ? place.pointer : `${place.file}:${place.line}`
}
