/** What the endpoints of limits have in common: they list rules, set and delete one, and let rules begin anew. */

import type { AdminCall } from '../../../core/services/admin.ts'
import { invalidValue } from '../../../core/errors.ts'
import type { Clock } from '../../../core/services/clock.ts'
import { isWithin } from '../../../core/user-path.ts'
import { readIdentity, type GivenIdentity, type GivenPeriod, type IdentityRules } from './identity.ts'
import { longestPeriodSeconds, type LimitIdentity, type LimitRule, type StandingRule } from './rule.ts'
import type { RuleStore } from './rule-store.ts'

export interface RuleEndpointsOptions<R extends LimitRule, View extends object, Answer> {
  readonly ruleStore: RuleStore<R>
  readonly clock: Clock
  readonly identities: IdentityRules
  /** How rules are shown: one of a template may become several. */
  readonly viewsOf: (rules: readonly StandingRule<R>[]) => Promise<readonly View[]>
  /** The whole answer. */
  readonly answer: (rows: View[], serverTime: string) => Answer
}

/** What administrators say of rules; all else in a view changes by itself. */
const said: ReadonlySet<string> = new Set([
  'scope',
  'subject',
  'per_child',
  'period_seconds',
  'amount',
  'max_requests',
  'max_tokens',
  'source',
  'updated_at',
  'last_reset_at',
])

/** What a list is known by, however much of its rules is used. */
export function tagOfRules(rows: readonly object[]): readonly string[] {
  return [...new Set(rows.map(row => JSON.stringify(Object.entries(row).filter(([name]) => said.has(name)))))]
}

export class RuleEndpoints<R extends LimitRule, View extends object, Answer> {
  readonly #options: RuleEndpointsOptions<R, View, Answer>

  constructor(options: RuleEndpointsOptions<R, View, Answer>) {
    this.#options = options
  }

  /** The rules that a caller may see. */
  async list(call: AdminCall): Promise<Answer> {
    const { clock, answer } = this.#options
    return answer([...(await this.#rows(call))], new Date(clock.now()).toISOString())
  }

  identityOf(call: AdminCall, given: GivenIdentity, period: GivenPeriod): Pick<R, keyof LimitIdentity> {
    return readIdentity(call, given, period, this.#options.identities)
  }

  /** Rules with a longer period than is taken now can only be there already: they may be reset and deleted. */
  async put(call: AdminCall, rule: R): Promise<Answer> {
    if (rule.period_seconds > longestPeriodSeconds) throw invalidValue('period_seconds', `period_seconds must not be more than ${longestPeriodSeconds}`)
    return await this.#change(call, rule, () => this.#options.ruleStore.put(rule))
  }

  delete(call: AdminCall, given: GivenIdentity, period: GivenPeriod): Promise<Answer> {
    const identity = this.identityOf(call, given, period)
    return this.#change(call, identity, () => this.#options.ruleStore.delete(identity))
  }

  resetOne(call: AdminCall): Promise<Answer> {
    const { period, period_seconds: seconds, ...given } = call.body as GivenIdentity & GivenPeriod
    const identity = this.identityOf(call, given, {
      ...(period === undefined ? {} : { period }),
      ...(seconds === undefined ? {} : { period_seconds: seconds }),
    })
    return this.#change(call, identity, () => this.#options.ruleStore.reset([identity]))
  }

  async resetAll(call: AdminCall): Promise<{ readonly status: 'ok' }> {
    const { ruleStore } = this.#options
    await ruleStore.reset(ruleStore.all)
    call.changed(undefined, { reset: ruleStore.all.length })
    return { status: 'ok' }
  }

  /** Writes, with what was there before and after for the audit record. */
  async #change(call: AdminCall, identity: LimitIdentity, write: () => Promise<void>): Promise<Answer> {
    const before = await this.#viewOf(identity)
    call.ifMatch(tagOfRules(await this.#rows(call)))
    await write()
    call.changed(before, await this.#viewOf(identity))
    return await this.list(call)
  }

  async #viewOf(identity: LimitIdentity): Promise<View | undefined> {
    const { ruleStore, viewsOf } = this.#options
    const rule = ruleStore.get(identity)
    return rule === undefined ? undefined : (await viewsOf([rule]))[0]
  }

  #rows({ scope }: AdminCall): Promise<readonly View[]> {
    const { ruleStore, viewsOf } = this.#options
    return viewsOf(ruleStore.all.filter(rule => scope.isGlobal || (rule.scope === 'user_path' && isWithin(rule.subject, scope.root))))
  }
}
