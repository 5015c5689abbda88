/** A journal for tests, with a column of every kind. */

import type { JournalDefinition, JournalRow } from '../../storage/journal.ts'

export interface Call extends JournalRow {
  readonly model?: string | null
  readonly path?: string | null
  readonly labels?: readonly string[] | null
  readonly cached?: boolean | null
  readonly status?: number | null
  readonly tokens?: number | null
  readonly cost?: number | null
  readonly note?: string | null
  readonly data?: unknown
  readonly body?: unknown
  readonly trace?: string | null
}

const columns: JournalDefinition<Call>['columns'] = {
  model: { type: 'text', indexed: true, searched: true },
  path: { type: 'text', indexed: true },
  labels: { type: 'texts', indexed: true },
  cached: { type: 'boolean' },
  status: { type: 'integer', indexed: true },
  tokens: { type: 'integer' },
  cost: { type: 'real' },
  note: { type: 'text', searched: true },
  data: { type: 'json' },
  body: { type: 'json', apart: true, searched: true },
  trace: { type: 'text', apart: true },
}

/** All pages of what is read page by page. */
export async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(page)
  return found
}

/** Without kept sums. */
export function calls(name: string): JournalDefinition<Call> {
  return { name, columns }
}

/** With kept sums. */
export function summedCalls(name: string): JournalDefinition<Call> {
  return {
    name,
    columns,
    rollup: { dimensions: ['model', 'path', 'labels', 'cached', 'status'], measures: ['tokens', 'cost'], often: [['model'], ['cached', 'model']] },
  }
}

/** Every member, those that are absent null. */
export function whole(row: Call): Call {
  const absent = Object.fromEntries(Object.keys(columns).map(name => [name, null]))
  return { ...absent, ...row }
}

/** As pages list it: without what is kept apart. */
export function slim(row: Call): Call {
  const { body: _body, trace: _trace, ...rest } = whole(row)
  return rest
}

/** Members that are absent or null, alike, so that rows can be compared. */
export function tidy(row: Call): Call {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined)) as unknown as Call
}
