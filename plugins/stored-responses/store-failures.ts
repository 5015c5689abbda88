/** Tells the metrics and the log of responses that could not be stored. */

import type { Logger } from 'pino'
import type { Meter } from '../../core/index.ts'
import type { StoreOptions } from './store.ts'

export function storeFailures(meter: Meter, log: Logger): StoreOptions['failed'] {
  const labels = ['provider', 'provider_name', 'operation']
  const count = meter.counter('response_snapshot_store_failures_total', 'Responses that could not be stored, by provider.', labels)
  return (cause, operation, record) => {
    count(1, record?.provider_type ?? '', record?.provider ?? '', operation)
    log.warn({ err: cause, operation }, 'a response could not be stored')
  }
}
