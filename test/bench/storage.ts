/** Prints how fast the stores answer over many usage records: `node test/bench/storage.ts <rows> [sqlite|postgresql …]`. */

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { realClock } from '../../core/gateway/clock.ts'
import type { PluginDefinition } from '../../core/index.ts'
import type { Journal } from '../../core/storage/journal.ts'
import { periods } from '../../core/storage/periods.ts'
import { sweptTogether } from '../../plugins/shared/journal/retention.ts'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { timeOrderedId } from '../../core/time-ordered-id.ts'
import postgresql from '../../plugins/storage/postgresql/index.ts'
import sqlite from '../../plugins/storage/sqlite/index.ts'
import { usageJournal } from '../../plugins/usage/journal.ts'
import type { UsageRecord } from '../../schemas/records/usage.schema.ts'
import { OpenStore } from '../../core/testing/store/open-store.ts'
import { postgresqlUrl } from '../support/postgresql.ts'
import { stopServers } from '../support/server-process.ts'
import { CpuUsed } from './cpu-used.ts'
import { median } from './statistics.ts'

const dayMs = 86_400_000
const days = 90
const end = Date.UTC(2026, 5, 1, 12)
const start = end - days * dayMs
const rounds = 5
const batch = 1000
const quietMs = 300
const calmTimes = 15
const perSecond = 12_000
const random = seededRandom(7)

const [count = '1000000', ...chosen] = process.argv.slice(2)
const rows = Number(count)

const stores: Readonly<Record<string, { readonly plugin: PluginDefinition; database(): Promise<Readonly<Record<string, unknown>> | undefined> }>> = {
  sqlite: { plugin: sqlite, database: async () => ({ path: join(folder, 'bench.db') }) },
  postgresql: {
    plugin: postgresql,
    database: async () => {
      const url = await postgresqlUrl()
      return url === undefined ? undefined : { url }
    },
  },
}

const folder = mkdtempSync(join(tmpdir(), 'tapline-bench-'))
for (const [name, { plugin, database }] of Object.entries(stores)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const options = await database()
  if (options === undefined) console.log(`${name}: no server`)
  else await measure(name, plugin, options)
}
await stopServers()
rmSync(folder, { recursive: true })

async function measure(name: string, plugin: PluginDefinition, options: Readonly<Record<string, unknown>>): Promise<void> {
  console.log(`\n${name}, ${rows.toLocaleString('en')} usage records over ${days} days`)
  await using opened = await OpenStore.open(plugin, options, realClock)
  const journal = await opened.storage.journal<UsageRecord>(usageJournal)
  await fill(journal)
  await quiet()
  await burst(journal)
  await quiet()
  if (typeof options['path'] === 'string') print('size of the file', `${(statSync(options['path']).size / rows).toFixed(0)} B a record`)
  const before = process.memoryUsage.rss()
  await ask(journal)
  print('memory after all these questions', `${((process.memoryUsage.rss() - before) / 1e6).toFixed(1)} MB more`)
  await retain(journal)
}

async function fill(journal: Journal<UsageRecord>): Promise<void> {
  const started = performance.now()
  const peaks: number[] = []
  const cpu = new CpuUsed()
  for (let from = 0; from < rows; from += batch) {
    const records = Array.from({ length: Math.min(batch, rows - from) }, (_, index) => usage(start + Math.floor(((from + index) / rows) * (end - start))))
    const began = performance.now()
    await cpu.during(() => journal.append(records))
    peaks.push(performance.now() - began)
  }
  print(
    'appended, in batches of 1000',
    `${Math.round((rows / (performance.now() - started)) * 1000).toLocaleString('en')} a second, ${median(peaks).toFixed(1)} ms a batch, the slowest ${largest(peaks).toFixed(0)} ms`,
  )
  print('CPU of a record', cpu.of(rows))
}

/** Appends what a gateway under load records. */
async function burst(journal: Journal<UsageRecord>): Promise<void> {
  const cpu = new CpuUsed()
  const count = rows / 10
  for (let from = 0; from < count; from += batch) {
    const records = Array.from({ length: batch }, (_, index) => usage(end - dayMs + Math.floor(((from + index) / perSecond) * 1000)))
    await cpu.during(() => journal.append(records))
  }
  print(`CPU of a record, ${perSecond.toLocaleString('en')} in a second`, cpu.of(count))
}

/** Until the store has done what it does behind appends: it asks nothing of a server for a while, either. */
async function quiet(): Promise<void> {
  for (let calm = 0; calm < calmTimes;) {
    const before = process.cpuUsage()
    await setTimeout(quietMs)
    const { user, system } = process.cpuUsage(before)
    calm = (user + system) / 1000 > quietMs / 20 ? 0 : calm + 1
  }
}

