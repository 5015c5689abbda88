/** What must be known on every page. */

import { useQuery } from '@tanstack/preact-query'
import type { Health } from '../../schemas/admin/runtime.schema.ts'
import type { Reach } from '../data/access.ts'
import { get, isAway } from '../data/api.ts'
import { count } from '../data/words.ts'

export function Banners({ reach }: { readonly reach: Reach }) {
  return (
    <>
      {isAway.value && (
        <p class="banner" role="status">
          The gateway cannot be reached. What is shown may be old; the page asks again every few seconds.
        </p>
      )}
      {reach.isOn('DEMO_MODE') && <p class="banner">This gateway is a demonstration. Do not give it real keys.</p>}
      {reach.global && <Records />}
    </>
  )
}

/** Rows of the usage log and the audit log that are not where they belong. */
function Records() {
  const { data } = useQuery({ queryKey: ['health'], queryFn: async () => await get<Health>('/runtime/health'), refetchInterval: 10_000 })
  if (data === undefined) return null
  const waiting = ['usage', 'audit'].filter(log => data.checks[log] === 'down')
  const lost = Object.entries(data.lost_records).filter(([, rows]) => rows > 0)
  return (
    <>
      {waiting.length > 0 && (
        <p class="banner" role="status">
          Records wait to be stored ({waiting.join(', ')}): the store or the disk takes none. The newest calls are not shown yet.
        </p>
      )}
      {lost.length > 0 && (
        <p class="banner bad" role="status">
          Records were lost since this process began: {lost.map(([log, rows]) => `${count(rows)} of ${log}`).join(', ')}. The gateway's log says why.
        </p>
      )}
    </>
  )
}
