/** Grouped sums: from those that are kept where they answer the question, from the rows where they do not. */

import type { Filter, SumsQuery } from '../../../../core/storage/journal.ts'
import type { EncodedSum } from '../backend.ts'
import type { JournalShape } from '../definition.ts'
import type { Value } from '../row-codec.ts'
import { cover, merged, periodsIn, since, slotLengthsOf, type Segment, type SlotSegment } from '../slots.ts'
import type { Database, GroupedQuery, Row } from './database.ts'
import { columnOf, conditionOf, type FilterContext } from './filters.ts'
import { rowsContext } from './row-reads.ts'
import { and, join, name, raw, sql, type Sql } from './sql.ts'
import { partOf } from './sums-parts.ts'
import { countedOf, firstUncounted } from './uncounted.ts'
import { countColumn, dimensionColumn, numberColumn, rowsTable, sumColumn, sumsTable } from './names.ts'

interface Question {
  readonly filter: Filter
  readonly by: readonly string[]
  readonly measures: readonly string[]
  readonly periods: readonly Segment[]
  readonly latest: boolean
}

export class Sums {
  readonly #database: Database
  readonly #shape: JournalShape

  constructor(database: Database, shape: JournalShape) {
    this.#database = database
    this.#shape = shape
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
    for (const column of [...by, ...measures]) columnOf(this.#shape, column)
    const { from: _from, to: _to, ...timeless } = filter
    const question: Question = { filter: timeless, by, measures, periods: periodsIn(filter, borders), latest: order === 'latest' }
    if (question.periods.length === 0) return { groups: [], total: 0 }
    const grouped = await this.#grouped(question)
    const counted = limit !== undefined || offset > 0
    const paged = sql`SELECT g.*${raw(counted ? ', count(*) OVER () AS groups' : '')} FROM (${grouped}) AS g ORDER BY ${inOrder(question)}${limit === undefined ? raw('') : sql` LIMIT ${limit}`}${offset > 0 ? sql`${limit === undefined ? this.#database.dialect.noLimit : raw('')} OFFSET ${offset}` : raw('')}`
    const rows = await this.#database.ask(paged, 'question')
    return { groups: rows.map(row => toSum(row, question)), total: counted ? await this.#total(rows, grouped) : rows.length }
  }

  /** How many rows there are: of a filter that the kept sums can answer, without reading them. */
  async count(filter: Filter): Promise<number | undefined> {
    if (partOf(this.#shape, filter, [], []) === undefined) return undefined
    return (await this.ask({ filter, measures: [] })).groups[0]?.count ?? 0
  }

  /** Beyond the last group no row tells. */
  async #total(rows: readonly Row[], grouped: Sql): Promise<number> {
    if (rows[0] !== undefined) return Number(rows[0]['groups'])
    const [row] = await this.#database.ask(sql`SELECT count(*) AS groups FROM (${grouped}) AS g`, 'question')
    return Number(row?.['groups'] ?? 0)
  }

  async #grouped(question: Question): Promise<Sql> {
    const { by, measures, latest } = question
    const parts = await this.#sources(question)
    const keys = ['period', ...by.map((_, index) => `k${index}`)]
    const columns = [
      ...keys.map(key => name(key)),
      sql`sum(entries) AS entries`,
      ...measures.map((_, index) => sql`CASE WHEN sum(${name(`n${index}`)}) > 0 THEN sum(${name(`m${index}`)}) END AS ${name(`m${index}`)}`),
      ...(latest ? [sql`max(newest) AS newest`] : []),
    ]
    return sql`SELECT ${join(columns)} FROM (${join(parts, ' UNION ALL ')}) AS p GROUP BY ${join(keys.map(key => name(key)))} HAVING sum(entries) > 0`
  }

  async #sources(question: Question): Promise<readonly Sql[]> {
    const { rollup } = this.#shape
    const part = question.latest ? undefined : partOf(this.#shape, question.filter, question.by, question.measures)
    if (rollup === undefined || part === undefined) return [this.#fromRows(question, question.periods)]
    const { slots, rows } = cover(question.periods, slotLengthsOf(part, rollup))
    const uncounted = slots.length === 0 ? [] : since(await firstUncounted(this.#database, this.#shape), merged(slots))
    return [
      ...(slots.length === 0 ? [] : [this.#fromSums(question, slots, part)]),
      ...(uncounted.length === 0 ? [] : [this.#fromUncounted(question, uncounted)]),
      ...(rows.length === 0 ? [] : [this.#fromRows(question, rows)]),
    ]
  }

  #fromSums({ filter, by, measures }: Question, slots: readonly SlotSegment[], part: number): Sql {
    const { dialect } = this.#database
    const at = (column: string) => name('r', column)
    const deps: FilterContext = { dialect, shape: this.#shape, isIndexed: false, column: dimension => at(dimensionColumn(dimension)) }
    const aggregates = [
      sql`sum(${at('rows')}) AS entries`,
      ...measures.flatMap((of, index) => [sql`sum(${at(sumColumn(of))}) AS ${name(`m${index}`)}`, sql`sum(${at(countColumn(of))}) AS ${name(`n${index}`)}`]),
    ]
    return dialect.forEachSegment(slots, segment =>
      this.#query(
        { filter, by, deps, table: sumsTable(this.#shape) },
        aggregates,
        sql`${at('part')} = ${part} AND ${at('length')} = ${segment('length')} AND ${at('slot')} >= ${segment('from')} AND ${at('slot')} < ${segment('to')}`,
      ),
    )
  }

  #fromRows(question: Question, periods: readonly Segment[]): Sql {
    const timestamp = name('r', 'timestamp')
    return this.#sumRows(question, periods, segment => sql`${timestamp} >= ${segment('from')} AND ${timestamp} < ${segment('to')}`)
  }

  /** Of rows that do not count in the kept sums yet. "+ 0" has databases find them by their numbers. */
  #fromUncounted(question: Question, periods: readonly Segment[]): Sql {
    const timestamp = sql`${name('r', 'timestamp')} + 0`
    return this.#sumRows(
      question,
      periods,
      segment => sql`${name('r', numberColumn)} > (${countedOf(this.#shape)}) AND ${timestamp} >= ${segment('from')} AND ${timestamp} < ${segment('to')}`,
    )
  }

  #sumRows({ filter, by, measures, latest }: Question, periods: readonly Segment[], which: (segment: (column: keyof SlotSegment) => Sql) => Sql): Sql {
    const { dialect } = this.#database
    const deps = rowsContext(this.#database, this.#shape)
    return dialect.forEachSegment(periods, segment =>
      this.#query(
        { filter, by, deps, table: rowsTable(this.#shape) },
        [
          sql`count(*) AS entries`,
          ...measures.flatMap((of, index) => [
            sql`sum(${dialect.fraction(name('r', of))}) AS ${name(`m${index}`)}`,
            sql`count(${name('r', of)}) AS ${name(`n${index}`)}`,
          ]),
          ...(latest ? [sql`max(${dialect.newest(name('r', 'timestamp'), name('r', 'id'))}) AS newest`] : []),
        ],
        which(segment),
      ),
    )
  }

  #query(
    { filter, by, deps, table }: { readonly filter: Filter; readonly by: readonly string[]; readonly deps: FilterContext; readonly table: string },
    aggregates: readonly Sql[],
    inTime: Sql,
  ): GroupedQuery {
    const isList = by.map(column => columnOf(this.#shape, column).type === 'texts')
    const keys = by.map((column, index) => (isList[index] === true ? name(`t${index}`, 'value') : deps.column(column)))
    const lists = by.flatMap((column, index) =>
      isList[index] === true ? [sql` CROSS JOIN ${this.#database.dialect.texts(deps.column(column), `t${index}`)}`] : [],
    )
    return {
      columns: [...keys.map((key, index) => sql`${key} AS ${name(`k${index}`)}`), ...aggregates],
      from: sql`${name(table)} AS r${join(lists, '')}`,
      where: and([inTime, conditionOf(filter, deps)]),
      groupBy: keys,
    }
  }
}

function inOrder({ by, latest }: Question): Sql {
  const keys = ['period', ...by.map((_, index) => `k${index}`)].map(key => sql`${name(key)} NULLS FIRST`)
  return join(latest ? [sql`newest DESC`, ...keys] : keys)
}

function toSum(row: Row, { by, measures, latest }: Question): EncodedSum {
  const newest = String(row['newest'])
  return {
    key: by.map((_, index): Value => row[`k${index}`] ?? null),
    period: Number(row['period']),
    count: Number(row['entries']),
    sums: measures.map((_, index) => (row[`m${index}`] as number | null) ?? null),
    latest: latest ? { timestamp: Number(newest.slice(0, 16)), id: newest.slice(16) } : undefined,
  }
}
