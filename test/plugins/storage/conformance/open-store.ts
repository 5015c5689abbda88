/** Opens a store as the gateway does. */

import { GatewayHealth } from '../../../../core/gateway/health.ts'
import type { Clock, PluginDefinition, Storage } from '../../../../core/index.ts'
import type { Instance } from '../../../../core/plugin/instance.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { setUpPlugin } from '../../../support/set-up-plugin.ts'
import type { StoreUnderTest } from '../conformance.ts'

export class OpenStore {
  readonly storage: Storage
  readonly clock: Clock
  readonly health: GatewayHealth
  readonly #instance: Instance

  private constructor(instance: Instance, clock: Clock, health: GatewayHealth) {
    this.#instance = instance
    this.storage = instance.taps.service as Storage
    this.clock = clock
    this.health = health
  }

  /** @throws what opening it throws */
  static async open(definition: PluginDefinition, given: Readonly<Record<string, unknown>>, clock: Clock = new TurnedClock()): Promise<OpenStore> {
    const health = new GatewayHealth(clock)
    const instance = await setUpPlugin(definition, given, { clock, health })
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

/** A suite of tests on one store. */
export function describeOn(
  title: string,
  { plugin, database }: StoreUnderTest,
  tests: (use: { readonly storage: Storage; readonly clock: TurnedClock; readonly options: Readonly<Record<string, unknown>> }) => void,
): void {
  describe(title, () => {
    let opened: OpenStore
    let options: Readonly<Record<string, unknown>>
    before(async () => {
      options = await database()
      opened = await OpenStore.open(plugin, options)
    })
    after(async () => await opened?.[Symbol.asyncDispose]())
    tests({
      get storage() {
        return opened.storage
      },
      get clock() {
        return opened.clock as TurnedClock
      },
      get options() {
        return options
      },
    })
  })
}
