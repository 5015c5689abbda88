/** What several parts of the overview ask the gateway for. */

import { useQuery } from '@tanstack/preact-query'
import type { AuditStats } from '../../../schemas/admin/audit.schema.ts'
import type { UsageSummary } from '../../../schemas/admin/usage.schema.ts'
import { get } from '../../data/api.ts'
import { timeZone } from '../../data/time-zone.ts'
import type { Range } from '../../data/url.ts'

export type Days = Range & Record<string, string>

/** While somebody looks, new calls appear by themselves. */
export const refetchInterval = 30_000

/** What providers answered, and what the gateway's own cache did. */
export function useSums(range: Days) {
  return useQuery({
    queryKey: ['overview', 'sums', range, timeZone.value],
    queryFn: async () => {
      const of = async (mode: string) => await get<UsageSummary>('/usage/summary', { ...range, cache_mode: mode })
      const [provided, cached] = await Promise.all([of('uncached'), of('cached')])
      return { provided, cached }
    },
    refetchInterval,
  })
}

export function useStats(range: Days, enabled = true) {
  return useQuery({
    queryKey: ['overview', 'stats', range, timeZone.value],
    queryFn: async () => await get<AuditStats>('/audit/stats', range),
    refetchInterval,
    enabled,
  })
}
