/** Grouped sums: from those that are kept where they answer the question, from the rows where they do not. */

import type { Collection, Db } from 'mongodb'
import type { Filter, SumsQuery } from '../../../core/storage/journal.ts'
import type { EncodedSum } from '../shared/backend.ts'
import type { JournalShape, ShapedColumn } from '../shared/definition.ts'
import { cover, periodsIn, quarterMs, slotOf, type Segment } from '../shared/slots.ts'
import { columnOf, columnsOf } from '../shared/sql/filters.ts'
import type { Batches } from './batches.ts'
import { conditionOf, nameOf } from './conditions.ts'
import { all } from './filters.ts'
import { Groups } from './groups.ts'
import { KeptSums, type SumRecord } from './kept-sums.ts'
import { collectionNames, type RowDocument } from './layout.ts'
import type { RowReads } from './row-reads.ts'
import { TimeRanges } from './time-ranges.ts'

/** What sums are kept for. */
const slotLengths = [quarterMs]

interface Question {
  readonly filter: Filter
  readonly by: readonly string[]
  readonly measures: readonly string[]
  readonly latest: boolean
  readonly groups: Groups
}

export class Sums {
  readonly #shape: JournalShape
  readonly #reads: RowReads
  readonly #batches: Batches
  readonly #rows: Collection<RowDocument>
  readonly #kept: KeptSums | undefined

  constructor(database: Db, shape: JournalShape, reads: RowReads, batches: Batches) {
    const names = collectionNames(shape.name)
    this.#shape = shape
    this.#reads = reads
    this.#batches = batches
    this.#rows = database.collection(names.rows)
    this.#kept = shape.rollup === undefined ? undefined : new KeptSums(database.collection<SumRecord>(names.sums), shape.rollup)
  }

  async ask({
    filter = {},
    by = [],
    borders,
    measures,
    order = 'key',
    limit,
    offset = 0,
  }: SumsQuery): Promise<{ readonly groups: readonly EncodedSum[]; readonly total: number }> {
    for (const measure of measures) columnOf(this.#shape, measure)
    const { from: _from, to: _to, ...timeless } = filter
    const latest = order === 'latest'
    const question: Question = { filter: timeless, by, measures, latest, groups: new Groups(by.map(column => columnOf(this.#shape, column))) }
    await this.#answer(question, periodsIn(filter, borders), !latest && this.#isKept(filter, by, measures))
    const groups = question.groups.sorted(order)
    return { groups: groups.slice(offset, limit === undefined ? undefined : offset + limit), total: groups.length }
  }

  /** How many rows there are, without reading them; undefined if the kept sums cannot tell. */
  async count(filter: Filter): Promise<number | undefined> {
    if (!this.#isKept(filter, [], [])) return undefined
    return (await this.ask({ filter, measures: [] })).groups[0]?.count ?? 0
  }

  /** @param isKept whether the kept sums can tell */
  async #answer(question: Question, periods: readonly Segment[], isKept: boolean): Promise<void> {
    if (!isKept || this.#kept === undefined) return await this.#fromRows(question, periods)
    const unsettled = await this.#unsettled()
    const { slots, rows } = unsettled === undefined ? cover(periods, slotLengths) : coverAround(periods, unsettled)
    await this.#fromKept(question, this.#kept, slots)
    await this.#fromRows(question, rows)
  }

  async #fromKept({ filter, measures, groups }: Question, kept: KeptSums, segments: readonly Segment[]): Promise<void> {
    if (segments.length === 0) return
    const ranges = new TimeRanges(segments)
    for await (const record of kept.find(all([ranges.condition('_slot'), conditionOf(filter, this.#shape, new Map())]))) {
      groups.add(ranges.periodAt(record._slot), record, {
        rows: record._rows,
        sums: measures.map(measure => ((record._counts[measure] ?? 0) > 0 ? (record._sums[measure] ?? null) : null)),
      })
    }
  }

  async #fromRows({ filter, by, measures, latest, groups }: Question, segments: readonly Segment[]): Promise<void> {
    if (segments.length === 0) return
    const ranges = new TimeRanges(segments)
    const rows = await this.#reads.pick(all([ranges.condition('timestamp'), await this.#reads.condition(filter)]), [...by.map(nameOf), ...measures])
    for await (const row of rows) {
      groups.add(ranges.periodAt(row.timestamp), row, {
        rows: 1,
        sums: measures.map(measure => (row[measure] as number | undefined) ?? null),
        newest: latest ? { id: row._id, timestamp: row.timestamp } : undefined,
      })
    }
  }

  /** The stretch of time, in whole slots, in which rows may not count in the kept sums yet: for it the rows are asked. */
  async #unsettled(): Promise<Omit<Segment, 'period'> | undefined> {
    const times: number[] = []
    for (const { writer, number } of await this.#batches.open()) {
      const rows = this.#rows.find({ '_mark.writer': writer, '_mark.number': number }, { projection: { timestamp: 1, '_mark.before.timestamp': 1 } })
      for await (const { timestamp, _mark: mark } of rows) times.push(timestamp, Number(mark?.before?.['timestamp'] ?? timestamp))
    }
    if (times.length === 0) return undefined
    const [first, last] = times.reduce(([first, last], time) => [Math.min(first, time), Math.max(last, time)], [Infinity, -Infinity])
    return { from: slotOf(first, quarterMs), to: slotOf(last, quarterMs) + quarterMs }
  }

  #isKept({ any = [], search, ...filter }: Filter, by: readonly string[], measures: readonly string[]): boolean {
    const { rollup } = this.#shape
    if (rollup === undefined || (search !== undefined && search !== '') || any.some(needsRows)) return false
    const has = (columns: readonly ShapedColumn[], names: readonly string[]) => names.every(name => columns.some(column => column.name === name))
    return has(rollup.measures, measures) && has(rollup.dimensions, [...by, ...columnsOf({ ...filter, any })])
  }
}

function needsRows({ from, to, search, any = [] }: Filter): boolean {
  return from !== undefined || to !== undefined || (search !== undefined && search !== '') || any.some(needsRows)
}

/** Puts periods together, with nothing but rows in one stretch. */
function coverAround(periods: readonly Segment[], { from, to }: Omit<Segment, 'period'>): ReturnType<typeof cover> {
  const between = (start: number, end: number) =>
    periods.map(segment => ({ ...segment, from: Math.max(segment.from, start), to: Math.min(segment.to, end) })).filter(segment => segment.from < segment.to)
  const around = cover([...between(-Infinity, from), ...between(to, Infinity)], slotLengths)
  return { slots: around.slots, rows: [...around.rows, ...between(from, to)] }
}