async function ask(journal: Journal<UsageRecord>): Promise<void> {
  const filter = { from: start, to: end, equals: { cache_type: null } }
  const measures = ['input_tokens', 'output_tokens', 'total_tokens', 'total_cost'] as const
  await time('summary', () => journal.sums({ filter, measures }))
  for (const timeZone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata']) {
    const { borders } = periods({ from: start, to: end, unit: 'day', timeZone })
    await time(`daily by model, ${timeZone}`, () => journal.sums({ filter, by: ['model', 'provider', 'provider_name'], borders, measures }))
  }
  await time('by user path', () => journal.sums({ filter, by: ['user_path'], measures }))
  await time('summary of one subtree', () => journal.sums({ filter: { ...filter, within: { user_path: '/team-7' } }, measures }))
  await time('first page of the log', () => journal.list({ limit: 50, filter: { from: end - 30 * dayMs, to: end } }))
  await time('first page of the log, one model', () => journal.list({ limit: 50, filter: { from: end - 30 * dayMs, to: end, equals: { model: 'model-17' } } }))
  await time('first page of the log, one subtree', () =>
    journal.list({ limit: 50, filter: { from: end - 30 * dayMs, to: end, within: { user_path: '/team-7' } } }),
  )
  await time('one record', () => journal.list({ limit: 50, filter: { equals: { request_id: 'nobody' } } }))
  await time('a search of 30 days that finds nothing', () => journal.list({ limit: 50, filter: { from: end - 30 * dayMs, to: end, search: 'nobody' } }), 1)
}

/** Deletes a tenth, while requests ask and records come in. */
async function retain(journal: Journal<UsageRecord>): Promise<void> {
  const goal = rows / 10
  const loop = monitorEventLoopDelay({ resolution: 1 })
  const appends: number[] = []
  const reads: number[] = []
  const done = new AbortController()
  const meanwhile = async () => {
    while (!done.signal.aborted) {
      appends.push(await timed(() => journal.append([usage(end)])))
      reads.push(await timed(() => journal.get('nobody')))
    }
  }
  loop.enable()
  const started = performance.now()
  const asking = meanwhile()
  let deleted = 0
  const cpu = new CpuUsed()
  await cpu.during(async () => {
    while (deleted < goal) deleted += (await journal.deleteBefore(end, Math.min(sweptTogether, goal - deleted))).length
  })
  done.abort()
  await asking
  loop.disable()
  print(
    `deleted ${deleted.toLocaleString('en')}`,
    `${Math.round((deleted / (performance.now() - started)) * 1000).toLocaleString('en')} a second; ${cpu.of(deleted)}`,
  )
  print(
    'meanwhile, the slowest',
    `append ${largest(appends).toFixed(0)} ms, read ${largest(reads).toFixed(0)} ms, turn of the loop ${(loop.max / 1e6).toFixed(0)} ms`,
  )
}

async function time(what: string, question: () => Promise<unknown>, times = rounds): Promise<void> {
  const taken: number[] = []
  for (let round = 0; round < times; round += 1) taken.push(await timed(question))
  print(what, `${median(taken).toFixed(1)} ms, the first ${(taken[0] ?? NaN).toFixed(1)} ms`)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Of more values than a call takes. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}

function print(what: string, figure: string): void {
  console.log(`  ${what.padEnd(42)} ${figure}`)
}

/** Few models and paths are asked for often, many seldom. */
function usage(timestamp: number): UsageRecord {
  const model = skewed(20)
  const [input, output] = [Math.floor(random() * 4000), Math.floor(random() * 900)]
  return {
    id: timeOrderedId(timestamp),
    timestamp,
    request_id: timeOrderedId(timestamp),
    provider_id: `chatcmpl-${randomUUID()}`,
    model: `model-${model}`,
    requested_model: `model-${model}`,
    provider: `type-${model % 4}`,
    provider_name: `provider-${model % 5}`,
    endpoint: '/v1/chat/completions',
    user_path: `/team-${skewed(20)}/user-${skewed(10)}`,
    session_id: random() < 0.2 ? `session-${Math.floor((random() * rows) / 50)}` : null,
    labels: random() < 0.2 ? [`label-${skewed(5)}`] : [],
    status: 'ok',
    cache_type: random() < 0.1 ? 'exact' : null,
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    uncached_input_tokens: input,
    cached_input_tokens: 0,
    cache_write_input_tokens: 0,
    raw_data: { prompt_cached_tokens: 0, completion_reasoning_tokens: 12 },
    input_cost: input * 2.5e-6,
    output_cost: output * 1e-5,
    total_cost: input * 2.5e-6 + output * 1e-5,
    cost_source: 'model_pricing',
    origin: 'client',
  } as unknown as UsageRecord
}

function skewed(choices: number): number {
  return Math.floor(random() ** 2 * choices)
}
