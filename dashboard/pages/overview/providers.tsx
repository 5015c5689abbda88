/** The state of each provider in a word. */

import { useQuery } from '@tanstack/preact-query'
import { Link } from 'wouter-preact'
import type { ProvidersStatus } from '../../../schemas/admin/providers.schema.ts'
import { get } from '../../data/api.ts'
import { HealthBadge } from '../../parts/badge.tsx'
import { refetchInterval } from './queries.ts'

export function Providers() {
  const { data } = useQuery({ queryKey: ['providers'], queryFn: async () => await get<ProvidersStatus>('/providers/status'), refetchInterval })
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
