/** What the caller's headers say of the cache. */

import type { IncomingRequest } from '../../core/index.ts'

/** A caller may make an entry live this many times as long as configured. */
const longestFactor = 10
const bypassing: ReadonlySet<string> = new Set(['no-cache', 'no-store'])

type Headers = IncomingRequest['headers']

/** Whether the caller wants neither to be answered from this layer, nor his answer to be kept in it. */
export function bypasses(headers: Headers): boolean {
  return words(headers['cache-control']).some(word => bypassing.has(word))
    || words(headers['x-cache-control']).includes('no-store')
    || words(headers['x-cache-type']).includes('semantic')
}

/** How long the entry that a request makes shall live: `X-Cache-TTL` in seconds, within bounds. */
export function ttlMs(headers: Headers, configuredMs: number): number {
  const [asked = ''] = words(headers['x-cache-ttl'])
  if (!/^\d+$/.test(asked)) return configuredMs
  return Math.min(Math.max(1000, Number(asked) * 1000), configuredMs * longestFactor)
}

/** How fast a kept stream leaves. */
export type Pace = 'instant' | 'paced'

/** The pace that `X-Cache-Replay` asks for, if it is one. */
export function paceOf(headers: Headers, configured: Pace): Pace {
  const [asked] = words(headers['x-cache-replay'])
  return asked === 'instant' || asked === 'paced' ? asked : configured
}

function words(header: string | string[] | undefined): readonly string[] {
  return header === undefined ? [] : String(header).toLowerCase().split(',').map(word => word.trim())
}
