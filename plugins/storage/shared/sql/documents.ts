/** Documents in one table. A deleted one stays for a day without a value, so that no revision is ever given to two contents. */

import type { DocumentQuery, DocumentWrite, StoredDocument } from '../backend.ts'
import type { Database, Row } from './database.ts'
import { isWithin } from './paths.ts'
import { and, name, sql, statement, type Sql } from './sql.ts'

/** Longer than anybody holds a revision before writing. */
const graveMs = 86_400_000
/** Deleted at once, so that others can write in between. */
const batchSize = 500
/** No id goes on so. */
const lastText = '\u{10ffff}'.repeat(8)

const table = name('tapline_documents')
const at = (column: string) => name('d', column)
const returning = sql`RETURNING revision, owner, position`

export class Documents {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async put(write: DocumentWrite): Promise<Omit<StoredDocument, 'value'> | undefined> {
    const { collection, id, value, now, expected, owner = null, position = now, expiresAt = null } = write
    const put = expected === undefined ? putAnyway : expected === 0 ? putNew : putOver
    const [row] = await this.#database.ask(put({ collection, id, value, now, expected: expected ?? null, owner, position, expiresAt }), 'write')
    return row === undefined ? undefined : { id, revision: Number(row['revision']), owner: String(row['owner']), position: Number(row['position']) }
  }

  async get(collection: string, id: string, now: number): Promise<StoredDocument | undefined> {
    const rows = await this.#database.ask(find({ collection, id, now }), 'lookup')
    return rows.map(toDocument)[0]
  }

  async list(query: DocumentQuery): Promise<readonly StoredDocument[]> {
    const rows = await this.#database.ask(
      sql`SELECT id, revision, owner, position, value FROM ${table} AS d WHERE ${this.#matching(query)} ORDER BY ${inOrder(query)} LIMIT ${query.limit ?? 1000}`,
      'question',
    )
    return rows.map(toDocument)
  }

  async delete(collection: string, id: string, now: number, expected: number | undefined): Promise<boolean | undefined> {
    const isExpected = expected === undefined ? and([]) : sql`revision = ${expected}`
    const deleted = await this.#database.change(
      sql`UPDATE ${table} AS d SET value = NULL, expires_at = ${now} WHERE ${isThis(collection, id)} AND ${isLive(now)} AND ${isExpected}`,
    )
    if (deleted > 0) return true
    if (expected === undefined || (expected === 0 && (await this.get(collection, id, now)) === undefined)) return false
    return undefined
  }

  async deleteAll(query: DocumentQuery): Promise<number> {
    const some = sql`SELECT id FROM ${table} AS d WHERE ${this.#matching(query)} LIMIT ${batchSize}`
    for (let deleted = 0; ;) {
      const changed = await this.#database.change(
        sql`UPDATE ${table} AS d SET value = NULL, expires_at = ${query.now} WHERE collection = ${query.collection} AND id IN (${some}) AND ${isLive(query.now)}`,
      )
      deleted += changed
      if (changed === 0) return deleted
    }
  }

  /** Expired and deleted ones lie for a day, and then go. */
  async purge(now: number): Promise<number> {
    return await this.#database.change(
      sql`DELETE FROM ${table} WHERE (collection, id) IN (SELECT collection, id FROM ${table} WHERE expires_at < ${now - graveMs} LIMIT ${batchSize})`,
    )
  }

  #matching({ collection, now, owner, prefix, where, after, order }: DocumentQuery): Sql {
    const { dialect } = this.#database
    return and([
      sql`${at('collection')} = ${collection}`,
      isLive(now),
      ...(owner === undefined ? [] : [isWithin(at('owner'), owner)]),
      ...(prefix === undefined || prefix === '' ? [] : [sql`${at('id')} BETWEEN ${prefix} AND ${prefix + lastText}`]),
      ...where.map(([member, json]) => {
        const found = dialect.member(at('value'), member)
        return json === 'null' ? sql`${found} IS NULL OR ${found} = 'null'` : sql`${found} = ${json}`
      }),
      ...(after === undefined
        ? []
        : [order === 'desc' ? sql`(position, id) < (${after.position}, ${after.id})` : sql`(position, id) > (${after.position}, ${after.id})`]),
    ])
  }
}

type Written = Readonly<Record<keyof DocumentWrite, Sql>>

const find = statement<'collection' | 'id' | 'now'>(
  ({ collection, id, now }) => sql`SELECT id, revision, owner, position, value FROM ${table} AS d WHERE ${isThis(collection, id)} AND ${isLive(now)}`,
)
const putAnyway = statement<keyof DocumentWrite>(write => insertion(write, and([])))
const putNew = statement<keyof DocumentWrite>(write => insertion(write, sql`NOT (${isLive(write.now)})`))
const putOver = statement<keyof DocumentWrite>(
  write =>
    sql`UPDATE ${table} AS d SET ${changes(write, write)} WHERE ${isThis(write.collection, write.id)} AND ${isLive(write.now)} AND revision = ${write.expected} ${returning}`,
)

function insertion(write: Written, isReplaced: Sql): Sql {
  const { collection, id, value, owner, position, expiresAt } = write
  const inserted = { value: name('excluded', 'value'), expiresAt: name('excluded', 'expires_at') }
  return sql`INSERT INTO ${table} AS d (collection, id, revision, owner, position, expires_at, value) VALUES (${collection}, ${id}, 1, coalesce(${owner}, ''), ${position}, ${expiresAt}, ${value})
    ON CONFLICT (collection, id) DO UPDATE SET ${changes(write, inserted)} WHERE ${isReplaced} ${returning}`
}

function changes({ now, owner, position }: Written, { value, expiresAt }: Pick<Written, 'value' | 'expiresAt'>): Sql {
  return sql`revision = ${at('revision')} + 1, value = ${value}, expires_at = ${expiresAt},
    owner = CASE WHEN ${isLive(now)} THEN coalesce(${owner}, ${at('owner')}) ELSE coalesce(${owner}, '') END,
    position = CASE WHEN ${isLive(now)} THEN ${at('position')} ELSE ${position} END`
}

function isThis(collection: string | Sql, id: string | Sql): Sql {
  return sql`${at('collection')} = ${collection} AND ${at('id')} = ${id}`
}

function isLive(now: number | Sql): Sql {
  return sql`${at('value')} IS NOT NULL AND (${at('expires_at')} IS NULL OR ${at('expires_at')} > ${now})`
}

function inOrder({ order }: DocumentQuery): Sql {
  return order === 'desc' ? sql`position DESC, id DESC` : sql`position, id`
}

function toDocument({ id, revision, owner, position, value }: Row): StoredDocument {
  return { id: String(id), revision: Number(revision), owner: String(owner), position: Number(position), value: String(value) }
}
