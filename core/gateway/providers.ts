/** Makes the provider instances of a configuration; those whose block did not change are kept, with their connections. */

import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { ProviderDefinition } from '../plugin/provider.ts'
import type { ProviderConfig } from '../config/providers/config.ts'
import { ProviderInstance, type ProviderSurroundings } from '../upstream/provider.ts'

export interface ProvidersInput {
  readonly configs: ReadonlyMap<string, ProviderConfig>
  readonly definitions: ReadonlyMap<string, ProviderDefinition>
  readonly surroundings: ProviderSurroundings
  readonly previous: ReadonlyMap<string, ProviderInstance>
  readonly previousSurroundings: ProviderSurroundings | undefined
  readonly log: Logger
  /** Told of one that cannot be made: it is left out, and the others start. */
  readonly failed: (name: string, cause: unknown) => void
}

export function makeProviders(input: ProvidersInput): ReadonlyMap<string, ProviderInstance> {
  const instances = new Map<string, ProviderInstance>()
  const isSame = isDeepStrictEqual(input.surroundings, input.previousSurroundings)
  for (const [name, config] of input.configs) {
    const kept = input.previous.get(name)
    const definition = input.definitions.get(config.type)
    if (definition === undefined) continue
    if (kept !== undefined && kept.definition === definition && isSameBlock(kept.config, config) && isSame) {
      instances.set(name, kept)
      continue
    }
    try {
      const made = new ProviderInstance(config, definition, input.surroundings)
      if (made.proxy !== undefined) input.log.info({ provider: name, proxy: made.proxy }, 'its calls go through a proxy')
      instances.set(name, made)
    } catch (cause) {
      input.failed(name, cause)
    }
  }
  return instances
}

/** Whether two blocks say the same, wherever they stand. */
function isSameBlock(one: ProviderConfig, other: ProviderConfig): boolean {
  return isDeepStrictEqual({ ...one, source: '' }, { ...other, source: '' })
}

/** Whether two sets hold the very same instances. */
export function sameProviders(one: ReadonlyMap<string, ProviderInstance>, other: ReadonlyMap<string, ProviderInstance>): boolean {
  return one.size === other.size && [...one].every(([name, instance]) => other.get(name) === instance)
}
