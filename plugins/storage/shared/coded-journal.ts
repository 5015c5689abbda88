/** A journal, its rows as values on their way to the database and back. */

import type { Filter, Journal, JournalRow, ListQuery, Sum, SumsQuery } from '../../../core/storage/journal.ts'
import type { Backend, EncodedSum, PageQuery } from './backend.ts'
import type { JournalShape } from './definition.ts'
import { decodeValue, encodeValue, RowCodec, type EncodedRow, type Value } from './row-codec.ts'
import { decodeText, encodeText } from './text.ts'

const defaultPageSize = 500
/** Deleted in one call to the database, so that others get in between. */
const deleteBatch = 100

export class CodedJournal<Row extends JournalRow> implements Journal<Row> {
  readonly #shape: JournalShape
  readonly #backend: Backend
  readonly #codec: RowCodec<Row>

  constructor(shape: JournalShape, backend: Backend) {
    this.#shape = shape
    this.#backend = backend
    this.#codec = new RowCodec(shape)
  }

  /** @throws RangeError if an id is too long */
  async append(rows: readonly Row[] | Buffer): Promise<number> {
    return await this.#backend.append(this.#shape.name, rows)
  }

  async get(id: string): Promise<Row | undefined> {
    const found = await this.#backend.getRow(this.#shape.name, encodeText(id))
    return found === undefined ? undefined : this.#codec.decode(found)
  }

  async list({ filter = {}, order = 'desc', limit, offset = 0 }: ListQuery): Promise<{ readonly rows: readonly Row[]; readonly total: number }> {
    const { rows, total } = await this.#backend.listRows(this.#shape.name, { filter, order, limit, offset })
    return { rows: rows.map(row => this.#codec.decode(row)), total }
  }

  async *each(
    filter: Filter,
    {
      pageSize = defaultPageSize,
      order = 'asc',
      whole = false,
    }: { readonly pageSize?: number; readonly order?: 'asc' | 'desc'; readonly whole?: boolean } = {},
  ): AsyncIterable<readonly Row[]> {
    for (let after: PageQuery['after']; ;) {
      const page = await this.#backend.pageRows(this.#shape.name, { filter, order, limit: pageSize, whole, after })
      if (page.length > 0) yield page.map(row => this.#codec.decode(row))
      if (page.length < pageSize) return
      after = placeOf(page.at(-1))
    }
  }

  async sums(query: SumsQuery<Row>): Promise<{ readonly groups: readonly Sum[]; readonly total: number }> {
    const { groups, total } = await this.#backend.sums(this.#shape.name, query as unknown as SumsQuery)
    return { groups: groups.map(group => this.#decodeSum(group, query)), total }
  }

  async amend(changes: readonly (Pick<Row, 'id'> & Partial<Row>)[]): Promise<void> {
    const columns = [{ name: 'timestamp', type: 'integer' as const }, ...this.#shape.columns, ...this.#shape.apart]
    const encoded = changes.map(change => {
      const members = change as unknown as Readonly<Record<string, unknown>>
      return {
        id: encodeText(change.id),
        columns: Object.fromEntries(
          columns.filter(({ name }) => members[name] !== undefined).map((column): [string, Value] => [column.name, encodeValue(column, members[column.name])]),
        ),
      }
    })
    await this.#backend.amend(this.#shape.name, encoded)
  }

  async deleteBefore(timestamp: number, limit: number): Promise<readonly string[]> {
    const deleted: string[] = []
    for (let some = Math.min(deleteBatch, limit); some > 0; some = Math.min(deleteBatch, limit - deleted.length)) {
      const ids = await this.#backend.deleteRows(this.#shape.name, timestamp, some)
      for (const id of ids) deleted.push(decodeText(id))
      if (ids.length < some) break
    }
    return deleted
  }

  #decodeSum({ key, period, count, sums, latest }: EncodedSum, { by = [], measures }: SumsQuery<Row>): Sum {
    return {
      key: Object.fromEntries(by.map((name, index) => [name, this.#decodeKey(name, key[index])])),
      period,
      count,
      sums: Object.fromEntries(measures.map((name, index) => [name, sums[index] ?? null])),
      ...(latest === undefined ? {} : { latest: { id: decodeText(latest.id), timestamp: latest.timestamp } }),
    }
  }

  /** A list of texts is grouped by each of them. */
  #decodeKey(name: string, value: Value | undefined): Value | boolean {
    const type = this.#shape.columns.find(column => column.name === name)?.type ?? 'text'
    return decodeValue({ type: type === 'texts' ? 'text' : type }, value) as Value | boolean
  }
}

function placeOf(row: EncodedRow | undefined): PageQuery['after'] {
  return row === undefined ? undefined : { timestamp: Number(row.main[1]), id: String(row.main[0]) }
}
