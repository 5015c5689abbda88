/** Compiles pipelines: every step finds its plugin, its options are checked, and nothing is looked up by name afterwards. */

import { dirname } from 'node:path'
import type { PluginSettings } from '../../config/config.ts'
import { keysOf } from '../../config/pointer.ts'
import { checkOptions } from '../../config/schema/options.ts'
import type { Blamed, Place, Problem } from '../../config/problems/place.ts'
import type { PluginDefinition } from '../../plugin/define.ts'
import type { OptionsSchema } from '../../plugin/schema.ts'
import { suggestion } from '../../config/problems/suggestion.ts'
import { LoadError, type LoaderOptions } from '../../plugin/load.ts'
import type { InstanceSpec } from '../../plugin/instance.ts'
import type { AssembledPipeline } from './assemble.ts'
import { namedStep, type NamedStep } from './patch.ts'
import { phases, type PhaseName } from './step.ts'
import { loadPlugin } from './vetted-plugin.ts'

/** What a step is going to be, before anything is set up. */
export interface ResolvedStep {
  readonly step: NamedStep
  readonly spec: InstanceSpec
  readonly phases: ReadonlySet<PhaseName>
  /** Where each option came from: `default`, `yaml:12`, `env:X`, or the step itself. */
  readonly sources: Readonly<Record<string, string>>
  /** Where the user's file says those that came from there, by name. */
  readonly settingPlaces: Readonly<Record<string, Blamed>>
  /** The plugin's file, where it is not of the default set. */
  readonly file?: string
  /** Why the step compiles to nothing. */
  readonly off?: string
  /** Some of its settings were left out for their form, which is told already: it cannot be set up. */
  readonly isFaulty?: boolean
}

export interface ResolvedPipeline {
  readonly pipeline: AssembledPipeline
  readonly steps: readonly ResolvedStep[]
  /** What each step of the pipeline became: several where it stands for others. */
  readonly byStep: ReadonlyMap<NamedStep, readonly ResolvedStep[]>
}

export interface CompileInput {
  /** Where a plugin's options come from when the step does not give them. */
  readonly settings: { settingsOf(plugin: string): Omit<PluginSettings, 'present'> }
  readonly loader: LoaderOptions
  /** The directory of the user's configuration. */
  readonly directory: string
  /** Where the user's file says something. */
  place(pointer: string): Place | undefined
  /** Told of options that a plugin does not know; where it is undefined, they are problems. */
  readonly tolerate?: ((problem: Problem) => void) | undefined
  /** The variable that gives the setting at a pointer, if one does. */
  variableOf(pointer: string): string | undefined
  /** The exact place of a pointer, if the file is the user's. */
  locate(file: string, pointer: string): Place | undefined
}

/** Resolves the steps of one pipeline; problems are collected. */
export async function resolveSteps(pipeline: AssembledPipeline, input: CompileInput, problems: Problem[]): Promise<ResolvedPipeline> {
  const byStep = new Map<NamedStep, readonly ResolvedStep[]>()
  for (const step of pipeline.steps) byStep.set(step, await resolveStep(step, pipeline.name, input, problems))
  return { pipeline, steps: [...byStep.values()].flat(), byStep }
}

/**
 * Resolves one step; problems are collected.
 * @param from the directory that paths and packages are looked up from; that of the file where the step was written, if nothing else is said
 * @param lacksSettings whether settings were left out for their form: what is missing is not told
 */
export async function resolveStep(
  step: NamedStep,
  pipeline: string,
  input: CompileInput,
  problems: Problem[],
  from = directoryFor(step, input),
  lacksSettings = false,
): Promise<readonly ResolvedStep[]> {
  const loaded = await loadStep(step, pipeline, from, input, problems)
  if (loaded === undefined) return []
  const { definition, sha256, isDefault, file } = loaded
  const settings = isDefault ? input.settings.settingsOf(definition.name) : { values: {}, sources: {}, places: {}, isFaulty: false }
  const given = step.options ?? {}
  const checked = checkOptions(
    settings.isFaulty || lacksSettings ? { ...definition.schema, required: [] } : lessRequired(definition.schema, settings.values),
    given,
    pointer => optionPlace(step, pointer, input),
    input.tolerate,
  )
  problems.push(...checked.problems.map(problem => withVariable(problem, input)))
  if (checked.problems.length > 0) return []
  const standing = Object.entries(settings.values).filter(([name]) => !(name in given))
  const options: Readonly<Record<string, unknown>> = { ...(checked.value as object), ...Object.fromEntries(standing) }
  const sources = Object.fromEntries(
    Object.keys(options).map(name => [name, name in given ? placeText(placeOfOption(step, name)) : (settings.sources[name] ?? 'default')]),
  )
  if (definition.expand !== undefined) {
    const steps = await expand({ definition, options, step, pipeline, settings }, input, problems)
    return settings.isFaulty ? steps.map(faulty => ({ ...faulty, isFaulty: true })) : steps
  }
  const key = JSON.stringify([step.use, sha256, step.name, options])
  const settingPlaces = Object.fromEntries(Object.entries(settings.places).filter(([name]) => !(name in given)))
  const resolved = {
    step,
    spec: { key, name: step.name, definition, options, ...(isDefault ? {} : { module: { use: step.use, file } }) },
    phases: new Set(step.phases ?? phases),
    sources,
    settingPlaces,
    ...(isDefault ? {} : { file }),
    ...(settings.isFaulty ? { isFaulty: true } : {}),
  }
  return [options['enabled'] === false ? { ...resolved, off: `${definition.name} is switched off (${sources['enabled'] ?? 'default'})` } : resolved]
}

