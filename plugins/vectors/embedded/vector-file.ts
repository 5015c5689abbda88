/** Vectors in a SQLite file, sought by sqlite-vec. Everything is synchronous: it belongs into a thread of its own. */

import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'
import { modelId } from '../shared/model-name.ts'
import type { Which } from '../shared/vector-database.ts'
import { atOnce, type Opening, type PlainEntry, type PlainMatch } from './protocol.ts'

/** Of the tables below; a file with another number is begun anew, since nothing in it is more than a copy. */
const version = 1
/** How long another process's transaction is waited for. */
const busyMs = 5_000
/** Signs of fewer numbers say too little: then all vectors of a namespace are compared. */
const tellingSigns = 256
/** How many vectors, nearest by their signs, are compared in full. */
const shortlist = 64
const all = -1

/** What every search reads stands apart from what only the nearest are asked for. */
const tables = `
  DROP TABLE IF EXISTS contents;
  DROP TABLE IF EXISTS entries;
  CREATE TABLE entries (key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, namespace TEXT NOT NULL, model TEXT NOT NULL, model_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL, dimensions INTEGER NOT NULL, signs BLOB NOT NULL);
  CREATE TABLE contents (key INTEGER PRIMARY KEY REFERENCES entries ON DELETE CASCADE, vector BLOB NOT NULL, body BLOB NOT NULL);
  CREATE INDEX entries_by_namespace ON entries (namespace, dimensions);
  CREATE INDEX entries_by_expiry ON entries (expires_at) WHERE expires_at > 0;
  CREATE INDEX entries_by_model ON entries (model, model_id);
  PRAGMA user_version = ${version}`

const searching = `
  SELECT key, min(vec_distance_L2(vector, :vector)) AS distance FROM contents WHERE key IN (
    SELECT key FROM entries WHERE namespace = :namespace AND dimensions = :dimensions AND (expires_at = 0 OR expires_at > :now)
    ORDER BY vec_distance_hamming(vec_bit(signs), vec_bit(:signs)) LIMIT :shortlist)`

export class VectorFile {
  readonly #file: DatabaseSync
  readonly #maxEntries: number
  readonly #prepared = new Map<string, StatementSync>()

  /** @throws Error if the file is none of SQLite's, or where there is no sqlite-vec for this machine */
  constructor({ path, maxEntries }: Opening) {
    this.#maxEntries = maxEntries
    this.#file = new DatabaseSync(path, { allowExtension: true, timeout: busyMs })
    this.#file.loadExtension(getLoadablePath())
    this.#file.enableLoadExtension(false)
    this.#file.exec('PRAGMA page_size = 16384; PRAGMA synchronous = NORMAL')
    this.#useLog()
    this.#together(() => {
      if (this.#one('PRAGMA user_version')?.['user_version'] !== version) this.#file.exec(tables)
    })
  }

  nearest(vector: Float32Array, namespace: string, nowSeconds: number): PlainMatch | undefined {
    const found = this.#one(searching, {
      vector: bytesOf(vector),
      namespace,
      dimensions: vector.length,
      now: nowSeconds,
      signs: signsOf(vector),
      shortlist: vector.length < tellingSigns ? all : shortlist,
    })
    const distance = found?.['distance']
    if (typeof distance !== 'number') return undefined // there is none, or none that can be compared
    const { id, body } = this.#one('SELECT id, body FROM entries JOIN contents USING (key) WHERE key = :key', { key: found?.['key'] as number }) ?? {}
    return { id: id as string, body: body as Uint8Array, similarity: 1 - distance ** 2 / 2 }
  }

  put(vector: Float32Array, { id, namespace, model, expiresAt, body }: PlainEntry): void {
    this.#together(() => {
      this.#run('DELETE FROM entries WHERE id = :id', { id })
      const key = this.#run(
        'INSERT INTO entries (id, namespace, model, model_id, expires_at, dimensions, signs) VALUES (:id, :namespace, :model, :modelId, :expiresAt, :dimensions, :signs)',
        { id, namespace, model, modelId: modelId(model), expiresAt, dimensions: vector.length, signs: signsOf(vector) },
      ).lastInsertRowid
      this.#run('INSERT INTO contents (key, vector, body) VALUES (:key, :vector, :body)', { key, vector: bytesOf(vector), body })
      this.#run('DELETE FROM entries WHERE key <= :key', { key: Number(key) - this.#maxEntries })
    })
  }

  /** @returns how many were forgotten: as many as go at once, if there may be more */
  forget(which: Which): number {
    const { where, values } = conditionOf(which)
    return Number(this.#run(`DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE ${where} LIMIT ${atOnce})`, values).changes)
  }

  close(): void {
    this.#prepared.clear()
    this.#file.close()
  }

  /** Readers and the writer of other processes do not wait for each other then. One of several that open a new file at once turns it for all. */
  #useLog(): void {
    try {
      this.#file.exec('PRAGMA journal_mode = WAL')
    } catch (cause) {
      if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === 5)) throw cause
    }
  }

  #together(work: () => void): void {
    this.#file.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#file.exec('COMMIT')
    } catch (cause) {
      if (this.#file.isTransaction) this.#file.exec('ROLLBACK')
      throw cause
    }
  }

  #one(text: string, values: Values = {}): Readonly<Record<string, unknown>> | undefined {
    return this.#statement(text).get(values)
  }

  #run(text: string, values: Values) {
    return this.#statement(text).run(values)
  }

  #statement(text: string): StatementSync {
    const known = this.#prepared.get(text) ?? this.#file.prepare(text)
    this.#prepared.set(text, known)
    return known
  }
}

type Values = Record<string, string | number | bigint | Uint8Array>

function conditionOf(which: Which): { readonly where: string; readonly values: Values } {
  if (which === 'all') return { where: 'TRUE', values: {} }
  if ('model' in which) return { where: 'model = :model OR model_id = :model', values: { model: which.model } }
  return { where: 'expires_at > 0 AND expires_at <= :now', values: { now: which.expiredAt } }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** One bit for each number: how many of them differ tells the angle between two vectors, about. */
function signsOf(vector: Float32Array): Uint8Array {
  const signs = new Uint8Array(Math.ceil(vector.length / 8))
  vector.forEach((number, index) => {
    if (number > 0) signs[index >> 3] = (signs[index >> 3] ?? 0) | (1 << (index & 7))
  })
  return signs
}
