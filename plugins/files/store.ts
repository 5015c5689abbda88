/** What is remembered of files: whose they are and where, and the bytes of those that Tapline keeps itself, in pieces beside them. */

import { randomUUID } from 'node:crypto'
import type { Clock, FileRecord, NewFile, Storage } from '../../core/index.ts'
import type { Records, Stored } from '../../core/storage/records.ts'
import { notFound } from '../shared/objects/ownership.ts'

/** Small enough for every store, large enough to be few. */
const pieceBytes = 256 * 1024
const piecesAtOnce = 8

/** A piece of a file's bytes, as base64. */
interface Piece {
  readonly base64: string
}

export type StoredFile = Stored<FileRecord>

export class FileStore {
  readonly #files: Records<FileRecord>
  readonly #pieces: Records<Piece>
  readonly #clock: Clock

  constructor(storage: Storage, clock: Clock) {
    this.#files = storage.records('files')
    this.#pieces = storage.records('file_pieces')
    this.#clock = clock
  }

  async find(id: string): Promise<FileRecord | undefined> {
    return (await this.#files.get(id))?.value
  }

  /** @param query `owner`: only those of this path and below; absent is all. `after`: behind this file; `pastAge`: behind all that are as old as it */
  list({
    after,
    pastAge,
    ...query
  }: {
    readonly owner?: string
    readonly where: Readonly<Record<string, string | boolean>>
    readonly order: 'asc' | 'desc'
    readonly after?: FileRecord
    readonly pastAge?: FileRecord
    readonly limit: number
  }): Promise<readonly StoredFile[]> {
    const place = after === undefined ? pastAge && ageBehind(pastAge, query.order) : { position: positionOf(after), id: after.id }
    return this.#files.list({ ...query, ...(place === undefined ? {} : { after: place }) })
  }

  async add(file: FileRecord): Promise<void> {
    await this.#files.put(file.id, file, { owner: file.owner, position: positionOf(file) })
  }

  /** The record is written last: until then nobody finds the file. */
  async keep(file: NewFile, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<FileRecord> {
    const id = `file-${randomUUID().replaceAll('-', '')}`
    try {
      const bytes = await this.#write(id, content)
      const record = { ...file, id, bytes, created_at: Math.floor(this.#clock.now() / 1000), kept: true }
      await this.add(record)
      return record
    } catch (cause) {
      await this.#pieces.deleteAll({ prefix: `${id}/` }).catch(() => 0)
      throw cause
    }
  }

  /** @throws GatewayError `not_found` for a file that is deleted meanwhile: a part of it is not the file */
  async *read({ id, bytes }: FileRecord): AsyncGenerator<Buffer> {
    let left = bytes
    let after: { readonly position: number; readonly id: string } | undefined
    for (;;) {
      const pieces = await this.#pieces.list({ prefix: `${id}/`, limit: piecesAtOnce, ...(after === undefined ? {} : { after }) })
      for (const { value } of pieces) {
        const piece = Buffer.from(value.base64, 'base64')
        left -= piece.length
        yield piece
      }
      after = pieces.at(-1)
      if (pieces.length < piecesAtOnce) break
    }
    if (left > 0) throw notFound(`file '${id}'`, 'id')
  }

  async delete({ id, kept }: FileRecord): Promise<void> {
    await this.#files.delete(id)
    if (kept) await this.#pieces.deleteAll({ prefix: `${id}/` })
  }

  async #write(id: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<number> {
    let bytes = 0
    let index = 0
    for await (const piece of inPieces(content)) {
      await this.#pieces.put(`${id}/${String(index).padStart(8, '0')}`, { base64: piece.toString('base64') }, { position: index })
      bytes += piece.length
      index += 1
    }
    return bytes
  }
}

/** Where a file stands in listings: by its age. */
function positionOf({ created_at: createdAt }: FileRecord): number {
  return createdAt * 1000
}

/** The place behind all files of this age. */
function ageBehind(file: FileRecord, order: 'asc' | 'desc'): { readonly position: number; readonly id: string } {
  return { position: positionOf(file) + (order === 'asc' ? 1 : 0), id: '' }
}

/** The same bytes in pieces of one size; the last may be smaller. */
async function* inPieces(content: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let bytes = 0
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.subarray(at, at + pieceBytes - bytes)
      held.push(taken)
      bytes += taken.length
      at += taken.length
      if (bytes < pieceBytes) continue
      yield Buffer.concat(held)
      held = []
      bytes = 0
    }
  }
  if (bytes > 0) yield Buffer.concat(held)
}
