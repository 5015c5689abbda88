/** What the admin API says and takes of budgets. */

import type { AdminCall, AdminEndpoint } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { invalidValue } from '../../core/errors.ts'
import { WriteTurns } from '../shared/admin/write-turns.ts'
import type { LimitIdentity } from '../shared/limits/rule.ts'
import { RuleEndpoints } from '../shared/limits/rule-endpoints.ts'
import type { RuleStore } from '../shared/limits/rule-store.ts'
import file from '../../schemas/admin/budgets.schema.json' with { type: 'json' }
import type { BudgetList, BudgetName, BudgetSettings, BudgetSettingsWrite, BudgetView, BudgetWrite } from '../../schemas/admin/budgets.schema.ts'
import type { PeriodAnchors } from './period-anchors.ts'
import { flawIn, flawInPeriod, periods, scopes, type BudgetRule } from './budget-rule.ts'
import { viewsOf, type SpendingDeps } from './spending.ts'

export interface EndpointDeps extends SpendingDeps {
  readonly ruleStore: RuleStore<BudgetRule>
  readonly anchors: PeriodAnchors
  readonly retentionDays: number
  /** Why budgets do not hold, if they do not. */
  readonly unavailable: () => string | undefined
}

const schemaOf = (name: keyof typeof file.$defs) => definition(file, name)

export function endpointsOf(deps: EndpointDeps): readonly AdminEndpoint[] {
  const { unavailable, ruleStore, clock } = deps
  const settingTurns = new WriteTurns('the settings of budgets')
  const rules = new RuleEndpoints<BudgetRule, BudgetView, BudgetList>({
    path: '/budgets',
    words: { rule: 'budget', used: 'spent' },
    schemas: {
      list: schemaOf('BudgetList'),
      write: schemaOf('BudgetWrite'),
      name: schemaOf('BudgetName'),
      reset: schemaOf('BudgetReset'),
      resetAll: schemaOf('ResetAll'),
      resetDone: schemaOf('ResetDone'),
    },
    unavailable,
    ruleStore,
    clock,
    identities: { scopes, periods, zero: false },
    periodIn: body => (body as BudgetName).budget_key,
    ruleOf: (identity, body) => ruleOf(identity, body as BudgetWrite, deps.retentionDays),
    viewsOf: budgets => viewsOf(budgets, deps),
    answer: (budgets, serverTime) => ({ budgets, server_time: serverTime }),
    rowsOf: ({ budgets }) => budgets,
  })
  return [
    ...rules.all,
    {
      method: 'GET',
      path: '/budgets/settings',
      scope: 'subtree',
      summary: 'When the periods of budgets begin.',
      response: schemaOf('BudgetSettings'),
      unavailable,
      handle: () => deps.anchors.view,
    },
    {
      method: 'PUT',
      path: '/budgets/settings',
      scope: 'global',
      summary: 'Sets when the periods of budgets begin.',
      body: schemaOf('BudgetSettingsWrite'),
      response: schemaOf('BudgetSettings'),
      unavailable,
      handle: call => settingTurns.take(() => putSettings(deps, call)),
    },
  ]
}

function ruleOf(identity: Pick<BudgetRule, keyof LimitIdentity>, { per_child: perChild, amount }: BudgetWrite, retentionDays: number): BudgetRule {
  const rule: BudgetRule = { ...identity, per_child: perChild, amount }
  const flaw = flawIn(rule)
  if (flaw !== undefined) throw invalidValue(perChild && rule.scope !== 'user_path' ? 'per_child' : 'amount', flaw)
  const tooLong = flawInPeriod(rule, retentionDays)
  if (tooLong !== undefined) throw invalidValue('period_seconds', tooLong)
  return rule
}

async function putSettings({ anchors, clock }: EndpointDeps, call: AdminCall): Promise<BudgetSettings> {
  const before = anchors.view
  call.ifMatch(before)
  await anchors.put(call.body as BudgetSettingsWrite, clock.now())
  call.changed(before, anchors.view)
  return anchors.view
}
