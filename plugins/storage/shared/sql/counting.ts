/** Has rows count in the kept sums: those that were put in later and in groups, which is far cheaper; those that are changed or deleted at once. Questions read what does not count yet from the rows. */

import type { JournalShape, RollupShape } from '../definition.ts'
import { Deltas } from '../rollup.ts'
import type { Value } from '../row-codec.ts'
import { quarterMs } from '../slots.ts'
import type { Connection, Database } from './database.ts'
import { countColumn, dimensionColumn, numberColumn, rowsTable, sumColumn } from './names.ts'
import { join, name, raw, sql, type Sql } from './sql.ts'
import { addToSums } from './sums-tables.ts'

/** Rows are counted when there are so many, and so many together: the more, the fewer sums change. Questions read what waits, too. */
const countedFrom = 20_000
/** Fewer, when they change many sums: whoever writes waits for that. Where rows are spread over hours, those of each hour change their own. */
const sumsOfOneHour = 2_500
const sumsOfManyHours = 500
const quartersOfOneHour = 4
/** Rows that are read at once. */
const readAtOnce = 1_000

/** Has work done that nobody waits for, when those who wait have been served. */
export type Later = (work: () => Promise<void>) => void

/** Does some of the work. @returns what comes next, behind those who wait meanwhile */
type Step = () => Promise<Step | undefined>

/** Up to which number rows count, and how often rows were changed that did not. */
interface State {
  readonly counted: number
  readonly changed: number
}

/** Rows on their way into the sums. */
interface Group {
  readonly state: State
  readonly newest: number
  readonly deltas: Deltas
}

export class Counting {
  readonly #database: Database
  readonly #shape: JournalShape
  readonly #rollup: RollupShape
  readonly #later: Later
  /** Rows that this process put in since it last counted. */
  #waiting = 0
  #isCounting = false

  constructor(database: Database, shape: JournalShape, rollup: RollupShape, later: Later) {
    this.#database = database
    this.#shape = shape
    this.#rollup = rollup
    this.#later = later
  }

  appended(rows: number): void {
    this.#waiting += rows
    if (this.#waiting >= countedFrom) this.begin()
  }

  /** Counts what does not count yet, while others' work goes on. What fails is tried again when there is enough anew. */
  begin(): void {
    if (this.#isCounting) return
    this.#waiting = 0
    this.#take(() => this.#find())
  }

  /** To be asked before rows are changed. Nothing begins to count until the transaction ends. */
  async hold(connection: Connection): Promise<number> {
    return (await this.#state(connection)).counted
  }

  /** Has changes of rows count where the rows do. @param gone rows as they were, with `id`, `timestamp`, and the columns of the shape @param added as they are now */
  async change(connection: Connection, gone: readonly (readonly Value[])[], added: readonly (readonly Value[])[]): Promise<void> {
    const deltas = new Deltas(this.#shape, this.#rollup)
    for (const row of gone) deltas.add(row, -1)
    for (const row of added) deltas.add(row)
    await addToSums(connection, this.#shape, this.#rollup, deltas)
  }

  /** Rows were changed that do not count: whoever has read them to count them must do so again. */
  async changeUncounted(connection: Connection): Promise<void> {
    await connection.change(sql`UPDATE tapline_journals SET changed = changed + 1 WHERE name = ${this.#shape.name}`)
  }

  #take(step: Step): void {
    this.#isCounting = true
    this.#later(async () => {
      let next: Step | undefined
      try {
        next = await step()
      } finally {
        this.#isCounting = false
      }
      if (next !== undefined) this.#take(next)
    })
  }

  /** Nothing that is changed here is written: a state that is not the last one any more is noticed later. */
  async #find(): Promise<Step | undefined> {
    const newest = await this.#newest()
    const state = await this.#database.transaction(connection => this.#state(connection))
    if (newest <= state.counted) return undefined
    const group = { state, newest, deltas: new Deltas(this.#shape, this.#rollup) }
    return () => this.#read(group, state.counted)
  }

  async #read(group: Group, after: number): Promise<Step> {
    const { state, newest, deltas } = group
    const upTo = Math.min(newest, after + readAtOnce)
    for (const sums of await this.#database.ask(this.#grouped(after, upTo), 'write')) deltas.addGroup(Object.values(sums))
    if (upTo < newest && upTo < state.counted + countedFrom && hasRoom(deltas)) return () => this.#read(group, upTo)
    return () => this.#add(group, upTo)
  }

  async #add({ state, newest, deltas }: Group, upTo: number): Promise<Step | undefined> {
    const isAdded = await this.#database.transaction(async connection => {
      const { counted, changed } = await this.#state(connection)
      if (counted !== state.counted || changed !== state.changed) return false
      await addToSums(connection, this.#shape, this.#rollup, deltas)
      await connection.change(sql`UPDATE tapline_journals SET counted = ${upTo} WHERE name = ${this.#shape.name}`)
      return true
    })
    return isAdded && upTo === newest ? undefined : () => this.#find()
  }

  async #state(connection: Connection): Promise<State> {
    const [row] = await connection.ask(
      sql`SELECT counted, changed FROM tapline_journals WHERE name = ${this.#shape.name}${this.#database.dialect.forUpdate}`,
      'write',
    )
    return { counted: Number(row?.['counted'] ?? 0), changed: Number(row?.['changed'] ?? 0) }
  }

  /** No row of a smaller number comes after it. */
  async #newest(): Promise<number> {
    const { appended } = this.#database.dialect
    const wait = appended(rowsTable(this.#shape))
    return await this.#database.transaction(async connection => {
      if (wait !== undefined) await connection.ask(wait, 'write')
      const [row] = await connection.ask(sql`SELECT max(${name(numberColumn)}) AS newest FROM ${name(rowsTable(this.#shape))}`, 'write')
      return Number(row?.['newest'] ?? 0)
    })
  }

  /** Rows summed by quarters of an hour and all dimensions, in the order of `addGroup`. */
  #grouped(after: number, upTo: number): Sql {
    const { dimensions, measures } = this.#rollup
    const columns = [
      sql`timestamp - ((timestamp % ${quarterMs}) + ${quarterMs}) % ${quarterMs} AS slot`,
      ...dimensions.map(({ name: dimension }) => sql`${name(dimension)} AS ${name(dimensionColumn(dimension))}`),
    ]
    const keys = join(columns.map((_, index) => raw(String(index + 1))))
    const sums = measures.flatMap(({ name: measure }) => [
      sql`sum(${this.#database.dialect.fraction(name(measure))}) AS ${name(sumColumn(measure))}`,
      sql`count(${name(measure)}) AS ${name(countColumn(measure))}`,
    ])
    return sql`SELECT ${join([...columns, sql`count(*) AS rows`, ...sums])} FROM ${name(rowsTable(this.#shape))} WHERE ${name(numberColumn)} > ${after} AND ${name(numberColumn)} <= ${upTo} GROUP BY ${keys}`
  }
}

function hasRoom({ size, slots }: Deltas): boolean {
  return size < (slots > quartersOfOneHour ? sumsOfManyHours : sumsOfOneHour)
}
