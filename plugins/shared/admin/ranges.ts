/** What lists of the admin API have in common: the days that they cover, pages, and filters (shared by usage, audit and cache). */

import { gatewayError } from '../../../core/errors.ts'
import type { Filter } from '../../../core/storage/journal.ts'
import { periods } from '../../../core/storage/periods.ts'

const defaultDays = 30
/** More would be more periods than anybody looks at. */
const mostDays = 36_525
const dayMs = 86_400_000
const hourMs = 3_600_000

/** Members of a query's schema: the days that are asked for. */
export const rangeParameters = {
  start_date: { type: 'string', format: 'date', description: 'The first day. Without `end_date`, up to today.' },
  end_date: { type: 'string', format: 'date', description: 'The last day, included. Without `start_date`, 30 days up to it.' },
  days: { type: 'integer', minimum: 1, maximum: mostDays, description: 'So many days up to today; 30 where absent. Ignored beside a date.' },
} as const

/** Members of a query's schema: which part of a list is asked for. @param most what `limit` may be */
export function pageParameters(most: number, fallback: number) {
  return {
    limit: { type: 'integer', minimum: 1, maximum: most, default: fallback, description: `How many entries; ${fallback} where absent.` },
    offset: { type: 'integer', minimum: 0, maximum: 1_000_000_000, default: 0, description: 'How many entries to leave out before them.' },
  } as const
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** Days of a time zone. */
export interface Range {
  /** Inclusive, milliseconds. */
  readonly from: number
  /** Exclusive, milliseconds. */
  readonly to: number
  /** `YYYY-MM-DD`. */
  readonly startDate: string
  /** `YYYY-MM-DD`, included. */
  readonly endDate: string
}

export interface RangeDeps {
  /** An IANA zone. */
  readonly timeZone: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** How many days may be asked for. */
  readonly maxDays?: number
}

/**
 * The days that a query with `rangeParameters` asks for.
 * @throws GatewayError if the last is before the first, or if there are too many
 */
export function rangeOf({ start_date: start, end_date: end, days }: Query, { timeZone, now, maxDays = mostDays }: RangeDeps): Range {
  const endDate = typeof end === 'string' ? end : today(now, timeZone)
  const count = start === undefined && end === undefined && typeof days === 'number' ? days : defaultDays
  const startDate = typeof start === 'string' ? start : dayBefore(endDate, count - 1)
  if (startDate > endDate) throw gatewayError('invalid_value', 'start_date is after end_date', { param: 'start_date' })
  if (startDate < '1970') throw gatewayError('invalid_value', 'nothing was recorded before 1970', { param: start === undefined ? 'end_date' : 'start_date' })
  if ((Date.parse(endDate) - Date.parse(startDate)) / dayMs >= maxDays)
    throw gatewayError('invalid_value', `at most ${maxDays} days may be asked for`, { param: start === undefined && end === undefined ? 'days' : 'start_date' })
  return { from: day(startDate, timeZone).start, to: day(endDate, timeZone).end, startDate, endDate }
}

/** The page that a query with `pageParameters` asks for. */
export function pageOf({ limit, offset }: Query): { readonly limit: number; readonly offset: number } {
  return { limit: Number(limit), offset: Number(offset) }
}

/** A filter by an instance's name or its type. */
export function ofProvider(provider: string): Filter {
  return { any: [{ equals: { provider_name: provider } }, { equals: { provider } }] }
}

function today(now: number, timeZone: string): string {
  return periods({ from: now, to: now + 1, unit: 'day', timeZone }).labels[0] as string
}

function dayBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * dayMs).toISOString().slice(0, 10)
}

/** Zones differ from UTC by less than a day. One that crossed the date line left out a day: then the next one counts. */
function day(date: string, timeZone: string): { readonly start: number; readonly end: number } {
  const middle = Date.parse(date)
  const { labels, borders } = periods({ from: middle - 26 * hourMs, to: middle + 50 * hourMs, unit: 'day', timeZone })
  const index = labels.findIndex(label => label >= date)
  const start = borders[index] as number
  return { start, end: labels[index] === date ? (borders[index + 1] as number) : start }
}
