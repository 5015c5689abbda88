/** What one rule counts of one subject: requests, tokens, or calls that run. */

import type { Claim, Standing } from '../../core/index.ts'
import { periodMsOf, type StandingRule } from '../shared/limits/rule.ts'
import { labelOf, type RateRule } from './rate-rule.ts'

export type Kind = 'requests' | 'tokens' | 'concurrent'

export interface Meter {
  readonly rule: StandingRule<RateRule>
  /** Whom it counts: the rule's subject, or the child of a template. */
  readonly subject: string
  readonly kind: Kind
  readonly limit: number
  readonly key: string
  readonly periodMs: number
}

/** The period that runs, and how much of the one before still counts. */
export interface Window {
  readonly startMs: number
  readonly endMs: number
  /** Of the counters. */
  readonly current: string
  readonly previous: string
  readonly weight: number
}

/** A slot is for ever where nobody can die who holds it without its counter. */
const forEver = Number.MAX_SAFE_INTEGER

export function metersOf(rule: StandingRule<RateRule>, subject: string): readonly Meter[] {
  const { period_seconds: seconds, max_requests: requests, max_tokens: tokens, countersSince } = rule
  const whom = `${rule.scope}:${seconds}:${rule.scope === 'user_path' ? subject : subject.toLowerCase()}${rule.per_child ? ':child' : ''}`
  const periodMs = periodMsOf(rule)
  const meter = (kind: Kind, limit: number, key: string): Meter => ({ rule, subject, kind, limit, key, periodMs })
  if (seconds === 0) return requests === undefined ? [] : [meter('concurrent', requests, `slots:${whom}`)]
  return [
    ...(requests === undefined ? [] : [meter('requests', requests, `rate:${whom}:${countersSince}:requests`)]),
    ...(tokens === undefined ? [] : [meter('tokens', tokens, `rate:${whom}:${countersSince}:tokens`)]),
  ]
}

/** @param nowMs milliseconds since 1970, to which periods are aligned */
export function windowOf({ key, periodMs }: Meter, nowMs: number): Window {
  const index = Math.floor(nowMs / periodMs)
  const startMs = index * periodMs
  return { startMs, endMs: startMs + periodMs, current: `${key}:${index}`, previous: `${key}:${index - 1}`, weight: 1 - (nowMs - startMs) / periodMs }
}

/** @param slotMs how long a slot is held unless it is renewed; undefined: until it is given back */
export function claimOf(meter: Meter, holder: string, nowMs: number, slotMs: number | undefined): Claim {
  const { kind, limit, key, periodMs } = meter
  if (kind === 'concurrent') return { hold: { key, holder, amount: 1, untilMs: slotMs === undefined ? forEver : nowMs + slotMs }, limit }
  const { current, previous, weight, endMs } = windowOf(meter, nowMs)
  return { counter: { counter: current, previous, weight, add: kind === 'requests' ? 1 : 0, expiresAtMs: endMs + periodMs }, limit }
}

/** What counts against the limit. */
export function usedOf({ weight }: Pick<Window, 'weight'>, { current, previous }: Standing): number {
  return current + previous * weight
}

/** In how many milliseconds a call fits again, if nobody else calls. */
export function waitOf(meter: Meter, { current, previous }: Standing, nowMs: number): number {
  if (meter.kind === 'concurrent') return 1000
  const { startMs, endMs } = windowOf(meter, nowMs)
  const room = meter.kind === 'requests' ? meter.limit - 1 : meter.limit
  // What was used must be less than a limit of tokens, not the same.
  const late = meter.kind === 'tokens' ? 1 : 0
  const fits = (start: number, left: number, before: number) => start + meter.periodMs * (1 - Math.min(1, left / before)) + late
  if (current < room || (current === room && meter.kind === 'requests')) return Math.max(1, fits(startMs, room - current, previous) - nowMs)
  return Math.max(1, fits(endMs, room, current) - nowMs)
}

/** `3 requests per minute for user path /team/a`. */
export function wordsOf({ rule, subject, kind, limit }: Meter): string {
  const what = kind === 'concurrent' ? `${limit} concurrent requests` : `${limit} ${kind} per ${labelOf(rule.period_seconds)}`
  return `${what} for ${rule.scope.replace('_', ' ')} ${subject}`
}
