/** Makes a generation: reads the configuration, compiles its pipelines, sets its plugins up. */

import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../config/config.ts'
import type { Problem } from '../../config/problems/place.ts'
import { ConfigError } from '../../config/problems/problems.ts'
import { suggestion } from '../../config/problems/suggestion.ts'
import { assemblePipelines, type AssembledPipeline, type UserPipelines } from '../../pipeline/plan/assemble.ts'
import { resolveSteps, type CompileInput, type ResolvedPipeline } from '../../pipeline/plan/compile.ts'
import { readPipelines } from '../../pipeline/plan/source.ts'
import { loadPlugin } from '../../pipeline/plan/vetted-plugin.ts'
import type { Loaded } from '../../plugin/load.ts'
import { directoryOf, home } from '../../plugin/resolve.ts'
import { loadDialects } from './dialects.ts'
import { Generation } from '../generation.ts'
import type { ProcessContext } from '../process-context.ts'
import { setUpInstances, type OwnServices } from './instances.ts'
import { pluginsOf } from './known-plugins.ts'
import { readConfig, type ReadConfig } from './load-for.ts'
import { planMaker } from '../variants/plans.ts'
import type { ProviderTypes } from './provider-types.ts'
import { absentIn, makeStandingProviders, releaseNew, sameProviders } from './providers.ts'
import { noAdditions, standingProviders, type Additions } from './standing-providers.ts'
import { tryLoad } from './try-load.ts'
import { VariantCompiler } from '../variants/variants.ts'

export interface BuildOptions {
  /** The generation that serves: what did not change is kept. */
  readonly previous?: Generation | undefined
  /** A pipeline that is compiled even if no route leads to it. */
  readonly wanted?: string | undefined
  /** The configuration, where somebody has read it already. */
  readonly read?: ReadConfig | undefined
  /** The provider instances beside those that it declares; one that cannot be set up is left out. */
  readonly additions?: Additions
}

/**
 * Compiles a configuration. Nothing of a configuration that does not compile is left behind. What is wrong in form, names that are not there and
 * plugins that cannot be set up are told together, but for what may only follow from another mistake.
 * @throws ConfigError with every problem, or Error if the wanted pipeline is not there
 */
export async function buildGeneration(context: ProcessContext, { previous, wanted, read, additions = noAdditions }: BuildOptions = {}): Promise<Generation> {
  const { config, types, problems: malformed } = read ?? (await readConfig({ ...context, previous: previous?.config }))
  const problems: Problem[] = [...malformed]
  const listed = await loadListed(config, context, problems)
  const input = compileInput(config, context, new Map([...listed].map(([name, { file }]) => [name, file])))
  const resolved = await resolvePipelines(config, input, wanted, problems)
  const isWhole = problems.length === malformed.length && !config.isFaulty('/pipelines')
  const standing = standingProviders(config, types, additions)
  const dialects = await loadDialects(resolved, standing.configs, config, types, problems)
  const areProvidersSound = !problems.some(({ pointer }) => pointer.startsWith('/providers/')) && !config.isFaulty('/providers')
  const makeable = areProvidersSound ? standing : { ...standing, configs: new Map() }
  const made = makeStandingProviders({ standing: makeable, config, types, dialects, previous, log: context.log })
  const absentProviders = absentIn({ ...made, config })
  const variants = new VariantCompiler(input, previous?.variants)
  const setUp = await setUpInstances(
    resolved.flatMap(({ steps }) => steps),
    {
      own: kernelServices(context, { providers: made.providers, absentProviders, variants, knownPlugins: pluginsOf(listed, input) }),
      log: context.log,
      userFile: config.file,
      config,
      previous: previous?.instances ?? new Map(),
      ownUnchanged: previous !== undefined && sameProviders(previous.providers, made.providers) && isDeepStrictEqual(absentIn(previous), absentProviders),
      isWhole,
      unknown: areProvidersSound ? [] : ['providers'],
    },
    problems,
  )
  if (problems.length > 0) {
    await releaseNew(made.providers, previous?.providers)
    throw new ConfigError(problems.map(problem => config.hide(problem)))
  }
  const planOf = planMaker(dialects, config, context)
  const plans = new Map(resolved.map(pipeline => [pipeline.pipeline.name, planOf(pipeline, setUp.instances)]))
  variants.begin({ plans, setUp, planOf })
  const isFallback = [...made.providers.keys()].every(name => !standing.added.has(name))
  const generation = new Generation(
    {
      config,
      types,
      plans,
      variants,
      ...made,
      instances: setUp.instances,
      places: setUp.places,
      files: filesOf({ config, cwd: context.cwd, types, loaded: [...listed.values(), ...dialects.values()], resolved }),
      added: additions.all,
      lookedFor: isFallback ? config.lookedFor : [],
    },
    context.clock,
  )
  try {
    // A patch may be for a pipeline that is not wanted.
    if (wanted === undefined) await generation.vet()
    return generation
  } catch (cause) {
    await generation.discard()
    throw cause
  }
}

