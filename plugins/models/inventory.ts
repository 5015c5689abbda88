/** The models of one provider: configured, discovered, or both, with the last good list kept. */

import type { Clock, KeptListing, ModelEntry, ModelInventory, ProviderInstance } from '../../core/index.ts'

const listingLimitMs = 10_000

export type ListMode = 'fallback' | 'allowlist' | 'merge'

const kept = new WeakMap<ProviderInstance, Inventory>()

export class Inventory implements ModelInventory {
  readonly provider: ProviderInstance
  /** `loading` until the provider was asked once. `stale`: the last listing failed, an earlier or configured list stands. */
  state: 'loading' | 'fresh' | 'stale' = 'loading'
  entries: ReadonlyMap<string, ModelEntry> = new Map()
  atAnyPrice: ReadonlyMap<string, ModelEntry> = new Map()
  /** The ids that are listed by their spellings, of which the provider's type may know several. */
  spellings: ReadonlyMap<string, string> = new Map()
  lastFetch: ModelInventory['lastFetch'] = {}
  readonly #mode: ListMode
  readonly #clock: Pick<Clock, 'now'>
  #discovered: readonly ModelEntry[] = []
  #asking: Promise<Error | undefined> | undefined
  #price: (model: string) => number | undefined = () => undefined

  /** The inventory of a provider: the same one as long as the provider's configuration stays the same, so that a reload forgets no list. */
  static of(provider: ProviderInstance, mode: ListMode, clock: Pick<Clock, 'now'>): Inventory {
    const known = kept.get(provider)
    if (known !== undefined && known.#mode === mode) return known
    const inventory = new Inventory(provider, mode, clock)
    kept.set(provider, inventory)
    return inventory
  }

  private constructor(provider: ProviderInstance, mode: ListMode, clock: Pick<Clock, 'now'>) {
    this.provider = provider
    this.#mode = mode
    this.#clock = clock
    if (this.#isFixed()) this.state = 'fresh'
    this.#index()
  }

  /** Asks the provider, once for all who want that at the same time. @returns what went wrong, if anything did */
  refresh(): Promise<Error | undefined> {
    return (this.#asking ??= this.#refresh().finally(() => {
      this.#asking = undefined
    }))
  }

  /** What was listed before this start, until the provider answers. The configured list counts before it, where it stands in for one that fails. */
  restore({ at, entries }: KeptListing): void {
    const isStandIn = this.#configured().length > 0 && this.#mode !== 'merge'
    if (this.state !== 'loading' || this.#discovered.length > 0 || isStandIn) return
    this.#discovered = entries
    this.lastFetch = { succeededAt: at }
    this.#index()
  }

  /** What the provider listed the last time. */
  get discovered(): readonly ModelEntry[] {
    return this.#discovered
  }

  async #refresh(): Promise<Error | undefined> {
    if (this.#isFixed()) return undefined
    const at = this.#clock.now()
    try {
      this.#discovered = await this.provider.models(this.provider.definition.listingTimeoutMs ?? listingLimitMs)
      this.state = 'fresh'
      this.lastFetch = { at, succeededAt: at }
      return undefined
    } catch (cause) {
      const failure = cause instanceof Error ? cause : new Error(String(cause))
      this.state = this.#configured().length > 0 && this.#discovered.length === 0 ? 'fresh' : 'stale'
      this.lastFetch = { ...this.lastFetch, at, error: failure.message }
      return failure
    } finally {
      this.#index()
    }
  }

  /** From now on, what a model costs at most in USD per million tokens is this. */
  priceBy(price: (model: string) => number | undefined): void {
    this.#price = price
    this.#offer()
  }

  get isAsked(): boolean {
    return !this.#isFixed()
  }

  /** What is listed of a model, however its id is spelled. */
  entryOf(id: string): ModelEntry | undefined {
    return this.entries.get(id) ?? this.entries.get(this.spellings.get(this.provider.canonical(id)) ?? '')
  }

  #configured(): readonly { readonly id: string }[] {
    return this.provider.config.models
  }

  /** Nobody is asked: the list is what the configuration says, or the provider has no listing. */
  #isFixed(): boolean {
    return this.provider.endpoint('models') === undefined || (this.#mode === 'allowlist' && this.#configured().length > 0)
  }

  #index(): void {
    const now = Math.floor(this.#clock.now() / 1000)
    const upstream = new Map(this.#discovered.map(entry => [this.provider.canonical(entry.id), { created: now, ...entry }]))
    const own = this.#configured().map(({ id }) => upstream.get(this.provider.canonical(id)) ?? { id, created: now, owned_by: this.provider.type })
    const useOwn = this.#isFixed() || this.#mode === 'merge' || upstream.size === 0
    const keep = filter(this.#filter())
    this.atAnyPrice = new Map([...upstream.values(), ...(useOwn ? own : [])].filter(({ id }) => keep(id)).map(entry => [entry.id, entry]))
    this.#offer()
  }

  #filter(): ModelFilter {
    return (this.provider.config.settings['model_filter'] as ModelFilter | undefined) ?? {}
  }

  #offer(): void {
    const { max_price_per_mtok: most } = this.#filter()
    this.entries = most === undefined ? this.atAnyPrice : new Map([...this.atAnyPrice].filter(([id]) => (this.#price(id) ?? Infinity) <= most))
    this.spellings = new Map(
      [...this.entries.keys()].flatMap(id => [
        [this.provider.canonical(id), id],
        [id, id],
      ]),
    )
  }
}

interface ModelFilter {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** In USD. */
  readonly max_price_per_mtok?: number
}

/** Globs on the raw id, without regard to case: `*` is any text, `?` one character. */
function filter({ include = [], exclude = [] }: ModelFilter): (id: string) => boolean {
  const [wanted, unwanted] = [include, exclude].map(globs =>
    globs.map(
      glob =>
        new RegExp(
          `^${glob
            .replace(/[.+^${}()|[\]\\]/g, '\\$&')
            .replaceAll('*', '.*')
            .replaceAll('?', '.')}$`,
          'i',
        ),
    ),
  ) as [RegExp[], RegExp[]]
  return id => (wanted.length === 0 || wanted.some(glob => glob.test(id))) && !unwanted.some(glob => glob.test(id))
}
