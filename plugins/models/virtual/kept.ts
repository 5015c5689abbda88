/** The virtual models as they are kept: read from the store, and defined in the registry whenever another set holds. */

import type { Logger } from 'pino'
import type { Clock } from '../../../core/index.ts'
import type { Records } from '../../../core/storage/records.ts'
import { openOrLater } from '../../shared/records/open-or-later.ts'
import { readAgain } from '../../shared/records/read-again.ts'
import type { Registry } from '../registry.ts'
import { Book, type KeptModels } from './book.ts'
import { strategies, type KnownModel } from './definition.ts'

export interface KeptVirtualModelsParts {
  /** Those of the configuration. */
  readonly managed: ReadonlyMap<string, KnownModel>
  readonly records: Records<{ readonly models: KeptModels }>
  readonly registry: Registry
  readonly clock: Clock
  /** 0 is never. */
  readonly refreshMs: number
  readonly log: Logger
}

export class KeptVirtualModels {
  readonly book: Book
  readonly #parts: KeptVirtualModelsParts
  #end: (() => void) | undefined

  constructor(parts: KeptVirtualModelsParts) {
    const { managed, records, registry } = parts
    this.#parts = parts
    this.book = new Book({ managed, records, changed: all => registry.virtual.define(all), failed: cause => this.#failed(cause) })
    registry.virtual.define(managed)
  }

  /** What a virtual model may name as its strategy. */
  get strategies(): readonly string[] {
    return [...strategies.filter(name => name !== 'plugin'), ...[...this.#parts.registry.virtual.strategies.keys()].map(name => `plugin:${name}`)]
  }

  open(): Promise<void> {
    return openOrLater(this.book, cause => this.#failed(cause))
  }

  start(): void {
    const { managed, registry, clock, refreshMs, log } = this.#parts
    for (const { source, fault } of registry.virtual.strategyFaults(managed.values()))
      log.warn({ virtual_model: source }, `${fault.param} of a virtual model: ${fault.message}`)
    if (refreshMs > 0)
      this.#end = readAgain(
        clock,
        refreshMs,
        () => this.book.read(),
        cause => this.#failed(cause),
      )
  }

  async close(): Promise<void> {
    this.#end?.()
    await this.book.close()
  }

  #failed(cause: unknown): void {
    this.#parts.log.warn({ err: cause }, 'the virtual models could not be read; what was read before stands')
  }
}