/** What the kernel itself offers; some of it only where several processes serve, or where one serves at all. */
function kernelServices(
  { clock, random, health, version, innerCalls, processes, configurations }: ProcessContext,
  made: Pick<OwnServices, 'providers' | 'absentProviders' | 'variants' | 'knownPlugins'>,
): OwnServices {
  return {
    clock,
    random,
    health,
    version,
    pipelines: innerCalls,
    ...made,
    ...(processes === undefined ? {} : { processes }),
    ...(configurations === undefined ? {} : { configurations }),
  }
}

interface MadeOf {
  readonly config: Config
  readonly cwd: string
  readonly types: ProviderTypes
  readonly loaded: readonly Loaded<unknown>[]
  readonly resolved: readonly ResolvedPipeline[]
}

/** When one of these changes, the generation may. */
function filesOf({ config, cwd, types, loaded, resolved }: MadeOf): ReadonlySet<string> {
  return new Set([
    ...(config.file === undefined ? [] : [config.file]),
    join(cwd, '.env'),
    ...types.files.values(),
    ...loaded.filter(({ isDefault }) => !isDefault).map(({ file }) => file),
    ...resolved.flatMap(({ steps }) => steps.flatMap(({ file }) => file ?? [])),
  ])
}

/** The plugins of `plugins.load`, by the names that they give themselves; steps may call them so. */
async function loadListed(config: Config, { cwd }: ProcessContext, problems: Problem[]): Promise<ReadonlyMap<string, Loaded<unknown>>> {
  const { enabled, load: files } = config.values.plugins
  const listed = new Map<string, Loaded<unknown>>()
  for (const [index, { file, sha256 }] of files.entries()) {
    const pointer = `/plugins/load/${index}`
    const loaded = await tryLoad(
      () => loadPlugin(resolve(directoryOf(config.file, cwd), file), cwd, { searchPaths: [], foreignAllowed: enabled }, sha256),
      { ...config.place(pointer), pointer, got: file },
      problems,
    )
    if (loaded !== undefined) listed.set(loaded.definition.name, loaded)
  }
  return listed
}

function compileInput(config: Config, { cwd }: ProcessContext, listed: ReadonlyMap<string, string>): CompileInput {
  const { plugins } = config.values
  return {
    settings: config,
    loader: { searchPaths: plugins.search_paths, listed, foreignAllowed: plugins.enabled },
    directory: directoryOf(config.file, cwd),
    place: (pointer: string) => config.place(pointer),
    tolerate: config.tolerate,
    variableOf: pointer => config.variableOf(pointer),
    locate: (file: string, pointer: string) => (file === config.file ? config.place(pointer) : undefined),
  }
}

async function resolvePipelines(config: Config, input: CompileInput, wanted: string | undefined, problems: Problem[]): Promise<readonly ResolvedPipeline[]> {
  const user = {
    pipelines: config.values.pipelines as unknown as UserPipelines,
    place: (pointer: string) => config.place(pointer),
    isFaulty: (pointer: string) => config.isFaulty(pointer),
    setting: (path: string) => config.get(`/${path.replaceAll('.', '/')}`),
  }
  const assembled = assemblePipelines(await readPipelines(new URL('pipelines/', home)), user, problems)
  if (wanted !== undefined && problems.length === 0) checkWanted(wanted, assembled)
  const isStanding = ({ name, isRouted }: AssembledPipeline) => isRouted || name === 'services' || name === wanted
  // The operator's own are looked at for mistakes, though no route leads there.
  const looked = assembled.filter(pipeline => isStanding(pipeline) || pipeline.isUsers)
  const resolved = await Promise.all(looked.map(pipeline => resolveSteps(pipeline, input, problems)))
  return resolved.filter(({ pipeline }) => isStanding(pipeline))
}

function checkWanted(wanted: string, assembled: readonly AssembledPipeline[]): void {
  const names = assembled.map(({ name }) => name)
  if (!names.includes(wanted)) throw new Error(`there is no pipeline "${wanted}"${suggestion(wanted, names)}; there are: ${names.join(', ')}`)
}
