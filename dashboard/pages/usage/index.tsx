/** What was used, by whom and of what, and what it cost. */

import type { Reach } from '../../data/access.ts'
import { Filter, SelectFilter } from '../../parts/filter.tsx'
import { RangePicker } from '../../parts/range-picker.tsx'
import { Groups } from './groups.tsx'
import { useQuestion } from './question.ts'
import { Requests } from './requests.tsx'
import { Totals } from './totals.tsx'

const modes = [
  ['all', 'providers and local cache'],
  ['uncached', 'providers'],
  ['cached', 'local cache'],
] as const

export function UsagePage({ reach }: { readonly reach: Reach }) {
  const question = useQuestion()
  return (
    <>
      <header class="head">
        <h1>Usage</h1>
        <RangePicker />
      </header>
      <div class="filters">
        <Filter name="user_path" title="User path" />
        <Filter name="model" title="Model" />
        <Filter name="provider" title="Provider" />
        <Filter name="label" title="Label" />
        <SelectFilter name="cache" title="Answered by" options={modes} />
      </div>
      <Totals question={question} />
      <Groups question={question} logs={reach.isOn('LOGGING_ENABLED')} />
      <Requests question={question} reach={reach} />
    </>
  )
}
