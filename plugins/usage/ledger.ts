/** The service `usage`: notes records, and adds them up for other plugins. */

import type { LiveLog, UsageEntry, UsageLedger, UsageTotals } from '../../core/index.ts'
import { Offers } from '../shared/offers.ts'
import { Registrations } from '../../core/services/registrations.ts'
import type { Filter, Sum } from '../../core/storage/journal.ts'
import type { RepricedSpan, RequestKey, SpentRecord, UsageSumsQuery } from '../../core/services/ledger.ts'
import type { JournalWriter } from '../shared/journal/journal-writer.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { costs, tokens, usageJournal, type UsageJournal } from './journal.ts'
import { summaryOf, type Summary } from './sums.ts'
import { tallies, tallyOf, type Tally } from './tally.ts'
import { viewOf } from './view.ts'

/** So many ids are asked for at once: databases limit the parameters of a question. */
const idsAtOnce = 400
const measures = [...tokens, ...costs]

export class Ledger implements UsageLedger {
  #journal: UsageJournal | undefined
  #writer: JournalWriter<UsageRecord> | undefined
  readonly #listeners = new Offers<(record: SpentRecord) => void>()
  readonly #repricings = new Registrations<(span: RepricedSpan) => Promise<void>>()
  readonly #finish: (entry: UsageEntry) => UsageRecord
  readonly #live: LiveLog | undefined

  /** @param finish works out the tokens and the price of an entry */
  constructor(finish: (entry: UsageEntry) => UsageRecord, live?: LiveLog) {
    this.#finish = finish
    this.#live = live
  }

  /** Without a writer, nothing is recorded. */
  open(journal: UsageJournal, writer: JournalWriter<UsageRecord> | undefined): void {
    this.#journal = journal
    this.#writer = writer
  }

  record(entry: UsageEntry): void {
    this.note(this.#finish(entry))
    this.#writer?.sync()
  }

  /** The same, for what is on the disk before the reply that it belongs to. */
  note(record: UsageRecord): void {
    if (this.#writer === undefined) return
    if (this.#live?.isWatched === true) this.#live.completed(usageJournal.name, record.id, () => ({ requestId: record.request_id, preview: viewOf(record) }))
    this.#writer.add(record)
    for (const listener of this.#listeners.all) listener(record)
  }

  onRecord(name: string, listener: (record: SpentRecord) => void): () => void {
    return this.#listeners.add(name, listener)
  }

  onRepriced(listener: (span: RepricedSpan) => Promise<void>): () => void {
    return this.#repricings.add(listener)
  }

  /** Stored records have got other costs: whoever added them up learns of it before this resolves. */
  async repriced(span: RepricedSpan): Promise<void> {
    await Promise.all([...this.#repricings].map(listener => listener(span)))
  }

  async ofRequests(requests: readonly RequestKey[]): Promise<readonly (UsageTotals | undefined)[]> {
    await this.#writer?.flush()
    const ids = [...new Set(requests.map(({ request_id: id }) => id))]
    const found = new Map<string, UsageTotals>()
    for (let at = 0; at < ids.length; at += idsAtOnce) {
      const { groups } = await this.#opened().sums({
        filter: { equals: { request_id: ids.slice(at, at + idsAtOnce) } },
        by: ['request_id', 'user_path', 'auth_key_id', 'cache_type'],
        measures,
      })
      for (const [key, tally] of tallies(groups, 'all', sum => keyOf(sum.key as unknown as RequestKey))) found.set(key, totalsOf(tally))
    }
    return requests.map(request => found.get(keyOf(request)))
  }

  async totals(filter: Filter): Promise<UsageTotals> {
    const { groups } = await this.#opened().sums({ filter, by: ['cache_type'], measures })
    return totalsOf(tallyOf(groups, 'uncached'))
  }

  async sums(query: UsageSumsQuery): Promise<readonly Sum[]> {
    return this.#writer === undefined ? [] : (await this.#opened().sums(query as Parameters<UsageJournal['sums']>[0])).groups
  }

  async summary(filter: Filter): Promise<Summary | undefined> {
    if (this.#writer === undefined) return undefined
    await this.#writer.flush()
    return await summaryOf(this.#opened(), filter, 'uncached')
  }

  #opened(): UsageJournal {
    if (this.#journal === undefined) throw new TypeError('the ledger is not open yet')
    return this.#journal
  }
}

function keyOf({ request_id: id, user_path: path, auth_key_id: key }: RequestKey): string {
  return JSON.stringify([id, path, key])
}

function totalsOf(tally: Tally): UsageTotals {
  return {
    entries: tally.requests,
    input_tokens: tally.wholeInput,
    uncached_input_tokens: tally.tokens('uncached_input_tokens'),
    cached_input_tokens: tally.tokens('cached_input_tokens'),
    cache_write_input_tokens: tally.tokens('cache_write_input_tokens'),
    output_tokens: tally.tokens('output_tokens'),
    total_tokens: tally.tokens('total_tokens'),
    input_cost: tally.cost('input_cost'),
    output_cost: tally.cost('output_cost'),
    total_cost: tally.cost('total_cost'),
  }
}
