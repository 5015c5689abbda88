/** Batches as OpenAI's clients see them. */

import type { BatchRecord, LineCounts } from './record.ts'
import type { PlacedLine } from './store.ts'

/** @param counts of the lines that are through, where they are known better than the record says */
export function openAiBatch(batch: BatchRecord, counts: LineCounts): object {
  const {
    id,
    endpoint,
    provider,
    provider_batch_id,
    input_file_id,
    completion_window,
    status,
    created_at,
    expires_at,
    times,
    total,
    output_file_id,
    error_file_id,
    errors,
    metadata,
  } = batch
  return {
    id: `batch_${id}`,
    object: 'batch',
    endpoint,
    errors: errors ?? null,
    input_file_id,
    completion_window,
    status,
    output_file_id,
    error_file_id,
    created_at,
    in_progress_at: times.in_progress_at ?? null,
    expires_at,
    finalizing_at: times.finalizing_at ?? null,
    completed_at: times.completed_at ?? null,
    failed_at: times.failed_at ?? null,
    expired_at: times.expired_at ?? null,
    cancelling_at: times.cancelling_at ?? null,
    cancelled_at: times.cancelled_at ?? null,
    request_counts: { total, completed: counts.succeeded, failed: counts.errored },
    metadata: { ...metadata, provider, ...(provider_batch_id === null ? {} : { provider_batch_id }) },
    provider,
    provider_batch_id,
  }
}

const neverRan: Readonly<Record<string, string>> = {
  canceled: 'The batch was cancelled before this request ran.',
  expired: 'The batch expired before this request ran.',
}

/** One line of an output or error file. */
export function openAiLine(batch: string, { index, line: { custom_id, outcome } }: PlacedLine): string {
  const id = `batch_req_${batch.replaceAll('-', '').slice(0, 16)}${String(index).padStart(8, '0')}`
  const head = `{"id":${JSON.stringify(id)},"custom_id":${JSON.stringify(custom_id)}`
  if (outcome === null) return `${head},"response":null,"error":null}`
  const message = neverRan[outcome.kind]
  if (message !== undefined)
    return `${head},"response":null,"error":${JSON.stringify({ code: `batch_${outcome.kind === 'canceled' ? 'cancelled' : 'expired'}`, message })}}`
  return `${head},"response":{"status_code":${outcome.status_code},"request_id":${JSON.stringify(outcome.request_id)},"body":${outcome.body}},"error":null}`
}
