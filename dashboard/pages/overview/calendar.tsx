/** The days of the last half year or year, darker the more was used. Each leads to its usage. */

import { useQuery } from '@tanstack/preact-query'
import { Link } from 'wouter-preact'
import type { UsagePeriods } from '../../../schemas/admin/usage.schema.ts'
import { get } from '../../data/api.ts'
import { today } from '../../data/days.ts'
import { metrics } from '../../data/metrics.ts'
import { timeZone } from '../../data/time-zone.ts'
import { addressOf } from '../../data/url.ts'
import { money, shortCount } from '../../data/words.ts'
import { Choice, useChoice } from '../../parts/choice.tsx'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'

const dayMs = 86_400_000
const [halfYear, year] = [26, 53]
const levels = 4

export function Calendar() {
  const metric = useChoice('show', metrics)
  const { data, error, refetch } = useQuery({
    queryKey: ['overview', 'calendar', timeZone.value],
    queryFn: async () => await get<UsagePeriods>('/usage/daily', { days: year * 7, cache_mode: 'all' }),
  })
  return (
    <Section title="Activity" tools={<Choice name="show" title="Calendar of" options={metrics} />}>
      {data === undefined ? <Waiting error={error} retry={refetch} /> : <Weeks days={data} metric={metric} />}
    </Section>
  )
}

interface WeeksProps {
  readonly days: UsagePeriods
  readonly metric: 'tokens' | 'cost'
}

function Weeks({ days, metric }: WeeksProps) {
  const values = new Map(days.map(({ date, total_tokens: tokens, total_cost: cost }) => [date, metric === 'tokens' ? tokens : (cost ?? 0)]))
  const most = Math.max(0, ...values.values())
  return (
    <div class="scroll">
      <div class="calendar">
        {weeksFrom(days[0]?.date).map((dates, at, weeks) => (
          <div key={dates[0]}>
            <small class="faint">{monthBegun(dates, weeks[at - 1])}</small>
            {dates.map(date => (
              <Day key={date} date={date} value={values.get(date)} most={most} metric={metric} />
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}

interface DayProps extends Pick<WeeksProps, 'metric'> {
  readonly date: string
  /** Undefined where nothing happened. */
  readonly value: number | undefined
  readonly most: number
}

/** Not reached by Tab, which would take a year to get past them: whoever uses the keyboard chooses days at the top of the page. */
function Day({ date, value, most, metric }: DayProps) {
  if (value === undefined) return <span title={date} />
  const text = `${date}: ${metric === 'tokens' ? `${shortCount(value)} tokens` : money(value)}`
  const level = most === 0 ? 1 : Math.max(1, Math.ceil((levels * value) / most))
  return (
    <Link href={addressOf('/usage', { start_date: date, end_date: date }, { show: metric })} data-level={level} title={text} aria-label={text} tabIndex={-1} />
  )
}

/** From Monday to Sunday, the last one up to today; a year of them if the records go back that far. @param first the day of the oldest record */
function weeksFrom(first: string | undefined): readonly (readonly string[])[] {
  const now = Date.parse(today())
  const monday = now - ((new Date(now).getUTCDay() + 6) % 7) * dayMs
  const since = first === undefined ? 0 : Math.ceil((monday - Date.parse(first)) / (7 * dayMs)) + 1
  const count = since > halfYear ? year : halfYear
  return Array.from({ length: count }, (_, at) => monday - (count - 1 - at) * 7 * dayMs).map(week =>
    Array.from({ length: 7 }, (_, day) => week + day * dayMs)
      .filter(day => day <= now)
      .map(day => new Date(day).toISOString().slice(0, 10)),
  )
}

/** Its name stands above the week in which it begins. */
function monthBegun(dates: readonly string[], before: readonly string[] | undefined): string {
  const last = dates.at(-1) as string
  return before?.at(-1)?.slice(0, 7) === last.slice(0, 7) ? '' : new Date(last).toLocaleDateString('en-US', { month: 'short', timeZone: 'UTC' })
}
