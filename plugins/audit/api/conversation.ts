/** The requests around one: of its session, or those that its answer goes on from and that go on from it. */

import type { AdminEndpoint, Clock } from '../../../core/index.ts'
import { definition } from '../../shared/admin/definition.ts'
import type { Filter, Journal } from '../../../core/storage/journal.ts'
import bodies from '../../../schemas/admin/audit.schema.json' with { type: 'json' }
import type { AuditRow } from '../journal.ts'
import { idParameter, visibleRow } from './detail.ts'
import { viewsOf, type ApiDeps } from './deps.ts'
import { scopeFilter } from './question.ts'
import { fullView } from './view.ts'

const deadlineMs = 10_000
const limitParameter = { limit: { type: 'integer', minimum: 1, maximum: 200, default: 40, description: 'How many entries at most.' } } as const

interface Found {
  readonly rows: readonly AuditRow[]
  /** There is more than is shown. */
  readonly truncated: boolean
}

interface Search {
  readonly journal: Journal<AuditRow>
  readonly scope: Filter
  readonly limit: number
  readonly isOver: () => boolean
}

export function conversationEndpoint(deps: ApiDeps): AdminEndpoint {
  const { journal, clock } = deps
  return {
    method: 'GET',
    path: '/audit/conversation',
    scope: 'subtree',
    summary: 'The requests of a conversation, in order, found by one of them.',
    query: { type: 'object', properties: { ...idParameter, ...limitParameter }, required: ['log_id'] },
    response: definition(bodies, 'AuditConversation'),
    async handle(call) {
      const id = String(call.query['log_id'])
      if (journal === undefined) return { anchor_id: id, entries: [], truncated: false }
      const anchor = await visibleRow(call, deps)
      const search = { journal, scope: scopeFilter({ ...call, query: {} }), limit: Number(call.query['limit']), isOver: deadline(clock) }
      const { rows, truncated } = await around(anchor, search)
      return { anchor_id: id, entries: await viewsOf(rows, deps, fullView), truncated }
    },
  }
}

/** Of a session that the gateway guessed from how calls begin, responses know better what they go on from. */
async function around(anchor: AuditRow, search: Search): Promise<Found> {
  const { session_id: session } = anchor
  if (session !== null && !session.startsWith('auto-')) return await ofSession(anchor, search)
  const found = await linked(anchor, search)
  return session === null || found.rows.length > 1 ? found : await ofSession(anchor, search)
}

function deadline(clock: Clock): () => boolean {
  const endsAt = clock.elapsed() + deadlineMs
  return () => clock.elapsed() >= endsAt
}

/** As many before the anchor as behind it, unless one side has fewer. */
async function ofSession(anchor: AuditRow, search: Search): Promise<Found> {
  const { limit, scope } = search
  const filter = { ...scope, equals: { session_id: anchor.session_id, thread: anchor.thread } }
  const before = await take({ ...filter, to: anchor.timestamp + 1 }, 'desc', search)
  const behind = search.isOver() ? [] : await take({ ...filter, from: anchor.timestamp }, 'asc', search)
  const all = [...new Map([...before.reverse(), anchor, ...behind].map(row => [row.id, row])).values()].sort(byTime)
  const at = all.findIndex(({ id }) => id === anchor.id)
  const start = Math.max(0, Math.min(at - Math.floor(limit / 2), all.length - limit))
  return { rows: all.slice(start, start + limit), truncated: all.length > limit || search.isOver() }
}

/** One more than is shown, so that it is known whether there are more. */
async function take(filter: Filter, order: 'asc' | 'desc', { journal, limit, isOver }: Search): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  for await (const page of journal.each(filter, { order, whole: true, pageSize: limit + 1 })) {
    rows.push(...page)
    if (rows.length > limit || isOver()) break
  }
  return rows.slice(0, limit + 1)
}

/** Back along `previous_response_id`, then forwards from the anchor, the nearest first. */
async function linked(anchor: AuditRow, search: Search): Promise<Found> {
  const found = new Map([[anchor.id, anchor]])
  const isFull = () => found.size > search.limit || search.isOver()
  let previous = anchor.previous_response_id
  while (previous !== null && !isFull()) {
    const row = (await rowsWith({ response_id: previous }, search)).find(({ id }) => !found.has(id))
    if (row !== undefined) found.set(row.id, row)
    previous = row?.previous_response_id ?? null
  }
  for (let known = idsOf([anchor]); known.length > 0 && !isFull();) {
    const next = (await rowsWith({ previous_response_id: known }, search)).filter(({ id }) => !found.has(id))
    for (const row of next) found.set(row.id, row)
    known = idsOf(next)
  }
  const rows = [...found.values()].slice(0, search.limit).sort(byTime)
  return { rows, truncated: found.size > search.limit || search.isOver() }
}

function idsOf(rows: readonly AuditRow[]): readonly string[] {
  return rows.flatMap(({ response_id: id }) => id ?? [])
}

async function rowsWith(equals: Filter['equals'] & object, search: Search): Promise<readonly AuditRow[]> {
  return await take({ ...search.scope, equals }, 'asc', search)
}

function byTime(a: AuditRow, b: AuditRow): number {
  return a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1)
}
