/** What of a caller's headers and query goes on to a provider (api 11). */

import type { IncomingRequest } from '../../core/index.ts'

const removed = new Set([
  'authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'host', 'content-length', 'connection', 'keep-alive', 'te', 'trailer',
  'transfer-encoding', 'upgrade', 'cookie', 'forwarded', 'x-request-id', 'expect',
])
const removedPrefixes = ['proxy-', 'x-forwarded-']

/**
 * Everything but credentials, hop-by-hop headers and what concerns only the gateway.
 * @param ownHeaders lower-case names that plugins keep in the gateway
 */
export function forwardedHeaders({ headers, rawHeaders }: IncomingRequest, ownHeaders: ReadonlySet<string>): string[] {
  const listed = new Set(String(headers['connection'] ?? '').toLowerCase().split(',').map(name => name.trim()))
  const flat: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string]
    const lower = name.toLowerCase()
    if (removed.has(lower) || ownHeaders.has(lower) || listed.has(lower) || removedPrefixes.some(prefix => lower.startsWith(prefix))) continue
    flat.push(name, value)
  }
  return flat
}

/** The query as it was sent, without the parameters in which the provider would take credentials. */
export function forwardedQuery(query: string, credentials: readonly string[] = []): string {
  if (query === '' || credentials.length === 0) return query
  const kept = query.slice(1).split('&').filter(pair => !credentials.includes((pair.split('=', 1)[0] ?? '').toLowerCase()))
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}
