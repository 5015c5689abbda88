/** How long a provider asks to wait: in headers, or inside an error. */

import type { ReplyHeaders } from './transport/transport.ts'

/** The wait that a provider asks for, in milliseconds: `retry-after-ms`, else seconds or a date. */
export function retryAfter(headers: ReplyHeaders, now: number): number | undefined {
  const exact = Number(headers['retry-after-ms'])
  if (headers['retry-after-ms'] !== undefined && Number.isFinite(exact)) return Math.max(0, exact)
  return waitIn(headers['retry-after'], now)
}

/** `retry-after` as callers get it: in whole seconds, whichever way the provider says it. Flat; empty where it does not. */
export function retryAfterHeader({ 'retry-after': said }: ReplyHeaders, now: number): readonly string[] {
  const waitMs = waitIn(said, now)
  return waitMs === undefined ? [] : ['retry-after', String(Math.ceil(waitMs / 1000))]
}

/** @param said seconds, or a date */
function waitIn(said: ReplyHeaders[string], now: number): number | undefined {
  if (typeof said !== 'string') return undefined
  const seconds = Number(said)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(said) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/** The wait that Google asks for inside an error, in milliseconds: the `RetryInfo` among its `details`, `{"retryDelay": "12.5s"}`. */
export function retryInfoMs({ details }: Readonly<Record<string, unknown>>): number | undefined {
  if (!Array.isArray(details)) return undefined
  const delays = details.map(detail => /^(\d+(?:\.\d+)?)s$/.exec(String((detail as { retryDelay?: unknown } | null)?.retryDelay))?.[1])
  const seconds = delays.find(delay => delay !== undefined)
  return seconds === undefined ? undefined : Number(seconds) * 1000
}
