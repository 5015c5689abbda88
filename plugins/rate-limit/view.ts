/** Rate limits as administrators and callers see them. */

import type { Standing } from '../../core/index.ts'
import { periodMsOf, type StandingRule } from '../shared/limits/rule.ts'
import type { RateLimitView } from '../../schemas/admin/rate-limits.schema.ts'
import { usedOf, windowOf, type Kind, type Meter } from './meter.ts'
import { labelOf, type RateRule } from './rate-rule.ts'

/** How the meters of one rule and subject stand. */
export type Standings = ReadonlyMap<Meter, Standing>

interface Used {
  readonly used: number
  readonly left: number
  readonly limit: number
}

/** @param subject whom it counts; undefined of a template that nobody was counted for */
export function viewOf(rule: StandingRule<RateRule>, subject: string | undefined, standings: Standings, nowMs: number): RateLimitView {
  const { scope, subject: own, per_child: perChild, period_seconds: seconds, max_requests: requests, max_tokens: tokens, source, createdAt, updatedAt } = rule
  return {
    scope,
    subject: own,
    per_child: perChild,
    ...(perChild && subject !== undefined ? { effective_subject: subject } : {}),
    ...(scope === 'user_path' ? { user_path: own } : {}),
    period_seconds: seconds,
    period_label: labelOf(seconds),
    ...(requests === undefined ? {} : { max_requests: requests }),
    ...(tokens === undefined ? {} : { max_tokens: tokens }),
    source,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
    ...windowFields(rule, nowMs),
    ...usedFields(standings, nowMs),
  }
}

/** The same as callers see it. */
export function reportOf({ subject, rule }: Meter, standings: Standings, nowMs: number): Readonly<Record<string, unknown>> {
  const { period_seconds: seconds, max_requests: requests, max_tokens: tokens } = rule
  const fields = usedFields(standings, nowMs)
  const window = windowFields(rule, nowMs)
  const used = [...standings].map(([meter, standing]) => usage(meter, standing, nowMs))
  return {
    ...(rule.scope === 'user_path' ? { user_path: subject } : { key: subject }),
    period_seconds: seconds,
    period_label: labelOf(seconds),
    ...(requests === undefined ? {} : { max_requests: requests }),
    ...(tokens === undefined ? {} : { max_tokens: tokens }),
    ...fields,
    ...(requests === undefined || seconds === 0 ? {} : { requests_usage_ratio: fields.requests_used / requests }),
    ...(tokens === undefined ? {} : { tokens_usage_ratio: fields.tokens_used / tokens }),
    ...window,
    ...(window.window_end === undefined ? {} : { resets_in_seconds: Math.ceil((Date.parse(window.window_end) - nowMs) / 1000) }),
    exhausted: used.some(({ left }) => left < 1),
  }
}

function windowFields(rule: RateRule, nowMs: number): { readonly window_start?: string; readonly window_end?: string } {
  const periodMs = periodMsOf(rule)
  if (periodMs === 0) return {}
  const startMs = Math.floor(nowMs / periodMs) * periodMs
  return { window_start: new Date(startMs).toISOString(), window_end: new Date(startMs + periodMs).toISOString() }
}

function usedFields(standings: Standings, nowMs: number) {
  const of = (kind: Kind) => [...standings].filter(([meter]) => meter.kind === kind).map(([meter, standing]) => usage(meter, standing, nowMs))[0]
  const [requests, tokens, running] = [of('requests'), of('tokens'), of('concurrent')]
  return {
    requests_used: requests?.used ?? 0,
    ...(requests === undefined ? {} : { requests_remaining: requests.left }),
    tokens_used: tokens?.used ?? 0,
    ...(tokens === undefined ? {} : { tokens_remaining: tokens.left }),
    in_flight: running?.used ?? 0,
  }
}

function usage(meter: Meter, standing: Standing, nowMs: number): Used {
  const { limit, kind } = meter
  const used = kind === 'concurrent' ? standing.held : Math.ceil(usedOf(windowOf(meter, nowMs), standing))
  return { used, left: Math.max(0, limit - used), limit }
}
