/** The provider types that a configuration may name: the default set, and those of files and packages outside of it. */

import { defaultNames, load, LoadError } from '../../plugin/load.ts'
import type { ProviderDefinition } from '../../plugin/provider.ts'
import { flawOfProvider } from './vet-provider.ts'

/** Each definition under the types that it was loaded as: a file that did not change is the same type still, and its instances stay through a reload. */
const loaded = new WeakMap<ProviderDefinition, Map<string, ProviderDefinition>>()

export class ProviderTypes {
  /** By type. */
  readonly definitions: Map<string, ProviderDefinition>
  /** The file of each type that is not of the default set. */
  readonly files = new Map<string, string>()

  private constructor(definitions: Map<string, ProviderDefinition>) {
    this.definitions = definitions
  }

  /** The default set. */
  static async known(): Promise<ProviderTypes> {
    const names = await defaultNames('provider')
    const all = await Promise.all(names.map(name => load('provider', name, '/', { searchPaths: [], foreignAllowed: false })))
    return new ProviderTypes(new Map(all.map(({ definition }) => [definition.name, definition])))
  }

  /** Adds what a configuration names: a package, or a path from the directory `from`. @throws LoadError */
  async add(type: string, from: string): Promise<ProviderDefinition> {
    const { definition, file, isDefault } = await load('provider', type, from, { searchPaths: [], foreignAllowed: true })
    const flaw = isDefault ? undefined : flawOfProvider(definition)
    if (flaw !== undefined) throw new LoadError(`${type} cannot be used: ${flaw}`, 'a provider')
    const named = asType(definition, type)
    this.definitions.set(type, named)
    this.files.set(type, file)
    return named
  }
}

function asType(definition: ProviderDefinition, type: string): ProviderDefinition {
  const byType = loaded.get(definition) ?? new Map<string, ProviderDefinition>()
  const named = byType.get(type) ?? { ...definition, name: type, env: definition.env ?? definition.name.toUpperCase().replace(/[^A-Z0-9]/g, '_') }
  loaded.set(definition, byType.set(type, named))
  return named
}
