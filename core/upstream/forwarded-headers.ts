/** Headers of callers that go on to providers, and those that never do: credentials, those of the connection, those of proxies, and what concerns the gateway alone. */

import type { IncomingRequest } from '../pipeline/exchange.ts'
import type { HeaderNames } from '../plugin/define.ts'
import { untouchable } from './header-edits.ts'

/** A request whose headers may go along, and the lower-case names that plugins keep in the gateway. */
export interface CallerHeaders {
  readonly request: Pick<IncomingRequest, 'headers' | 'rawHeaders'>
  readonly ownHeaders: HeaderNames
}

/** Beside those of credentials. */
const removed: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'forwarded', 'x-request-id', 'expect'])
const removedPrefixes = ['proxy-', 'x-forwarded-']

/** Flat headers as they go on; repeated ones stay so. @param isWanted asked of lower-case names that may go */
export function forwardedHeaders({ request: { headers, rawHeaders }, ownHeaders }: CallerHeaders, isWanted: (name: string) => boolean = () => true): string[] {
  const listed = new Set(String(headers['connection'] ?? '').toLowerCase().split(',').map(name => name.trim()))
  const flat: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string]
    const lower = name.toLowerCase()
    if (removed.has(lower) || untouchable(lower) === 'credentials' || ownHeaders.has(lower) || listed.has(lower) || removedPrefixes.some(prefix => lower.startsWith(prefix))) continue
    if (isWanted(lower)) flat.push(name, value)
  }
  return flat
}
