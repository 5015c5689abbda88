/** What is remembered of a batch, whichever dialect it was made in, and of its lines. */

import type { Caller } from '../../core/index.ts'
import { backedOff, type Backoff } from '../shared/records/backoff.ts'
import type { Absence } from '../shared/objects/gone.ts'

export type BatchStatus = 'validating' | 'in_progress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelling' | 'cancelled'

/** Seconds since 1970 at which a batch came into a state. */
export type BatchTimes = Readonly<
  Partial<Record<'in_progress_at' | 'finalizing_at' | 'completed_at' | 'failed_at' | 'expired_at' | 'cancelling_at' | 'cancelled_at', number>>
>

export interface BatchRecord {
  /** A UUID; callers see it behind `batch_` or `msgbatch_`. */
  readonly id: string
  /** The path of each line's call, for example `/v1/chat/completions`. */
  readonly endpoint: string
  /** The instance that all lines are for. */
  readonly provider: string
  /** Who runs the lines: the provider, under this id of its own; else the gateway. */
  readonly provider_batch_id: string | null
  /** Fingerprint of the provider's key that it was made with. */
  readonly key: string | null
  readonly input_file_id: string | null
  /** An input that was made for the provider alone. */
  readonly made_file_id: string | null
  readonly completion_window: string
  readonly metadata: Readonly<Record<string, string>> | null
  readonly status: BatchStatus
  /** Whether anything is still to be done for it. */
  readonly open: boolean
  /** Seconds since 1970. */
  readonly created_at: number
  readonly expires_at: number
  readonly times: BatchTimes
  /** The provider is through with it; what its lines came to is still to be fetched. */
  readonly fetch: ProviderOutput | null
  /** Absent while the provider says how far it is. */
  readonly silence?: Silence | undefined
  readonly total: number
  readonly counts: LineCounts
  readonly output_file_id: string | null
  readonly error_file_id: string | null
  /** Why it failed as a whole, as the provider says it. */
  readonly errors: unknown
  readonly submitter: Submitter
}

/** Where a provider put the results, and how it ended. */
export interface ProviderOutput {
  readonly files: readonly string[]
  readonly status: BatchStatus
  /** There is nothing to fetch: nobody knows what the lines came to. */
  readonly unknown?: true
  /** Absent until fetching them failed. */
  readonly failing?: Backoff
}

/** Why a provider does not say how far its batch is. */
export type Silence = Backoff & Absence

/** In whose name the lines run. */
export interface Submitter {
  readonly caller: Caller
  readonly user_path: string
  readonly labels: readonly string[]
}

export interface LineCounts {
  readonly succeeded: number
  readonly errored: number
  readonly canceled: number
  readonly expired: number
}

export const noCounts: LineCounts = { succeeded: 0, errored: 0, canceled: 0, expired: 0 }

export type OutcomeKind = keyof LineCounts

/** What became of a line. */
export interface Outcome {
  readonly kind: OutcomeKind
  readonly status_code: number
  readonly request_id: string
  /** The answer as JSON text: a result, or an error in the dialect of the endpoint. Empty for lines that never ran. */
  readonly body: string
}

export interface BatchLine {
  readonly custom_id: string
  /** The request as JSON text. */
  readonly body: string
  /** What its provider calls the model that it is for; absent in lines of earlier versions. */
  readonly model?: string
  readonly done: boolean
  readonly outcome: Outcome | null
}

const waits = { firstMs: 2_000, longestMs: 10 * 60_000 }

const terminal: ReadonlySet<BatchStatus> = new Set(['completed', 'failed', 'expired', 'cancelled'])

/** Of a line that nobody ran. */
export function neverRan(kind: 'canceled' | 'expired'): Outcome {
  return { kind, status_code: 0, request_id: '', body: '' }
}

/** Whether the provider could not be asked just now, and is left alone for a while. @param now milliseconds since 1970 */
export function isPostponed({ fetch, silence }: Pick<BatchRecord, 'fetch' | 'silence'>, now: number): boolean {
  const failing = fetch === null ? silence : fetch.failing
  return failing !== undefined && now < failing.until
}

/** After one more failure. @param now milliseconds since 1970 */
export function failedAgain(failing: Backoff | undefined, now: number): Backoff {
  return backedOff(failing, now, waits)
}

export function isTerminal({ status }: Pick<BatchRecord, 'status'>): boolean {
  return terminal.has(status)
}
