/** Batches as Anthropic's clients see them. */

import { isTerminal, type BatchRecord, type LineCounts } from './record.ts'
import { linesKeptUntil, type PlacedLine } from './store.ts'

export interface Results {
  /** Their address; null if they are not to be had in this dialect. */
  readonly at: string | null
  /** They are kept no longer. */
  readonly areArchived: boolean
}

/** @param results once it has ended @param counts as for `openAiBatch` */
export function anthropicBatch(batch: BatchRecord, results: Results, counts: LineCounts): object {
  const { id, created_at, expires_at, times, total } = batch
  const { succeeded, errored, canceled, expired } = counts
  const hasEnded = isTerminal(batch)
  const endedAt = times.completed_at ?? times.cancelled_at ?? times.expired_at ?? times.failed_at
  return {
    id: `msgbatch_${id}`,
    type: 'message_batch',
    processing_status: hasEnded ? 'ended' : times.cancelling_at === undefined ? 'in_progress' : 'canceling',
    request_counts: { processing: hasEnded ? 0 : Math.max(0, total - succeeded - errored - canceled - expired), succeeded, errored, canceled, expired },
    created_at: instant(created_at),
    expires_at: instant(expires_at),
    ended_at: hasEnded && endedAt !== undefined ? instant(endedAt) : null,
    cancel_initiated_at: times.cancelling_at === undefined ? null : instant(times.cancelling_at),
    archived_at: results.areArchived ? instant(linesKeptUntil(batch) / 1000) : null,
    results_url: hasEnded && !results.areArchived ? results.at : null,
  }
}

/** One line of the results. */
export function anthropicLine({ line: { custom_id, outcome } }: PlacedLine): string {
  const head = `{"custom_id":${JSON.stringify(custom_id)},"result":`
  switch (outcome?.kind) {
    case 'succeeded':
      return `${head}{"type":"succeeded","message":${outcome.body}}}`
    case 'errored':
      return `${head}{"type":"errored","error":${outcome.body}}}`
    case 'expired':
      return `${head}{"type":"expired"}}`
    default:
      return `${head}{"type":"canceled"}}`
  }
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
