/** The service `catalogue` over a list that is read again and again: the last one that could be read counts. */

import type { Catalogue, ModelMetadata, RefreshFacts } from '../../core/index.ts'
import { Registrations } from '../../core/services/registrations.ts'
import { ModelList } from './list.ts'
import type { Source } from './source.ts'

export class ReadCatalogue implements Catalogue {
  readonly #source: Source
  readonly #listeners = new Registrations<() => void>()
  #list: ModelList | undefined

  constructor(source: Source) {
    this.#source = source
  }

  /** Until a list could be read, the bundled catalogue stands in. */
  get isBundled(): boolean {
    return this.#list === undefined
  }

  of(provider: { readonly name: string; readonly type: string }, ids: readonly string[]): ModelMetadata | undefined {
    return this.#list?.of(provider, ids)
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Reads the list, if it changed. @throws Error if it cannot be had, or is none; the last one stands */
  async read(): Promise<RefreshFacts> {
    const found = await this.#source.read()
    if (found === undefined) return {}
    this.#list = new ModelList(found.text)
    found.accept()
    for (const listener of this.#listeners) listener()
    return {}
  }
}
