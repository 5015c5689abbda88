/** The list of files: what the gateway has on record, and for who sees everything, what the providers list. */

import { gatewayError, type Exchange, type FileRecord, type ProviderInstance } from '../../core/index.ts'
import { notFound, scopeOf } from '../shared/objects/ownership.ts'
import type { Library } from './library.ts'
import { askingOf } from './provider-files.ts'
import { shown } from './shown.ts'

const longestPage = 100

export interface FileQuery {
  readonly provider: string | undefined
  readonly purpose: string | undefined
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after: string | undefined
}

type Entry = Readonly<Record<string, unknown>> & { readonly id: string; readonly created_at: number }

/** @throws GatewayError 400 */
export function readQuery(text: string): FileQuery {
  const query = new URLSearchParams(text)
  const limit = query.get('limit') ?? '20'
  const order = query.get('order') ?? 'desc'
  if (!/^\d+$/.test(limit) || Number(limit) < 1) throw gatewayError('invalid_value', 'limit must be a number from 1 on', { param: 'limit' })
  if (order !== 'asc' && order !== 'desc') throw gatewayError('invalid_value', 'order must be asc or desc', { param: 'order' })
  return {
    provider: query.get('provider') ?? undefined,
    purpose: query.get('purpose') ?? undefined,
    limit: Math.min(Number(limit), longestPage),
    order,
    after: query.get('after') || undefined,
  }
}

/** @throws GatewayError 404 for an unknown cursor, or what the providers answered if none gave its list */
export async function listFiles(exchange: Exchange, library: Library, query: FileQuery): Promise<object> {
  const after = query.after === undefined ? undefined : await library.find(exchange, query.after, query.provider)
  if (query.after !== undefined && after === undefined) throw notFound(`file '${query.after}'`, 'after')
  const found = await entriesOf(exchange, library, query, after)
  const page = found.slice(0, query.limit)
  return { object: 'list', data: page, first_id: page[0]?.id ?? null, last_id: page.at(-1)?.id ?? null, has_more: found.length > query.limit }
}

/** In order, behind the cursor; one more than a page. */
async function entriesOf(exchange: Exchange, library: Library, query: FileQuery, after: FileRecord | undefined): Promise<readonly Entry[]> {
  const kept = await recorded(exchange, library, query, after)
  if (scopeOf(exchange.caller) !== undefined) return kept
  return merged([kept, ...(await ofProviders(exchange, library, query, after))], query)
}

/** What the gateway has on record; for who sees everything, what it keeps itself. */
async function recorded({ caller }: Exchange, { store }: Library, query: FileQuery, after: FileRecord | undefined): Promise<readonly Entry[]> {
  const owner = scopeOf(caller)
  const { provider, purpose, order, limit } = query
  const found = await store.list({
    ...(owner === undefined ? {} : { owner }),
    where: {
      ...(owner === undefined ? { kept: true } : {}),
      ...(provider === undefined ? {} : { provider }),
      ...(purpose === undefined ? {} : { purpose }),
    },
    order,
    limit: limit + 1,
    ...(after === undefined ? {} : owner === undefined && !after.kept ? { pastAge: after } : { after }),
  })
  return found.map(({ value }) => shown(value))
}

/** The list of each provider. */
async function ofProviders(exchange: Exchange, library: Library, query: FileQuery, after: FileRecord | undefined): Promise<readonly (readonly Entry[])[]> {
  const asked = library.serving().filter(({ name }) => query.provider === undefined || name === query.provider)
  const at = after === undefined || after.kept ? -1 : asked.findIndex(({ name }) => name === after.provider)
  const lists = await Promise.allSettled(
    asked.map((provider, rank) => listOf(exchange, library, provider, query, after && { file: after, isHere: rank === at, isPastAge: rank < at })),
  )
  const failed = lists.filter(list => list.status === 'rejected')
  if (failed.length > 0 && failed.length === lists.length) throw failed[0]?.reason
  for (const { reason } of failed) exchange.log.warn({ err: reason as unknown }, 'a provider did not list its files; it is left out')
  return lists.map(list => (list.status === 'fulfilled' ? list.value : []))
}

/** Where a page begins, as one of the lists sees it. */
interface Cursor {
  readonly file: FileRecord
  /** It is of this list. */
  readonly isHere: boolean
  /** What is of the same age came before it. */
  readonly isPastAge: boolean
}

/** As the provider orders it: of files of the same second, nobody else knows what comes behind which. */
async function listOf(
  exchange: Exchange,
  { calls }: Library,
  provider: ProviderInstance,
  { purpose, order, limit }: FileQuery,
  after: Cursor | undefined,
): Promise<readonly Entry[]> {
  const { name } = provider
  const found: Entry[] = []
  for (let cursor = after?.isHere === true ? after.file.id : undefined; found.length <= limit;) {
    exchange.throwIfStopped()
    const { entries, hasMore } = await calls.list(
      provider,
      { limit: String(longestPage), order, ...(purpose === undefined ? {} : { purpose }), ...(cursor === undefined ? {} : { after: cursor }) },
      askingOf(exchange),
    )
    const known = entries.filter(isEntry).map((entry): Entry => ({ ...entry, provider: name }))
    found.push(...known.filter(entry => (purpose === undefined || entry['purpose'] === purpose) && isBehind(entry, after, order)))
    const last = known.at(-1)?.id
    if (!hasMore || last === undefined || last === cursor) break
    cursor = last
  }
  return found
}

function isEntry(entry: Readonly<Record<string, unknown>>): entry is Entry {
  return typeof entry['id'] === 'string' && typeof entry['created_at'] === 'number'
}

function isBehind(entry: Entry, after: Cursor | undefined, order: FileQuery['order']): boolean {
  if (after === undefined || after.isHere) return true
  const past = ageBetween(after.file, entry, order)
  return past > 0 || (past === 0 && !after.isPastAge)
}

/** Each list in its own order; of what is of the same age, that of the first list comes first. One more than a page. */
function merged(lists: readonly (readonly Entry[])[], { order, limit }: FileQuery): readonly Entry[] {
  const left = lists.map(list => [...list])
  const found: Entry[] = []
  while (found.length <= limit) {
    const next = left.reduce((best, list) => (isSooner(list[0], best[0], order) ? list : best), [])
    const entry = next.shift()
    if (entry === undefined) break
    found.push(entry)
  }
  return found
}

function isSooner(entry: Entry | undefined, than: Entry | undefined, order: FileQuery['order']): boolean {
  return entry !== undefined && (than === undefined || ageBetween(entry, than, order) > 0)
}

/** Positive if the other comes behind the one. */
function ageBetween(one: Pick<Entry, 'created_at'>, other: Pick<Entry, 'created_at'>, order: FileQuery['order']): number {
  return order === 'asc' ? other.created_at - one.created_at : one.created_at - other.created_at
}
