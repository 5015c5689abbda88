/** Compiles variants of the pipelines of one configuration, and keeps the plugins that only variants use. */

import type { Problem } from '../../config/problems/place.ts'
import { resolveStep, type CompileInput, type ResolvedStep } from '../../pipeline/plan/compile.ts'
import type { NamedStep } from '../../pipeline/plan/patch.ts'
import { tappedPhases } from '../../pipeline/plan/placed-step.ts'
import type { Patch } from '../../pipeline/plan/source.ts'
import type { Instance } from '../../plugin/instance.ts'
import { VariantError, type Variant, type Variants } from '../../services/variants.ts'
import { Turns } from '../../turns.ts'
import type { SetUpInstances } from '../loading/instances.ts'
import { lateSteps, patchPipelines, type PatchedPipeline } from './patched-pipelines.ts'
import type { PlanMaker, ResolvedPlan } from './plans.ts'
import { CompiledVariant } from './variant.ts'

/** The configuration's own pipelines, once they are compiled. */
export interface VariantBase {
  readonly plans: ReadonlyMap<string, ResolvedPlan>
  readonly setUp: SetUpInstances
  readonly planOf: PlanMaker
}

export class VariantCompiler implements Variants {
  readonly #input: CompileInput
  /** Of the configuration before, as long as this one takes over from it. */
  #previous: VariantCompiler | undefined
  /** Instances that only variants use, by the keys of their specs. */
  readonly #own = new Map<string, Instance>()
  readonly #files = new Set<string>()
  #base: VariantBase | undefined
  #chosen: readonly ResolvedPlan[] = []
  readonly #turns = new Turns()
  #start: ((instance: Instance) => void) | undefined

  constructor(input: CompileInput, previous: VariantCompiler | undefined) {
    this.#input = { ...input, place: () => undefined, locate: () => undefined, tolerate: input.tolerate && tolerateInPatch(input.tolerate) }
    this.#previous = previous
  }

