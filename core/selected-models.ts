/** The models that a list of selectors names: what a key may use. */

import { readModelSelector } from './model-selector.ts'

export class SelectedModels {
  readonly #isEverything: boolean
  readonly #providers: ReadonlySet<string>
  readonly #models: ReadonlySet<string>
  /** `provider/model`. */
  readonly #pairs: ReadonlySet<string>

  /** @param providers the names of the configured instances; a selector of another provider's models is the id of a model */
  constructor(selectors: readonly string[], providers: readonly string[]) {
    const read = selectors.flatMap(text => readModelSelector(text, providers) ?? [])
    const textsOf = (kind: (typeof read)[number]['kind']) => new Set(read.filter(selector => selector.kind === kind).map(({ text }) => text))
    this.#isEverything = textsOf('global').size > 0
    this.#providers = textsOf('provider')
    this.#models = textsOf('model')
    this.#pairs = textsOf('exact')
  }

  /** @param provider the name of an instance @param model the id by which it knows the model; empty where nobody can tell */
  has(provider: string, model: string): boolean {
    return this.#isEverything || this.#providers.has(`${provider}/`) || this.#models.has(model) || this.#pairs.has(`${provider}/${model}`)
  }
}

/** Lists of selectors, each read once. */
export class SelectorLists {
  readonly #providers: readonly string[]
  readonly #read = new WeakMap<readonly string[], SelectedModels>()

  /** @param providers the names of the configured instances */
  constructor(providers: readonly string[]) {
    this.#providers = providers
  }

  /** Whether a selector names models of a provider, and not everything. */
  concerns(selector: string, provider: string): boolean {
    const read = readModelSelector(selector, this.#providers)
    return read !== undefined && read.kind !== 'global' && (read.provider ?? provider) === provider
  }

  of(selectors: readonly string[]): SelectedModels {
    const known = this.#read.get(selectors) ?? new SelectedModels(selectors, this.#providers)
    this.#read.set(selectors, known)
    return known
  }
}
