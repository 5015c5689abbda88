/** What the admin API says and takes of budgets. */

import type { AdminCall, AdminEndpoint } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { invalidValue } from '../../core/errors.ts'
import { RuleEndpoints, tagOfRules } from '../shared/limits/rule-endpoints.ts'
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

type Endpoints = RuleEndpoints<BudgetRule, BudgetView, BudgetList>

const schemaOf = (name: keyof typeof file.$defs) => definition(file, name)
const list = { response: schemaOf('BudgetList'), tagged: ({ budgets }: BudgetList) => tagOfRules(budgets) }

export function endpointsOf(deps: EndpointDeps): readonly AdminEndpoint[] {
  const { unavailable, ruleStore, clock } = deps
  const endpoints: Endpoints = new RuleEndpoints({
    ruleStore,
    clock,
    identities: { scopes, periods, zero: false },
    viewsOf: rules => viewsOf(rules, deps),
    answer: (budgets, serverTime) => ({ budgets, server_time: serverTime }),
  })
  return [
    {
      method: 'GET',
      path: '/budgets',
      scope: 'subtree',
      summary: 'Lists the budgets, and how much of each is spent.',
      ...list,
      unavailable,
      handle: call => endpoints.list(call),
    },
    {
      method: 'PUT',
      path: '/budgets',
      scope: 'subtree',
      summary: 'Sets a budget.',
      body: schemaOf('BudgetWrite'),
      ...list,
      unavailable,
      handle: call => put(endpoints, call, deps.retentionDays),
    },
    {
      method: 'DELETE',
      path: '/budgets',
      scope: 'subtree',
      summary: 'Deletes a budget.',
      body: schemaOf('BudgetName'),
      ...list,
      unavailable,
      handle: call => remove(endpoints, call),
    },
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
      handle: call => putSettings(deps, call),
    },
    {
      method: 'POST',
      path: '/budgets/reset-one',
      scope: 'subtree',
      summary: 'Resets a budget.',
      body: schemaOf('BudgetReset'),
      ...list,
      unavailable,
      handle: call => endpoints.resetOne(call),
    },
    {
      method: 'POST',
      path: '/budgets/reset',
      scope: 'global',
      summary: 'Resets all budgets.',
      body: schemaOf('ResetAll'),
      response: schemaOf('ResetDone'),
      unavailable,
      handle: call => endpoints.resetAll(call),
    },
  ]
}

async function put(endpoints: Endpoints, call: AdminCall, retentionDays: number): Promise<BudgetList> {
  const { budget_key: key, per_child: perChild, amount, ...given } = call.body as BudgetWrite
  const rule: BudgetRule = { ...endpoints.identityOf(call, given, key), per_child: perChild, amount }
  const flaw = flawIn(rule)
  if (flaw !== undefined) throw invalidValue(perChild && rule.scope !== 'user_path' ? 'per_child' : 'amount', flaw)
  const tooLong = flawInPeriod(rule, retentionDays)
  if (tooLong !== undefined) throw invalidValue('period_seconds', tooLong)
  return await endpoints.put(call, rule)
}

async function remove(endpoints: Endpoints, call: AdminCall): Promise<BudgetList> {
  const { budget_key: key, per_child: _, ...given } = call.body as BudgetName
  return await endpoints.delete(call, given, key)
}

async function putSettings({ anchors, clock }: EndpointDeps, call: AdminCall): Promise<BudgetSettings> {
  const before = anchors.view
  call.ifMatch(before)
  await anchors.put(call.body as BudgetSettingsWrite, clock.now())
  call.changed(before, anchors.view)
  return anchors.view
}
