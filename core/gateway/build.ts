/** Makes a generation: reads the configuration, compiles its pipelines, sets its plugins up. */

import { dirname, join, resolve } from 'node:path'
import type { Config } from '../config/load.ts'
import { withoutSecrets } from '../config/providers/added.ts'
import type { ProviderConfig } from '../config/providers/config.ts'
import type { Place, Problem } from '../config/place.ts'
import { ConfigError } from '../config/problems.ts'
import { suggestion } from '../config/suggestion.ts'
import { assemblePipelines, type AssembledPipeline, type UserPipelines } from '../pipeline/assemble.ts'
import { factsOf } from '../upstream/provider-facts.ts'
import type { ProviderInstance } from '../upstream/provider.ts'
import { resolveSteps, type CompileInput, type ResolvedPipeline } from '../pipeline/compile.ts'
import { readPipelines } from '../pipeline/source.ts'
import { loadPlugin } from '../pipeline/vetted.ts'
import { isForCallers, type Dialect, type UpstreamDialect } from '../plugin/dialect.ts'
import type { ProviderDefinition } from '../plugin/provider.ts'
import { load, LoadError, type Loaded } from '../plugin/load.ts'
import { directoryOf, home } from '../plugin/resolve.ts'
import { Generation } from './generation.ts'
import type { Ground } from './ground.ts'
import { setUpInstances } from './instances.ts'
import { pluginsOf } from './known-plugins.ts'
import { readConfig, type ReadConfig } from './load-for.ts'
import { planMaker, type Dialects } from './plans.ts'
import type { ProviderTypes } from './provider-types.ts'
import { makeProviders, sameProviders } from './providers.ts'
import { noAdditions, standingProviders, type Additions } from './standing-providers.ts'
import { VariantCompiler } from './variants.ts'

/**
 * Compiles a configuration. Nothing of a configuration that does not compile is left behind. What is wrong in form, names that are not there and
 * plugins that cannot be set up are told together, but for what may only follow from another mistake.
 * @param wanted a pipeline that is compiled even if no route leads to it
 * @param read the configuration, where somebody has read it already
 * @param additions the instances beside those that it declares; one that cannot be set up is left out
 * @throws ConfigError with every problem, or Error if the wanted pipeline is not there
 */
export async function buildGeneration(ground: Ground, previous?: Generation, wanted?: string, read?: ReadConfig, additions: Additions = noAdditions): Promise<Generation> {
  const { config, types, problems: malformed } = read ?? await readConfig({ ...ground, previous: previous?.config })
  const problems: Problem[] = [...malformed]
  const listed = await loadListed(config, ground, problems)
  const input = compileInput(config, ground, new Map([...listed].map(([name, { file }]) => [name, file])))
  const resolved = await resolvePipelines(config, input, wanted, problems)
  const isWhole = problems.length === malformed.length && !config.isFaulty('/pipelines')
  const { configs, added, leftOut } = standingProviders(config, types, additions)
  const dialects = await loadDialects(resolved, configs, config, types, problems)
  const areProvidersRight = !problems.some(({ pointer }) => pointer.startsWith('/providers/')) && !config.isFaulty('/providers')
  const surroundings = {
    limits: { connections: config.values.http.max_connections_per_origin, keepAliveMs: config.values.http.keep_alive_timeout },
    dialects: new Map([...dialects].map(([name, { definition }]) => [name, definition])),
    translation: config.values.translation,
  }
  const [unmade, unmadeAdded] = [new Map<string, string>(), new Map<string, string>()]
  const failed = (name: string, cause: unknown) => {
    const provider = added.get(name)
    const why = cause instanceof Error ? cause.message : String(cause)
    if (provider === undefined) {
      unmade.set(name, why)
      return ground.log.error({ provider: name, err: cause }, 'the provider was left out: it cannot be set up')
    }
    unmadeAdded.set(name, withoutSecrets(why, provider.block, types.definitions.get(configs.get(name)?.type ?? '')))
  }
  const make = (wantedOnes: typeof configs) => makeProviders({ configs: wantedOnes, definitions: types.definitions, surroundings, previous: previous?.providers ?? new Map(), previousSurroundings: previous?.surroundings, log: ground.log, failed })
  const made = areProvidersRight ? make(configs) : new Map<string, ProviderInstance>()
  const providers = made.size === 0 && unmadeAdded.size > 0 ? make(config.providers) : made
  const variants = new VariantCompiler(input, previous?.variants)
  const setUp = await setUpInstances(resolved.flatMap(({ steps }) => steps), {
    own: { clock: ground.clock, random: ground.random, health: ground.health, version: ground.version, pipelines: ground.innerCalls, providers, variants, knownPlugins: pluginsOf(listed, input), ...(ground.processes === undefined ? {} : { processes: ground.processes }), ...(ground.configurations === undefined ? {} : { configurations: ground.configurations }) },
    log: ground.log,
    userFile: config.file,
    config,
    previous: previous?.instances ?? new Map(),
    ownUnchanged: previous !== undefined && sameProviders(previous.providers, providers),
    isWhole,
    unknown: areProvidersRight ? [] : ['providers'],
  }, problems)
  if (problems.length > 0) {
    await Promise.all([...providers.values()].filter(provider => previous?.providers.get(provider.name) !== provider).map(provider => provider.release()))
    throw new ConfigError(problems)
  }
  const { instances } = setUp
  const planOf = planMaker(dialects, config, ground)
  const plans = new Map(resolved.map(pipeline => [pipeline.pipeline.name, planOf(pipeline, instances)]))
  variants.begin({ plans, setUp, planOf })
  const files = new Set([
    ...config.file === undefined ? [] : [config.file],
    join(ground.cwd, '.env'),
    ...types.files.values(),
    ...[...listed.values(), ...dialects.values()].filter(({ isDefault }) => !isDefault).map(({ file }) => file),
    ...resolved.flatMap(({ steps }) => steps.flatMap(({ file }) => file ?? [])),
  ])
  const isFallback = [...providers.keys()].every(name => !added.has(name))
  return new Generation({
    config, types, files, plans, providers, surroundings, instances, variants,
    added: additions.all, leftOut: new Map([...leftOut, ...unmadeAdded]), unmade, lookedFor: isFallback ? config.lookedFor : [],
  }, ground.clock)
}

