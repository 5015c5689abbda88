/** Prices by the hour: which window a moment falls into. */

import type { PriceHours, PriceWindow } from '../../schemas/records/pricing.schema.ts'

const daySeconds = 86_400
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** The first window that holds. @param timestamp milliseconds since 1970 */
export function windowAt(windows: readonly PriceWindow[] | undefined, timestamp: number): PriceWindow | undefined {
  return windows?.find(({ utc_ranges: ranges }) => ranges.some(range => holdsAt(range, timestamp)))
}

/** From `start` to before `end`; what passes midnight belongs to the day on which it began. */
function holdsAt({ start, end, days: on }: PriceHours, timestamp: number): boolean {
  const [from, to] = [secondsOf(start), secondsOf(end)]
  const now = Math.floor(timestamp / 1000) % daySeconds
  const today = new Date(timestamp).getUTCDay()
  if (from < to) return now >= from && now < to && isOn(on, today)
  return (now >= from && isOn(on, today)) || (now < to && isOn(on, (today + 6) % 7))
}

function isOn(on: PriceHours['days'], day: number): boolean {
  return on === undefined || on.some(given => given === day || (typeof given === 'string' && given.slice(0, 3) === days[day]))
}

function secondsOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return hours * 3600 + minutes * 60 + seconds
}
