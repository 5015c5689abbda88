/** When the rows were that a filter finds, as far as the kept sums tell: a list of few need not look at all that lies between them. So columns by which sums are kept need no index, and rows are cheaper to put in. */

import type { Filter } from '../../../../core/storage/journal.ts'
import type { JournalShape } from '../definition.ts'
import { merged, periodsIn, since, slotOf, type Segment } from '../slots.ts'
import type { Database } from './database.ts'
import { columnsOf, conditionOf, type FilterContext } from './filters.ts'
import { dimensionColumn, sumsTable } from './names.ts'
import { name, sql, type Sql } from './sql.ts'
import { partOf } from './sums-parts.ts'
import { firstUncounted } from './uncounted.ts'

const hourMs = 3_600_000
/** A filter that finds rows in more hours than these finds some soon, wherever one begins. */
const fewHours = 200
/** So many rows are put in order afterwards. */
const fewRows = 2_000

/** What a list need look at. */
export interface Whereabouts {
  readonly filter: Filter
  /** Undefined: all between the times of the filter. */
  readonly stretches: readonly Segment[] | undefined
}

export async function whereaboutsOf(filter: Filter, database: Database, shape: JournalShape): Promise<Whereabouts> {
  const everywhere = { filter, stretches: undefined }
  const known = knownPart(filter, shape)
  const part = columnsOf(known).length === 0 ? undefined : partOf(shape, known, [], [])
  const [range] = periodsIn(filter)
  if (part === undefined || range === undefined) return everywhere
  const first = await firstUncounted(database, shape)
  const hours = await database.ask(hoursOf(known, part, range, database, shape), 'question')
  if (hours.length > fewHours) return everywhere
  const counted = hours.map(({ slot }) => ({ period: 0, from: Math.max(range.from, Number(slot)), to: Math.min(range.to, Number(slot) + hourMs, first) }))
  const stretches = merged([...counted.filter(({ from, to }) => from < to), ...since(first, [range])])
  const isFew = hours.reduce((sum, { hits }) => sum + Number(hits), 0) <= fewRows
  return isFew
    ? { filter, stretches }
    : { filter: { ...filter, from: stretches[0]?.from ?? range.to, to: stretches.at(-1)?.to ?? range.to }, stretches: undefined }
}

/** The conditions that the kept sums can tell of. */
function knownPart({ equals = {}, not = {}, within = {}, has = {}, any }: Filter, { rollup }: JournalShape): Filter {
  const isKnown = (column: string) => rollup?.dimensions.some(({ name }) => name === column) === true
  const known = <T>(conditions: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(conditions).filter(([column]) => isKnown(column)))
  const isAnyKnown = any?.every(one => columnsOf(one).every(isKnown) && columnsOf(one).length > 0)
  return { equals: known(equals), not: known(not), within: known(within), has: known(has), ...(any !== undefined && isAnyKnown === true ? { any } : {}) }
}

function hoursOf(filter: Filter, part: number, range: Segment, { dialect }: Database, shape: JournalShape): Sql {
  const deps: FilterContext = { dialect, shape, isIndexed: false, column: dimension => name(dimensionColumn(dimension)) }
  return sql`SELECT slot, sum(rows) AS hits FROM ${name(sumsTable(shape))} WHERE part = ${part} AND length = ${hourMs} AND slot >= ${slotOf(range.from, hourMs)} AND slot < ${range.to} AND ${conditionOf(filter, deps)} GROUP BY slot HAVING sum(rows) > 0 ORDER BY slot LIMIT ${fewHours + 1}`
}
