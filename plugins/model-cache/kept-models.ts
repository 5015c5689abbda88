/** The service `modelCache`: lists from the first place that has them, kept in all places. */

import type { Clock, KeptListing, ModelCache, ModelEntry, ProviderInstance } from '../../core/index.ts'
import { idOf, read, written } from './kept-list.ts'
import type { ListStore } from './list-store.ts'

export interface KeptModelsOptions {
  /** The first one counts before the others. */
  readonly stores: readonly ListStore[]
  /** A place that must be readable. */
  readonly needed: ListStore | undefined
  readonly providers: Iterable<ProviderInstance>
  readonly clock: Clock
  readonly warn: (facts: object, message: string) => void
}

export class KeptModels implements ModelCache {
  readonly #options: KeptModelsOptions
  /** By the names of providers. */
  readonly #ids: ReadonlyMap<string, string>
  readonly #listed = new Map<string, KeptListing>()
  readonly #failing = new Set<ListStore>()
  readonly #writes = new Set<Promise<void>>()

  constructor(options: KeptModelsOptions) {
    this.#options = options
    this.#ids = new Map([...options.providers].map(provider => [provider.name, idOf(provider)]))
  }

  /** Reads what is there. @throws Error if the place that is needed cannot be read */
  async open(): Promise<void> {
    for (const store of this.#options.stores) {
      const texts = await this.#texts(store)
      const ignored = [...this.#ids].flatMap(([provider, id]) => this.#take(provider, texts.get(id), store))
      if (ignored.length > 0) this.#options.warn({ place: store.name, ignored }, 'kept lists of models are of no use, and ignored')
    }
  }

  listed(provider: string): KeptListing | undefined {
    return this.#listed.get(provider)
  }

  async keep(provider: string, entries: readonly ModelEntry[]): Promise<void> {
    const id = this.#ids.get(provider)
    if (id === undefined) return
    const text = written(provider, entries, this.#options.clock.now())
    const failures = (await Promise.all(this.#options.stores.map(store => this.#write(store, id, text)))).filter(failure => failure !== undefined)
    if (failures.length === this.#options.stores.length) throw new AggregateError(failures, `the models of ${provider} could not be kept`)
  }

  async close(): Promise<void> {
    await Promise.all(this.#writes)
    await Promise.all(this.#options.stores.map(store => store.close()))
  }

  async #texts(store: ListStore): Promise<ReadonlyMap<string, string>> {
    try {
      return await store.read([...this.#ids.values()])
    } catch (cause) {
      if (store === this.#options.needed)
        throw new Error(`${store.name} cannot be reached: ${(cause as Error).message}; with cache.model.local.cache_dir, the gateway starts without it`, {
          cause,
        })
      this.#options.warn({ place: store.name, err: cause }, 'kept lists of models could not be read')
      return new Map()
    }
  }

  /** @returns what is wrong with the text, if something is */
  #take(provider: string, text: string | undefined, { keepsMs }: ListStore): readonly { readonly provider: string; readonly reason: string }[] {
    if (text === undefined || this.#listed.has(provider)) return []
    try {
      this.#listed.set(provider, read(text, this.#options.clock.now() - keepsMs))
      return []
    } catch (cause) {
      return [{ provider, reason: (cause as Error).message }]
    }
  }

  /** A place that fails is told of once, until it works again. */
  async #write(store: ListStore, id: string, text: string): Promise<Error | undefined> {
    const writing = store.write(id, text)
    const done = writing.catch(() => {})
    this.#writes.add(done)
    try {
      await writing
      this.#failing.delete(store)
      return undefined
    } catch (cause) {
      if (!this.#failing.has(store)) this.#options.warn({ place: store.name, err: cause }, 'lists of models cannot be kept')
      this.#failing.add(store)
      return cause as Error
    } finally {
      this.#writes.delete(done)
    }
  }
}
