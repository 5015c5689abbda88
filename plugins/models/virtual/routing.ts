/** Virtual models at work: what is defined now, and what choices are made of and remembered. */

import type { Access, Attempt, Clock, Exchange, RouteStrategy, Saturation, State, Storage, Target } from '../../../core/index.ts'
import type { AccessSource } from '../../../core/services/access.ts'
import { checkOptions } from '../../../core/config/schema/options.ts'
import { Chooser } from './chooser.ts'
import type { KnownModel } from './definition.ts'
import type { Fault } from './faults.ts'
import { MemoryPins, SharedPins, type Pins } from './pins.ts'
import { Redirects } from './redirects.ts'
import type { Ask } from './choice.ts'
import { Resolver, type RealModels } from './resolver.ts'
import { TargetHealth } from './target-health.ts'
import { RoundRobin } from './round-robin.ts'

export interface Routing {
  readonly real: RealModels
  readonly access: Access
  readonly saturation: Saturation | undefined
  readonly state: State | undefined
  readonly clock: Clock
  /** What outlives the configuration stays with it. */
  readonly storage: Storage
  warn(message: string, details: object): void
}

interface Memory {
  readonly turns: RoundRobin
  readonly pins: MemoryPins
  readonly health: TargetHealth
}

const memories = new WeakMap<Storage, Memory>()

export class VirtualRouting implements AccessSource {
  readonly resolver: Resolver
  readonly #access: Access
  readonly #health: TargetHealth
  readonly #strategies = new Map<string, RouteStrategy>()
  readonly #warned = new Set<string>()
  #price: ((target: Target) => number | undefined) | undefined

  constructor(parts: Routing) {
    const { turns, pins, health } = memoryOf(parts)
    const shared: Pins = parts.state?.isShared === true ? new SharedPins(parts.state, parts.clock) : pins
    const chooser = new Chooser({
      turns,
      health,
      pins: shared,
      clock: parts.clock,
      price: target => this.#price?.(target),
      strategy: name => this.#strategies.get(name),
      warn: (source, message, cause) => this.#warnOnce(parts, source, message, cause),
    })
    this.#access = parts.access
    this.#health = health
    this.resolver = new Resolver({ ...parts, chooser }, new Redirects(new Map()))
  }

  get redirects(): Redirects {
    return this.resolver.redirects
  }

  /** Who may use which models. */
  get policies(): Redirects['policies'] {
    return this.redirects.policies
  }

  get strategies(): ReadonlyMap<string, RouteStrategy> {
    return this.#strategies
  }

  /** From now on; what is under way goes on as it began. */
  define(all: ReadonlyMap<string, KnownModel>): void {
    this.resolver.redirects = new Redirects(all)
    this.#warned.clear()
  }

  addStrategy(strategy: RouteStrategy): () => void {
    this.#strategies.set(strategy.name, strategy)
    return () => {
      if (this.#strategies.get(strategy.name) === strategy) this.#strategies.delete(strategy.name)
    }
  }

  addPrices(price: (target: Target) => number | undefined): () => void {
    this.#price = price
    return () => {
      if (this.#price === price) this.#price = undefined
    }
  }

  /** What is wrong with what a strategy is told; undefined if it may be told so. */
  configFault(name: string, config: Readonly<Record<string, unknown>>): Fault | undefined {
    const strategy = this.#strategies.get(name)
    if (strategy === undefined)
      return { param: 'strategy_plugin', message: `there is no strategy ${JSON.stringify(name)}; known: ${[...this.#strategies.keys()].join(', ') || 'none'}` }
    const [problem] = checkOptions(strategy.schema, config, () => undefined).problems
    if (problem === undefined) return undefined
    return { param: `strategy_config${problem.pointer.replaceAll('/', '.')}`, message: problem.message }
  }

  /** What is wrong with what strategies are told, as far as plugins have offered them by now. */
  strategyFaults(models: Iterable<KnownModel>): readonly { readonly source: string; readonly fault: Fault }[] {
    return [...models].flatMap(({ source, strategy_plugin: name, strategy_config: config }) => {
      const fault = name === null ? undefined : this.configFault(name, config)
      return fault === undefined ? [] : { source, fault }
    })
  }

  /** @returns undefined for what is no virtual model to who asks */
  targets(name: string, ask: Ask): readonly Target[] | Promise<readonly Target[]> | undefined {
    const redirect = this.resolver.entered(name, ask)
    if (redirect === undefined) return undefined
    if (ask.exchange !== undefined) ask.exchange.isAlias = true
    return this.resolver.targets(redirect, ask)
  }

  /** An attempt has ended. */
  settled(exchange: Exchange, attempt: Attempt): void {
    if (!this.redirects.watchesAttempts) return
    this.#health.note(attempt)
    if (attempt.outcome !== 'established') return
    const { provider, model } = attempt.target
    const named = exchange.isAlias ? this.resolver.entered(exchange.model, exchange)?.model : undefined
    if (named?.label_targets === true) exchange.labels = [...exchange.labels, `arm:${provider.name}/${model}`]
    exchange.slowdown = named?.slowdown ?? this.#slowdownOf(provider.name, model)
  }

  #slowdownOf(provider: string, model: string): number {
    if (!this.redirects.hasSlowPolicies) return 0
    const selector = this.#access.policyOf(provider, model)?.selector
    return selector === undefined ? 0 : (this.redirects.policies.get(selector)?.slowdown ?? 0)
  }

  #warnOnce(parts: Routing, source: string, message: string, cause: unknown): void {
    if (this.#warned.has(source)) return
    this.#warned.add(source)
    parts.warn(message, { virtual_model: source, ...(cause === undefined ? {} : { err: cause }) })
  }
}

function memoryOf({ storage, clock }: Routing): Memory {
  const known = memories.get(storage) ?? { turns: new RoundRobin(), pins: new MemoryPins(clock), health: new TargetHealth() }
  memories.set(storage, known)
  return known
}
