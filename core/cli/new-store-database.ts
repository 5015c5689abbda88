/** Of the store that `tapline new store` writes: its connection, and the documents. */

export const databaseFile = `/** The connection: it makes the tables, and says in the contract's words what fails. */

import { DatabaseSync } from 'node:sqlite'
import { StorageUnavailable } from 'tapline'

/** Of the tables. Raise it when they change, and change those of older versions in open(). */
const version = 1
const tables = [
  'CREATE TABLE IF NOT EXISTS documents (collection TEXT, id TEXT, revision INTEGER, owner TEXT, position INTEGER, expires REAL, value TEXT, PRIMARY KEY (collection, id))',
  'CREATE TABLE IF NOT EXISTS journals (name TEXT PRIMARY KEY, columns TEXT)',
  'CREATE TABLE IF NOT EXISTS rows (journal TEXT, id TEXT, timestamp INTEGER, row TEXT, PRIMARY KEY (journal, id))',
  'CREATE INDEX IF NOT EXISTS rows_by_time ON rows (journal, timestamp, id)',
]
/** So long the revision of a deleted document is remembered. */
const dayMs = 24 * 3600 * 1000

export class Database {
  #path
  #clock
  #file

  constructor(path, clock) {
    this.#path = path
    this.#clock = clock
  }

  open() {
    this.#file = new DatabaseSync(this.#path)
    // No call waits longer for another process.
    this.run('PRAGMA busy_timeout = 5000')
    this.change(() => {
      const [{ user_version: found }] = this.rows('PRAGMA user_version')
      if (found > version) throw new Error('the database has version ' + found + '; this store knows version ' + version)
      for (const table of tables) this.run(table)
      this.run('PRAGMA user_version = ' + version)
      this.run('DELETE FROM documents WHERE expires < ?', this.#clock.now() - dayMs)
    })
  }

  close() {
    this.#file?.close()
    this.#file = undefined
  }

  state() {
    try {
      this.rows('SELECT 1')
      return 'ok'
    } catch {
      return 'down'
    }
  }

  /** Counts what other connections changed. */
  get changes() {
    return this.rows('PRAGMA data_version')[0].data_version
  }

  rows(sql, ...values) {
    try {
      return this.#prepared(sql).all(...values)
    } catch (cause) {
      throw told(cause)
    }
  }

  /** One by one; nothing else must be asked meanwhile. */
  *each(sql, ...values) {
    try {
      yield* this.#prepared(sql).iterate(...values)
    } catch (cause) {
      throw told(cause)
    }
  }

  run(sql, ...values) {
    try {
      return this.#prepared(sql).run(...values).changes
    } catch (cause) {
      throw told(cause)
    }
  }

  /** All that the work writes, or nothing. No other process writes meanwhile. */
  change(work) {
    this.run('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.run('COMMIT')
      return result
    } catch (cause) {
      if (this.#file?.isTransaction === true) this.run('ROLLBACK')
      throw cause
    }
  }

  #prepared(sql) {
    if (this.#file === undefined) throw new StorageUnavailable('the database is not open')
    return this.#file.prepare(sql)
  }
}

/** Who is told that the store is unavailable may repeat the call. */
function told(cause) {
  return cause.code === 'ERR_SQLITE_ERROR' ? new StorageUnavailable('the database failed: ' + cause.message, { cause }) : cause
}
`

