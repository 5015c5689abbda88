/** How the gateway is doing: what was asked of it, what it cost, what failed, and how fast the providers are. */

import type { Reach } from '../../data/access.ts'
import { useRange } from '../../data/url.ts'
import { FirstCall } from './first-call.tsx'
import { RangePicker } from '../../parts/range-picker.tsx'
import { Empty } from '../../parts/states.tsx'
import { Answers } from './answers.tsx'
import { Calendar } from './calendar.tsx'
import { Figures } from './figures.tsx'
import { Providers } from './providers.tsx'
import { Spent } from './spent.tsx'
import { Throughput } from './throughput.tsx'

export function OverviewPage({ reach }: { readonly reach: Reach }) {
  const [range] = useRange()
  const [counts, logs] = [reach.isOn('USAGE_ENABLED'), reach.isOn('LOGGING_ENABLED')]
  return (
    <>
      <header class="head">
        <h1>Overview</h1>
        <RangePicker />
      </header>
      <FirstCall reach={reach} />
      {reach.global && <Providers />}
      {counts ? <Figures range={range} logs={logs} /> : <Empty>Usage is not recorded: USAGE_ENABLED is off.</Empty>}
      {counts && <Spent range={range} />}
      {logs && <Answers range={range} />}
      {counts && (
        <div class="halves">
          {reach.global && <Throughput />}
          <Calendar />
        </div>
      )}
    </>
  )
}
