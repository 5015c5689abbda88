/** The days of a range, of which the gateway names only those in which something happened. */

import { timeZone } from './time-zone.ts'
import type { Range } from './url.ts'

const dayMs = 86_400_000
/** In days. Longer ranges show what there is. */
const longest: Readonly<Record<Interval, number>> = { daily: 120, weekly: 800, monthly: 3700, yearly: 37_000 }

/** How long the periods are that the gateway sums up. */
export type Interval = 'daily' | 'weekly' | 'monthly' | 'yearly'

/** @param rows by their `date` @returns one for each day, with what `none` makes where nothing happened */
export function eachDay<Row extends { readonly date: string }>(rows: readonly Row[], range: Range, none: (date: string) => Row): readonly Row[] {
  return eachPeriod(rows, range, 'daily', none)
}

/** @param rows by their `date`, which names a period @returns as `eachDay` */
export function eachPeriod<Row extends { readonly date: string }>(
  rows: readonly Row[],
  range: Range,
  interval: Interval,
  none: (date: string) => Row,
): readonly Row[] {
  const [first, last] = ends(range)
  const count = Math.round((last - first) / dayMs) + 1
  if (!(count > 0 && count <= longest[interval])) return rows
  const byDate = new Map(rows.map(row => [row.date, row]))
  const dates = new Set(Array.from({ length: count }, (_, at) => nameOf(first + at * dayMs, interval)))
  return [...dates].map(date => byDate.get(date) ?? none(date))
}

/** The date of today, in the chosen time zone. */
export function today(): string {
  return new Date().toLocaleDateString('sv-SE', { timeZone: timeZone.value })
}

/** As the gateway names the period that the day is part of. */
function nameOf(day: number, interval: Interval): string {
  const date = new Date(day).toISOString().slice(0, 10)
  return { daily: date, weekly: weekOf(day), monthly: date.slice(0, 7), yearly: date.slice(0, 4) }[interval]
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function weekOf(day: number): string {
  const thursday = new Date(day + (3 - ((new Date(day).getUTCDay() + 6) % 7)) * dayMs)
  const year = thursday.getUTCFullYear()
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * dayMs))
  return `${year}-W${String(week).padStart(2, '0')}`
}

/** As midnights of UTC, whatever the time zone: only the dates are meant. */
function ends({ days = '30', start_date: start, end_date: end }: Range): [number, number] {
  const now = Date.parse(today())
  if (start !== undefined) return [Date.parse(start), end === undefined ? now : Date.parse(end)]
  if (end !== undefined) return [Date.parse(end) - 29 * dayMs, Date.parse(end)]
  return [now - (Number(days) - 1) * dayMs, now]
}
