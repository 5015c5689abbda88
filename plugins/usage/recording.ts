/** What becomes of each call that is over: a record in the ledger, a line in the log, and tokens and costs in the metrics. */

import type { Logger } from 'pino'
import type { Exchange, LiveLog, Meter, UsageEntry } from '../../core/index.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { CostCounter } from './cost-counter.ts'
import { isCounting, recordOfExchange, reportedUsage, targetOf, wasServed } from './entry.ts'
import { Ledger } from './ledger.ts'
import { logLine } from './log-line.ts'
import { recordOf, tokensOf, type PriceOf } from './record.ts'
import { tokenCounter } from './token-counter.ts'

export interface RecordingOptions {
  /** Whether anything is recorded. */
  readonly isOn: boolean
  readonly priceOf: PriceOf
  readonly meter: Meter
  readonly live: LiveLog | undefined
  readonly log: Logger
}

export class Recording {
  readonly ledger: Ledger
  readonly #isOn: boolean
  readonly #priceOf: PriceOf
  readonly #countTokens: ReturnType<typeof tokenCounter>
  readonly #costs: CostCounter
  readonly #log: Logger

  constructor({ isOn, priceOf, meter, live, log }: RecordingOptions) {
    this.#isOn = isOn
    this.#priceOf = priceOf
    this.#countTokens = tokenCounter(meter)
    this.#costs = new CostCounter(meter)
    this.#log = log
    this.ledger = new Ledger(entry => this.#finished(entry), live)
    this.ledger.onRecord('usage', record => this.#costs.count(record))
  }

  /** The exchange is over. */
  note(exchange: Exchange): void {
    if (!wasServed(exchange) || isCounting(exchange)) return
    const target = targetOf(exchange)
    const reported = reportedUsage(exchange)
    if (this.#log.isLevelEnabled('debug')) this.#log.debug(logLine(exchange, target, reported ?? {}), 'request')
    if (target === undefined) return
    this.#costs.noted(target)
    this.ledger.note(recordOfExchange(exchange, target, reported, this.#priceOf))
    if (exchange.cache !== 'hit' && reported !== undefined) this.#countTokens(target.provider.name, target.isListed === true ? target.model : 'other', reported)
  }

  /** Of what other plugins record: their calls did not come by here. */
  #finished(entry: UsageEntry): UsageRecord {
    const record = recordOf(entry, this.#priceOf)
    const { provider_name: provider, model } = record
    if (this.#isOn && record.cache_type === null && !record.estimated) this.#countTokens(provider, this.#costs.shown(provider, model), tokensOf(record))
    return record
  }
}
