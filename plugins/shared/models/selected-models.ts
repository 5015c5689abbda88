/** The models that selectors name: what a key may use, what a policy is of. */

import { readModelSelector, type CanonicalId, type ModelSelector } from './model-selector.ts'

const asItIs: CanonicalId = (_provider, model) => model
const none: readonly string[] = []

/** The ids by which selectors name models, found in whichever spelling of theirs. */
class NamedModels {
  readonly #selectors: readonly ModelSelector[]
  readonly #canonical: CanonicalId
  /** By provider, and by canonical id. */
  readonly #ids = new Map<string, ReadonlyMap<string, readonly string[]>>()

  constructor(selectors: readonly ModelSelector[], canonical: CanonicalId = asItIs) {
    this.#selectors = selectors
    this.#canonical = canonical
  }

  /** @param provider the name of an instance @param model the id by which it knows the model @returns the ids that mean it, as selectors spell them */
  of(provider: string, model: string): readonly string[] {
    return this.#idsOf(provider).get(this.#canonical(provider, model)) ?? none
  }

  #idsOf(provider: string): ReadonlyMap<string, readonly string[]> {
    const known = this.#ids.get(provider)
    if (known !== undefined) return known
    const named = this.#selectors.filter(selector => (selector.provider ?? provider) === provider).flatMap(({ model }) => model ?? [])
    const ids = Map.groupBy(new Set(named), id => this.#canonical(provider, id))
    this.#ids.set(provider, ids)
    return ids
  }
}

export class SelectedModels {
  readonly #isEverything: boolean
  readonly #providers: ReadonlySet<string>
  readonly #named: NamedModels

  /** @param providers the names of the configured instances; a selector of another provider's models is the id of a model */
  constructor(selectors: readonly string[], providers: readonly string[], canonical?: CanonicalId) {
    const read = selectors.flatMap(text => readModelSelector(text, providers) ?? [])
    this.#isEverything = read.some(({ kind }) => kind === 'global')
    this.#providers = new Set(read.flatMap(({ kind, provider }) => (kind === 'provider' && provider !== undefined ? [provider] : [])))
    this.#named = new NamedModels(read, canonical)
  }

  /** @param provider the name of an instance @param model the id by which it knows the model; empty where nobody can tell */
  has(provider: string, model: string): boolean {
    return this.#isEverything || this.#providers.has(provider) || this.#named.of(provider, model).length > 0
  }
}

/** Lists of selectors, each read once. */
export class SelectorLists {
  readonly #providers: readonly string[]
  readonly #canonical: CanonicalId | undefined
  readonly #read = new WeakMap<readonly string[], SelectedModels>()
  readonly #named = new WeakMap<ReadonlyMap<string, unknown>, NamedModels>()

  /** @param providers the names of the configured instances */
  constructor(providers: readonly string[], canonical?: CanonicalId) {
    this.#providers = providers
    this.#canonical = canonical
  }

  /** Whether a selector names models of a provider, and not everything. */
  concerns(selector: string, provider: string): boolean {
    const read = readModelSelector(selector, this.#providers)
    return read !== undefined && read.kind !== 'global' && (read.provider ?? provider) === provider
  }

  of(selectors: readonly string[]): SelectedModels {
    const known = this.#read.get(selectors) ?? new SelectedModels(selectors, this.#providers, this.#canonical)
    this.#read.set(selectors, known)
    return known
  }

  /** The models that the keys of a map name. */
  namedIn(map: ReadonlyMap<string, unknown>): NamedModels {
    const read = () => [...map.keys()].flatMap(text => readModelSelector(text, this.#providers) ?? [])
    const known = this.#named.get(map) ?? new NamedModels(read(), this.#canonical)
    this.#named.set(map, known)
    return known
  }
}
