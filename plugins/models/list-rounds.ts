/** When providers are asked for their models: at the start, again and again, when an administrator says so, and when a model is missing. */

import type { Clock, ModelCache, RefreshFacts, Timer } from '../../core/index.ts'
import type { Inventory } from './inventory.ts'
import type { Registry } from './registry.ts'

/** A provider is asked for a model that it does not list no more often. */
const missingMs = 30_000

export interface ListRoundsOptions {
  readonly inventories: readonly Inventory[]
  readonly registry: Registry
  readonly clock: Clock
  /** Undefined where nobody keeps lists. */
  readonly cache: ModelCache | undefined
  /** 0 is never, of both. */
  readonly refreshMs: number
  readonly recheckMs: number
  readonly failed: (provider: string, cause: Error) => void
}

export class ListRounds {
  readonly #options: ListRoundsOptions
  readonly #timers = new Map<Inventory, Timer>()
  #isClosed = false

  constructor(options: ListRoundsOptions) {
    this.#options = options
  }

  /** Puts what was kept where providers were not asked yet. */
  restore(): void {
    const { inventories, registry, cache } = this.#options
    for (const inventory of inventories) {
      const kept = inventory.isAsked ? cache?.listed(inventory.provider.name) : undefined
      if (kept !== undefined) inventory.restore(kept)
    }
    registry.index()
  }

  start(): void {
    for (const inventory of this.#options.inventories) void this.#round(inventory)
  }

  /** Asks every provider now, whenever it was to be asked next. @throws AggregateError if none answered */
  async all(): Promise<RefreshFacts> {
    const { inventories, registry } = this.#options
    const failures = (await Promise.all(inventories.map(inventory => inventory.refresh()))).filter(failure => failure !== undefined)
    registry.index()
    if (failures.length > 0 && failures.length === inventories.length) throw new AggregateError(failures, 'no provider listed its models')
    const models = inventories.reduce((count, { entries }) => count + entries.size, 0)
    return { status: failures.length > 0 ? 'partial' : 'ok', model_count: models, provider_count: inventories.length }
  }

  /** Keeps every list that is as its provider said it the last time. @throws AggregateError if none could be kept */
  async keepAll(): Promise<RefreshFacts> {
    const { inventories, cache } = this.#options
    const listed = inventories.filter(({ isAsked, state }) => isAsked && state === 'fresh')
    if (cache === undefined || listed.length === 0) return { status: 'skipped' }
    const kept = await Promise.allSettled(listed.map(({ provider, discovered }) => cache.keep(provider.name, discovered)))
    const failures = kept.flatMap(result => (result.status === 'rejected' ? [result.reason as unknown] : []))
    if (failures.length === listed.length) throw new AggregateError(failures, 'no list of models could be kept')
    return { status: failures.length > 0 ? 'partial' : 'ok' }
  }

  /** Somebody named a model that a provider does not list: it may be new. Nobody waits for it. */
  missing(provider: string): void {
    const { inventories, clock } = this.#options
    const inventory = inventories.find(({ provider: { name } }) => name === provider)
    const askedAt = inventory?.lastFetch.at
    if (inventory === undefined || askedAt === undefined || clock.now() - askedAt < missingMs) return
    void this.#ask(inventory)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers.values()) timer.cancel()
  }

  async #round(inventory: Inventory): Promise<void> {
    const { refreshMs, recheckMs, clock } = this.#options
    const failure = await this.#ask(inventory)
    const waitMs = failure === undefined || recheckMs === 0 ? refreshMs : recheckMs
    if (this.#isClosed || waitMs === 0) return
    this.#timers.set(
      inventory,
      clock.after(waitMs, () => {
        void this.#round(inventory)
      }),
    )
  }

  async #ask(inventory: Inventory): Promise<Error | undefined> {
    const { registry, cache, failed } = this.#options
    const { name } = inventory.provider
    const failure = await inventory.refresh()
    if (this.#isClosed) return failure
    registry.index()
    if (failure !== undefined) failed(name, failure)
    else if (inventory.isAsked) cache?.keep(name, inventory.discovered).catch(() => {}) // the cache says it
    return failure
  }
}
