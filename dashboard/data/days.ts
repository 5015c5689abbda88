/** The days of a range, of which the gateway names only those in which something happened. */

import { timeZone } from './time-zone.ts'
import type { Range } from './url.ts'

const dayMs = 86_400_000
/** Longer ranges show what there is. */
const longest = 120

/** @param rows by their `date` @returns one for each day, with what `none` makes where nothing happened */
export function eachDay<Row extends { readonly date: string }>(rows: readonly Row[], range: Range, none: (date: string) => Row): readonly Row[] {
  const [first, last] = ends(range)
  const count = Math.round((last - first) / dayMs) + 1
  if (!(count > 0 && count <= longest)) return rows
  const byDate = new Map(rows.map(row => [row.date, row]))
  return Array.from({ length: count }, (_, at) => new Date(first + at * dayMs).toISOString().slice(0, 10)).map(date => byDate.get(date) ?? none(date))
}

/** As midnights of UTC, whatever the time zone: only the dates are meant. */
function ends({ days = '30', start_date: start, end_date: end }: Range): [number, number] {
  const today = Date.parse(new Date().toLocaleDateString('sv-SE', { timeZone: timeZone.value }))
  if (start !== undefined) return [Date.parse(start), end === undefined ? today : Date.parse(end)]
  if (end !== undefined) return [Date.parse(end) - 29 * dayMs, Date.parse(end)]
  return [today - (Number(days) - 1) * dayMs, today]
}
