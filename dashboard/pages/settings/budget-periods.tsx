/** When the days, weeks and months of budgets begin. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { BudgetSettings, BudgetSettingsWrite } from '../../../schemas/admin/budgets.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get, send } from '../../data/api.ts'
import { nextReset, type Period } from './next-reset.ts'
import { time } from '../../data/words.ts'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export function BudgetPeriods({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const settings = useQuery({ queryKey: ['budget settings'], queryFn: async () => await get<BudgetSettings>('/budgets/settings') })
  const save = async (changes: BudgetSettingsWrite) => {
    queries.setQueryData(['budget settings'], await send<BudgetSettings>('PUT', '/budgets/settings', changes))
    await queries.invalidateQueries({ queryKey: ['budgets'] })
  }
  return (
    <Section title="Periods of budgets">
      {settings.data === undefined ? (
        <Waiting error={settings.error} retry={settings.refetch} />
      ) : (
        <Periods stored={settings.data} editable={reach.global} save={save} />
      )}
    </Section>
  )
}

interface PeriodsProps {
  readonly stored: BudgetSettings
  readonly editable: boolean
  save(changes: BudgetSettingsWrite): Promise<void>
}

function Periods({ stored, editable, save }: PeriodsProps) {
  const [changes, setChanges] = useState<BudgetSettingsWrite>({})
  const [told, setTold] = useState<{ readonly problem?: string }>()
  const settings = { ...stored, ...changes }
  const change = (more: BudgetSettingsWrite) => {
    setChanges({ ...changes, ...more })
    setTold(undefined)
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    try {
      await save(changes)
      setChanges({})
      setTold({})
    } catch (cause) {
      setTold({ problem: (cause as Error).message })
    }
  }
  const row = (period: Period, title: string, day?: ComponentChildren) => (
    <tr key={period}>
      <th scope="row">{title}</th>
      <td>
        <span class="actions">
          {day}
          <ClockTime label={`${title} begin at`} period={period} settings={settings} change={change} />
        </span>
      </td>
      <td>{time(nextReset(period, settings, new Date()).toISOString())}</td>
    </tr>
  )
  return (
    <form onSubmit={event => void submit(event)}>
      <fieldset disabled={!editable}>
        <div class="scroll">
          <table aria-label="Periods of budgets">
            <thead>
              <tr>
                <th scope="col">Period</th>
                <th scope="col">Begins, in UTC</th>
                <th scope="col">Next, in your time zone</th>
              </tr>
            </thead>
            <tbody>
              {row('daily', 'Days')}
              {row('weekly', 'Weeks', <Weekday settings={settings} change={change} />)}
              {row('monthly', 'Months', <DayOfMonth settings={settings} change={change} />)}
            </tbody>
          </table>
        </div>
        {told?.problem !== undefined && <p role="alert">{told.problem}</p>}
        {editable && (
          <p class="answers">
            <span role="status" class="faint">
              {told !== undefined && told.problem === undefined && 'Saved.'}
            </span>
            <button type="submit" class="first" disabled={Object.keys(changes).length === 0}>
              Save
            </button>
          </p>
        )}
      </fieldset>
    </form>
  )
}

interface PartProps {
  readonly settings: BudgetSettings
  change(changes: BudgetSettingsWrite): void
}

function Weekday({ settings, change }: PartProps) {
  return (
    <select
      aria-label="Weeks begin on"
      value={settings.weekly_reset_weekday}
      onChange={({ currentTarget }) => change({ weekly_reset_weekday: Number(currentTarget.value) })}
    >
      {weekdays.map((name, at) => (
        <option key={name} value={at + 1}>
          {name}
        </option>
      ))}
    </select>
  )
}

function DayOfMonth({ settings, change }: PartProps) {
  return (
    <select
      aria-label="Months begin on day"
      value={settings.monthly_reset_day}
      onChange={({ currentTarget }) => change({ monthly_reset_day: Number(currentTarget.value) })}
    >
      {Array.from({ length: 31 }, (_, at) => at + 1).map(day => (
        <option key={day} value={day}>
          {day === 31 ? 'last day' : `day ${day}`}
        </option>
      ))}
    </select>
  )
}

function ClockTime({ label, period, settings, change }: PartProps & { readonly label: string; readonly period: Period }) {
  const [hour, minute] = [`${period}_reset_hour`, `${period}_reset_minute`] as const
  return (
    <input
      type="time"
      required
      aria-label={label}
      value={[settings[hour], settings[minute]].map(part => String(part).padStart(2, '0')).join(':')}
      onChange={({ currentTarget }) => {
        const [hours, minutes] = currentTarget.value.split(':').map(Number)
        if (hours !== undefined && minutes !== undefined) change({ [hour]: hours, [minute]: minutes })
      }}
    />
  )
}
