/** Date and time as they are read in one timezone. */

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'weekday' | 'timeZoneName'

export class WallClock {
  readonly #format: Intl.DateTimeFormat

  /** @param timezone a name of the IANA database @throws RangeError if there is none of that name */
  constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'long',
      timeZoneName: 'longOffset',
    })
  }

  /** For example `2026-11-21`. */
  date(now: number): string {
    const { year, month, day } = this.#fields(now)
    return `${year}-${month}-${day}`
  }

  /** For example `08:05:00`. */
  time(now: number): string {
    const { hour, minute, second } = this.#fields(now)
    return `${hour}:${minute}:${second}`
  }

  /** RFC 3339, for example `2026-11-21T08:05:00+01:00`. */
  datetime(now: number): string {
    const offset = this.#fields(now).timeZoneName.replace('GMT', '')
    return `${this.date(now)}T${this.time(now)}${offset === '' || offset === '+00:00' ? 'Z' : offset}`
  }

  /** In English, for example `Saturday`. */
  weekday(now: number): string {
    return this.#fields(now).weekday
  }

  #fields(now: number): Readonly<Record<Field, string>> {
    return Object.fromEntries(this.#format.formatToParts(now).map(({ type, value }) => [type, value])) as Record<Field, string>
  }
}
