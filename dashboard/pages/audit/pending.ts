/** The calls that the live logs tell of and the log does not have, yet. */

import { useQueryClient } from '@tanstack/preact-query'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AuditEntry } from '../../../schemas/admin/audit.schema.ts'
import { callsAfter, fits, type CallFilters, type LiveCall } from '../../data/live-calls.ts'
import { listen } from '../../data/live.ts'

/** Stored calls come in batches: the log is read again once for each. */
const gatherMs = 300

/** Those that fit, the newest first. Once calls are stored, or were missed, the log is read again. @param stored what it has */
export function usePending(hears: boolean, filters: CallFilters, stored: readonly AuditEntry[] | undefined): readonly LiveCall[] {
  const queries = useQueryClient()
  const heard = useRef<readonly LiveCall[]>([])
  const [calls, setCalls] = useState(heard.current)
  useEffect(() => {
    if (!hears) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const now = (next: readonly LiveCall[]) => setCalls((heard.current = next))
    const readAgain = async () => {
      timer = undefined
      const settled = new Set(heard.current.flatMap(({ pending, request_id: id }) => (pending ? [] : [id])))
      await queries.invalidateQueries({ queryKey: ['audit', 'list'] })
      now(heard.current.filter(({ request_id: id }) => !settled.has(id)))
    }
    const leave = listen(event => {
      now(callsAfter(heard.current, event))
      if (event.type === 'reset' || (event.type === 'audit.flushed' && !isOfPage(event.data['path']))) timer ??= setTimeout(() => void readAgain(), gatherMs)
    })
    return () => {
      leave()
      clearTimeout(timer)
      now([])
    }
  }, [hears])
  const known = new Set(stored?.map(({ request_id: id }) => id))
  return calls.filter(call => !known.has(call.request_id) && fits(call, filters))
}

/** The page reads the admin API: where that is recorded, too, reading because of it would never end. */
function isOfPage(path: unknown): boolean {
  return typeof path === 'string' && path.startsWith('/admin/')
}
