/** Writes of administrators as events of the log: who, what, before and after. */

import { slot, type AdminChange, type Exchange } from '../../core/index.ts'
import { withoutSecretMembers } from './redaction.ts'

/** What `data` says of a write. */
export interface ChangeEvent {
  readonly event_type: 'admin_write'
  readonly event: { readonly method: string; readonly endpoint: string; readonly before: unknown; readonly after: unknown }
}

const changes = slot<ChangeEvent>()

/** Remembers a write until its answer has left. */
export function noteChange({ exchange, endpoint: { method, path }, before, after }: AdminChange): void {
  const event = { method, endpoint: `/admin${path}`, before: withoutSecretMembers(before) ?? null, after: withoutSecretMembers(after) ?? null }
  changes.set(exchange, { event_type: 'admin_write', event })
}

export function changeOf(exchange: Exchange): ChangeEvent | undefined {
  return changes.get(exchange)
}