export const documentsFile = `/** One collection of documents. */

import { Conflict } from 'tapline'
import { checkId, compare, isWithin, nameOf, spelled, unspelled } from './texts.js'

export class Documents {
  #database
  #notices
  #clock
  #collection

  constructor(database, notices, clock, collection) {
    this.#database = database
    this.#notices = notices
    this.#clock = clock
    this.#collection = nameOf(collection)
  }

  async get(id) {
    return this.#shown(this.#row(id))
  }

  async list({ order = 'asc', after, limit = 1000, ...query } = {}) {
    const sign = order === 'asc' ? 1 : -1
    const inOrder = (one, other) => sign * (one.position - other.position || compare(one.id, other.id))
    const found = this.#found(query).sort(inOrder)
    return (after === undefined ? found : found.filter(one => inOrder(one, after) > 0)).slice(0, limit)
  }

  async put(id, value, { expected, owner, position, expiresAt } = {}) {
    checkId(id)
    const stored = this.#database.change(() => {
      const row = this.#row(id)
      const before = this.#shown(row)
      this.#expect(expected, before, id)
      this.#write(id, {
        // Also of one that was deleted: no revision is given twice.
        revision: (row?.revision ?? 0) + 1,
        owner: owner ?? before?.owner ?? '',
        position: before?.position ?? Math.trunc(position ?? this.#clock.now()),
        expires: expiresAt ?? null,
        value: JSON.stringify(value),
      })
      return this.#shown(this.#row(id))
    })
    this.#notices.tell(this.#collection)
    return stored
  }

  async delete(id, expected) {
    const isGone = this.#database.change(() => {
      const row = this.#row(id)
      const before = this.#shown(row)
      this.#expect(expected, before, id)
      if (before !== undefined) this.#bury(before)
      return before !== undefined
    })
    if (isGone) this.#notices.tell(this.#collection)
    return isGone
  }

  async deleteAll(query) {
    const count = this.#database.change(() => {
      const found = this.#found(query)
      for (const document of found) this.#bury(document)
      return found.length
    })
    if (count > 0) this.#notices.tell(this.#collection)
    return count
  }

  watch(changed) {
    return this.#notices.watch(this.#collection, changed)
  }

  #expect(expected, before, id) {
    if (expected !== undefined && expected !== (before?.revision ?? 0)) throw new Conflict(this.#collection, id)
  }

  #row(id) {
    return this.#database.rows('SELECT * FROM documents WHERE collection = ? AND id = ?', this.#collection, spelled(id))[0]
  }

  #write(id, { revision, owner, position, expires, value }) {
    const values = [this.#collection, spelled(id), revision, spelled(owner), position, expires, value]
    this.#database.run('REPLACE INTO documents (collection, id, revision, owner, position, expires, value) VALUES (?, ?, ?, ?, ?, ?, ?)', ...values)
  }

  #bury({ id, revision }) {
    this.#write(id, { revision, owner: '', position: 0, expires: this.#clock.now(), value: null })
  }

  /** Undefined for what is not there, or no longer. */
  #shown(row) {
    if (row === undefined || row.value === null || (row.expires !== null && row.expires <= this.#clock.now())) return undefined
    const { id, revision, owner, position, value } = row
    return { id: unspelled(id), revision, owner: unspelled(owner), position, value: JSON.parse(value) }
  }

  #found({ owner, prefix = '', where = {} }) {
    const wanted = Object.entries(where)
    for (const [name] of wanted) if (!/^\\w+$/.test(name)) throw new TypeError(JSON.stringify(name) + ' is no name of a member')
    return this.#database
      .rows('SELECT * FROM documents WHERE collection = ?', this.#collection)
      .map(row => this.#shown(row))
      .filter(document => document?.id.startsWith(prefix))
      .filter(document => owner === undefined || isWithin(document.owner, owner))
      .filter(({ value }) => wanted.every(([name, wish]) => ((Object.hasOwn(value, name) ? value[name] : null) ?? null) === wish))
  }
}
`

export const textsFile = `/** Names, and texts that a database may not be able to spell. */

/** @throws TypeError for what is no name of a collection or a journal */
export function nameOf(name) {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new TypeError(JSON.stringify(name) + ' is no name')
  return name
}

/** Without NUL and halves of surrogate pairs. What begins alike still does. */
export function spelled(text) {
  return JSON.stringify(text).slice(1, -1)
}

export function unspelled(text) {
  return JSON.parse('"' + text + '"')
}

/** @throws RangeError */
export function checkId(id) {
  if (id.length > 512) throw new RangeError('an id has at most 512 characters')
}

/** Whether a path is this one, or below it. */
export function isWithin(path, root) {
  return root === '/' || path === root || path.startsWith(root + '/')
}

/** Nothing before all else. */
export function compare(one, other) {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? -1 : 1
  return one < other ? -1 : 1
}
`
