/** Batches and their lines in the store. */

import type { Storage } from '../../core/index.ts'
import { update, type RecordQuery, type Records, type Stored } from '../../core/storage/records.ts'
import { orConflict } from '../shared/records/or-conflict.ts'
import type { BatchLine, BatchRecord, LineCounts, Outcome } from './record.ts'

/** Lines go some time after their batch could have ended, also those of batches that never came to be. */
export const linesKeptDays = 32
const linesKeptMs = linesKeptDays * 24 * 60 * 60 * 1000
const linesAtOnce = 64

export interface PlacedLine {
  readonly index: number
  readonly line: BatchLine
}

type Dated = Pick<BatchRecord, 'id' | 'created_at'>

/** Until when the lines of a batch are kept, requests and answers alike; milliseconds since 1970. */
export function linesKeptUntil({ created_at: createdAt }: Dated): number {
  return createdAt * 1000 + linesKeptMs
}

export class BatchStore {
  readonly #batches: Records<BatchRecord>
  readonly #lines: Records<BatchLine>

  constructor(storage: Storage) {
    this.#batches = storage.records('batches')
    this.#lines = storage.records('batch_lines')
  }

  async find(id: string): Promise<BatchRecord | undefined> {
    return (await this.stored(id))?.value
  }

  /** With its place in listings. */
  stored(id: string): Promise<Stored<BatchRecord> | undefined> {
    return this.#batches.get(id)
  }

  /** Whether a batch of this owner, or of any if undefined, runs at a provider. @param id the provider's own */
  async isOnRecord(id: string, provider: string, owner: string | undefined): Promise<boolean> {
    const found = await this.list({ where: { provider_batch_id: id, provider }, limit: 1, ...(owner === undefined ? {} : { owner }) })
    return found.length > 0
  }

  list(query: RecordQuery): Promise<readonly Stored<BatchRecord>[]> {
    return this.#batches.list(query)
  }

  /** Those for any of these endpoints, in one order. */
  async listOf(endpoints: readonly string[], query: Omit<RecordQuery, 'where'> & { readonly limit: number }): Promise<readonly Stored<BatchRecord>[]> {
    const found = await Promise.all(endpoints.map(endpoint => this.list({ ...query, where: { endpoint } })))
    const sign = query.order === 'desc' ? -1 : 1
    return found
      .flat()
      .sort((one, other) => sign * (one.position - other.position || (one.id < other.id ? -1 : 1)))
      .slice(0, query.limit)
  }

  /** @param now milliseconds since 1970: its place in listings. Earlier versions had it stand at the beginning of its second */
  async add(batch: BatchRecord, now: number): Promise<void> {
    await this.#batches.put(batch.id, batch, { owner: batch.submitter.user_path, position: now, expected: 0 })
  }

  /** Changes a batch; undefined leaves it as it is. @returns what stands afterwards; undefined if it is gone */
  async change(id: string, change: (batch: BatchRecord) => Partial<BatchRecord> | undefined): Promise<BatchRecord | undefined> {
    const stored = await update(this.#batches, id, current => {
      const changed = current === undefined ? undefined : change(current.value)
      return current === undefined || changed === undefined ? undefined : { ...current.value, ...changed }
    })
    return stored?.value
  }

  async delete(id: string): Promise<void> {
    await this.#batches.delete(id)
    await this.#lines.deleteAll({ prefix: `${id}/` })
  }

  watch(changed: () => void): () => void {
    return this.#batches.watch(changed)
  }

  /** @returns how many there were. @throws what reading them throws; then nothing of them stays */
  async addLines(id: string, lines: AsyncIterable<BatchLine>, now: number): Promise<number> {
    let count = 0
    let writing: Promise<unknown>[] = []
    try {
      for await (const line of lines) {
        writing.push(this.#put(id, count, line, now))
        count += 1
        if (writing.length < linesAtOnce) continue
        await Promise.all(writing)
        writing = []
      }
      await Promise.all(writing)
      return count
    } catch (cause) {
      await Promise.allSettled(writing)
      await this.#lines.deleteAll({ prefix: `${id}/` }).catch(() => 0)
      throw cause
    }
  }

  /** The lines in their order. @param done only those that are through, or that are not */
  async *lines(id: string, done?: boolean): AsyncGenerator<PlacedLine> {
    let after: { readonly position: number; readonly id: string } | undefined
    for (;;) {
      const page = await this.#lines.list({
        prefix: `${id}/`,
        limit: linesAtOnce,
        ...(done === undefined ? {} : { where: { done } }),
        ...(after === undefined ? {} : { after }),
      })
      for (const { position, value } of page) yield { index: position, line: value }
      after = page.at(-1)
      if (page.length < linesAtOnce) return
    }
  }

  async line(id: string, index: number): Promise<PlacedLine | undefined> {
    const stored = await this.#lines.get(lineId(id, index))
    return stored === undefined ? undefined : { index, line: stored.value }
  }

  /** What became of a line; the first word on it stands. */
  async settle(batch: Dated, { index, line }: PlacedLine, outcome: Outcome): Promise<void> {
    const stored = await this.#lines.get(lineId(batch.id, index))
    if (stored === undefined || stored.value.done) return
    await orConflict(this.#lines.put(stored.id, { ...line, done: true, outcome }, { expected: stored.revision, expiresAt: linesKeptUntil(batch) }))
  }

  /** The same became of every line that is not through. */
  async settleRest(batch: Dated, outcome: Outcome): Promise<void> {
    for await (const placed of this.lines(batch.id, false)) await this.settle(batch, placed, outcome)
  }

  async counts(id: string): Promise<LineCounts> {
    const counts = { succeeded: 0, errored: 0, canceled: 0, expired: 0 }
    for await (const {
      line: { outcome },
    } of this.lines(id, true))
      if (outcome !== null) counts[outcome.kind] += 1
    return counts
  }

  #put(id: string, index: number, line: BatchLine, now: number): Promise<unknown> {
    return this.#lines.put(lineId(id, index), line, { position: index, expiresAt: now + linesKeptMs })
  }
}

function lineId(batch: string, index: number): string {
  return `${batch}/${String(index).padStart(8, '0')}`
}
