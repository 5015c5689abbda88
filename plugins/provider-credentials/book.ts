/** The providers that administrators added: kept in the store, and known here with their secrets. */

import { isDeepStrictEqual } from 'node:util'
import type { AddedProvider, AddedProviders, Secrets } from '../../core/index.ts'
import { openOrLater } from '../shared/records/open-or-later.ts'
import type { Records, Stored } from '../../core/storage/records.ts'
import { Snapshot } from '../../core/storage/snapshot.ts'
import { addedOf, sealed, unsealed, type KnownProvider, type StoredProvider } from './record.ts'

/** One of them, as it stands in the store. */
export interface Entry {
  readonly stored: Stored<StoredProvider>
  /** Undefined if its secrets cannot be opened. */
  readonly known: KnownProvider | undefined
}

interface Parts {
  readonly records: Records<StoredProvider>
  readonly secrets: Secrets
  /** Whether references to secrets count. */
  readonly mayRefer: boolean
  /** Told whenever something else is to be in force. */
  changed(): void
  failed(cause: unknown, name?: string): void
}

export class ProviderBook implements AddedProviders {
  readonly #parts: Parts
  readonly #kept: Snapshot<StoredProvider>
  #entries: ReadonlyMap<string, Entry> = new Map()
  #all: readonly AddedProvider[] = []

  constructor(parts: Parts) {
    this.#parts = parts
    this.#kept = new Snapshot(
      parts.records,
      () => this.#unseal(),
      cause => parts.failed(cause),
    )
  }

  /** Those that are to be called, by name. */
  get all(): readonly AddedProvider[] {
    return this.#all
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()]
  }

  find(name: string): Entry | undefined {
    return this.#entries.get(name)
  }

  get mayRefer(): boolean {
    return this.#parts.mayRefer
  }

  /** What there would be to call if this one were so, or were not there. */
  allWith(name: string, known: KnownProvider | undefined): readonly AddedProvider[] {
    const others = this.#all.filter(one => one.name !== name)
    return known?.enabled === true ? inOrder([...others, addedOf(known, this.mayRefer)]) : others
  }

  /** Without the store, none is there until it is back. */
  async open(): Promise<void> {
    await openOrLater(this.#kept, cause => this.#parts.failed(cause))
  }

  async read(): Promise<void> {
    await this.#kept.read()
  }

  /** @throws Conflict */
  async put(known: KnownProvider, expected: number): Promise<void> {
    await this.#kept.put(known.name, await sealed(known, this.#parts.secrets), { expected })
  }

  /** @throws Conflict */
  async delete(name: string, expected: number): Promise<void> {
    await this.#kept.delete(name, expected)
  }

  async close(): Promise<void> {
    await this.#kept.close()
  }

  async #unseal(): Promise<void> {
    this.#entries = new Map(await Promise.all(this.#kept.all.map(async stored => [stored.id, await this.#entry(stored)] as const)))
    const before = this.#all
    this.#all = inOrder(this.entries.flatMap(({ known }) => (known?.enabled === true ? [addedOf(known, this.mayRefer)] : [])))
    if (!isDeepStrictEqual(before, this.#all)) this.#parts.changed()
  }

  async #entry(stored: Stored<StoredProvider>): Promise<Entry> {
    const before = this.#entries.get(stored.id)
    if (before?.known !== undefined && before.stored.revision === stored.revision && isDeepStrictEqual(before.stored.value, stored.value)) return before
    try {
      return { stored, known: await unsealed(stored, this.#parts.secrets) }
    } catch (cause) {
      this.#parts.failed(cause, stored.id)
      return { stored, known: undefined }
    }
  }
}

function inOrder(added: readonly AddedProvider[]): readonly AddedProvider[] {
  return added.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
