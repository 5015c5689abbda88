/** A plugin that has been set up: its taps, and its end. */

import type { Logger } from 'pino'
import type { PluginDefinition, SetupContext, Taps } from './define.ts'
import { inTime } from './in-time.ts'
import type { Module } from './module-error.ts'
import { compilePattern } from './pattern.ts'
import type { Clock } from '../services/clock.ts'
import type { ServiceName, Services } from '../services/services.ts'

const setupLimitMs = 10_000

/** Everything that makes an instance what it is; two steps that agree in it share one instance. */
export interface InstanceSpec {
  readonly key: string
  readonly name: string
  readonly definition: PluginDefinition
  readonly options: unknown
  /** Where the plugin came from, where it is not of the default set. */
  readonly module?: Module
}

export class Instance {
  readonly spec: InstanceSpec
  readonly taps: Taps<ServiceName>
  readonly #controller: AbortController
  #holders = 0
  #isStarted = false
  #opened: Promise<void> | undefined

  private constructor(spec: InstanceSpec, taps: Taps<ServiceName>, controller: AbortController) {
    this.spec = spec
    this.taps = taps
    this.#controller = controller
  }

  /** Sets the plugin up. @throws whatever its set-up throws, or when it takes longer than 10 s */
  static async setUp(spec: InstanceSpec, services: Services, log: Logger, clock: Clock): Promise<Instance> {
    const controller = new AbortController()
    const { definition, name, options } = spec
    try {
      const taps =
        definition.setup === undefined
          ? {}
          : definition.setup({
              options,
              name,
              services,
              signal: controller.signal,
              log: log.child({ plugin: name }),
              regex: (pattern: string, flags?: unknown) => compilePattern(pattern, typeof flags === 'string' ? flags : ''),
              warnInStream: warningAs(name),
            })
      return new Instance(spec, await inTime(taps, 'set-up', setupLimitMs, (ms, callback) => clock.after(ms, callback)), controller)
    } catch (cause) {
      controller.abort()
      throw cause
    }
  }

  /** Lets the plugin connect to what it cannot serve without; once, however often it is called. */
  open(): Promise<void> {
    return (this.#opened ??= this.taps.open?.() ?? Promise.resolve())
  }

  /** Lets the plugin begin its work; once, however often it is called. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.taps.start?.()
  }

  get isHeld(): boolean {
    return this.#holders > 0
  }

  hold(): void {
    this.#holders += 1
  }

  /** Closes the instance when nobody holds it any more. */
  async release(): Promise<void> {
    this.#holders -= 1
    if (this.#holders > 0) return
    this.#controller.abort()
    await this.taps.close?.()
  }
}

function warningAs(name: string): SetupContext<unknown>['warnInStream'] {
  return (exchange, code, message, detail) => exchange.warn(name, 'stream', { code, message, detail })
}
