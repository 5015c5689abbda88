/** What holds for the whole gateway, and for this page. */

import type { Reach } from '../../data/access.ts'
import { chooseTimeZone, timeZone } from '../../data/time-zone.ts'
import { Section } from '../../parts/section.tsx'
import { BudgetPeriods } from './budget-periods.tsx'
import { Configuration } from './configuration.tsx'
import { Resets } from './resets.tsx'
import { Running } from './running.tsx'
import { TaggingHeaders } from './tagging-headers.tsx'

export function SettingsPage({ reach }: { readonly reach: Reach }) {
  return (
    <>
      <header class="head">
        <h1>Settings</h1>
      </header>
      <Section title="This page">
        <TimeZone />
      </Section>
      <Running reach={reach} />
      {reach.isOn('BUDGETS_ENABLED') && <BudgetPeriods reach={reach} />}
      {reach.global && <Resets reach={reach} />}
      {reach.global && <TaggingHeaders />}
      {reach.global && <Configuration />}
    </>
  )
}

function TimeZone() {
  const zones = [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', timeZone.value])].sort()
  return (
    <label class="narrow">
      Time zone
      <select value={timeZone.value} onChange={({ currentTarget }) => chooseTimeZone(currentTarget.value)}>
        {zones.map(zone => (
          <option key={zone}>{zone}</option>
        ))}
      </select>
      <small class="faint">Days begin in it, and times are shown in it. Kept in this browser.</small>
    </label>
  )
}
