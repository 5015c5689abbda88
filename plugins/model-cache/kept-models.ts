/** The service `modelCache`: lists from the first place that has them, kept in all places. */

import type { Clock, KeptListing, ModelCache, ModelEntry, ProviderInstance } from '../../core/index.ts'
import { idOf, read, written } from './kept-list.ts'
import type { Shelf } from './list-store.ts'

export interface KeptModelsOptions {
  /** The first one counts before the others. */
  readonly shelves: readonly Shelf[]
  /** A place that must be readable. */
  readonly needed: Shelf | undefined
  readonly providers: Iterable<ProviderInstance>
  readonly clock: Clock
  readonly warn: (facts: object, message: string) => void
}

export class KeptModels implements ModelCache {
  readonly #options: KeptModelsOptions
  /** By the names of providers. */
  readonly #ids: ReadonlyMap<string, string>
  readonly #listed = new Map<string, KeptListing>()
  readonly #failing = new Set<Shelf>()
  readonly #writes = new Set<Promise<void>>()

  constructor(options: KeptModelsOptions) {
    this.#options = options
    this.#ids = new Map([...options.providers].map(provider => [provider.name, idOf(provider)]))
  }

  /** Reads what is there. @throws Error if the place that is needed cannot be read */
  async open(): Promise<void> {
    for (const shelf of this.#options.shelves) {
      const texts = await this.#texts(shelf)
      const ignored = [...this.#ids].flatMap(([provider, id]) => this.#take(provider, texts.get(id), shelf))
      if (ignored.length > 0) this.#options.warn({ place: shelf.name, ignored }, 'kept lists of models are of no use, and ignored')
    }
  }

  listed(provider: string): KeptListing | undefined {
    return this.#listed.get(provider)
  }

  async keep(provider: string, entries: readonly ModelEntry[]): Promise<void> {
    const id = this.#ids.get(provider)
    if (id === undefined) return
    const text = written(provider, entries, this.#options.clock.now())
    const failures = (await Promise.all(this.#options.shelves.map(shelf => this.#write(shelf, id, text)))).filter(failure => failure !== undefined)
    if (failures.length === this.#options.shelves.length) throw new AggregateError(failures, `the models of ${provider} could not be kept`)
  }

  async close(): Promise<void> {
    await Promise.all(this.#writes)
    await Promise.all(this.#options.shelves.map(shelf => shelf.close()))
  }

  async #texts(shelf: Shelf): Promise<ReadonlyMap<string, string>> {
    try {
      return await shelf.read([...this.#ids.values()])
    } catch (cause) {
      if (shelf === this.#options.needed) throw new Error(`${shelf.name} cannot be reached: ${(cause as Error).message}; with cache.model.local.cache_dir, the gateway starts without it`, { cause })
      this.#options.warn({ place: shelf.name, err: cause }, 'kept lists of models could not be read')
      return new Map()
    }
  }

  /** @returns what is wrong with the text, if something is */
  #take(provider: string, text: string | undefined, { keepsMs }: Shelf): readonly { readonly provider: string; readonly reason: string }[] {
    if (text === undefined || this.#listed.has(provider)) return []
    try {
      this.#listed.set(provider, read(text, this.#options.clock.now() - keepsMs))
      return []
    } catch (cause) {
      return [{ provider, reason: (cause as Error).message }]
    }
  }

  /** A place that fails is told of once, until it works again. */
  async #write(shelf: Shelf, id: string, text: string): Promise<Error | undefined> {
    const writing = shelf.write(id, text)
    const done = writing.catch(() => {})
    this.#writes.add(done)
    try {
      await writing
      this.#failing.delete(shelf)
      return undefined
    } catch (cause) {
      if (!this.#failing.has(shelf)) this.#options.warn({ place: shelf.name, err: cause }, 'lists of models cannot be kept')
      this.#failing.add(shelf)
      return cause as Error
    } finally {
      this.#writes.delete(done)
    }
  }
}
