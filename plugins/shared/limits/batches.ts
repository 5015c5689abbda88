/** Batches, as limits see them. */

import type { Exchange } from '../../../core/pipeline/exchange.ts'

const ofBatches = /(^|_)batches$/

/** Whether a request makes a batch: one request for many, whose lines are paid when they are answered. */
export function makesBatch(exchange: Pick<Exchange, 'operation' | 'request'>): boolean {
  return ofBatches.test(exchange.operation) && exchange.request.method === 'POST' && exchange.request.params['id'] === undefined
}
