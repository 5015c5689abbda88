/** One compiled configuration: its pipelines, plugins and providers, and the exchanges that began on it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import pino, { type Logger } from 'pino'
import { loadConfig, type Config, type ConfigInput } from '../config/load.ts'
import type { Problem } from '../config/place.ts'
import { ConfigError } from '../config/problems.ts'
import { gatewayError } from '../errors.ts'
import { buildRoutes } from '../http/routes.ts'
import { serve, type Serving } from '../http/server.ts'
import { assemblePipelines, type UserPipelines } from '../pipeline/assemble.ts'
import { resolveSteps, type ResolvedPipeline, type ResolvedStep } from '../pipeline/compile.ts'
import { buffersStreams, buildPlan, type PlacedStep } from '../pipeline/place-taps.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Limits, Plan } from '../pipeline/plan.ts'
import { readPipelines } from '../pipeline/source.ts'
import type { Dialect } from '../plugin/dialect.ts'
import { defaultNames, load, LoadError } from '../plugin/load.ts'
import type { Instance } from '../plugin/instance.ts'
import type { ProviderDefinition } from '../plugin/provider.ts'
import { directoryOf, home } from '../plugin/resolve.ts'
import type { Clock, Health, Services } from '../plugin/services.ts'
import type { ProviderInstance, ProviderLimits } from '../upstream/provider.ts'
import { setUpInstances } from './instances.ts'
import { makeProviders, sameProviders } from './providers.ts'
import { Roll } from './roll.ts'

const defaultTimeoutMs = 30_000

/** What every generation of one process shares. */
export interface Ground {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly flags: ConfigInput['flags']
  readonly clock: Clock
  readonly random: () => number
  readonly health: Health
  readonly version: Services['version']
  readonly log: Logger
}

export interface ResolvedPlan extends ResolvedPipeline {
  readonly plan: Plan
  readonly placed: readonly PlacedStep[]
}

export class Generation implements Serving {
  readonly config: Config
  readonly plans: ReadonlyMap<string, ResolvedPlan>
  readonly providers: ReadonlyMap<string, ProviderInstance>
  readonly providerLimits: ProviderLimits
  readonly instances: ReadonlyMap<string, Instance>
  readonly basePath: string
  readonly bodyLimits: Serving['bodyLimits']
  readonly unknown: Plan
  readonly route: (request: IncomingMessage, response: ServerResponse) => void
  readonly #running = new Roll<Exchange>()
  #onIdle: (() => void) | undefined

  constructor(parts: { config: Config; plans: ReadonlyMap<string, ResolvedPlan>; providers: ReadonlyMap<string, ProviderInstance>; providerLimits: ProviderLimits; instances: ReadonlyMap<string, Instance>; clock: Clock }) {
    const { config, plans } = parts
    this.config = config
    this.plans = plans
    this.providers = parts.providers
    this.providerLimits = parts.providerLimits
    this.instances = parts.instances
    this.basePath = config.values.server.base_path === '/' ? '' : config.values.server.base_path
    this.bodyLimits = { maxBytes: config.values.server.body_size_limit, timeoutMs: 30_000, clock: parts.clock }
    this.unknown = (plans.get('unknown') as ResolvedPlan).plan
    const routes = [...plans.values()].flatMap(({ pipeline, plan }) => pipeline.routes.filter(({ path }) => path !== '*').map(route => ({ ...route, plan })))
    this.route = buildRoutes(routes, this.unknown, (...taken) => serve(this, ...taken))
    for (const part of [...parts.instances.values(), ...parts.providers.values()]) part.hold()
  }

  /** Whether callers are asked for a credential. */
  get authenticates(): boolean {
    return [...this.instances.values()].some(({ taps }) => taps.authenticates === true)
  }

  get inFlight(): number {
    return this.#running.size
  }

