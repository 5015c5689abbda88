/** The dialects that batches are made in: each reads the answers to its own, and lists them. */

import { batchedEndpoints } from '../shared/objects/batched-endpoints.ts'
import type { BatchRecord } from './record.ts'

export interface BatchDialect {
  /** Where its batches are. */
  readonly path: string
  /** What stands before the id of each. */
  readonly prefix: string
  /** What the lines may be for. */
  readonly endpoints: readonly string[]
}

export const openAi: BatchDialect = {
  path: '/v1/batches',
  prefix: 'batch_',
  endpoints: batchedEndpoints,
}

export const anthropic: BatchDialect = { path: '/v1/messages/batches', prefix: 'msgbatch_', endpoints: ['/v1/messages'] }

/** The one that a batch was made in. */
export function dialectOf({ endpoint }: Pick<BatchRecord, 'endpoint'>): BatchDialect {
  return anthropic.endpoints.includes(endpoint) ? anthropic : openAi
}
