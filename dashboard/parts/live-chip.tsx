/** Whether what happens is heard of as it happens. */

import { liveReplica, liveState, type LiveState } from '../data/live.ts'
import { Badge } from './badge.tsx'

const looks = { live: 'good', reconnecting: 'warn', off: 'plain' } as const satisfies Readonly<Record<LiveState, string>>

export function LiveChip() {
  return (
    <span role="status" title={liveReplica.value === undefined ? undefined : `from ${liveReplica.value}`}>
      <Badge kind={looks[liveState.value]}>{liveState.value}</Badge>
    </span>
  )
}