  enter(exchange: Exchange): () => void {
    const entry = this.#running.add(exchange)
    return () => {
      this.#running.remove(entry)
      if (this.#running.size === 0) this.#onIdle?.()
    }
  }

  /** Resolves when the last exchange that began here is over. */
  idle(): Promise<void> {
    return this.#running.size === 0 ? Promise.resolve() : new Promise(resolve => { this.#onIdle = resolve })
  }

  /** Ends what still runs: streams with their dialect's error event. */
  cut(): void {
    const reason = gatewayError('stream_incomplete', 'the gateway is shutting down')
    for (const exchange of this.#running.values()) exchange.stop(reason)
  }

  /** What the operator should know, beyond the configuration's own warnings. */
  get warnings(): readonly string[] {
    return [...this.plans.values()].flatMap(({ placed, pipeline }) => placed
      .filter(step => buffersStreams(step) && step.instance.taps.stream === undefined)
      .map(step => `${step.name} taps "response" and not "stream": on pipeline ${pipeline.name}, streams are collected before it sees them`))
  }

  /** Closes a generation that never ran. */
  async discard(): Promise<void> {
    await this.retire(pino({ enabled: false }))
  }

  /** Closes everything that no other generation uses. */
  async retire(log: Logger): Promise<void> {
    for (const part of [...this.instances.values(), ...this.providers.values()].reverse()) {
      await part.release().catch((cause: unknown) => log.warn({ err: cause }, 'closing failed'))
    }
  }
}

/** Compiles a configuration. Nothing of a configuration that does not compile is left behind. @throws ConfigError with every problem */
export async function buildGeneration(ground: Ground, previous?: Generation): Promise<Generation> {
  const definitions = new Map(await providerDefinitions())
  const config = await loadFor(ground, definitions)
  const problems: Problem[] = []
  const resolved = await resolvePipelines(config, ground, problems)
  const dialects = await loadDialects(resolved, config, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  const { http } = config.values
  const providerLimits = { connections: http.max_connections_per_origin, keepAliveMs: http.keep_alive_timeout }
  const providers = makeProviders({ configs: config.providers, definitions, limits: providerLimits, previous: previous?.providers ?? new Map(), previousLimits: previous?.providerLimits, log: ground.log })
  const instances = await setUpInstances(resolved.flatMap(({ steps }) => steps), {
    own: { clock: ground.clock, random: ground.random, health: ground.health, version: ground.version, providers },
    log: ground.log,
    previous: previous?.instances ?? new Map(),
    ownUnchanged: previous !== undefined && sameProviders(previous.providers, providers),
  }, problems)
  if (problems.length > 0) {
    await Promise.all([...providers.values()].filter(provider => previous?.providers.get(provider.name) !== provider).map(provider => provider.release()))
    throw new ConfigError(problems)
  }
  const plans = new Map(resolved.map(pipeline => [pipeline.pipeline.name, planOf(pipeline, instances, dialects, limitsOf(config), ground)]))
  return new Generation({ config, plans, providers, providerLimits, instances, clock: ground.clock })
}

/** Reads and checks the configuration; nothing is compiled. @throws ConfigError with every problem */
export async function loadFor({ cwd, env, flags }: Ground, definitions?: Map<string, ProviderDefinition>): Promise<Config> {
  const known = definitions ?? new Map(await providerDefinitions())
  const foreign: string[] = []
  const loadProviderType = async (type: string, from: string): Promise<ProviderDefinition> => {
    const { definition } = await load('provider', type, from, { searchPaths: [], foreignAllowed: true })
    const named = { ...definition, name: type, env: definition.env ?? definition.name.toUpperCase().replace(/[^A-Z0-9]/g, '_') }
    foreign.push(type)
    known.set(type, named)
    return named
  }
  const config = await loadConfig({ cwd, env, flags, settings: await settingsOwners(), providerTypes: [...known.values()], loadProviderType })
  if (config.values.plugins.enabled || foreign.length === 0) return config
  throw new ConfigError(foreign.map(type => ({ pointer: '/plugins/enabled', got: type, message: `provider "${type}" is not of the default set, and plugins.enabled is false` })))
}

/** The default plugins, whose options have places of their own in tapline.yaml. */
async function settingsOwners(): Promise<ConfigInput['settings']> {
  const names = await defaultNames('plugin')
  const loaded = await Promise.all(names.map(name => load('plugin', name, '/', { searchPaths: [], foreignAllowed: false })))
  return loaded.flatMap(({ definition: { name, schema, presence } }) => schema === undefined ? [] : [{ plugin: name, schema, ...(presence === undefined ? {} : { presence }) }])
}

async function providerDefinitions(): Promise<ReadonlyMap<string, ProviderDefinition>> {
  const names = await defaultNames('provider')
  const loaded = await Promise.all(names.map(name => load('provider', name, '/', { searchPaths: [], foreignAllowed: false })))
  return new Map(loaded.map(({ definition }) => [definition.name, definition]))
}

async function resolvePipelines(config: Config, ground: Ground, problems: Problem[]): Promise<readonly ResolvedPipeline[]> {
  const user = {
    pipelines: config.values.pipelines as unknown as UserPipelines,
    place: (pointer: string) => config.place(pointer),
    setting: (path: string) => config.get(`/${path.replaceAll('.', '/')}`),
  }
  const assembled = assemblePipelines(await readPipelines(new URL('pipelines/', home)), user, problems)
  const { plugins } = config.values
  const input = {
    settings: config,
    loader: { searchPaths: plugins.search_paths, foreignAllowed: plugins.enabled },
    directory: directoryOf(config.file, ground.cwd),
    place: (pointer: string) => config.place(pointer),
    locate: (file: string, pointer: string) => file === config.file ? config.place(pointer) : undefined,
  }
  const standing = assembled.filter(({ name, routes }) => routes.length > 0 || name === 'services')
  return await Promise.all(standing.map(pipeline => resolveSteps(pipeline, input, problems)))
}

async function loadDialects(pipelines: readonly ResolvedPipeline[], config: Config, problems: Problem[]): Promise<ReadonlyMap<string, Dialect>> {
  const dialects = new Map<string, Dialect>()
  for (const { pipeline: { dialect, name, place } } of pipelines) {
    if (dialect === undefined || dialects.has(dialect)) continue
    try {
      dialects.set(dialect, (await load('dialect', dialect, dirname(place?.file ?? '/'), { searchPaths: [], foreignAllowed: config.values.plugins.enabled })).definition)
    } catch (cause) {
      if (!(cause instanceof LoadError)) throw cause
      const pointer = `/pipelines/${name}/dialect`
      problems.push({ ...config.place(pointer) ?? place, pointer, message: cause.message, got: dialect })
    }
  }
  return dialects
}

function planOf(resolved: ResolvedPipeline, instances: ReadonlyMap<string, Instance>, dialects: ReadonlyMap<string, Dialect>, limits: Limits, { clock, log }: Ground): ResolvedPlan {
  const { pipeline, steps } = resolved
  const placed = steps.flatMap(step => placedStep(step, instances))
  const facts = { name: pipeline.name, operation: pipeline.operation, dialect: pipeline.dialect === undefined ? undefined : dialects.get(pipeline.dialect), body: pipeline.body, clock, log, limits }
  return { ...resolved, placed, plan: buildPlan(facts, placed) }
}

function placedStep({ step, spec, phases, off }: ResolvedStep, instances: ReadonlyMap<string, Instance>): readonly PlacedStep[] {
  const instance = instances.get(spec.key)
  if (off !== undefined || instance === undefined) return []
  return [{ name: step.name, instance, onError: step.on_error, timeoutMs: step.timeout ?? spec.definition.timeoutMs ?? defaultTimeoutMs, phases }]
}

function limitsOf({ values: { http, server } }: Config): Limits {
  return { totalMs: http.timeout, responseHeaderMs: http.response_header_timeout, streamIdleMs: http.stream_idle_timeout, streamStallMs: server.stream_stall_timeout }
}
