/** What the admin API says and takes of budgets. */

import { definition, isWithin, type AdminCall, type AdminEndpoint } from '../../core/index.ts'
import { readIdentity, wrong, type GivenIdentity, type GivenPeriod } from '../../core/limits/identity.ts'
import type { RuleShelf } from '../../core/limits/rule-shelf.ts'
import file from '../../schemas/admin/budgets.schema.json' with { type: 'json' }
import type { BudgetList, BudgetName, BudgetSettings, BudgetSettingsWrite, BudgetWrite } from '../../schemas/admin/budgets.schema.ts'
import type { AnchorsRecord } from './anchors-record.ts'
import { flawIn, periods, scopes, type BudgetRule, type BudgetScope } from './budget-rule.ts'
import { viewsOf, type SpendingGround } from './spending.ts'

export interface EndpointGround extends SpendingGround {
  readonly shelf: RuleShelf<BudgetRule>
  readonly anchors: AnchorsRecord
  /** Why budgets do not hold, if they do not. */
  readonly unavailable: () => string | undefined
}

const schemaOf = (name: keyof typeof file.$defs) => definition(file, name)
const rules = { scopes, periods, zero: false }

export function endpointsOf(ground: EndpointGround): readonly AdminEndpoint[] {
  const { unavailable } = ground
  return [
    { method: 'GET', path: '/budgets', scope: 'subtree', summary: 'Lists the budgets, and how much of them is spent.', response: schemaOf('BudgetList'), unavailable, handle: call => listed(ground, call) },
    { method: 'PUT', path: '/budgets', scope: 'subtree', summary: 'Sets a budget.', body: schemaOf('BudgetWrite'), response: schemaOf('BudgetList'), unavailable, handle: call => put(ground, call) },
    { method: 'DELETE', path: '/budgets', scope: 'subtree', summary: 'Deletes a budget.', body: schemaOf('BudgetName'), response: schemaOf('BudgetList'), unavailable, handle: call => remove(ground, call) },
    { method: 'GET', path: '/budgets/settings', scope: 'subtree', summary: 'Says when the periods of budgets begin.', response: schemaOf('BudgetSettings'), unavailable, handle: () => ground.anchors.view },
    { method: 'PUT', path: '/budgets/settings', scope: 'global', summary: 'Sets when the periods of budgets begin.', body: schemaOf('BudgetSettingsWrite'), response: schemaOf('BudgetSettings'), unavailable, handle: call => putSettings(ground, call) },
    { method: 'POST', path: '/budgets/reset-one', scope: 'subtree', summary: 'A budget begins anew.', body: schemaOf('BudgetReset'), response: schemaOf('BudgetList'), unavailable, handle: call => resetOne(ground, call) },
    { method: 'POST', path: '/budgets/reset', scope: 'global', summary: 'All budgets begin anew.', body: schemaOf('ResetAll'), response: schemaOf('ResetDone'), unavailable, handle: call => resetAll(ground, call) },
  ]
}

async function put(ground: EndpointGround, call: AdminCall): Promise<BudgetList> {
  const { budget_key: key, per_child: perChild, amount, ...given } = call.body as BudgetWrite
  const rule: BudgetRule = { ...identityOf(call, given, key), per_child: perChild, amount }
  const flaw = flawIn(rule)
  if (flaw !== undefined) throw wrong(perChild && rule.scope !== 'user_path' ? 'per_child' : 'amount', flaw)
  return await changing(ground, call, rule, () => ground.shelf.put(rule))
}

async function remove(ground: EndpointGround, call: AdminCall): Promise<BudgetList> {
  const { budget_key: key, per_child: _, ...given } = call.body as BudgetName
  const identity = identityOf(call, given, key)
  return await changing(ground, call, identity, () => ground.shelf.delete(identity))
}

async function resetOne(ground: EndpointGround, call: AdminCall): Promise<BudgetList> {
  const { period, period_seconds: seconds, ...given } = call.body as GivenIdentity & GivenPeriod
  const identity = identityOf(call, given, { ...(period === undefined ? {} : { period }), ...(seconds === undefined ? {} : { period_seconds: seconds }) })
  return await changing(ground, call, identity, () => ground.shelf.reset([identity]))
}

async function resetAll({ shelf }: EndpointGround, call: AdminCall): Promise<{ readonly status: 'ok' }> {
  await shelf.reset(shelf.all)
  call.changed(undefined, { reset: shelf.all.length })
  return { status: 'ok' }
}

async function putSettings({ anchors, clock }: EndpointGround, call: AdminCall): Promise<BudgetSettings> {
  const before = anchors.view
  call.ifMatch(before)
  await anchors.put(call.body as BudgetSettingsWrite, clock.now())
  call.changed(before, anchors.view)
  return anchors.view
}

function identityOf(call: AdminCall, given: GivenIdentity, period: GivenPeriod): { readonly scope: BudgetScope; readonly subject: string; readonly period_seconds: number } {
  return readIdentity(call, given, period, rules) as { scope: BudgetScope; subject: string; period_seconds: number }
}

/** Writes, with what was there before and after for the audit record. */
async function changing(ground: EndpointGround, call: AdminCall, identity: Parameters<RuleShelf<BudgetRule>['get']>[0], write: () => Promise<void>): Promise<BudgetList> {
  const one = async () => {
    const rule = ground.shelf.get(identity)
    return rule === undefined ? undefined : (await viewsOf([rule], ground))[0]
  }
  const before = await one()
  call.ifMatch(before, await listed(ground, call))
  await write()
  call.changed(before, await one())
  return await listed(ground, call)
}

async function listed(ground: EndpointGround, { scope }: AdminCall): Promise<BudgetList> {
  const visible = ground.shelf.all.filter(rule => scope.isGlobal || rule.scope === 'user_path' && isWithin(rule.subject, scope.root))
  return { budgets: [...await viewsOf(visible, ground)], server_time: new Date(ground.clock.now()).toISOString() }
}
