/** The state of each provider in a word. */

import { Link } from 'wouter-preact'
import { useProviders } from '../../data/queries.ts'
import { HealthBadge } from '../../parts/badge.tsx'
import { refetchInterval } from './queries.ts'

export function Providers() {
  const { data } = useProviders({ refetchInterval })
  if (data === undefined || data.providers.length === 0) return null
  return (
    <ul class="chips" aria-label="Providers">
      {data.providers.map(({ name, status, status_label: label, status_reason: reason }) => (
        <li key={name}>
          <Link href="/providers" title={reason}>
            <HealthBadge status={status}>
              {name}: {label}
            </HealthBadge>
          </Link>
        </li>
      ))}
    </ul>
  )
}
