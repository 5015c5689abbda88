/** Sets plugins up in the order of their needs; those that did not change since the last configuration are kept. */

import type { Logger } from 'pino'
import type { Config } from '../../config/config.ts'
import { pointerTo } from '../../config/schema/compose.ts'
import type { Blamed, Problem } from '../../config/problems/place.ts'
import { suggestion } from '../../config/problems/suggestion.ts'
import type { ResolvedStep } from '../../pipeline/plan/compile.ts'
import { setUpPlugin } from '../../pipeline/plan/vetted-plugin.ts'
import type { Instance } from '../../plugin/instance.ts'
import { noMeter } from '../../services/meter.ts'
import type { ServiceName, Services } from '../../services/services.ts'
import { alwaysThere, givenServices, wishesOf } from './given-services.ts'
import { problemsOf } from './plugin-fault.ts'

/** Services that the kernel itself offers; the last two only where several processes serve, and where one serves at all. */
export type OwnServices = Pick<
  Services,
  'clock' | 'random' | 'providers' | 'health' | 'version' | 'pipelines' | 'variants' | 'knownPlugins' | 'absentProviders'
> &
  Partial<Pick<Services, 'processes' | 'configurations'>>

export interface InstanceInput {
  readonly own: OwnServices
  readonly log: Logger
  /** The configuration file: what is said there is what the operator can mend. */
  readonly userFile: string | undefined
  /** Finds where a setting stands in the file. No closure made while a configuration is built: it would keep the one before alive. */
  readonly config: Pick<Config, 'locate'>
  readonly previous: ReadonlyMap<string, Instance>
  /** Whether what the kernel offers is what the previous instances were given. */
  readonly ownUnchanged: boolean
  /** Whether all steps are there that the operator means: where not, one that is not may be what offers a service. */
  readonly isWhole: boolean
  /** Services of the kernel of which something is wrong that is told already: who asks for one is not set up. */
  readonly unknown: readonly ServiceName[]
}

/** What the kernel offers to those who ask for it; the last two belong to one configuration. */
const onDemand: readonly ServiceName[] = ['providers', 'absentProviders', 'variants', 'knownPlugins']

/** Lists that several plugins may offer: who asks is given all of them, joined in the order of the steps. */
const joined: ReadonlySet<ServiceName> = new Set(['identities', 'ownedObjects'])

type MadeOf = Pick<ResolvedStep, 'spec' | 'step' | 'settingPlaces'>

/** The instances of a configuration, and further ones beside them. */
export interface SetUpInstances {
  /** By the keys of their specs, in the order of their needs. */
  readonly instances: ReadonlyMap<string, Instance>
  /** What is at fault if one of them cannot begin, by the same keys. */
  readonly places: ReadonlyMap<string, Blamed>
  /**
   * Sets up an instance for a variant; it is nobody's yet.
   * @param kept the one of an earlier configuration, if there is one: it stays while the services that it was given are the same
   * @returns undefined on a problem
   */
  further(step: ResolvedStep, kept: Instance | undefined, problems: Problem[]): Promise<Instance | undefined>
}

/** Sets up one instance per distinct step, but for those that would fail for a mistake that is told already. On a problem, what was set up anew is closed again. */
export async function setUpInstances(steps: readonly ResolvedStep[], input: InstanceInput, problems: Problem[]): Promise<SetUpInstances> {
  const distinct = [...new Map(standing(steps).map(step => [step.spec.key, step])).values()]
  checkServices(distinct, input.userFile, problems)
  const unmet: Problem[] = []
  const ordered = inOrder(distinct, problems, unmet)
  if (input.isWhole) problems.push(...unmet)
  const setup = new SetUp(input, problems, withdrawn(ordered, input.previous))
  for (const step of ordered) await setup.add(step, input.previous)
  if (problems.length > 0) await setup.undo()
  return setup
}

/** Those that are on, and one of each plugin that stays when it is off everywhere. */
function standing(steps: readonly ResolvedStep[]): readonly ResolvedStep[] {
  const on = steps.filter(({ off }) => off === undefined)
  const isOn = new Set(on.map(({ spec }) => spec.definition.name))
  const staying = steps.filter(({ off, spec: { definition } }) => off !== undefined && definition.staysWhenOff === true && !isOn.has(definition.name))
  return [...on, ...new Map(staying.map(step => [step.spec.definition.name, step])).values()]
}

