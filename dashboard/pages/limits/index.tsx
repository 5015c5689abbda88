/** Budgets and rate limits: how much of each is used, and until when. */

import type { Reach } from '../../data/access.ts'
import { Filter, SelectFilter } from '../../parts/filter.tsx'
import { Budgets } from './budgets.tsx'
import { RateLimits } from './rate-limits.tsx'
import { scopes } from './rules.ts'

export function LimitsPage({ reach }: { readonly reach: Reach }) {
  const [budgets, rateLimits] = [reach.isOn('BUDGETS_ENABLED'), reach.isOn('RATE_LIMITS_ENABLED')]
  return (
    <>
      <header class="head">
        <h1>Limits</h1>
      </header>
      <div class="filters">
        <Filter name="search" title="Search" type="search" />
        {reach.global && <SelectFilter name="scope" title="Scope" options={[['', 'all'], ...scopes.map(scope => [scope, scope.replace('_', ' ')] as const)]} />}
      </div>
      {budgets && <Budgets reach={reach} />}
      {rateLimits && <RateLimits reach={reach} />}
      {!budgets && !rateLimits && <p class="state">Neither budgets nor rate limits are on.</p>}
    </>
  )
}
