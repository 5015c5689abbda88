/** The budgets that the configuration names. */

import type { OptionsOf } from '../../core/index.ts'
import { readEach } from '../../core/config/problems/setting-fault.ts'
import { longestPeriodSeconds, overlaid } from '../shared/limits/rule.ts'
import { limitedPath, pathOfVariable, readLimits } from '../shared/limits/variables.ts'
import { flawIn, flawInPeriod, periods, type BudgetRule } from './budget-rule.ts'
import type { schema } from './schema.ts'

type Options = Pick<OptionsOf<typeof schema>, 'user_paths' | 'labels' | 'users' | 'keys' | 'path_variables' | 'retention_days'>
type Whom = Pick<BudgetRule, 'scope' | 'subject' | 'per_child'>

/** One limit, as it is written. */
interface Limit {
  readonly period?: string
  readonly period_seconds?: number
  readonly amount?: number
}

/** Variables stand in the place of what the file says of the same. @throws Error */
export function configuredBudgets({
  user_paths: paths,
  labels,
  users,
  keys,
  path_variables: variables,
  retention_days: retentionDays,
}: Options): readonly BudgetRule[] {
  const rules = (whom: Whom, limits: readonly Limit[]) => limits.map(limit => ruleOf(whom, limit))
  const written = [
    ...paths.flatMap(({ path, per_child: perChild, limits }) => rules({ scope: 'user_path', subject: limitedPath(path), per_child: perChild }, limits)),
    ...labels.flatMap(({ label, limits }) => rules({ scope: 'label', subject: label, per_child: false }, limits)),
    ...users.flatMap(({ user, limits }) => rules({ scope: 'user', subject: user, per_child: false }, limits)),
    ...keys.flatMap(({ key, limits }) => rules({ scope: 'key', subject: key, per_child: false }, limits)),
  ]
  const varied = readEach('/budgets/path_variables', variables, (name, limits) =>
    rules(
      { scope: 'user_path', subject: pathOfVariable(name), per_child: false },
      readLimits<Limit>(limits, (period, amount) => ({ period, amount })),
    ),
  ).flat()
  for (const rule of [...written, ...varied]) {
    const flaw = flawInPeriod(rule, retentionDays)
    if (flaw !== undefined) throw new Error(`${rule.scope} ${rule.subject}: ${flaw}`)
  }
  return overlaid(written, varied)
}

function ruleOf(whom: Whom, { period, period_seconds: seconds, amount }: Limit): BudgetRule {
  if ((period === undefined) === (seconds === undefined)) throw new Error(`${whom.scope} ${whom.subject}: a limit has either period or period_seconds`)
  const read = seconds ?? periods[String(period).toLowerCase()]
  if (read === undefined || !Number.isInteger(read) || read < 1 || read > longestPeriodSeconds)
    throw new Error(`${whom.scope} ${whom.subject}: ${JSON.stringify(period ?? seconds)} is no period`)
  const rule: BudgetRule = { ...whom, period_seconds: read, amount: Number(amount) }
  const flaw = flawIn(rule)
  if (flaw !== undefined) throw new Error(`${whom.scope} ${whom.subject}: ${flaw}`)
  return rule
}
