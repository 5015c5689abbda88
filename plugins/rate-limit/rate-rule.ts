/** A rate limit: so many requests, tokens or running calls for somebody in a period. */

import type { LimitRule } from '../shared/limits/rule.ts'

export const scopes = ['user_path', 'key', 'provider', 'model'] as const
export type RateScope = (typeof scopes)[number]

export interface RateRule extends LimitRule {
  readonly scope: RateScope
  /** 0 is for calls that run at the same time. */
  readonly period_seconds: number
  readonly max_requests?: number
  readonly max_tokens?: number
}

export const periods: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400, concurrent: 0 }

/** `minute`, or `90s`. */
export function labelOf(seconds: number): string {
  return Object.keys(periods).find(name => periods[name] === seconds) ?? `${seconds}s`
}

/** What is wrong with a rule; undefined if nothing is. */
export function flawIn({ period_seconds: period, max_requests: requests, max_tokens: tokens, per_child: perChild, scope }: RateRule): string | undefined {
  if (requests === undefined && tokens === undefined) return 'a rate limit needs max_requests or max_tokens'
  if (period === 0 && tokens !== undefined) return 'a limit of concurrent calls takes max_requests only'
  if (perChild && scope !== 'user_path') return 'only user paths have children'
  return undefined
}
