/** One compiled configuration: its pipelines, plugins and providers, and the exchanges that began on it. */

import { isDeepStrictEqual } from 'node:util'
import pino, { type Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { Blamed, Problem } from '../config/problems/place.ts'
import { ConfigError } from '../config/problems/problems.ts'
import { gatewayError } from '../errors.ts'
import { clientAddress } from '../http/client-address.ts'
import type { DirectMessage } from '../http/message.ts'
import { NodeArrival } from '../http/node-arrival.ts'
import { buildRoutes, type Routes } from '../http/routes.ts'
import { serve } from '../http/serve.ts'
import type { RoutedServing } from '../http/server.ts'
import { bufferingRemark } from '../pipeline/plan/placed-step.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Plan } from '../pipeline/plan/plan.ts'
import type { AddedProvider, AddedProviders } from '../services/added-providers.ts'
import type { Instance, InstanceSpec } from '../plugin/instance.ts'
import type { Clock } from '../services/clock.ts'
import type { RouteFacts } from '../services/pipelines.ts'
import type { ServiceName, Services } from '../services/services.ts'
import type { Workflows } from '../services/workflows.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import type { ProviderInstance, ProviderDeps } from '../upstream/provider/provider.ts'
import type { Running } from './inner-calls.ts'
import type { ReadConfig } from './loading/load-for.ts'
import { problemsOf } from './loading/plugin-fault.ts'
import type { ResolvedPlan } from './variants/plans.ts'
import type { ProviderTypes } from './loading/provider-types.ts'
import { LinkedList } from '../linked-list.ts'
import type { VariantCompiler } from './variants/variants.ts'

/** What a generation is made of. */
export type Parts = Pick<
  Generation,
  'config' | 'plans' | 'providers' | 'providerDeps' | 'instances' | 'places' | 'variants' | 'types' | 'added' | 'leftOut' | 'unmade' | 'lookedFor'
> & {
  /** Absolute paths of what it was made from: when one of them changes, so may it. */
  readonly files: ReadonlySet<string>
}

export class Generation implements RoutedServing, Running {
  readonly config: Config
  readonly plans: ReadonlyMap<string, ResolvedPlan>
  readonly providers: ReadonlyMap<string, ProviderInstance>
  readonly providerDeps: ProviderDeps
  readonly instances: ReadonlyMap<string, Instance>
  /** What is at fault if one of them cannot begin, by the same keys. */
  readonly places: ReadonlyMap<string, Blamed>
  readonly variants: VariantCompiler
  readonly types: ProviderTypes
  /** The instances beside those of the configuration, as they were asked for. */
  readonly added: readonly AddedProvider[]
  /** Why some of them are not there, by name. */
  readonly leftOut: ReadonlyMap<string, string>
  /** Why some that the configuration declares are not there, by name: they cannot be set up. */
  readonly unmade: ReadonlyMap<string, string>
  /** The variables that would have made a provider, where only the fallback answers. */
  readonly lookedFor: readonly string[]
  readonly basePath: string
  readonly bodyLimits: RoutedServing['bodyLimits']
  readonly clientAddress: RoutedServing['clientAddress']
  readonly unknown: Plan
  readonly route: Routes['route']
  readonly planAt: Routes['planAt']
  readonly #files: ReadonlySet<string>
  readonly #plansByRoute: ReadonlyMap<string, Plan>
  readonly #running = new LinkedList<Exchange>()
  #onIdle: (() => void) | undefined

  constructor(parts: Parts, clock: Clock) {
    const { config, plans } = parts
    this.config = config
    this.#files = parts.files
    this.plans = plans
    this.providers = parts.providers
    this.providerDeps = parts.providerDeps
    this.instances = parts.instances
    this.places = parts.places
    this.variants = parts.variants
    this.types = parts.types
    this.added = parts.added
    this.leftOut = parts.leftOut
    this.unmade = parts.unmade
    this.lookedFor = parts.lookedFor
    this.basePath = config.values.server.base_path === '/' ? '' : config.values.server.base_path
    this.bodyLimits = { maxBytes: config.values.server.body_size_limit, maxUploadBytes: config.values.server.upload_size_limit, timeoutMs: 30_000, clock }
    const { trusted_proxies: proxies, client_ip_header: header, trusted_hops: hops } = config.values.server
    this.clientAddress = clientAddress({ proxies, header, hops })
    this.unknown = (plans.get('unknown') as ResolvedPlan).plan
    const routes = [...plans.values()].flatMap(({ pipeline, plan }) => pipeline.routes.filter(({ path }) => path !== '*').map(route => ({ ...route, plan })))
    const { route, planAt } = buildRoutes(routes, this.unknown, (request, response, routed) =>
      serve(this, new NodeArrival(request as DirectMessage, response), routed),
    )
    this.route = route
    this.planAt = planAt
    this.#plansByRoute = new Map(routes.map(({ method, path, plan }) => [`${method} ${path}`, plan]))
    for (const part of [...parts.instances.values(), ...parts.providers.values()]) part.hold()
  }

  get files(): ReadonlySet<string> {
    return this.#files.union(this.variants.files)
  }

  /** Whether callers are asked for a credential. */
  get authenticates(): boolean {
    return [...this.instances.values()].some(({ taps }) => taps.authenticates === true)
  }

  /** What it was made of, to make another one of the same. */
  get read(): ReadConfig {
    return { config: this.config, types: this.types, problems: [] }
  }

  /** What its plugins say that there shall be beside the configuration, if that is not what it has. Asked once it is open. */
  get otherAdded(): readonly AddedProvider[] | undefined {
    const { all } = (this.#offering('addedProviders')?.taps.service as AddedProviders | undefined) ?? { all: [] }
    return isDeepStrictEqual(all, this.added) ? undefined : all
  }

  get inFlight(): number {
    return this.#running.size
  }

  /** What runs on it, in the order in which it came. */
  get exchanges(): readonly Exchange[] {
    return this.#running.values()
  }

  /** Those that something is served at: a pipeline with a step of its own name is there for that, and for nothing while it is switched off. */
  get routes(): readonly RouteFacts[] {
    return [...this.plans.values()]
      .filter(servesSomething)
      .flatMap(({ pipeline: { name, routes, operation, dialect, body } }) =>
        routes.filter(({ path }) => path !== '*').map(({ method, path }) => ({ method, path, pipeline: name, operation, dialect, body })),
      )
  }

  guardsPrompts(method: string, path: string): boolean {
    const workflows = this.#offering('workflows')?.taps.service as Workflows | undefined
    return workflows?.guardAny === true || this.planOf(method, path)?.guardsPrompts === true
  }

  planOf(method: string, path: string): Plan | undefined {
    return this.#plansByRoute.get(`${method} ${path}`)
  }

  /** Has its plugins find what is wrong with their options. @throws ConfigError with all of it */
  async vet(): Promise<void> {
    const problems: Problem[] = []
    for (const { spec, taps } of this.instances.values()) {
      try {
        await taps.vet?.()
      } catch (cause) {
        problems.push(...this.#problemsOf(spec, 'cannot be used', cause))
      }
    }
    if (problems.length > 0) throw new ConfigError(problems)
  }

  /** Connects its plugins to what they cannot serve without, in the order of their needs. @throws ConfigError, or Error for a store that is away */
  async open(): Promise<void> {
    for (const instance of this.instances.values()) await this.#open(instance)
  }

  /** Opens what provides a service, and what that needs, and nothing else. @returns the service; undefined if nobody provides it. @throws as `open` does */
  async openService<Name extends ServiceName>(name: Name): Promise<Services[Name] | undefined> {
    const provider = this.#offering(name)
    const { needs = [], wants = [] } = provider?.spec.definition ?? {}
    for (const need of [...needs, ...wants]) await this.openService(need)
    if (provider !== undefined) await this.#open(provider)
    return provider?.taps.service as Services[Name] | undefined
  }

  /** A store that is away may be back at the next start: nothing is wrong with the configuration. */
  async #open(instance: Instance): Promise<void> {
    const { spec } = instance
    try {
      await instance.open()
    } catch (cause) {
      if (cause instanceof StorageUnavailable) throw new Error(`${spec.name} cannot begin: ${cause.message}`, { cause })
      throw new ConfigError(this.#problemsOf(spec, 'cannot begin', cause))
    }
  }

  #problemsOf(spec: InstanceSpec, failing: string, cause: unknown): readonly Problem[] {
    const problems = problemsOf(cause, { spec, failing, place: this.places.get(spec.key) ?? { pointer: `/${spec.name}` }, config: this.config })
    return problems.map(problem => this.config.hide(problem))
  }

  /** A provider instance is gone, and no other one has its name. */
  dropProvider(name: string): void {
    const meter = this.#offering('meter')?.taps.service as Services['meter'] | undefined
    meter?.dropProvider(name)
  }

  #offering(name: ServiceName): Instance | undefined {
    return [...this.instances.values()].find(({ spec }) => spec.definition.provides === name)
  }

  /** Begins to serve: those of its plugins that never did begin their work. */
  start(log: Logger): void {
    for (const instance of this.instances.values()) start(instance, log)
    this.variants.start(instance => start(instance, log))
    this.config.tellFurther(warning => log.warn(warning))
  }

  /** Serves no longer: what would go on without an end is told to end. */
  leave(log: Logger): void {
    for (const { spec, taps } of this.instances.values()) {
      try {
        taps.leave?.()
      } catch (cause) {
        log.error({ plugin: spec.name, err: cause }, 'a plugin could not end what it began')
      }
    }
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
    return this.#running.size === 0
      ? Promise.resolve()
      : new Promise(resolve => {
          this.#onIdle = resolve
        })
  }

  /** Ends what still runs: streams with their dialect's error event. */
  cut(): void {
    const reason = gatewayError('stream_incomplete', 'the gateway is shutting down')
    for (const exchange of this.#running.values()) exchange.stop(reason)
  }

  /** What the operator should know, beyond the configuration's own warnings. */
  get warnings(): readonly string[] {
    const remarks = [...this.plans.values()].flatMap(({ placed, pipeline }) =>
      placed.flatMap(step => {
        const remark = bufferingRemark(step)
        return remark === undefined ? [] : [{ remark, pipeline: pipeline.name }]
      }),
    )
    return [...Map.groupBy(remarks, ({ remark }) => remark)].map(
      ([remark, places]) => `${remark}; pipelines: ${places.map(({ pipeline }) => pipeline).join(', ')}`,
    )
  }

  /** Closes a generation that never ran. */
  async discard(): Promise<void> {
    await this.retire(pino({ enabled: false }))
  }

  /** Closes everything that no other generation uses: plugins before what they use, so providers last. */
  async retire(log: Logger): Promise<void> {
    for (const part of [...[...this.instances.values()].reverse(), ...this.providers.values()]) {
      await part.release().catch((cause: unknown) => log.warn({ err: cause }, 'closing failed'))
    }
  }
}

function start(instance: Instance, log: Logger): void {
  try {
    instance.start()
  } catch (cause) {
    log.error({ plugin: instance.spec.name, err: cause }, 'a plugin could not begin its work')
  }
}

function servesSomething({ pipeline: { name, steps }, plan }: ResolvedPlan): boolean {
  return !steps.some(step => step.name === name) || plan.steps.some(step => step.name === name)
}
