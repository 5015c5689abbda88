/** The running gateway: it listens, swaps configurations whole, and ends without losing a request. */

import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { ConfigError } from '../config/problems/problems.ts'
import { makeServer, type ServerState } from '../http/server.ts'
import { AddedProviderFault, type AddedProvider, type Prepared } from '../services/added-providers.ts'
import type { Clock } from '../services/clock.ts'
import { Registrations } from '../services/registrations.ts'
import { Turns } from '../turns.ts'
import type { Generation } from './generation.ts'
import type { ProcessContext } from './process-context.ts'
import { GatewayHealth } from './health.ts'
import { InnerCalls } from './inner-calls.ts'
import { Listener } from './listener.ts'
import type { ReadConfig } from './loading/load-for.ts'
import { openGeneration, openWith } from './loading/opened.ts'
import { RunningConfigurations, type Changing } from './running-configurations.ts'
import { factsOf, logFailedReload, logReload, type Served, type ServedFacts } from './served.ts'
import { underWay } from './under-way.ts'

export interface GatewayOptions extends Omit<ProcessContext, 'health' | 'innerCalls' | 'configurations'> {
  /** Overrides server.port; 0 is any free port. */
  readonly port?: number
  /** The configuration to begin with, where it was read already. */
  readonly read?: ReadConfig
}

export class Gateway implements ServerState, Served, Changing {
  readonly clock: Clock
  readonly #context: ProcessContext
  readonly #health: GatewayHealth
  readonly #log: Logger
  readonly #listener: Listener
  #current: Generation
  /** As they were configured when the gateway began to listen. */
  readonly #fixed: FixedSettings
  /** Generations that take no new calls, and their ends. */
  readonly #retiring = new Map<Generation, Promise<void>>()
  readonly #followers = new Registrations<(current: Generation) => void>()
  /** Changes of the configuration follow each other: each is made of the one before. */
  readonly #turns = new Turns()
  #stopping: Promise<boolean> | undefined

  private constructor(context: ProcessContext, health: GatewayHealth, first: Generation) {
    this.clock = context.clock
    this.#context = context
    this.#health = health
    this.#log = context.log
    this.#current = first
    this.#fixed = fixedSettings(first)
    context.innerCalls.finishing = this.#retiring
    this.#listener = new Listener(makeServer(this))
  }

  /** Compiles the configuration and listens. @throws ConfigError, or Error that says why it cannot listen */
  static async start({ port, read, ...options }: GatewayOptions): Promise<Gateway> {
    const health = new GatewayHealth(options.clock)
    const configurations = new RunningConfigurations()
    const context: ProcessContext = { ...options, health, innerCalls: new InnerCalls(), configurations }
    const gateway = new Gateway(context, health, await openGeneration(context, undefined, read))
    configurations.gateway = gateway
    try {
      gateway.#begin()
      await gateway.#listener.listen(port ?? gateway.#current.config.values.server.port, gateway.#host())
    } catch (cause) {
      await gateway.#current.retire(context.log)
      throw cause
    }
    return gateway
  }

  get current(): Generation {
    return this.#current
  }

  get draining(): boolean {
    return this.#health.draining
  }

  get address(): AddressInfo {
    return this.#listener.address
  }

  /** Where clients reach the gateway on this machine. */
  get url(): string {
    const { address, family, port } = this.address
    const host = address === '::' || address === '0.0.0.0' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
    return `http://${host}:${port}${this.#current.basePath}`
  }

  get facts(): ServedFacts {
    return factsOf(this.#current, this.url)
  }

  /** Compiles the configuration anew and swaps it in whole; one that does not compile changes nothing. Resolves to whether it did. */
  readonly reload = this.#turns.sharing(async () => {
    try {
      this.#take(await openGeneration(this.#context, this.#current, undefined))
      logReload(this.facts, this.#log)
      return true
    } catch (cause) {
      logFailedReload(cause, this.#log)
      return false
    }
  })

  /** Compiles the configuration anew, and connects its plugins. @param read what was read already @throws ConfigError */
  async prepare(read?: ReadConfig): Promise<Prepared> {
    return (await this.#inTurn(async () => await openGeneration(this.#context, this.#current, read))) as Prepared
  }

  async prepareWith(added: readonly AddedProvider[], name: string | undefined): Promise<Prepared> {
    return (await this.#inTurn(async () => {
      const next = await this.#openWith(added)
      const why = name === undefined ? undefined : next.leftOut.get(name)
      if (why === undefined) return next
      await next.discard()
      throw new AddedProviderFault(why)
    })) as Prepared
  }

