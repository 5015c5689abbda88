/** What the admin API says and takes of rate limits. */

import { gatewayError, type AdminEndpoint, type Clock, type Question, type State } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { invalidValue } from '../../core/errors.ts'
import type { LimitIdentity, StandingRule } from '../shared/limits/rule.ts'
import { RuleEndpoints } from '../shared/limits/rule-endpoints.ts'
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

const schemaOf = (name: keyof typeof file.$defs) => definition(file, name)

export function endpointsOf(deps: EndpointDeps): readonly AdminEndpoint[] {
  const { unavailable, ruleStore, clock } = deps
  return new RuleEndpoints<RateRule, RateLimitView, RateLimitList>({
    path: '/rate-limits',
    words: { rule: 'rate limit', used: 'used' },
    schemas: {
      list: schemaOf('RateLimitList'),
      write: schemaOf('RateLimitWrite'),
      name: schemaOf('RateLimitName'),
      reset: schemaOf('RateLimitReset'),
      resetAll: schemaOf('ResetAll'),
      resetDone: schemaOf('ResetDone'),
    },
    unavailable,
    ruleStore,
    clock,
    identities: { scopes, periods, zero: true },
    periodIn: body => (body as RateLimitName).limit_key,
    ruleOf: (identity, body) => ruleOf(identity, body as RateLimitWrite),
    viewsOf: rules => viewsOf(deps, rules),
    answer: (rows, serverTime) => ({ rate_limits: rows, server_time: serverTime }),
    rowsOf: ({ rate_limits: rows }) => rows,
  }).all
}

function ruleOf(identity: Pick<RateRule, keyof LimitIdentity>, written: RateLimitWrite): RateRule {
  const { per_child: perChild, max_requests: requests, max_tokens: tokens } = written
  const rule: RateRule = {
    ...identity,
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
  return rule
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
