/** What the admin API says and takes of rate limits. */

import { gatewayError, type AdminCall, type AdminEndpoint, type Clock, type Question, type State } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { invalidValue } from '../../core/errors.ts'
import type { StandingRule } from '../shared/limits/rule.ts'
import { RuleEndpoints, tagOfRules } from '../shared/limits/rule-endpoints.ts'
import type { RuleStore } from '../shared/limits/rule-store.ts'
import file from '../../schemas/admin/rate-limits.schema.json' with { type: 'json' }
import type { RateLimitList, RateLimitName, RateLimitView, RateLimitWrite } from '../../schemas/admin/rate-limits.schema.ts'
import { metersOf, windowOf, type Meter } from './meter.ts'
import type { RateIndex } from './rate-index.ts'
import { flawIn, periods, scopes, type RateRule } from './rate-rule.ts'
import { viewOf, type Standings } from './view.ts'

export interface EndpointDeps {
  readonly ruleStore: RuleStore<RateRule>
  readonly state: State
  readonly clock: Clock
  readonly index: () => RateIndex
  /** Why rate limits do not hold, if they do not. */
  readonly unavailable: () => string | undefined
}

type Endpoints = RuleEndpoints<RateRule, RateLimitView, RateLimitList>

const schemaOf = (name: keyof typeof file.$defs) => definition(file, name)
const list = { response: schemaOf('RateLimitList'), tagged: ({ rate_limits: rows }: RateLimitList) => tagOfRules(rows) }

export function endpointsOf(deps: EndpointDeps): readonly AdminEndpoint[] {
  const { unavailable, ruleStore, clock } = deps
  const endpoints: Endpoints = new RuleEndpoints({
    ruleStore,
    clock,
    identities: { scopes, periods, zero: true },
    viewsOf: rules => viewsOf(deps, rules),
    answer: (rows, serverTime) => ({ rate_limits: rows, server_time: serverTime }),
  })
  return [
    {
      method: 'GET',
      path: '/rate-limits',
      scope: 'subtree',
      summary: 'Lists the rate limits, and how much of each is used.',
      ...list,
      unavailable,
      handle: call => endpoints.list(call),
    },
    {
      method: 'PUT',
      path: '/rate-limits',
      scope: 'subtree',
      summary: 'Sets a rate limit.',
      body: schemaOf('RateLimitWrite'),
      ...list,
      unavailable,
      handle: call => put(endpoints, call),
    },
    {
      method: 'DELETE',
      path: '/rate-limits',
      scope: 'subtree',
      summary: 'Deletes a rate limit.',
      body: schemaOf('RateLimitName'),
      ...list,
      unavailable,
      handle: call => remove(endpoints, call),
    },
    {
      method: 'POST',
      path: '/rate-limits/reset-one',
      scope: 'subtree',
      summary: 'Resets a rate limit.',
      body: schemaOf('RateLimitReset'),
      ...list,
      unavailable,
      handle: call => endpoints.resetOne(call),
    },
    {
      method: 'POST',
      path: '/rate-limits/reset',
      scope: 'global',
      summary: 'Resets all rate limits.',
      body: schemaOf('ResetAll'),
      response: schemaOf('ResetDone'),
      unavailable,
      handle: call => endpoints.resetAll(call),
    },
  ]
}

async function put(endpoints: Endpoints, call: AdminCall): Promise<RateLimitList> {
  const { limit_key: key, per_child: perChild, max_requests: requests, max_tokens: tokens, ...given } = call.body as RateLimitWrite
  const rule: RateRule = {
    ...endpoints.identityOf(call, given, key),
    per_child: perChild,
    ...(typeof requests === 'number' ? { max_requests: requests } : {}),
    ...(typeof tokens === 'number' ? { max_tokens: tokens } : {}),
  }
  const flaw = flawIn(rule)
  if (flaw !== undefined)
    throw invalidValue(
      perChild && rule.scope !== 'user_path' ? 'per_child' : rule.period_seconds === 0 && typeof tokens === 'number' ? 'max_tokens' : 'max_requests',
      flaw,
    )
  return await endpoints.put(call, rule)
}

async function remove(endpoints: Endpoints, call: AdminCall): Promise<RateLimitList> {
  const { limit_key: key, per_child: _, ...given } = call.body as RateLimitName
  return await endpoints.delete(call, given, key)
}

/** Of a template, one for each child that was counted lately; one without numbers where nobody was. */
async function viewsOf({ state, clock, index }: EndpointDeps, standing: readonly StandingRule<RateRule>[]): Promise<readonly RateLimitView[]> {
  const now = clock.now()
  const rows = standing.flatMap(rule => {
    const subjects = index().subjectsOf(index().rules.find(({ id }) => id === rule.id) ?? rule)
    return (subjects.length === 0 ? [undefined] : subjects).map(subject => ({ rule, subject, meters: subject === undefined ? [] : metersOf(rule, subject) }))
  })
  const standings = await standingsOf(
    state,
    rows.flatMap(({ meters }) => meters),
    now,
  )
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
