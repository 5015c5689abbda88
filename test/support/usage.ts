/** The plugin `usage` on a store of its own, for tests: with a price list that tests write, and time that they turn. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import type { Admin, AdminEndpoint, Cost, PricedCall, PriceSheet, Services, UsageEntry, UsageLedger } from '../../core/index.ts'
import { noMeter } from '../../core/services/meter.ts'
import { SpoolDirectory } from '../../core/storage/spool/spool-directory.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import sqlite from '../../plugins/storage/sqlite/index.ts'
import { OpenStore } from '../../core/testing/store/open-store.ts'
import type { Served } from './serve.ts'

/** What a price list says where a test does not say otherwise: a dollar for a million tokens, in or out. */
export function dollarPerMillion({ input_tokens: input, output_tokens: output }: PricedCall): Cost {
  if (input === null && output === null) return { input_cost: null, output_cost: null, total_cost: null, cost_source: null, costs_calculation_caveat: null }
  const [inputCost, outputCost] = [(input ?? 0) / 1e6, (output ?? 0) / 1e6]
  return { input_cost: inputCost, output_cost: outputCost, total_cost: inputCost + outputCost, cost_source: 'model_pricing', costs_calculation_caveat: null }
}

export class UsageLab {
  readonly clock = new TurnedClock()
  readonly endpoints: AdminEndpoint[] = []
  readonly settings: string[] = []
  readonly store: OpenStore
  readonly spool: SpoolDirectory
  cost: (call: PricedCall) => Cost = dollarPerMillion
  sheet: PriceSheet | undefined
  readonly #folder = mkdtempSync(join(tmpdir(), 'tapline-usage-'))

  private constructor(store: OpenStore) {
    this.store = store
    this.spool = new SpoolDirectory({ path: () => this.#folder, maxBytes: 1e9, clock: this.clock, log: pino({ enabled: false }) })
  }

  static async start(): Promise<UsageLab> {
    return new UsageLab(await OpenStore.open(sqlite, { path: ':memory:' }))
  }

  /** What the plugin needs. */
  get services(): Partial<Services> {
    const nothing = () => {}
    const admin: Admin = {
      endpoint: endpoint => {
        this.endpoints.push(endpoint)
        return nothing
      },
      setting: name => {
        this.settings.push(name)
        return nothing
      },
      refresh: () => nothing,
      onChange: () => nothing,
    }
    return {
      storage: this.store.storage,
      spool: this.spool,
      admin,
      absentProviders: new Set(),
      pricing: { of: () => this.sheet, cost: call => this.cost(call) },
      clock: this.clock,
      meter: noMeter,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.spool.close()
    rmSync(this.#folder, { recursive: true, force: true })
    await this.store[Symbol.asyncDispose]()
  }
}

/** A record of another plugin, or of an older time. */
export function usageEntry(facts: Partial<Record<string, unknown>> & { readonly id: string }): UsageEntry {
  return {
    timestamp: Date.UTC(2026, 0, 1),
    request_id: `r-${facts.id}`,
    model: 'gpt-test',
    provider: 'openai',
    provider_name: 'openai',
    requested_model: 'gpt-test',
    endpoint: '/v1/chat/completions',
    user_path: '/',
    status: 'ok',
    input_tokens: 10,
    output_tokens: 5,
    total_tokens: 15,
    ...facts,
  }
}

/** Adds records to the ledger of a gateway; they are stored when this resolves. */
export async function seed(served: Served, facts: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[]): Promise<void> {
  const ledger = ledgerOf(served)
  const entries = facts.map(one => usageEntry({ timestamp: Date.now(), ...one }))
  for (const entry of entries) ledger.record(entry)
  const ids = new Set(entries.map(entry => entry['request_id'] as string))
  const stored = async () =>
    (await ledger.sums({ filter: { equals: { request_id: [...ids] } }, by: [], measures: ['total_tokens'] })).reduce((sum, { count }) => sum + count, 0)
  while ((await stored()) < entries.length) await turn()
}

export function ledgerOf(served: Served): UsageLedger {
  const instance = [...served.gateway.gateway.current.instances.values()].find(({ spec }) => spec.definition.provides === 'usage')
  return instance?.taps.service as UsageLedger
}
