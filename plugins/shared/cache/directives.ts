/** What the caller's headers say of the caches. */

import type { CacheLayer } from '../../../core/services/caches.ts'
import type { IncomingRequest } from '../../../core/pipeline/incoming-request.ts'

/** A caller may make an entry live this many times as long as configured. */
const longestFactor = 10
const bypassing: ReadonlySet<string> = new Set(['no-cache', 'no-store'])
/** A caller may not ask for answers to what resembles their question less than that. */
const leastSimilarity = 0.8

type Headers = IncomingRequest['headers']

/** Whether the caller wants neither to be answered from a cache, nor their answer to be kept in one. */
export function bypasses(headers: Headers): boolean {
  return words(headers['cache-control']).some(word => bypassing.has(word)) || words(headers['x-cache-control']).includes('no-store')
}

/** Whether the caller wants the other layer alone. */
export function leavesOut(headers: Headers, layer: CacheLayer['name']): boolean {
  const asked = words(headers['x-cache-type'])
  return asked.includes(layer === 'exact' ? 'semantic' : 'exact') && !asked.includes(layer)
}

/** How long the entry that a request makes shall live: `X-Cache-TTL` in seconds, within bounds. @param configuredMs 0 is for ever, and no bound */
export function ttlMs(headers: Headers, configuredMs: number): number {
  const [asked = ''] = words(headers['x-cache-ttl'])
  if (!/^\d+$/.test(asked)) return configuredMs
  const longestMs = configuredMs === 0 ? Number.MAX_SAFE_INTEGER : configuredMs * longestFactor
  return Math.min(Math.max(1000, Number(asked) * 1000), longestMs)
}

/** How much a question must resemble an earlier one: `X-Cache-Semantic-Threshold`, if it is a number above 0 and up to 1. */
export function thresholdOf(headers: Headers, configured: number): number {
  const [asked = ''] = words(headers['x-cache-semantic-threshold'])
  const threshold = /^\d*\.?\d+$/.test(asked) ? Number(asked) : 0
  return threshold > 0 && threshold <= 1 ? Math.max(leastSimilarity, threshold) : configured
}

/** How fast a kept stream leaves. */
export type Pace = 'instant' | 'paced'

/** The pace that `X-Cache-Replay` asks for, if it is one. */
export function paceOf(headers: Headers, configured: Pace): Pace {
  const [asked] = words(headers['x-cache-replay'])
  return asked === 'instant' || asked === 'paced' ? asked : configured
}

function words(header: string | string[] | undefined): readonly string[] {
  return header === undefined
    ? []
    : String(header)
        .toLowerCase()
        .split(',')
        .map(word => word.trim())
}