function directoryFor({ place }: NamedStep, { directory }: CompileInput): string {
  return place === undefined ? directory : dirname(place.file)
}

/** What settings give, a step need not say. */
function lessRequired(schema: OptionsSchema | undefined, settings: Readonly<Record<string, unknown>>): OptionsSchema | undefined {
  return schema?.required?.some(name => settings[name] !== undefined) === true
    ? { ...schema, required: schema.required.filter(name => settings[name] === undefined) }
    : schema
}

interface Expanding {
  readonly definition: PluginDefinition
  readonly options: unknown
  readonly step: NamedStep
  readonly pipeline: string
  readonly settings: Pick<PluginSettings, 'places' | 'isFaulty'>
}

/** The steps that a step stands for take its place; they point at it. */
async function expand(
  { definition, options, step, pipeline, settings }: Expanding,
  input: CompileInput,
  problems: Problem[],
): Promise<readonly ResolvedStep[]> {
  const steps: ResolvedStep[] = []
  const [chosenBy] = Object.values(settings.places)
  const inner = (definition.expand?.(options, pointer => input.place(pointer)) ?? []).map(one => ({
    ...namedStep(one, one.place ?? step.place),
    ...(one.place === undefined && chosenBy !== undefined ? { chosenBy } : {}),
  }))
  for (const [index, one] of inner.entries()) {
    if (inner.slice(0, index).some(other => other.name === one.name && meet(other, one)))
      problems.push({ ...at(one, pipeline, '', input), got: one.name, message: `there is a step "${one.name}" already` })
    steps.push(...(await resolveStep(one, pipeline, input, problems, input.directory, settings.isFaulty)))
  }
  return steps
}

/** Whether there is a phase in which both may act. */
function meet({ phases: some = phases }: NamedStep, { phases: others = phases }: NamedStep): boolean {
  return some.some(phase => others.includes(phase))
}

async function loadStep(step: NamedStep, pipeline: string, from: string, input: CompileInput, problems: Problem[]) {
  try {
    return await loadPlugin(step.use, from, input.loader, step.sha256)
  } catch (cause) {
    if (!(cause instanceof LoadError)) throw cause
    problems.push({ ...at(step, pipeline, '/use', input), expected: cause.expected, got: step.use, message: cause.message + suggestion(step.use, cause.names) })
    return undefined
  }
}

/** The variable that gives what is missing, beside the place in the file. */
function withVariable(problem: Problem, input: CompileInput): Problem {
  const variable = problem.message.startsWith('missing; ') ? input.variableOf(problem.pointer) : undefined
  return variable === undefined ? problem : { ...problem, message: `${problem.message}; ${variable} gives it, too` }
}

function at({ place, name, optionsAt, chosenBy }: NamedStep, pipeline: string, pointer: string, { locate }: CompileInput): Blamed {
  if (chosenBy !== undefined) return chosenBy
  const where = `${place?.pointer ?? `/pipelines/${pipeline}/${name}`}${optionsAt === undefined ? pointer : ''}`
  return place === undefined ? { pointer: where } : { ...(locate(place.file, where) ?? place), pointer: where }
}

function optionPlace(step: NamedStep, pointer: string, { locate }: CompileInput): Blamed | undefined {
  const { optionsAt, chosenBy } = step
  if (chosenBy !== undefined) return { ...chosenBy, pointer: `${optionsAt ?? chosenBy.pointer}${pointer}` }
  const place = placeOfOption(step, keysOf(pointer)[0] ?? '')
  if (place === undefined) return undefined
  const exact = `${optionsAt ?? `${place.pointer}/options`}${pointer}`
  return { ...(locate(place.file, exact) ?? place), pointer: exact }
}

/** Where the step, or the patch that gave it, was written. */
function placeOfOption({ optionPlaces = {}, place }: NamedStep, name: string): Place | undefined {
  return Object.hasOwn(optionPlaces, name) ? optionPlaces[name] : place
}

function placeText(place: Place | undefined): string {
  return place === undefined ? 'pipeline' : `${place.file}:${place.line}`
}
