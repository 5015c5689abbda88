/** What the admin API says and takes of rate limits. */

import { definition, gatewayError, isWithin, type AdminCall, type AdminEndpoint, type Clock, type Question, type State } from '../../core/index.ts'
import { readIdentity, wrong, type GivenIdentity, type GivenPeriod } from '../../core/limits/identity.ts'
import type { StandingRule } from '../../core/limits/rule.ts'
import type { RuleShelf } from '../../core/limits/rule-shelf.ts'
import file from '../../schemas/admin/rate-limits.schema.json' with { type: 'json' }
import type { RateLimitList, RateLimitName, RateLimitView, RateLimitWrite } from '../../schemas/admin/rate-limits.schema.ts'
import { metersOf, windowOf, type Meter } from './meter.ts'
import type { RateBook } from './rate-book.ts'
import { flawIn, periods, scopes, type RateRule, type RateScope } from './rate-rule.ts'
import { viewOf, type Standings } from './view.ts'

export interface EndpointGround {
  readonly shelf: RuleShelf<RateRule>
  readonly state: State
  readonly clock: Clock
  readonly book: () => RateBook
}

const schemaOf = (name: keyof typeof file.$defs) => definition(file, name)
const rules = { scopes, periods, zero: true }

export function endpointsOf(ground: EndpointGround): readonly AdminEndpoint[] {
  return [
    { method: 'GET', path: '/rate-limits', scope: 'subtree', summary: 'Lists the rate limits, and how much of them is used.', response: schemaOf('RateLimitList'), handle: call => listed(ground, call) },
    { method: 'PUT', path: '/rate-limits', scope: 'subtree', summary: 'Sets a rate limit.', body: schemaOf('RateLimitWrite'), response: schemaOf('RateLimitList'), handle: call => put(ground, call) },
    { method: 'DELETE', path: '/rate-limits', scope: 'subtree', summary: 'Deletes a rate limit.', body: schemaOf('RateLimitName'), status: 200, response: schemaOf('RateLimitList'), handle: call => remove(ground, call) },
    { method: 'POST', path: '/rate-limits/reset-one', scope: 'subtree', summary: 'A rate limit begins anew.', body: schemaOf('RateLimitReset'), response: schemaOf('RateLimitList'), handle: call => resetOne(ground, call) },
    { method: 'POST', path: '/rate-limits/reset', scope: 'global', summary: 'All rate limits begin anew.', body: schemaOf('ResetAll'), response: schemaOf('ResetDone'), handle: call => resetAll(ground, call) },
  ]
}

async function put(ground: EndpointGround, call: AdminCall): Promise<RateLimitList> {
  const { limit_key: key, per_child: perChild, max_requests: requests, max_tokens: tokens, ...given } = call.body as RateLimitWrite
  const identity = identityOf(call, given, key)
  const rule: RateRule = { ...identity, per_child: perChild, ...(typeof requests === 'number' ? { max_requests: requests } : {}), ...(typeof tokens === 'number' ? { max_tokens: tokens } : {}) }
  const flaw = flawIn(rule)
  if (flaw !== undefined) throw wrong(perChild && rule.scope !== 'user_path' ? 'per_child' : rule.period_seconds === 0 && tokens ? 'max_tokens' : 'max_requests', flaw)
  return await changing(ground, call, identity, () => ground.shelf.put(rule))
}

async function remove(ground: EndpointGround, call: AdminCall): Promise<RateLimitList> {
  const { limit_key: key, per_child: _, ...given } = call.body as RateLimitName
  const identity = identityOf(call, given, key)
  return await changing(ground, call, identity, () => ground.shelf.delete(identity))
}

async function resetOne(ground: EndpointGround, call: AdminCall): Promise<RateLimitList> {
  const { period, period_seconds: seconds, ...given } = call.body as GivenIdentity & GivenPeriod
  const identity = identityOf(call, given, { ...(period === undefined ? {} : { period }), ...(seconds === undefined ? {} : { period_seconds: seconds }) })
  return await changing(ground, call, identity, () => ground.shelf.reset([identity]))
}

async function resetAll({ shelf }: EndpointGround, call: AdminCall): Promise<{ readonly status: 'ok' }> {
  await shelf.reset(shelf.all)
  call.changed(undefined, { reset: shelf.all.length })
  return { status: 'ok' }
}

function identityOf(call: AdminCall, given: GivenIdentity, period: GivenPeriod): { readonly scope: RateScope; readonly subject: string; readonly period_seconds: number } {
  return readIdentity(call, given, period, rules) as { scope: RateScope; subject: string; period_seconds: number }
}

/** Writes, with what was there before and after for the audit record. */
async function changing(ground: EndpointGround, call: AdminCall, identity: Parameters<RuleShelf<RateRule>['get']>[0], write: () => Promise<void>): Promise<RateLimitList> {
  const one = async () => {
    const rule = ground.shelf.get(identity)
    return rule === undefined ? undefined : (await viewsOf(ground, [rule]))[0]
  }
  const before = await one()
  call.ifMatch(before, await listed(ground, call))
  await write()
  call.changed(before, await one())
  return await listed(ground, call)
}

async function listed(ground: EndpointGround, { scope }: AdminCall): Promise<RateLimitList> {
  const visible = ground.shelf.all.filter(rule => scope.isGlobal || rule.scope === 'user_path' && isWithin(rule.subject, scope.root))
  return { rate_limits: [...await viewsOf(ground, visible)], server_time: new Date(ground.clock.now()).toISOString() }
}

/** Of a template, one for each child that was counted lately; one without numbers where nobody was. */
async function viewsOf({ state, clock, book }: EndpointGround, standing: readonly StandingRule<RateRule>[]): Promise<readonly RateLimitView[]> {
  const now = clock.now()
  const rows = standing.flatMap(rule => {
    const subjects = book().subjectsOf(book().rules.find(({ id }) => id === rule.id) ?? rule)
    return (subjects.length === 0 ? [undefined] : subjects).map(subject => ({ rule, subject, meters: subject === undefined ? [] : metersOf(rule, subject) }))
  })
  const standings = await standingsOf(state, rows.flatMap(({ meters }) => meters), now)
  return rows.map(({ rule, subject, meters }) => viewOf(rule, subject, new Map(meters.flatMap(meter => mapped(standings, meter))), now))
}

/** @throws GatewayError `feature_unavailable` where the shared state is away */
export async function standingsOf(state: State, meters: readonly Meter[], nowMs: number): Promise<Standings> {
  const questions = meters.map((meter): Question => {
    if (meter.kind === 'concurrent') return { held: meter.key }
    const { current, previous } = windowOf(meter, nowMs)
    return { counter: current, previous }
  })
  try {
    const answers = await state.read(questions, nowMs)
    return new Map(meters.map((meter, index) => [meter, answers[index] ?? { current: 0, previous: 0, held: 0 }]))
  } catch (cause) {
    throw gatewayError('feature_unavailable', 'the shared state is away: what was used cannot be read now', { cause })
  }
}

function mapped(standings: Standings, meter: Meter): [Meter, NonNullable<ReturnType<Standings['get']>>][] {
  const standing = standings.get(meter)
  return standing === undefined ? [] : [[meter, standing]]
}
