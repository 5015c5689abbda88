/** How much of budgets is spent, for those who ask. */

import type { Clock, LimitStanding, State, UsageLedger } from '../../core/index.ts'
import type { StandingRule } from '../shared/limits/rule.ts'
import type { BudgetView } from '../../schemas/admin/budgets.schema.ts'
import type { BudgetIndex } from './budget-index.ts'
import { inDollars, labelOf, type BudgetRule } from './budget-rule.ts'
import type { SubjectBudget } from './subject-budget.ts'

export interface SpendingDeps {
  readonly state: State
  readonly usage: UsageLedger
  readonly clock: Clock
  readonly index: () => BudgetIndex
}

export async function viewsOf(rules: readonly StandingRule<BudgetRule>[], deps: SpendingDeps): Promise<readonly BudgetView[]> {
  const subjectBudgets = await allSubjectBudgetsOf(rules, deps)
  const spent = await spentOf(subjectBudgets, deps)
  const now = deps.clock.now()
  return subjectBudgets.map((subjectBudget, index) => viewOf(subjectBudget, spent[index] ?? 0, now))
}

/** What callers see of their budgets. */
export async function reportsOf(subjectBudgets: readonly SubjectBudget[], deps: SpendingDeps): Promise<readonly LimitStanding[]> {
  const spent = await spentOf(subjectBudgets, deps)
  const now = deps.clock.now()
  return subjectBudgets.map((subjectBudget, index) => reportOf(subjectBudget, spent[index] ?? 0, now))
}

/** Those of templates, too, whose children spent something. */
export async function allSubjectBudgetsOf(rules: readonly StandingRule<BudgetRule>[], deps: SpendingDeps): Promise<readonly SubjectBudget[]> {
  return (await Promise.all(rules.map(rule => subjectBudgetsOf(rule, deps)))).flat()
}

/** USD spent in the window that runs: as it is counted, else as it is recorded. */
async function spentOf(subjectBudgets: readonly SubjectBudget[], { state, usage, clock }: SpendingDeps): Promise<readonly number[]> {
  const now = clock.now()
  const standings = await Promise.resolve(
    state.read(
      subjectBudgets.map(subjectBudget => ({ counter: subjectBudget.counterAt(now).counter })),
      now,
    ),
  ).catch(() => undefined)
  return await Promise.all(
    subjectBudgets.map(async (subjectBudget, index) => {
      const standing = standings?.[index]
      // Nobody has counted yet, or nothing.
      if (standing === undefined || standing.waitsSinceMs !== undefined || standing.current === 0)
        return (await usage.totals(subjectBudget.filter(now, now + 1))).total_cost ?? 0
      return inDollars(standing.current)
    }),
  )
}

/** Of a template, those of the children that spent something in the window; without any, the template itself. */
async function subjectBudgetsOf(rule: StandingRule<BudgetRule>, { usage, clock, index }: SpendingDeps): Promise<readonly SubjectBudget[]> {
  if (!rule.per_child) return [index().purseOf(rule, rule.subject) ?? []].flat()
  const now = clock.now()
  const template = index().purseFor(rule)
  const groups = await usage.sums({ filter: template.filter(now, now + 1), by: ['user_path'], measures: ['total_cost'] })
  const depth = rule.subject === '/' ? 2 : rule.subject.split('/').length + 1
  const children = new Set(
    groups
      .map(({ key }) => String(key['user_path']).split('/').slice(0, depth))
      .filter(parts => parts.length === depth && parts.at(-1) !== '')
      .map(parts => parts.join('/')),
  )
  const subjectBudgets = [...children].sort().flatMap(child => index().purseOf(rule, child) ?? [])
  return subjectBudgets.length === 0 ? [template] : subjectBudgets
}

function reportOf(subjectBudget: SubjectBudget, spent: number, nowMs: number): Readonly<Record<string, unknown>> {
  const { scope, period_seconds: seconds, amount } = subjectBudget.rule
  const { startMs, endMs } = subjectBudget.windowAt(nowMs)
  return {
    [scope === 'user_path' ? 'user_path' : scope]: subjectBudget.subject,
    period_seconds: seconds,
    period_label: labelOf(seconds),
    amount,
    ...amounts(amount, spent),
    period_start: new Date(startMs).toISOString(),
    period_end: new Date(endMs).toISOString(),
    resets_in_seconds: Math.ceil((endMs - nowMs) / 1000),
    exceeded: spent >= amount,
  }
}

function viewOf(subjectBudget: SubjectBudget, spent: number, nowMs: number): BudgetView {
  const { rule, subject } = subjectBudget
  const { startMs, endMs } = subjectBudget.windowAt(nowMs)
  const isChild = rule.per_child && subject !== rule.subject
  const known = rule.per_child && !isChild ? 0 : spent
  return {
    scope: rule.scope,
    subject: rule.subject,
    per_child: rule.per_child,
    ...(isChild ? { effective_subject: subject } : {}),
    ...(rule.scope === 'user_path' ? { user_path: rule.subject } : {}),
    period_seconds: rule.period_seconds,
    period_label: labelOf(rule.period_seconds),
    amount: rule.amount,
    source: rule.source,
    ...(rule.resetAt === undefined ? {} : { last_reset_at: new Date(rule.resetAt).toISOString() }),
    created_at: new Date(rule.createdAt).toISOString(),
    updated_at: new Date(rule.updatedAt).toISOString(),
    period_start: new Date(startMs).toISOString(),
    period_end: new Date(endMs).toISOString(),
    ...amounts(rule.amount, known),
    has_usage: known > 0,
    period_ratio: endMs === startMs ? 0 : (nowMs - startMs) / (endMs - startMs),
  }
}

function amounts(amount: number, spent: number) {
  return { spent, remaining: Math.max(0, amount - spent), usage_ratio: spent / amount }
}
