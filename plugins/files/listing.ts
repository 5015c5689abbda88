/** The list of files: what the gateway has on record, and for who sees everything, what the providers list. */

import { gatewayError, type Exchange, type FileRecord, type ProviderInstance } from '../../core/index.ts'
import { notFound, scopeOf } from '../shared/objects/ownership.ts'
import type { Library } from './library.ts'
import { askingOf } from './provider-files.ts'
import { shown } from './shown.ts'

const longestPage = 100
/** Of each provider's list, when it must be gone through up to a cursor. */
const mostPages = 20

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
  const scope = scopeOf(exchange.caller)
  const { provider, purpose, order, limit } = query
  const where = {
    ...(scope === undefined ? { kept: true } : {}),
    ...(provider === undefined ? {} : { provider }),
    ...(purpose === undefined ? {} : { purpose }),
  }
  const own = await library.store.list({
    ...(scope === undefined ? {} : { owner: scope }),
    where,
    order,
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  })
  const entries = own.map(({ value }) => shown(value))
  if (scope !== undefined) return entries
  return [...entries, ...(await ofProviders(exchange, library, query, after))].sort(byAge(order)).slice(0, limit + 1)
}

async function ofProviders(exchange: Exchange, library: Library, query: FileQuery, after: FileRecord | undefined): Promise<readonly Entry[]> {
  const asked = library.serving().filter(({ name }) => query.provider === undefined || name === query.provider)
  const lists = await Promise.allSettled(asked.map(provider => pagesOf(exchange, library, provider, query, after)))
  const failed = lists.filter(list => list.status === 'rejected')
  if (failed.length > 0 && failed.length === lists.length) throw failed[0]?.reason
  for (const { reason } of failed) exchange.log.warn({ err: reason as unknown }, 'a provider did not list its files; it is left out')
  return lists.flatMap(list => (list.status === 'fulfilled' ? list.value : []))
}

async function pagesOf(
  exchange: Exchange,
  { calls }: Library,
  provider: ProviderInstance,
  { purpose, order, limit }: FileQuery,
  after: FileRecord | undefined,
): Promise<readonly Entry[]> {
  const { name } = provider
  const found: Entry[] = []
  let cursor = after?.provider === name && !after.kept ? after.id : undefined
  for (let page = 0; page < mostPages && found.length <= limit; page++) {
    const { entries, hasMore } = await calls.list(
      provider,
      { limit: String(longestPage), order, ...(purpose === undefined ? {} : { purpose }), ...(cursor === undefined ? {} : { after: cursor }) },
      askingOf(exchange),
    )
    const known = entries.filter(isEntry).map((entry): Entry => ({ ...entry, provider: name }))
    found.push(...known.filter(entry => (purpose === undefined || entry['purpose'] === purpose) && isBehind(entry, after, order)))
    cursor = known.at(-1)?.id
    if (!hasMore || cursor === undefined) break
  }
  return found
}

function isEntry(entry: Readonly<Record<string, unknown>>): entry is Entry {
  return typeof entry['id'] === 'string' && typeof entry['created_at'] === 'number'
}

function isBehind(entry: Entry, after: FileRecord | undefined, order: 'asc' | 'desc'): boolean {
  return after === undefined || byAge(order)(after, entry) < 0
}

function byAge(order: 'asc' | 'desc'): (one: Pick<Entry, 'id' | 'created_at'>, other: Pick<Entry, 'id' | 'created_at'>) => number {
  const sign = order === 'asc' ? 1 : -1
  return (one, other) => sign * (one.created_at - other.created_at || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0))
}