/** The plugins of `plugins.load`, by the names that they give themselves; steps may call them so. */
async function loadListed(config: Config, { cwd }: Ground, problems: Problem[]): Promise<ReadonlyMap<string, Loaded<unknown>>> {
  const { enabled, load: files } = config.values.plugins
  const listed = new Map<string, Loaded<unknown>>()
  for (const [index, { file, sha256 }] of files.entries()) {
    const pointer = `/plugins/load/${index}`
    const loaded = await tryLoad(() => loadPlugin(resolve(directoryOf(config.file, cwd), file), cwd, { searchPaths: [], foreignAllowed: enabled }, sha256), { ...config.place(pointer), pointer, got: file }, problems)
    if (loaded !== undefined) listed.set(loaded.definition.name, loaded)
  }
  return listed
}

function compileInput(config: Config, { cwd }: Ground, listed: ReadonlyMap<string, string>): CompileInput {
  const { plugins } = config.values
  return {
    settings: config,
    loader: { searchPaths: plugins.search_paths, listed, foreignAllowed: plugins.enabled },
    directory: directoryOf(config.file, cwd),
    place: (pointer: string) => config.place(pointer),
    locate: (file: string, pointer: string) => file === config.file ? config.place(pointer) : undefined,
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
  const standing = assembled.filter(({ name, isRouted }) => isRouted || name === 'services' || name === wanted)
  return await Promise.all(standing.map(pipeline => resolveSteps(pipeline, input, problems)))
}

function checkWanted(wanted: string, assembled: readonly AssembledPipeline[]): void {
  const names = assembled.map(({ name }) => name)
  if (!names.includes(wanted)) throw new Error(`there is no pipeline "${wanted}"${suggestion(wanted, names)}; there are: ${names.join(', ')}`)
}

/** The dialects of pipelines, and those that the providers speak. */
async function loadDialects(pipelines: readonly ResolvedPipeline[], configs: ReadonlyMap<string, ProviderConfig>, config: Config, types: ProviderTypes, problems: Problem[]): Promise<Dialects> {
  const dialects = new Map<string, Loaded<Dialect | UpstreamDialect>>()
  const add = async (dialect: string, from: string, named: Omit<Problem, 'message'>) => {
    const loaded = dialects.get(dialect) ?? await tryLoad(() => load('dialect', dialect, from, { searchPaths: [], foreignAllowed: config.values.plugins.enabled }), { ...named, got: dialect }, problems)
    if (loaded !== undefined) dialects.set(dialect, loaded)
    return loaded?.definition
  }
  const addForCallers = async (dialect: string, pointer: string, place: Place | undefined) => {
    const named = { ...config.place(pointer) ?? place, pointer }
    const definition = await add(dialect, dirname(place?.file ?? '/'), named)
    if (definition !== undefined && !isForCallers(definition)) problems.push({ ...named, got: dialect, expected: 'a dialect in which callers speak', message: `${dialect} is spoken to providers only` })
  }
  for (const { pipeline: { dialect, dialectWhen, name, place } } of pipelines) {
    if (dialect !== undefined) await addForCallers(dialect, `/pipelines/${name}/dialect`, place)
    for (const [index, rule] of dialectWhen.entries()) await addForCallers(rule.dialect, `/pipelines/${name}/dialect_when/${index}/dialect`, place)
  }
  for (const provider of configs.values()) {
    const definition = types.definitions.get(provider.type)
    const pointer = `/providers/${provider.name}`
    const facts = definition === undefined ? undefined : knownFacts(provider, definition)
    if (facts === undefined) continue
    problems.push(...unknownOperations(provider, Object.keys(facts.operations), config))
    for (const dialect of facts.dialects) await add(dialect, dirname(types.files.get(provider.type) ?? '/'), { ...config.place(pointer), pointer })
  }
  return dialects
}

/** None of an instance that cannot be set up: it will be left out. */
function knownFacts(provider: ProviderConfig, definition: ProviderDefinition): ReturnType<typeof factsOf> | undefined {
  try {
    return factsOf(provider, definition)
  } catch {
    return undefined
  }
}

/** Operations that an instance shall be asked for, and that its type does not have. */
function unknownOperations({ name, type, settings }: ProviderConfig, known: readonly string[], config: Config): readonly Problem[] {
  const asked = settings['operations'] as readonly string[] | undefined ?? []
  return asked.flatMap((operation, index) => {
    const pointer = `/providers/${name}/operations/${index}`
    return known.includes(operation) ? [] : [{ ...config.place(pointer), pointer, got: operation, expected: 'an operation of the type', message: `${type} has no operation "${operation}"${suggestion(operation, known)}` }]
  })
}

/** What cannot be loaded is a problem of the place that names it. */
async function tryLoad<T>(loading: () => Promise<T>, named: Omit<Problem, 'message'>, problems: Problem[]): Promise<T | undefined> {
  try {
    return await loading()
  } catch (cause) {
    if (!(cause instanceof LoadError)) throw cause
    problems.push({ ...named, expected: cause.expected, message: cause.message + suggestion(named.got ?? '', cause.names) })
    return undefined
  }
}