/** It outlives its configuration's start, and so knows nothing of the one before. */
class SetUp implements SetUpInstances {
  readonly instances = new Map<string, Instance>()
  readonly places = new Map<string, Blamed>()
  readonly #input: Omit<InstanceInput, 'previous'>
  readonly #problems: Problem[]
  readonly #fresh: Instance[] = []
  readonly #services: Partial<Record<ServiceName, unknown>>
  readonly #changed = new Set<ServiceName>()
  /** Services that somebody would offer, were it not for a mistake that is told. */
  readonly #lost: Set<ServiceName>

  /** @param withdrawn services that nobody offers any more */
  constructor({ previous: _, ...input }: InstanceInput, problems: Problem[], withdrawn: readonly ServiceName[]) {
    this.#input = input
    this.#problems = problems
    this.#services = { ...input.own, meter: noMeter }
    for (const service of ['variants', 'knownPlugins'] as const) this.#changed.add(service)
    if (!input.ownUnchanged) for (const service of ['providers', 'absentProviders'] as const) this.#changed.add(service)
    for (const service of withdrawn) this.#changed.add(service)
    this.#lost = new Set(input.unknown)
  }

  async add(step: ResolvedStep, previous: InstanceInput['previous']): Promise<void> {
    const { spec } = step
    const { provides } = spec.definition
    const kept = this.#keepable(wishesOf(spec.definition)) ? previous.get(spec.key) : undefined
    const instance = this.#mustFail(step) ? undefined : (kept ?? (await this.#setUp(step)))
    if (instance !== undefined) {
      this.instances.set(spec.key, instance)
      this.places.set(spec.key, this.#placeOf(step))
    }
    if (provides === undefined) return
    if (instance === undefined) return void this.#lost.add(provides)
    this.#services[provides] = joined.has(provides) ? [...listOf(this.#services[provides]), ...listOf(instance.taps.service)] : instance.taps.service
    if (kept === undefined) this.#changed.add(provides)
  }

  async further(step: ResolvedStep, kept: Instance | undefined, problems: Problem[]): Promise<Instance | undefined> {
    const { definition, name } = step.spec
    const at = { ...step.step.place, pointer: step.step.place?.pointer ?? `/${name}` }
    const unmet = (definition.needs ?? []).find(need => this.#services[need] === undefined)
    if (unmet !== undefined) return void problems.push({ ...at, message: `${name} needs the service "${unmet}", and no plugin provides it` })
    if (definition.provides !== undefined)
      return void problems.push({ ...at, message: `${name} provides "${definition.provides}": such a step belongs into the configuration` })
    return kept !== undefined && this.#keepable(wishesOf(definition)) ? kept : await this.#make(step, problems)
  }

  async undo(): Promise<void> {
    for (const instance of this.#fresh.reverse()) {
      instance.hold()
      await instance.release().catch((cause: unknown) => this.#input.log.warn({ err: cause, plugin: instance.spec.name }, 'closing failed'))
    }
  }

  /** Whether it lacks something for a mistake that is told. */
  #mustFail({ isFaulty = false, spec }: ResolvedStep): boolean {
    const { needs = [], wants = [] } = spec.definition
    const isThere = (service: ServiceName) => service in this.#services && !this.#lost.has(service)
    return isFaulty || !needs.every(isThere) || !wants.every(want => isThere(want) || (this.#input.isWhole && !this.#lost.has(want)))
  }

  /** An instance stays only while the services that it was given are the same. */
  #keepable(wishes: readonly ServiceName[]): boolean {
    return ![...wishes, 'meter' as const].some(need => this.#changed.has(need))
  }

  async #setUp(step: MadeOf): Promise<Instance | undefined> {
    const instance = await this.#make(step, this.#problems)
    if (instance !== undefined) this.#fresh.push(instance)
    return instance
  }

  async #make(resolved: MadeOf, problems: Problem[]): Promise<Instance | undefined> {
    const { spec } = resolved
    try {
      return await setUpPlugin(spec, givenServices(spec.name, spec.definition, this.#services), this.#input.log, this.#input.own.clock)
    } catch (cause) {
      const place = this.#placeOf(resolved)
      problems.push(...problemsOf(cause, { spec, failing: 'cannot be set up', place, config: this.#input.config }))
      return undefined
    }
  }

  /** A step that the operator did not write themselves is at fault for what they set. */
  #placeOf(resolved: MadeOf): Blamed {
    const { place, chosenBy } = resolved.step
    if (place !== undefined && place.file === this.#input.userFile) return place
    return likelySetting(resolved) ?? chosenBy ?? this.#ownSetting(resolved) ?? place ?? { pointer: `/${resolved.spec.name}` }
  }

  /** What they could say, where they said nothing: the setting of the first option that has one. */
  #ownSetting({ spec: { definition } }: MadeOf): Blamed | undefined {
    const setting = Object.values(definition.schema?.properties ?? {}).find(({ setting }) => setting !== undefined)?.setting
    if (setting === undefined) return undefined
    const pointer = pointerTo(setting)
    return this.#input.config.locate(pointer)
  }
}

/** Of what the operator wrote, settings that are lists or maps are more likely at fault. */
function likelySetting({ spec: { options }, settingPlaces }: MadeOf): Blamed | undefined {
  const written = Object.entries(settingPlaces)
  return (written.find(([name]) => typeof (options as Readonly<Record<string, unknown>>)[name] === 'object') ?? written[0])?.[1]
}

function listOf(service: unknown): readonly unknown[] {
  return Array.isArray(service) ? service : []
}

/** The services of instances that are gone, whoever else offers them. */
function withdrawn(steps: readonly ResolvedStep[], previous: InstanceInput['previous']): readonly ServiceName[] {
  const standing = new Set(steps.map(({ spec }) => spec.key))
  return [...previous].flatMap(([key, { spec }]) => (standing.has(key) ? [] : (spec.definition.provides ?? [])))
}

/** Providers of services before those who need them. @param unmet what is wrong with steps whose needs nobody meets */
function inOrder(steps: readonly ResolvedStep[], problems: Problem[], unmet: Problem[]): readonly ResolvedStep[] {
  const offered = Map.groupBy(
    steps.filter(({ spec }) => spec.definition.provides !== undefined),
    ({ spec }) => spec.definition.provides as string,
  )
  const own = new Set<string>([...alwaysThere, ...onDemand])
  const ordered = new Set<ResolvedStep>()
  const underWay = new Set<ResolvedStep>()
  const visit = (step: ResolvedStep) => {
    if (ordered.has(step)) return
    if (underWay.has(step))
      return problems.push({
        ...step.step.place,
        pointer: step.step.place?.pointer ?? '',
        message: `${step.spec.name} needs a service that needs ${step.spec.name}`,
      })
    underWay.add(step)
    for (const need of step.spec.definition.needs ?? []) {
      const providers = offered.get(need)
      if (providers !== undefined) providers.forEach(visit)
      else if (!own.has(need))
        unmet.push({
          ...step.step.place,
          pointer: step.step.place?.pointer ?? '',
          message: `${step.spec.name} needs the service "${need}", and no plugin provides it${suggestion(need, offered.keys())}`,
          expected: `a step that provides ${need}`,
        })
    }
    for (const want of step.spec.definition.wants ?? []) offered.get(want)?.forEach(visit)
    ordered.add(step)
  }
  offered.get('meter')?.forEach(visit)
  steps.forEach(visit)
  return [...ordered]
}

/** One instance provides a service, but for those that are joined. Of several, those that the operator wrote are too many, beside those that came with the package. */
function checkServices(steps: readonly ResolvedStep[], userFile: string | undefined, problems: Problem[]): void {
  const providing = steps.filter(({ spec: { definition } }) => definition.provides !== undefined && !joined.has(definition.provides))
  for (const [service, rivals] of Map.groupBy(providing, ({ spec }) => spec.definition.provides)) {
    const own = rivals.filter(({ step: { place } }) => place !== undefined && place.file === userFile)
    const tooMany = own.length < rivals.length && own.length > 0 ? own : rivals.slice(1)
    for (const { spec, step } of tooMany)
      problems.push({
        ...step.place,
        pointer: step.place?.pointer ?? '',
        message: `${spec.name} provides "${service}", and so does another step with other options`,
        got: spec.name,
      })
  }
}
