/** A budget: so many dollars for somebody in a period. */

import type { LimitRule } from '../shared/limits/rule.ts'

export const scopes = ['user_path', 'label', 'user', 'key'] as const
export type BudgetScope = (typeof scopes)[number]

export interface BudgetRule extends LimitRule {
  readonly scope: BudgetScope
  readonly period_seconds: number
  /** USD. */
  readonly amount: number
}

/** Stands for a month, however long that is. */
export const month = 2_592_000

export const periods: Readonly<Record<string, number>> = {
  hourly: 3600,
  hour: 3600,
  daily: 86_400,
  day: 86_400,
  weekly: 604_800,
  week: 604_800,
  monthly: month,
  month,
}

const labels: ReadonlyMap<number, string> = new Map([
  [3600, 'hourly'],
  [86_400, 'daily'],
  [604_800, 'weekly'],
  [month, 'monthly'],
])

/** `daily`, or `90s`. */
export function labelOf(seconds: number): string {
  return labels.get(seconds) ?? `${seconds}s`
}

/** What is wrong with a rule; undefined if nothing is. */
export function flawIn({ amount, per_child: perChild, scope }: BudgetRule): string | undefined {
  if (!Number.isFinite(amount) || amount <= 0) return 'an amount must be more than 0'
  return perChild && scope !== 'user_path' ? 'only user paths have children' : undefined
}

/** Of the longest month. */
const mostOfMonth = 31 * 86_400

/** What is wrong with a period, of whose windows the records must last to the end; undefined if nothing is. @param retentionDays 0: for ever */
export function flawInPeriod({ period_seconds: period }: Pick<BudgetRule, 'period_seconds'>, retentionDays: number): string | undefined {
  const seconds = period === month ? mostOfMonth : period
  return retentionDays === 0 || seconds <= retentionDays * 86_400
    ? undefined
    : `a period of ${labelOf(period)} is longer than usage is kept: ${retentionDays} days (usage.retention_days)`
}

/** Dollars as they are counted: whole billionths, so that sums are exact. */
export function inNano(dollars: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.round(dollars * 1e9))
}

export function inDollars(nano: number): number {
  return nano / 1e9
}
