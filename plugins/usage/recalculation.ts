/** Computes the costs of stored records anew, at the prices that hold now: page by page, one run at a time. */

import { gatewayError, type AdminCall, type Cost, type PricedCall } from '../../core/index.ts'
import type { Lease } from '../../core/storage/lease.ts'
import type { RepricedSpan } from '../../core/services/ledger.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { meantRecords, type MeantRecordsDeps } from './meant-records.ts'
import { costColumns, pricedCallOf } from './record.ts'

const pageSize = 500

export interface RecalculationDeps extends MeantRecordsDeps {
  /** Held while it runs, by whatever replica. */
  readonly lease: Lease
  /** Why there is no recalculation, if so; asked when the call was checked. */
  readonly unavailable: string | undefined
  priceOf(call: PricedCall): Cost
  /** Records of this time have got other costs. */
  repriced(span: RepricedSpan): Promise<void>
}

/** @throws GatewayError `feature_unavailable`, `conflict` while another run is under way, and whatever ends the call */
export async function recalculate(call: AdminCall, deps: RecalculationDeps): Promise<object> {
  const filter = await meantRecords(call, deps)
  if (deps.unavailable !== undefined) throw gatewayError('feature_unavailable', deps.unavailable)
  const counts = { matched: 0, recalculated: 0, with_pricing: 0, without_pricing: 0 }
  const span = { from: Infinity, to: -Infinity }
  const isOurs = await deps.lease
    .run(async lost => {
      for await (const rows of deps.journal.each(filter, { pageSize, order: 'asc' })) {
        call.exchange.throwIfStopped()
        lost.throwIfAborted()
        const changes = rows.map(row => ({ id: row.id, ...costColumns(pricedCallOf(row), call => deps.priceOf(call)) }))
        widen(span, rows)
        await deps.journal.amend(changes)
        const priced = changes.filter(({ total_cost: cost }) => cost !== null).length
        counts.matched += rows.length
        counts.recalculated += rows.length
        counts.with_pricing += priced
        counts.without_pricing += rows.length - priced
      }
    })
    .finally(() => (span.from > span.to ? undefined : deps.repriced(span)))
  if (!isOurs) throw gatewayError('conflict', 'costs are being recalculated already')
  return { status: 'ok', ...counts }
}

function widen(span: { from: number; to: number }, rows: readonly UsageRecord[]): void {
  for (const { timestamp } of rows) {
    span.from = Math.min(span.from, timestamp)
    span.to = Math.max(span.to, timestamp)
  }
}
