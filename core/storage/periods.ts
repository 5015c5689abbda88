/** Calendar periods of a time zone: the borders that sums are grouped by, and what each period is called. */

export type PeriodUnit = 'hour' | 'day' | 'week' | 'month' | 'year'

export interface PeriodsQuery {
  /** Inclusive, milliseconds. */
  readonly from: number
  /** Exclusive, milliseconds. */
  readonly to: number
  readonly unit: PeriodUnit
  /** An IANA zone. */
  readonly timeZone: string
}

export interface Periods {
  /** Ascending, milliseconds: one more than there are periods. The first and the last period are whole, and may reach beyond the range. */
  readonly borders: readonly number[]
  /** `2026-02-17T13:00+01:00`, `2026-02-17`, `2026-W08` (ISO), `2026-02` or `2026`. */
  readonly labels: readonly string[]
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** More than anybody looks at. */
const maxPeriods = 50_000

/** @throws RangeError if there is no such zone, or if there are more than 50,000 periods */
export function periods({ from, to, unit, timeZone }: PeriodsQuery): Periods {
  const zone = zoneOf(timeZone)
  const borders: number[] = []
  const labels: string[] = []
  let start = unit === 'hour' ? startOfHour(zone, from) : startOf(zone, floor(local(zone, from), unit))
  for (let date = floor(local(zone, from), unit); start < to;) {
    const following = next(date, unit)
    const end = unit === 'hour' ? endOfHour(zone, start) : startOf(zone, following)
    // A zone that crosses the date line leaves out a day.
    if (end > start) {
      if (labels.push(labelOf(zone, unit, start, date)) > maxPeriods) throw new RangeError(`there are more than ${maxPeriods} periods of one ${unit}`)
      borders.push(start)
    }
    ;[start, date] = [end, following]
  }
  return { borders: [...borders, start], labels }
}

type Zone = (time: number) => number

const zones = new Map<string, Zone>()

/** Tells by how much local time is ahead of UTC. */
function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const zone = (time: number) => {
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(format.format(time)) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  }
  zones.set(timeZone, zone)
  return zone
}

/** What clocks of the zone show, as if it were UTC. */
function local(zone: Zone, time: number): number {
  return time + zone(time)
}

/** The first moment at which clocks of the zone have reached what `date` shows. */
function startOf(zone: Zone, date: number): number {
  const [before, after] = [zone(date - dayMs), zone(date + dayMs)]
  const shown = [date - before, date - after].filter(time => local(zone, time) === date)
  return shown.length > 0 ? Math.min(...shown) : afterGap(zone, date - after, date - before, date)
}

/** Clocks were put forward over it. */
function afterGap(zone: Zone, early: number, late: number, date: number): number {
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (local(zone, middle) >= date) late = middle
    else early = middle
  }
  return late
}

function startOfHour(zone: Zone, time: number): number {
  return Math.floor(local(zone, time) / hourMs) * hourMs - zone(time)
}

/** Where clocks were put by half an hour, one hour is shorter. */
function endOfHour(zone: Zone, start: number): number {
  return startOfHour(zone, start) === start ? start + hourMs : startOfHour(zone, start + hourMs)
}

function floor(date: number, unit: PeriodUnit): number {
  const day = Math.floor(date / dayMs) * dayMs
  const shown = new Date(day)
  switch (unit) {
    case 'hour':
    case 'day':
      return day
    case 'week':
      return day - ((shown.getUTCDay() + 6) % 7) * dayMs
    case 'month':
      return Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth())
    case 'year':
      return Date.UTC(shown.getUTCFullYear(), 0)
  }
}

function next(date: number, unit: PeriodUnit): number {
  const shown = new Date(date)
  switch (unit) {
    case 'hour':
      return date
    case 'day':
      return date + dayMs
    case 'week':
      return date + 7 * dayMs
    case 'month':
      return Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + 1)
    case 'year':
      return Date.UTC(shown.getUTCFullYear() + 1, 0)
  }
}

function labelOf(zone: Zone, unit: PeriodUnit, start: number, date: number): string {
  const day = new Date(date).toISOString().slice(0, 10)
  switch (unit) {
    case 'hour':
      return `${new Date(local(zone, start)).toISOString().slice(0, 16)}${offsetText(zone(start))}`
    case 'day':
      return day
    case 'week':
      return isoWeek(date)
    case 'month':
      return day.slice(0, 7)
    case 'year':
      return day.slice(0, 4)
  }
}

/** A week belongs to the year that has its Thursday. */
function isoWeek(monday: number): string {
  const thursday = monday + 3 * dayMs
  const year = new Date(thursday).getUTCFullYear()
  return `${year}-W${String(Math.floor((thursday - Date.UTC(year, 0)) / (7 * dayMs)) + 1).padStart(2, '0')}`
}

function offsetText(ms: number): string {
  const minutes = Math.abs(Math.trunc(ms / 60_000))
  const digits = (value: number) => String(value).padStart(2, '0')
  return `${ms < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`
}
