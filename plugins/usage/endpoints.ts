/** What the admin API says of usage. */

import { Buffer } from 'node:buffer'
import type { AdminCall, AdminEndpoint, Pricing } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { begun } from '../shared/admin/begun.ts'
import { pageOf, pageParameters } from '../shared/admin/ranges.ts'
import bodies from '../../schemas/admin/usage.schema.json' with { type: 'json' }
import type { UsageJournal } from './journal.ts'
import type { OpenedJournal } from './opened-journal.ts'
import { asked, commonParameters, inMode, searchParameter } from './questions.ts'
import type { Recalculations } from './recalculations.ts'
import { bySession } from './sessions.ts'
import { byLabel, byModel, byPeriod, byUserPath, summary, summaryOf } from './sums.ts'
import { Tally } from './tally.ts'
import { throughputOf, type Granularity } from './throughput.ts'
import { csvHead, csvLineOf, viewOf } from './view.ts'

export interface EndpointDeps {
  /** Where nothing is recorded, answers are empty. */
  readonly opened: OpenedJournal
  readonly pricing: Pricing
  readonly recalculations: Recalculations
  now(): number
}

type Listing = (journal: UsageJournal, call: AdminCall, now: number, pricing: Pricing) => Promise<readonly object[]>

const entryPages = pageParameters(200, 50)

function query(more: object = {}): Readonly<Record<string, unknown>> {
  return { type: 'object', properties: { ...commonParameters, ...more } }
}

export function usageEndpoints(deps: EndpointDeps): readonly AdminEndpoint[] {
  const endpoints = [
    summaryEndpoint(deps),
    ...listEndpoints(deps),
    sessionsEndpoint(deps),
    logEndpoint(deps),
    exportEndpoint(deps),
    throughputEndpoint(deps),
    recalculationEndpoint(deps),
  ]
  return endpoints.map(endpoint => upToDate(endpoint, deps))
}

/** Whoever calls, and then asks what it cost, is told. */
function upToDate(endpoint: AdminEndpoint, { opened }: EndpointDeps): AdminEndpoint {
  return {
    ...endpoint,
    async handle(call) {
      await opened.flush()
      return await endpoint.handle(call)
    },
  }
}

function summaryEndpoint({ opened: { recorded: journal }, now }: EndpointDeps): AdminEndpoint {
  return {
    method: 'GET',
    path: '/usage/summary',
    scope: 'subtree',
    summary: 'Total usage and cost.',
    query: query(),
    response: definition(bodies, 'UsageSummary'),
    async handle(call) {
      const { filter, mode } = asked(call, now())
      return journal === undefined ? summary(new Tally(mode)) : await summaryOf(journal, filter, mode)
    },
  }
}

function listEndpoints(deps: EndpointDeps): readonly AdminEndpoint[] {
  const interval = { interval: { type: 'string', enum: ['daily', 'weekly', 'monthly', 'yearly'], default: 'daily', description: 'How long a period is.' } }
  return [
    listEndpoint(deps, '/usage/daily', 'Usage and cost per day, week, month or year.', 'UsagePeriods', byPeriod, interval),
    listEndpoint(deps, '/usage/models', 'Usage and cost per model.', 'UsageModels', byModel),
    listEndpoint(deps, '/usage/user-paths', 'Usage and cost per user path.', 'UsageUserPaths', byUserPath),
    listEndpoint(deps, '/usage/labels', 'Usage and cost per label; records with several labels count in each.', 'UsageLabels', byLabel),
  ]
}

function listEndpoint(
  { opened: { recorded: journal }, now, pricing }: EndpointDeps,
  path: string,
  words: string,
  response: keyof typeof bodies.$defs,
  list: Listing,
  more?: object,
): AdminEndpoint {
  return {
    method: 'GET',
    path,
    scope: 'subtree',
    summary: words,
    query: query(more),
    response: definition(bodies, response),
    async handle(call) {
      asked(call, now())
      return journal === undefined ? [] : await list(journal, call, now(), pricing)
    },
  }
}

