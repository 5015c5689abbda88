/** The provider instances that a configuration shall have: those that it declares, and those that were added beside it. */

import type { Config } from '../../config/config.ts'
import type { ProviderConfig } from '../../config/providers/config.ts'
import { registerAdded } from '../../config/providers/added.ts'
import { AddedProviderFault, type AddedProvider } from '../../services/added-providers.ts'
import type { ProviderTypes } from './provider-types.ts'

/** What was added to a configuration. */
export interface Additions {
  readonly all: readonly AddedProvider[]
  /** Those that are known not to work, by name, and why. */
  readonly barred: ReadonlyMap<string, string>
}

export const noAdditions: Additions = { all: [], barred: new Map() }

export interface StandingProviders {
  /** By name, in the order of the names. */
  readonly configs: ReadonlyMap<string, ProviderConfig>
  /** Added ones among them. */
  readonly added: ReadonlyMap<string, AddedProvider>
  /** Why others are not among them. */
  readonly leftOut: ReadonlyMap<string, string>
}

/** The fallback stands only where nothing else does. */
export function standingProviders(config: Config, types: ProviderTypes, { all, barred }: Additions): StandingProviders {
  const declared = declaredIn(config)
  const leftOut = new Map<string, string>()
  const added = new Map<string, AddedProvider>()
  const made = all
    .filter(({ name }) => !declared.has(name))
    .flatMap(provider => {
      try {
        const why = barred.get(provider.name)
        if (why !== undefined) throw new AddedProviderFault(why)
        const registered = registerAdded(provider, { types: types.definitions, lookup: config.variable, listening: config.values.server })
        added.set(provider.name, provider)
        return [registered]
      } catch (cause) {
        if (!(cause instanceof AddedProviderFault)) throw cause
        leftOut.set(provider.name, cause.message)
        return []
      }
    })
  if (made.length === 0) return { configs: config.providers, added, leftOut }
  const configs = [...declared.values(), ...made].toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return { configs: new Map(configs.map(one => [one.name, one])), added, leftOut }
}

/** Those that somebody declared, and not the fallback. */
export function declaredIn({ providers, lookedFor }: Config): ReadonlyMap<string, ProviderConfig> {
  return lookedFor.length > 0 ? new Map() : providers
}
