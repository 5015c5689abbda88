/** Opens a vector store as a cache does, and says things to it in few words. */

import { GatewayHealth } from '../../../core/gateway/health.ts'
import type { PluginDefinition, VectorEntry, VectorMatch, VectorStore } from '../../../core/index.ts'
import type { Instance } from '../../../core/plugin/instance.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { setUpForTest } from '../../../core/testing/set-up-for-test.ts'
import { idOf } from './directions.ts'

const unhurried = new AbortController().signal

export class OpenVectors {
  readonly store: VectorStore
  readonly health: GatewayHealth
  readonly clock: TurnedClock
  readonly #instance: Instance

  private constructor(instance: Instance, health: GatewayHealth, clock: TurnedClock) {
    this.store = instance.taps.service as VectorStore
    this.health = health
    this.clock = clock
    this.#instance = instance
  }

  /** One that no cache uses yet. */
  static async unopened(plugin: PluginDefinition, options: Readonly<Record<string, unknown>>): Promise<OpenVectors> {
    const clock = new TurnedClock()
    const health = new GatewayHealth(clock)
    const instance = await setUpForTest(plugin, options, { clock, health })
    await instance.open()
    instance.start()
    return new OpenVectors(instance, health, clock)
  }

  /** @throws what opening it throws */
  static async open(plugin: PluginDefinition, options: Readonly<Record<string, unknown>>): Promise<OpenVectors> {
    const opened = await OpenVectors.unopened(plugin, options)
    try {
      await opened.store.open?.()
    } catch (cause) {
      await opened[Symbol.asyncDispose]()
      throw cause
    }
    return opened
  }

  /** What opening it throws. */
  static async failure(
    plugin: PluginDefinition,
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly name: string; readonly message: string } | undefined> {
    return (
      (await OpenVectors.open(plugin, options).then(
        async vectors => await vectors[Symbol.asyncDispose](),
        ({ name, message }: Error) => ({ name, message }),
      )) ?? undefined
    )
  }

  /** @param text stands for the id and the body, where these say nothing else */
  async put(text: string, vector: Float32Array, entry: Partial<VectorEntry> = {}): Promise<boolean> {
    return await this.store.put(
      { id: idOf(text), namespace: 'n', vector, model: 'openai/gpt-test', expiresAt: 0, body: Buffer.from(text), ...entry },
      unhurried,
    )
  }

  async match(vector: Float32Array, namespace = 'n', nowSeconds = 0): Promise<VectorMatch | undefined> {
    return await this.store.nearest(vector, namespace, nowSeconds, unhurried)
  }

  /** The body of what is nearest, as text. */
  async nearest(vector: Float32Array, namespace = 'n', nowSeconds = 0): Promise<string | undefined> {
    return (await this.match(vector, namespace, nowSeconds))?.body.toString()
  }

  expire(nowSeconds: number): Promise<void> {
    return this.store.expire(nowSeconds, unhurried)
  }

  clear(model?: string): Promise<void> {
    return this.store.clear(model, unhurried)
  }

  ping(): Promise<void> {
    return this.store.ping(unhurried)
  }

  /** What `/health/ready` says now. */
  async readiness(): Promise<object> {
    this.clock.advance(1_001) // reports are used again for a second
    return await this.health.report()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#instance.release()
  }
}
