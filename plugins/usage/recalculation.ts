/** Computes the costs of stored records anew, at the prices that hold now: page by page, one run at a time. */

import { gatewayError, type AdminCall, type Cost, type PricedCall } from '../../core/index.ts'
import { readModelSelector } from '../shared/models/model-selector.ts'
import type { Filter } from '../../core/storage/journal.ts'
import type { Lease } from '../../core/storage/lease.ts'
import { rangeOf } from '../shared/admin/ranges.ts'
import type { RepricedSpan } from '../../core/services/ledger.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import type { UsageJournal } from './journal.ts'
import { narrowed } from './questions.ts'
import { costColumns, pricedCallOf } from './record.ts'

const pageSize = 500

export interface RecalculationDeps {
  readonly journal: UsageJournal
  /** Held while it runs, by whatever replica. */
  readonly lease: Lease
  readonly now: number
  /** The names of the instances. */
  readonly providers: Iterable<string>
  priceOf(call: PricedCall): Cost
  /** Records of this time have got other costs. */
  repriced(span: RepricedSpan): Promise<void>
}

/** @throws GatewayError `conflict` while another run is under way, and whatever ends the call */
export async function recalculate(call: AdminCall, deps: RecalculationDeps): Promise<object> {
  const filter = filterOf(call, deps)
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

function filterOf({ body, timeZone, confine }: AdminCall, { now, providers }: RecalculationDeps): Filter {
  const { selector, confirmation: _, ...asked } = body as Readonly<Record<string, string | number>>
  const { from, to } = rangeOf(asked, { timeZone, now })
  const filter = { from, to, ...narrowed(asked, confine) }
  return selector === undefined ? filter : selected(filter, String(selector), providers)
}

/** Beside the other filters: a model that both name must be the same one. */
function selected(filter: Filter, text: string, providers: Iterable<string>): Filter {
  const selector = readModelSelector(text, providers)
  if (selector === undefined) throw gatewayError('invalid_value', 'selector names no provider that is configured', { param: 'selector' })
  const equals = {
    ...(selector.provider === undefined ? {} : { provider_name: selector.provider }),
    ...(selector.model === undefined ? {} : { model: selector.model }),
  }
  return Object.keys(equals).length === 0 ? filter : { ...filter, any: [{ equals, ...(filter.any === undefined ? {} : { any: filter.any }) }] }
}
