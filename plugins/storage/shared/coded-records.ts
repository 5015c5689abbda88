/** A collection of documents, as JSON on its way to the database and back. */

import { Conflict, type Clock } from '../../../core/index.ts'
import type { PutOptions, RecordQuery, Records, Stored } from '../../../core/storage/records.ts'
import type { Backend, DocumentQuery, StoredDocument } from './backend.ts'
import type { Changes } from './changes.ts'
import { checkMember } from './definition.ts'
import { checkId, wholeNumber } from './row-codec.ts'
import { decodeJson, decodeText, encodeJson, encodeText } from './text.ts'

export class CodedRecords<T extends object> implements Records<T> {
  readonly #collection: string
  readonly #backend: Backend
  readonly #changes: Changes
  readonly #clock: Clock

  constructor(collection: string, backend: Backend, changes: Changes, clock: Clock) {
    this.#collection = collection
    this.#backend = backend
    this.#changes = changes
    this.#clock = clock
  }

  async get(id: string): Promise<Stored<T> | undefined> {
    const found = await this.#backend.getDocument(this.#collection, encodeText(id), this.#clock.now())
    return found === undefined ? undefined : decode(found)
  }

  async list(query: RecordQuery = {}): Promise<readonly Stored<T>[]> {
    const found = await this.#backend.listDocuments(this.#encode(query))
    return found.map(document => decode<T>(document))
  }

  /** @throws RangeError if the id is too long */
  async put(id: string, value: T, { expected, owner, position, expiresAt }: PutOptions = {}): Promise<Stored<T>> {
    const json = encodeJson(value) ?? 'null'
    const changed = this.#changes.changing(this.#collection)
    const written = await this.#backend.putDocument({
      collection: this.#collection,
      id: encodeText(checkId(id)),
      value: json,
      now: this.#clock.now(),
      expected,
      owner: owner === undefined ? undefined : encodeText(owner),
      position: whole(position),
      expiresAt: whole(expiresAt),
    })
    if (written === undefined) throw new Conflict(this.#collection, id)
    changed(1)
    return asWritten<T>(written, json)
  }

  async delete(id: string, expected?: number): Promise<boolean> {
    const changed = this.#changes.changing(this.#collection)
    const deleted = await this.#backend.deleteDocument(this.#collection, encodeText(id), this.#clock.now(), expected)
    if (deleted === undefined) throw new Conflict(this.#collection, id)
    if (deleted) changed(1)
    return deleted
  }

  async deleteAll(query: Pick<RecordQuery, 'owner' | 'prefix' | 'where'>): Promise<number> {
    const changed = this.#changes.changing(this.#collection)
    const deleted = await this.#backend.deleteDocuments(this.#encode(query))
    if (deleted > 0) changed(deleted)
    return deleted
  }

  watch(changed: () => unknown): () => void {
    return this.#changes.watch(this.#collection, changed)
  }

  #encode({ where = {}, prefix, after, ...query }: RecordQuery): DocumentQuery {
    return {
      ...query,
      collection: this.#collection,
      now: this.#clock.now(),
      where: Object.entries(where).map(([member, value]) => [checkMember(member), encodeJson(value) ?? 'null']),
      ...(prefix === undefined ? {} : { prefix: encodeText(prefix) }),
      ...(after === undefined ? {} : { after: { position: after.position, id: encodeText(after.id) } }),
    }
  }
}

/** Hardly anybody reads what they have just written: it is decoded for those who do. */
function asWritten<T>({ id, revision, owner, position }: Omit<StoredDocument, 'value'>, json: string): Stored<T> {
  let value: T | undefined
  return {
    id: decodeText(id),
    revision,
    owner: decodeText(owner),
    position,
    get value() {
      return (value ??= decodeJson(json) as T)
    },
  }
}

function whole(value: number | undefined): number | undefined {
  return value === undefined ? undefined : wholeNumber(value)
}

function decode<T>({ id, revision, owner, position, value }: StoredDocument): Stored<T> {
  return { id: decodeText(id), revision, owner: decodeText(owner), position, value: decodeJson(value) as T }
}
