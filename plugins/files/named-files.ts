/** Files that calls of models name: within reach of who calls, and known where the call goes. */

import { GatewayError, slot, StorageUnavailable, type Attempt, type Exchange, type FileRecord } from '../../core/index.ts'
import { fileReferences, type FileReference } from '../shared/objects/file-references.ts'
import { takeKey, type MadeWith } from '../shared/objects/made-with.ts'
import { isVisible, notFound, scopeOf } from '../shared/objects/ownership.ts'
import { orStoreRefusal } from '../shared/objects/store-refusal.ts'
import type { FileStore } from './store.ts'

export class NamedFiles {
  readonly #store: FileStore
  readonly #made = slot<MadeWith>()

  constructor(store: FileStore) {
    this.#store = store
  }

  /** Leaves the targets that have the files. @returns the refusal of a file that is unknown, or another's: nothing tells the one from the other */
  look(exchange: Exchange): Promise<GatewayError | undefined> | undefined {
    const { body } = exchange
    const references = body === undefined || !isConcerned(exchange) ? [] : fileReferences(body)
    return references.length === 0 ? undefined : orStoreRefusal(this.#look(exchange, references))
  }

  /** Files are there under the key that they were made with. */
  takeKey(exchange: Exchange, attempt: Attempt): void {
    const made = this.#made.get(exchange)
    if (made !== undefined) takeKey(attempt, made)
  }

  async #look(exchange: Exchange, references: readonly FileReference[]): Promise<GatewayError | undefined> {
    const mustBeKnown = isKeptApart(exchange)
    for (const { id, param } of references) {
      const file = await this.#find(id, mustBeKnown)
      if (mustBeKnown && (file === undefined || !isVisible(file.owner, exchange.caller))) return notFound(`file '${id}'`, param)
      if (file !== undefined && !file.kept) this.#goWhereItIs(exchange, file)
    }
    return undefined
  }

  /** Who reaches everything can do without the record. */
  async #find(id: string, mustBeKnown: boolean): Promise<FileRecord | undefined> {
    try {
      return await this.#store.find(id)
    } catch (cause) {
      if (mustBeKnown || !(cause instanceof StorageUnavailable)) throw cause
      return undefined
    }
  }

  #goWhereItIs(exchange: Exchange, { provider: name, key }: FileRecord): void {
    const there = exchange.targets.filter(({ provider }) => provider.name === name)
    if (there.length === 0) return
    exchange.targets = there
    if (key !== undefined) this.#made.set(exchange, { provider: name, fingerprint: key })
  }
}

/** Whether it makes a difference which files are named: most bodies are not looked into. */
function isConcerned(exchange: Exchange): boolean {
  const { targets } = exchange
  return isKeptApart(exchange) || targets.length > 1 || targets.some(({ provider }) => provider.keys.size > 1)
}

/** Whether a caller who is confined calls a provider whose files are on record here; those of others nobody here knows. */
function isKeptApart({ caller, targets }: Exchange): boolean {
  return scopeOf(caller) !== undefined && targets.some(({ provider }) => provider.endpoint('files_create') !== undefined)
}