function sessionsEndpoint({ opened: { recorded: journal }, now }: EndpointDeps): AdminEndpoint {
  const cacheMode = { ...commonParameters.cache_mode, default: 'all' }
  const session = { type: 'string', maxLength: 512, description: 'This session alone; without days, all of it.' }
  return {
    method: 'GET',
    path: '/usage/sessions',
    scope: 'subtree',
    summary: 'Usage and cost per session, the latest first.',
    query: query({ ...entryPages, cache_mode: cacheMode, session_id: session }),
    response: definition(bodies, 'UsageSessions'),
    async handle(call) {
      asked(call, now())
      return journal === undefined ? nothing(call) : await bySession(journal, call, now())
    },
  }
}

function logEndpoint({ opened: { recorded: journal }, now }: EndpointDeps): AdminEndpoint {
  return {
    method: 'GET',
    path: '/usage/log',
    scope: 'subtree',
    summary: 'Lists the records, the latest first.',
    query: query({ ...entryPages, ...searchParameter }),
    response: definition(bodies, 'UsageLog'),
    async handle(call) {
      const { filter, mode } = asked(call, now())
      if (journal === undefined) return nothing(call)
      const page = pageOf(call.query)
      const { rows, total } = await journal.list({ filter: inMode(filter, mode), ...page })
      return { entries: rows.map(viewOf), total, ...page }
    },
  }
}

function nothing({ query: asked }: AdminCall): object {
  return { entries: [], total: 0, ...pageOf(asked) }
}

const formats = {
  csv: { type: 'text/csv; charset=utf-8; header=present', head: csvHead, line: csvLineOf },
  ndjson: { type: 'application/x-ndjson', head: '', line: (view: object) => `${JSON.stringify(view)}\n` },
} as const

function exportEndpoint({ opened: { recorded: journal }, now }: EndpointDeps): AdminEndpoint {
  const format = { type: 'string', enum: ['csv', 'ndjson'], default: 'csv', description: 'A table, or one JSON object in each line.' }
  return {
    method: 'GET',
    path: '/usage/export',
    scope: 'subtree',
    summary: 'Exports all records of a range as a file, the oldest first.',
    query: query({ ...searchParameter, format }),
    produces: ['text/csv', 'application/x-ndjson'],
    async handle(call) {
      const { filter, mode, range } = asked(call, now())
      const name = call.query['format'] as keyof typeof formats
      const { type, head, line } = formats[name]
      const pages = journal === undefined ? [] : await begun(journal.each(inMode(filter, mode), { order: 'asc' }))
      async function* lines() {
        if (head !== '') yield Buffer.from(head)
        for await (const rows of pages) yield Buffer.from(rows.map(row => line(viewOf(row))).join(''))
      }
      return call.reply({
        headers: ['Content-Type', type, 'Content-Disposition', `attachment; filename="usage-${range.startDate}-${range.endDate}.${name}"`],
        body: lines(),
      })
    },
  }
}

function throughputEndpoint({ opened: { recorded: journal }, now }: EndpointDeps): AdminEndpoint {
  const granularity = { type: 'string', enum: ['second', 'minute', 'hour', 'day'], default: 'minute', description: 'How long a bucket is.' }
  return {
    method: 'GET',
    path: '/usage/throughput',
    scope: 'global',
    summary: 'Tokens in the last minute, hour, day or month.',
    query: { type: 'object', properties: { granularity } },
    response: definition(bodies, 'UsageThroughput'),
    handle: ({ query: { granularity: asked }, timeZone }) => throughputOf(journal, asked as Granularity, timeZone, now()),
  }
}

function recalculationEndpoint({ opened, recalculations }: EndpointDeps): AdminEndpoint {
  return {
    method: 'POST',
    path: '/usage/recalculate-pricing',
    scope: 'global',
    summary: 'Recalculates the costs of records at the current prices.',
    body: definition(bodies, 'RecalculationRequest'),
    response: definition(bodies, 'RecalculationResult'),
    handle: call => recalculations.run(call, opened.journal),
  }
}
