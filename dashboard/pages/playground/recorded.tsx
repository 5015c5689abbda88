/** What the gateway recorded about the call, a moment later: its cost, and its row in the audit log. */

import { useQuery } from '@tanstack/preact-query'
import { Link } from 'wouter-preact'
import type { AuditLog } from '../../../schemas/admin/audit.schema.ts'
import type { UsageLog } from '../../../schemas/admin/usage.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get } from '../../data/api.ts'
import { count, money } from '../../data/words.ts'

const everyMs = 1000
const mostTries = 30

export function Recorded({ requestId, reach }: { readonly requestId: string; readonly reach: Reach }) {
  const [usage, audit] = [reach.isOn('USAGE_ENABLED'), reach.isOn('LOGGING_ENABLED')]
  const { data: used } = useRecord<UsageLog>('/usage/log', { search: requestId, cache_mode: 'all' }, usage)
  const { data: logged } = useRecord<AuditLog>('/audit/log', { request_id: requestId }, audit)
  const record = used?.entries[0]
  const row = logged?.entries[0]
  return (
    <>
      {usage && [
        <dt key="cost">Cost</dt>,
        <dd key="cost value">
          {record === undefined ? '…' : money(record['total_cost'] as number | null)}
          {record !== undefined && <small class="faint"> for {count(record['total_tokens'] as number)} tokens, as recorded</small>}
        </dd>,
      ]}
      <dt>Request id</dt>
      <dd>
        {row === undefined ? requestId : <Link href={`/audit?search=${encodeURIComponent(requestId)}&open=${encodeURIComponent(row.id)}`}>{requestId}</Link>}
      </dd>
    </>
  )
}

/** Asks until there is one; what is refused has none. */
function useRecord<Log extends { readonly total: number }>(path: string, query: Readonly<Record<string, string>>, enabled: boolean) {
  return useQuery({
    queryKey: [path, query],
    queryFn: async () => await get<Log>(path, { ...query, days: 2, limit: 1 }),
    enabled,
    refetchInterval: ({ state: { data, dataUpdateCount } }) => ((data?.total ?? 0) > 0 || dataUpdateCount > mostTries ? false : everyMs),
  })
}
