/** What was used, by whom and of what, and what it cost. */

import type { Reach } from '../../data/access.ts'
import { useParam } from '../../data/url.ts'
import { Filter } from '../../parts/filter.tsx'
import { RangePicker } from '../../parts/range-picker.tsx'
import { Groups } from './groups.tsx'
import { useQuestion } from './question.ts'
import { Requests } from './requests.tsx'
import { Totals } from './totals.tsx'

export function UsagePage({ reach }: { readonly reach: Reach }) {
  const question = useQuestion()
  const [cache, setCache] = useParam('cache', 'all')
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
        <label>
          Answered by
          <select value={cache} onChange={({ currentTarget }) => setCache(currentTarget.value)}>
            <option value="all">providers and local cache</option>
            <option value="uncached">providers</option>
            <option value="cached">local cache</option>
          </select>
        </label>
      </div>
      <Totals question={question} />
      <Groups question={question} logs={reach.isOn('LOGGING_ENABLED')} />
      <Requests question={question} reach={reach} />
    </>
  )
}
