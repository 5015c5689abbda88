/** A compiled variant: a plan for each pipeline, made when an exchange first takes it. */

import type { Exchange } from '../pipeline/exchange.ts'
import { tappedPhases } from '../pipeline/place-taps.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Instance } from '../plugin/instance.ts'
import type { Variant, VariantStep } from '../plugin/variants.ts'
import type { ResolvedPlan } from './generation.ts'
import type { PatchedPipeline } from './patched-pipelines.ts'
import type { PlanMaker } from './plans.ts'

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
    const found = this.#pipelines.get(pipeline)
    return found === undefined ? [] : this.#resolved(found).placed.map((placed, index) => ({
      name: placed.name,
      type: placed.instance.spec.definition.name,
      phases: tappedPhases(placed),
      from: placeOf(found, index, this.#resolved(found)),
    }))
  }

  async release(): Promise<void> {
    this.#isReleased = true
    if (this.#running === 0) await this.#parts.release()
  }

  #made(plan: Plan): Plan {
    const pipeline = this.#pipelines.get(plan.name)
    if (pipeline === undefined || pipeline.from.plan !== plan) return plan
    const made = this.#resolved(pipeline).plan
    const own = made === plan ? plan : { ...made, left: () => this.#left() }
    this.#plans.set(plan, own)
    return own
  }

  #resolved({ from, resolved: { byStep }, resolved }: PatchedPipeline): ResolvedPlan {
    const isSame = byStep.size === from.byStep.size && [...byStep.keys()].every(step => from.byStep.has(step))
    return isSame ? from : this.#parts.planOf(resolved, this.#parts.instances)
  }

  #left(): void {
    this.#running -= 1
    if (this.#isReleased && this.#running === 0) void this.#parts.release()
  }
}

function placeOf({ from }: PatchedPipeline, index: number, { steps, placed }: ResolvedPlan): string {
  const standing = steps.filter(step => placed.some(({ instance }) => instance.spec.key === step.spec.key))
  const place = standing[index]?.step.place
  if (place === undefined) return from.pipeline.name
  return place.line === 0 ? place.pointer : `${place.file}:${place.line}`
}
