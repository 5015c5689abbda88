/** Opens a store as the gateway does. */

import { GatewayHealth } from '../../gateway/health.ts'
import type { PluginDefinition } from '../../plugin/define.ts'
import type { Instance } from '../../plugin/instance.ts'
import type { Clock } from '../../services/clock.ts'
import type { Storage } from '../../storage/storage.ts'
import { setUpForTest } from '../set-up-for-test.ts'
import { TurnedClock } from '../turned-clock.ts'

export class OpenStore<C extends Clock = Clock> {
  readonly storage: Storage
  readonly clock: C
  readonly health: GatewayHealth
  readonly #instance: Instance

  private constructor(instance: Instance, clock: C, health: GatewayHealth) {
    this.#instance = instance
    this.storage = instance.taps.service as Storage
    this.clock = clock
    this.health = health
  }

  /** @throws what opening it throws */
  static async open(definition: PluginDefinition, given: Readonly<Record<string, unknown>>): Promise<OpenStore<TurnedClock>>
  static async open<C extends Clock>(definition: PluginDefinition, given: Readonly<Record<string, unknown>>, clock: C): Promise<OpenStore<C>>
  static async open(definition: PluginDefinition, given: Readonly<Record<string, unknown>>, clock: Clock = new TurnedClock()): Promise<OpenStore> {
    const health = new GatewayHealth(clock)
    const instance = await setUpForTest(definition, given, { clock, health })
    try {
      await instance.open()
    } catch (cause) {
      await instance.release()
      throw cause
    }
    instance.start()
    return new OpenStore(instance, clock, health)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#instance.release()
  }
}