  /** What variants are made of. */
  begin(base: VariantBase): void {
    this.#base = base
    this.#chosen = [...base.plans.values()].filter(({ placed }) =>
      placed.some(step => step.instance.spec.definition.needs?.includes('variants') === true && tappedPhases(step).includes('route')),
    )
  }

  /** The configuration begins to serve: so do the plugins of its variants. */
  start(start: (instance: Instance) => void): void {
    this.#start = start
    this.#previous = undefined
    this.#own.forEach(start)
  }

  get pipelines(): readonly string[] {
    return this.#chosen.map(({ pipeline }) => pipeline.name)
  }

  get stepNames(): ReadonlySet<string> {
    return new Set(this.#chosen.flatMap(({ pipeline }) => pipeline.steps.map(({ name }) => name)))
  }

  /** Absolute paths of the plugins of variants that do not come with the gateway. */
  get files(): ReadonlySet<string> {
    return this.#files
  }

  compile(patches: readonly Patch[]): Promise<Variant> {
    return this.#turns.take(() => this.#compile(patches))
  }

  async vet(patches: readonly Patch[]): Promise<void> {
    const problems: Problem[] = []
    await this.#patched(patches, problems)
    if (problems.length > 0) throw variantError(problems)
  }

  /** An instance that a later configuration may take over. */
  instance(key: string): Instance | undefined {
    return this.#own.get(key)
  }

  async #compile(patches: readonly Patch[]): Promise<Variant> {
    const base = this.#base
    if (base === undefined) throw new TypeError('variants are compiled once the pipelines are: in open(), not in setup()')
    const problems: Problem[] = []
    const pipelines = await this.#patched(patches, problems)
    const own =
      problems.length > 0
        ? []
        : await this.#instances(
            pipelines.flatMap(({ fresh }) => fresh),
            problems,
          )
    const instances = { get: (key: string) => base.setUp.instances.get(key) ?? this.#own.get(key) }
    if (problems.length === 0) problems.push(...lateSteps(pipelines, instances))
    if (problems.length === 0) return new CompiledVariant(pipelines, { instances, planOf: base.planOf, release: () => this.#release(own) })
    await this.#release(own)
    throw variantError(problems)
  }

  async #patched(patches: readonly Patch[], problems: Problem[]): Promise<readonly PatchedPipeline[]> {
    const patched = patchPipelines(this.#chosen, patches, this.#input.directory, problems)
    const resolve = this.#resolver(problems)
    const pipelines: PatchedPipeline[] = []
    for (const { from, steps } of patched) pipelines.push(await resolved(from, steps, resolve))
    return pipelines
  }

  /** Resolves steps that the patches changed; those of several pipelines that say the same, once. */
  #resolver(problems: Problem[]): (step: NamedStep, pipeline: string) => Promise<readonly ResolvedStep[]> {
    const known = new Map<string, Promise<readonly ResolvedStep[]>>()
    return (step, pipeline) => {
      const key = JSON.stringify(step)
      const steps = known.get(key) ?? resolveStep(step, pipeline, this.#input, problems, this.#input.directory)
      known.set(key, steps)
      return steps
    }
  }

  /** Instances of these steps, held; those that the configuration's own pipelines have are left to them. */
  async #instances(steps: readonly ResolvedStep[], problems: Problem[]): Promise<readonly Instance[]> {
    const held: Instance[] = []
    for (const step of new Map(steps.filter(({ off }) => off === undefined).map(step => [step.spec.key, step])).values()) {
      if (this.#base?.setUp.instances.has(step.spec.key) === true) continue
      const instance = this.#own.get(step.spec.key) ?? (await this.#open(step, problems))
      if (instance === undefined) continue
      instance.hold()
      this.#own.set(step.spec.key, instance)
      if (step.file !== undefined) this.#files.add(step.file)
      held.push(instance)
      this.#start?.(instance)
    }
    return held
  }

  async #open(step: ResolvedStep, problems: Problem[]): Promise<Instance | undefined> {
    const instance = await this.#base?.setUp.further(step, this.#previous?.instance(step.spec.key), problems)
    if (instance === undefined) return undefined
    try {
      await instance.open()
      return instance
    } catch (cause) {
      problems.push({
        pointer: step.step.place?.pointer ?? '',
        message: `${step.spec.name} cannot begin: ${cause instanceof Error ? cause.message : String(cause)}`,
      })
      instance.hold()
      await instance.release()
      return undefined
    }
  }

  async #release(instances: readonly Instance[]): Promise<void> {
    for (const instance of instances) {
      const closing = instance.release()
      if (!instance.isHeld && this.#own.get(instance.spec.key) === instance) this.#own.delete(instance.spec.key)
      await closing
    }
  }
}

/** Patches have no place in a file. */
function tolerateInPatch(tolerate: (problem: Problem) => void): (problem: Problem) => void {
  return ({ file: _f, line: _l, column: _c, ...problem }) => tolerate({ ...problem, message: `in the patch of a workflow: ${problem.message}` })
}

/** What is wrong in several pipelines is told once. */
function variantError(problems: readonly Problem[]): VariantError {
  return new VariantError([...new Map(problems.map(problem => [problem.pointer + problem.message, problem])).values()])
}

async function resolved(
  from: ResolvedPlan,
  steps: readonly NamedStep[],
  resolve: (step: NamedStep, pipeline: string) => Promise<readonly ResolvedStep[]>,
): Promise<PatchedPipeline> {
  const byStep = new Map<NamedStep, readonly ResolvedStep[]>()
  for (const step of steps) byStep.set(step, from.byStep.get(step) ?? (await resolve(step, from.pipeline.name)))
  const fresh = steps.filter(step => !from.byStep.has(step)).flatMap(step => byStep.get(step) ?? [])
  return { from, fresh, resolved: { pipeline: from.pipeline, steps: [...byStep.values()].flat(), byStep } }
}