  async renew(again: boolean): Promise<void> {
    try {
      const prepared = await this.#inTurn(async () => {
        const { otherAdded, added, leftOut } = this.#current
        if (this.#health.draining || (otherAdded === undefined && !(again && leftOut.size > 0))) return undefined
        return await openWith(this.#context, this.#current, this.#current.read, otherAdded ?? added)
      })
      if (prepared === undefined) return
      prepared.take()
      this.#log.info({ providers: this.facts.providers }, 'the providers changed')
    } catch (cause) {
      logFailedReload(cause, this.#log)
    }
  }

  /** Calls back with the configuration that serves: now, and whenever another one takes over. @returns how to end that */
  follow(follower: (current: Generation) => void): () => void {
    const withdraw = this.#followers.add(follower)
    follower(this.#current)
    return withdraw
  }

  /** Finishes what runs, within the drain time, then closes everything. Resolves to whether nothing was cut. Whoever asks again waits for the same end. */
  stop(): Promise<boolean> {
    return (this.#stopping ??= this.#stop())
  }

  async #stop(): Promise<boolean> {
    const { linger, drain_timeout: drainMs } = this.#current.config.values.server.shutdown
    this.#health.draining = true
    this.#current.leave(this.#log)
    if (linger > 0)
      await new Promise<void>(resolve => {
        this.clock.after(linger, resolve)
      })
    // A change that is under way ends first, and none begins any more.
    await this.#within(drainMs, this.#turns.enter())
    const drained = await this.#within(drainMs, Promise.all([this.#listener.close(), this.#current.idle(), ...this.#retiring.values()]))
    if (!drained) await this.#cutOff()
    await this.#current.retire(this.#log)
    return drained
  }

  /** Where nobody is asked for a key, only this machine may call, unless the operator says otherwise. */
  #host(): string | undefined {
    const { host, allow_open: allowOpen } = this.#current.config.values.server
    if (this.#current.authenticates) return host
    if (allowOpen) {
      this.#log.warn('no key is asked for, and allow_open is set: everybody who can reach this port can use it')
      return host
    }
    this.#log.warn('no key is asked for: the gateway listens on loopback only (set TAPLINE_MASTER_KEY, or start with --insecure)')
    return 'localhost'
  }

  /** Nothing else is made before what `open` made was taken or dropped. */
  async #inTurn(open: () => Promise<Generation | undefined>): Promise<Prepared | undefined> {
    const endTurn = await this.#turns.enter()
    try {
      const next = await open()
      if (next !== undefined) {
        const take = () => {
          endTurn()
          this.#take(next)
        }
        return { take, drop: () => next.discard().finally(endTurn) }
      }
    } catch (cause) {
      endTurn()
      throw cause
    }
    endTurn()
    return undefined
  }

  /** Whatever keeps the same configuration from being compiled with other instances is a fault of theirs. */
  async #openWith(added: readonly AddedProvider[]): Promise<Generation> {
    try {
      return await openWith(this.#context, this.#current, this.#current.read, added)
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause
      throw new AddedProviderFault(cause.problems.map(({ message }) => message).join('; '), { cause })
    }
  }

  #take(next: Generation): void {
    const before = this.#current
    this.#current = next
    this.#begin()
    this.#warnOfFixed(next)
    this.#retire(before)
    for (const follower of this.#followers) follower(next)
  }

  #begin(): void {
    for (const [provider, reason] of this.#current.leftOut) this.#log.error({ provider, reason }, 'a provider that was added is left out: it cannot be set up')
    this.#context.innerCalls.running = this.#current
    this.#current.start(this.#log)
  }

  #retire(before: Generation): void {
    before.leave(this.#log)
    const retired = before.idle().then(() => before.retire(this.#log))
    this.#retiring.set(
      before,
      retired.finally(() => {
        this.#retiring.delete(before)
        this.#dropProvidersOf(before)
      }),
    )
  }

  /** Of those that stand nowhere any more, nothing is measured. */
  #dropProvidersOf(before: Generation): void {
    const standing = [this.#current, ...this.#retiring.keys()]
    for (const name of before.providers.keys()) if (!standing.some(({ providers }) => providers.has(name))) this.#current.dropProvider(name)
  }

  #warnOfFixed(next: Generation): void {
    for (const [name, wanted] of Object.entries(fixedSettings(next))) {
      if (this.#fixed[name] !== wanted) this.#log.warn(`${name} stays ${shown(this.#fixed[name])}; ${shown(wanted)} needs a restart`)
    }
  }

  /** The drain time is over: streams end with their dialect's error event, sockets are closed. */
  async #cutOff(): Promise<void> {
    const generations = [...this.#retiring.keys(), this.#current]
    this.#log.warn(
      underWay(
        generations.flatMap(({ exchanges }) => exchanges),
        this.clock.elapsed(),
      ),
      'the drain time is over; what still ran was cut',
    )
    for (const generation of generations) generation.cut()
    await new Promise<void>(resolve => setImmediate(() => setImmediate(resolve)))
    this.#listener.cut()
    await Promise.all([this.#current.idle(), ...this.#retiring.values()])
  }

  #within(ms: number, work: Promise<unknown>): Promise<boolean> {
    return new Promise(resolve => {
      const timer = this.clock.after(ms, () => resolve(false))
      void work.then(() => {
        timer.cancel()
        resolve(true)
      })
    })
  }
}

type FixedSettings = Readonly<Record<string, string | number | undefined>>

/** What a reload cannot change. */
function fixedSettings({ config }: Generation): FixedSettings {
  const { port, workers, host, pid_file: pidFile } = config.values.server
  return { 'server.port': port, 'server.workers': workers, 'server.host': host, 'server.pid_file': pidFile }
}

function shown(setting: string | number | undefined): string {
  return setting === undefined ? 'what it is by default' : String(setting)
}
