/** The service `configurations`: the one that serves, and others in its place. */

import type { ProviderConfig } from '../config/providers/config.ts'
import { registerAdded } from '../config/providers/added.ts'
import type { ShownSetting } from '../config/show.ts'
import type { AddedProvider, Configurations, Prepared } from '../services/added-providers.ts'
import type { ProviderDefinition } from '../plugin/provider.ts'
import type { Generation } from './generation.ts'
import { declaredIn } from './loading/standing-providers.ts'

/** The gateway, as far as it is concerned. */
export interface Changing {
  readonly current: Generation
  prepareWith(added: readonly AddedProvider[], name: string | undefined): Promise<Prepared>
  renew(again: boolean): Promise<void>
}

export class RunningConfigurations implements Configurations {
  /** Set when the gateway begins to serve. */
  gateway: Changing | undefined

  get declared(): ReadonlyMap<string, ProviderConfig> {
    return declaredIn(this.#running().current.config)
  }

  get types(): ReadonlyMap<string, ProviderDefinition> {
    return this.#running().current.types.definitions
  }

  get leftOut(): ReadonlyMap<string, string> {
    return this.#running().current.leftOut
  }

  get settings(): readonly ShownSetting[] {
    return this.#running().current.config.show()
  }

  check(added: AddedProvider): void {
    const { variable: lookup, values } = this.#running().current.config
    registerAdded(added, { types: this.types, lookup, listening: values.server })
  }

  async prepare(added: readonly AddedProvider[], name?: string): Promise<Prepared> {
    return await this.#running().prepareWith(added, name)
  }

  /** Before it serves, it asks by itself. */
  async renew(again = false): Promise<void> {
    await this.gateway?.renew(again)
  }

  #running(): Changing {
    if (this.gateway === undefined) throw new Error('the gateway does not serve yet')
    return this.gateway
  }
}
