/** Audio and images of logged requests: what they are stands in the store, their bytes in files; they go with the rows that name them. */

import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Records, Stored } from '../../../core/storage/records.ts'
import type { Media } from '../body-text.ts'
import type { AuditRow } from '../journal.ts'
import type { MediaFiles } from './media-files.ts'

/** A file as the store knows it; its owner is the user path of the row. */
export interface MediaRecord {
  readonly row_id: string
  readonly content_type: string
  readonly bytes: number
}

const pageSize = 200

export interface MediaStoreOptions {
  readonly records: Records<MediaRecord>
  readonly files: MediaFiles
  readonly log: Logger
}

export class MediaStore {
  readonly #options: MediaStoreOptions
  readonly #writing = new Set<Promise<void>>()

  constructor(options: MediaStoreOptions) {
    this.#options = options
  }

  /** Keeps a file; it is written when there is time. @returns its id */
  keep(row: AuditRow, { contentType, content }: Media): string {
    // Beginning with the row's id, so that the files of a row are found by it.
    const id = `${row.id}-${randomUUID().slice(0, 8)}`
    const writing = this.#write(id, row, contentType, content ?? Buffer.alloc(0)).finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
    return id
  }

  async find(id: string): Promise<{ readonly record: Stored<MediaRecord>; readonly bytes: Buffer } | undefined> {
    const record = await this.#options.records.get(id)
    const bytes = record === undefined ? undefined : await this.#options.files.read(id)
    return record === undefined || bytes === undefined ? undefined : { record, bytes }
  }

  /** Deletes some files of rows before a time, also of those that were never stored. @param before milliseconds @returns whether there may be more */
  async deleteBefore(before: number): Promise<boolean> {
    const page = await this.#options.records.list({ limit: pageSize })
    const old = page.filter(({ position }) => position < before)
    for (const { id } of old) await this.#delete(id)
    return old.length === pageSize
  }

  /** Resolves when all files are written that were kept so far. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing)
  }

  async #write(id: string, row: AuditRow, contentType: string, content: Buffer): Promise<void> {
    const { records, files, log } = this.#options
    try {
      await files.write(id, content)
      await records.put(id, { row_id: row.id, content_type: contentType, bytes: content.length }, { owner: row.user_path, position: row.timestamp })
    } catch (cause) {
      log.warn({ err: cause, media: id }, 'a file of the audit log could not be kept')
    }
  }

  async #delete(id: string): Promise<void> {
    await this.#options.files.delete(id)
    await this.#options.records.delete(id)
  }
}
