/** What is remembered of a response while a provider works at it, so that somebody asks after it. */

import type { Records } from '../../core/storage/records.ts'
import { orConflict } from '../shared/records/or-conflict.ts'
import { backedOff, type Backoff } from '../shared/records/backoff.ts'
import type { Absence } from '../shared/objects/gone.ts'

/** Nobody asks of their own accord for longer than that. */
const patienceMs = 24 * 60 * 60_000
const waits = { firstMs: 5_000, longestMs: 5 * 60_000 }

export type OpenResponse = Backoff & Absence

/** After it was asked for, or asked after once more. */
export function askedAgain(before: OpenResponse | undefined, now: number): OpenResponse {
  return backedOff(before, now, waits)
}

/** @param expected the revision that must be there; whoever came between knows better */
export async function putOpen(records: Records<OpenResponse>, id: string, open: OpenResponse, expected = 0): Promise<void> {
  await orConflict(records.put(id, open, { expected, expiresAt: open.since + patienceMs }))
}
