/** Documents in one collection. A deleted one stays for a day without a value, so that no revision is ever given to two contents. */

import { createHash } from 'node:crypto'
import type { Collection, Db } from 'mongodb'
import type { DocumentQuery, DocumentWrite, StoredDocument } from '../shared/backend.ts'
import { all, beginsWith, isWithin } from './filters.ts'
import { isDuplicate } from './duplicate.ts'

/** Longer than anybody holds a revision before writing. */
const graveMs = 86_400_000
const never = Number.MAX_SAFE_INTEGER
/** Longer values are found by their hash: an index holds them all. */
const maxMemberLength = 128
/** Names that `where` may have. None holds a `=`. */
const findable = /^\w+$/

export interface DocumentRecord {
  /** `<collection>/<id>` */
  readonly _id: string
  readonly collection: string
  readonly id: string
  readonly revision: number
  readonly owner: string
  readonly position: number
  /** Of a deleted one: when that was. */
  readonly expires_at: number
  /** JSON; null once deleted. */
  readonly value: string | null
  /** What `where` can find: the name of each member that is not null, and each with its value. */
  readonly members: readonly string[]
}

interface ChangeCount {
  readonly _id: string
  readonly revision: number
}

export class Documents {
  readonly #documents: Collection<DocumentRecord>
  readonly #changes: Collection<ChangeCount>

  constructor(database: Db) {
    this.#documents = documentsOf(database)
    this.#changes = database.collection('tapline_changes')
  }

  async put(write: DocumentWrite): Promise<Omit<StoredDocument, 'value'> | undefined> {
    const { collection, id, now, expected } = write
    for (;;) {
      const there = await this.#documents.findOne({ _id: key(collection, id) })
      if (expected !== undefined && expected !== (isLive(there, now) ? there.revision : 0)) return undefined
      const document = written(write, there)
      if (!(await this.#replace(there, document))) continue
      await this.#count(collection, 1)
      return { id, revision: document.revision, owner: document.owner, position: document.position }
    }
  }

  async get(collection: string, id: string, now: number): Promise<StoredDocument | undefined> {
    const there = await this.#documents.findOne({ _id: key(collection, id) })
    return isLive(there, now) ? toStored(there) : undefined
  }

  async list(query: DocumentQuery): Promise<readonly StoredDocument[]> {
    const direction = query.order === 'desc' ? -1 : 1
    const found = await this.#documents
      .find(matching(query))
      .sort({ position: direction, id: direction })
      .limit(query.limit ?? 1000)
      .toArray()
    return found.map(toStored)
  }

  async delete(collection: string, id: string, now: number, expected: number | undefined): Promise<boolean | undefined> {
    for (;;) {
      const there = await this.#documents.findOne({ _id: key(collection, id) })
      const live = isLive(there, now) ? there : undefined
      if (expected !== undefined && expected !== (live?.revision ?? 0)) return undefined
      if (live === undefined) return false
      const { matchedCount } = await this.#documents.updateOne({ _id: live._id, revision: live.revision }, buried(now))
      if (matchedCount === 0) continue
      await this.#count(collection, 1)
      return true
    }
  }

  async deleteAll(query: DocumentQuery): Promise<number> {
    const { modifiedCount } = await this.#documents.updateMany(matching(query), buried(query.now))
    if (modifiedCount > 0) await this.#count(query.collection, modifiedCount)
    return modifiedCount
  }

  /** Expired and deleted ones lie for a day, and then go. All at once. */
  async purge(now: number): Promise<number> {
    await this.#documents.deleteMany({ expires_at: { $lt: now - graveMs } })
    return 0
  }

  async revisions(collections: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const counts = await this.#changes.find({ _id: { $in: [...collections] } }).toArray()
    return Object.fromEntries(collections.map(collection => [collection, counts.find(({ _id }) => _id === collection)?.revision ?? 0]))
  }

  /** @returns false if somebody came between */
  async #replace(there: DocumentRecord | null, { _id, ...document }: DocumentRecord): Promise<boolean> {
    if (there !== null) return (await this.#documents.replaceOne({ _id, revision: there.revision }, document)).matchedCount === 1
    try {
      await this.#documents.insertOne({ _id, ...document })
      return true
    } catch (cause) {
      if (isDuplicate(cause)) return false
      throw cause
    }
  }

  async #count(collection: string, changes: number): Promise<void> {
    await this.#changes.updateOne({ _id: collection }, { $inc: { revision: changes } }, { upsert: true })
  }
}

export function documentsOf(database: Db): Collection<DocumentRecord> {
  return database.collection('tapline_documents')
}

function key(collection: string, id: string): string {
  return `${collection}/${id}`
}

function isLive(there: DocumentRecord | null, now: number): there is DocumentRecord {
  return there !== null && there.value !== null && there.expires_at > now
}

function written({ collection, id, value, now, owner, position, expiresAt = never }: DocumentWrite, there: DocumentRecord | null): DocumentRecord {
  const before = isLive(there, now) ? there : undefined
  return {
    _id: key(collection, id),
    collection,
    id,
    revision: (there?.revision ?? 0) + 1,
    owner: owner ?? before?.owner ?? '',
    position: before?.position ?? position ?? now,
    expires_at: expiresAt,
    value,
    members: membersOf(JSON.parse(value) as object),
  }
}

function buried(now: number) {
  return { $set: { value: null, members: [], expires_at: now }, $inc: { revision: 1 } }
}

function matching({ collection, now, owner, prefix, where, after, order }: DocumentQuery) {
  const beyond = order === 'desc' ? '$lt' : '$gt'
  return all([
    { collection, expires_at: { $gt: now } },
    ...(owner === undefined ? [] : isWithin('owner', owner)),
    ...(prefix === undefined ? [] : beginsWith('id', prefix)),
    ...where.map(([member, json]) => ({ members: json === 'null' ? { $ne: member } : { $eq: valued(member, json) } })),
    ...(after === undefined ? [] : [{ $or: [{ position: { [beyond]: after.position } }, { position: after.position, id: { [beyond]: after.id } }] }]),
  ])
}

function membersOf(value: object): readonly string[] {
  return Object.entries(value).flatMap(([member, one]) =>
    one === null || !findable.test(member) ? [] : typeof one === 'object' ? [member] : [member, valued(member, JSON.stringify(one))],
  )
}

function valued(member: string, json: string): string {
  return `${member}=${json.length > maxMemberLength ? createHash('sha256').update(json).digest('base64url') : json}`
}

function toStored({ id, revision, owner, position, value }: DocumentRecord): StoredDocument {
  return { id, revision, owner, position, value: value ?? 'null' }
}
