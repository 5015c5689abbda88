/** How much of budgets is spent, for those who ask. */

import type { Clock, State, UsageLedger } from '../../core/index.ts'
import type { StandingRule } from '../../core/limits/rule.ts'
import type { BudgetView } from '../../schemas/admin/budgets.schema.ts'
import type { BudgetBook } from './budget-book.ts'
import { inDollars, labelOf, type BudgetRule } from './budget-rule.ts'
import type { Purse } from './purse.ts'

export interface SpendingGround {
  readonly state: State
  readonly usage: UsageLedger
  readonly clock: Clock
  readonly book: () => BudgetBook
}

/** USD spent in the window that runs: as it is counted, else as it is recorded. */
export async function spentOf(purses: readonly Purse[], { state, usage, clock }: SpendingGround): Promise<readonly number[]> {
  const now = clock.now()
  const standings = await Promise.resolve(state.read(purses.map(purse => ({ counter: purse.counterAt(now).counter })), now)).catch(() => undefined)
  return await Promise.all(purses.map(async (purse, index) => {
    const standing = standings?.[index]
    // Nobody has counted yet, or nothing.
    if (standing === undefined || standing.waitsSinceMs !== undefined || standing.current === 0) return (await usage.totals(purse.filter(now, now + 1))).total_cost ?? 0
    return inDollars(standing.current)
  }))
}

export async function viewsOf(rules: readonly StandingRule<BudgetRule>[], ground: SpendingGround): Promise<readonly BudgetView[]> {
  const purses = await allPursesOf(rules, ground)
  const spent = await spentOf(purses, ground)
  const now = ground.clock.now()
  return purses.map((purse, index) => viewOf(purse, spent[index] ?? 0, now))
}

/** Those of templates, too, whose children spent something. */
export async function allPursesOf(rules: readonly StandingRule<BudgetRule>[], ground: SpendingGround): Promise<readonly Purse[]> {
  return (await Promise.all(rules.map(rule => pursesOf(rule, ground)))).flat()
}

/** What callers see of a budget. */
export function reportOf(purse: Purse, spent: number, nowMs: number): Readonly<Record<string, unknown>> {
  const { scope, period_seconds: seconds, amount } = purse.rule
  const { startMs, endMs } = purse.windowAt(nowMs)
  return {
    [scope === 'user_path' ? 'user_path' : scope]: purse.subject,
    period_seconds: seconds, period_label: labelOf(seconds), amount, ...amounts(amount, spent),
    period_start: new Date(startMs).toISOString(), period_end: new Date(endMs).toISOString(),
    resets_in_seconds: Math.ceil((endMs - nowMs) / 1000), exceeded: spent >= amount,
  }
}

/** Of a template, those of the children that spent something in the window; without any, the template itself. */
async function pursesOf(rule: StandingRule<BudgetRule>, { usage, clock, book }: SpendingGround): Promise<readonly Purse[]> {
  if (!rule.per_child) return [book().purseOf(rule, rule.subject) ?? []].flat()
  const now = clock.now()
  const template = book().purseFor(rule)
  const groups = await usage.sums({ filter: template.filter(now, now + 1), by: ['user_path'], measures: ['total_cost'] })
  const depth = rule.subject === '/' ? 2 : rule.subject.split('/').length + 1
  const children = new Set(groups.map(({ key }) => String(key['user_path']).split('/').slice(0, depth)).filter(parts => parts.length === depth && parts.at(-1) !== '').map(parts => parts.join('/')))
  const purses = [...children].sort().flatMap(child => book().purseOf(rule, child) ?? [])
  return purses.length === 0 ? [template] : purses
}

function viewOf(purse: Purse, spent: number, nowMs: number): BudgetView {
  const { rule, subject } = purse
  const { startMs, endMs } = purse.windowAt(nowMs)
  const isChild = rule.per_child && subject !== rule.subject
  const known = rule.per_child && !isChild ? 0 : spent
  return {
    scope: rule.scope, subject: rule.subject, per_child: rule.per_child,
    ...(isChild ? { effective_subject: subject } : {}),
    ...(rule.scope === 'user_path' ? { user_path: rule.subject } : {}),
    period_seconds: rule.period_seconds, period_label: labelOf(rule.period_seconds), amount: rule.amount, source: rule.source,
    ...(rule.resetAt === undefined ? {} : { last_reset_at: new Date(rule.resetAt).toISOString() }),
    created_at: new Date(rule.createdAt).toISOString(), updated_at: new Date(rule.updatedAt).toISOString(),
    period_start: new Date(startMs).toISOString(), period_end: new Date(endMs).toISOString(),
    ...amounts(rule.amount, known), has_usage: known > 0, period_ratio: endMs === startMs ? 0 : (nowMs - startMs) / (endMs - startMs),
  }
}

function amounts(amount: number, spent: number) {
  return { spent, remaining: Math.max(0, amount - spent), usage_ratio: spent / amount }
}
