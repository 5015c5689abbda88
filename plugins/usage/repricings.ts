/** What all processes on the store are told when stored records have got other costs. */

import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import { openOrLater } from '../shared/records/open-or-later.ts'
import type { Records } from '../../core/storage/records.ts'
import { Snapshot } from '../../core/storage/snapshot.ts'
import type { RepricedSpan } from '../../core/services/ledger.ts'

/** Longer than any process takes to hear of it. */
const keptMs = 60 * 60_000

export interface RepricingsOptions {
  readonly records: Records<RepricedSpan>
  readonly clock: Clock
  /** Told of each once, in whatever process it was. */
  heard(span: RepricedSpan): Promise<void>
  failed(cause: unknown): void
}

export class Repricings {
  readonly #options: RepricingsOptions
  readonly #kept: Snapshot<RepricedSpan>
  #known: ReadonlySet<string> | undefined
  readonly #own = new Set<string>()

  constructor(options: RepricingsOptions) {
    this.#options = options
    this.#kept = new Snapshot(options.records, () => this.#read(), options.failed)
  }

  /** Follows what others say from then on: what they said before is in the costs that anybody reads from now on. */
  async open(): Promise<void> {
    await openOrLater(this.#kept, this.#options.failed)
  }

  /** When it resolves, it is heard in this process. */
  async tell(span: RepricedSpan): Promise<void> {
    const id = randomUUID()
    this.#own.add(id)
    await this.#options.heard(span)
    await this.#options.records.put(id, span, { expiresAt: this.#options.clock.now() + keptMs })
  }

  async close(): Promise<void> {
    await this.#kept.close()
  }

  async #read(): Promise<void> {
    const before = this.#known
    const all = this.#kept.all
    this.#known = new Set(all.map(({ id }) => id))
    if (before === undefined) return
    for (const { id, value } of all) if (!before.has(id) && !this.#own.delete(id)) await this.#options.heard(value)
  }
}
