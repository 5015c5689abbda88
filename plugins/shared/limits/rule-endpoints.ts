/** What the endpoints of limits have in common: they list rules, set and delete one, and let rules begin anew. */

import type { AdminCall, AdminEndpoint } from '../../../core/services/admin.ts'
import { invalidValue } from '../../../core/errors.ts'
import type { Clock } from '../../../core/services/clock.ts'
import { isWithin } from '../../../core/user-path.ts'
import { WriteTurns } from '../admin/write-turns.ts'
import { readIdentity, type GivenIdentity, type GivenPeriod, type IdentityRules } from './identity.ts'
import { longestPeriodSeconds, type LimitIdentity, type LimitRule, type StandingRule } from './rule.ts'
import type { RuleStore } from './rule-store.ts'

type Schema = NonNullable<AdminEndpoint['body']>

export interface RuleEndpointsOptions<R extends LimitRule, View extends object, Answer> {
  /** Below `/admin`. */
  readonly path: string
  /** For the API's page: what one rule is called, and what is done with what it grants. */
  readonly words: { readonly rule: string; readonly used: string }
  readonly schemas: Readonly<Record<'list' | 'write' | 'name' | 'reset' | 'resetAll' | 'resetDone', Schema>>
  /** The period that a body names. */
  readonly periodIn: (body: unknown) => GivenPeriod
  /** Why rules do not hold, if they do not. */
  readonly unavailable: () => string | undefined
  readonly ruleStore: RuleStore<R>
  readonly clock: Clock
  readonly identities: IdentityRules
  /** How rules are shown: one of a template may become several. */
  readonly viewsOf: (rules: readonly StandingRule<R>[]) => Promise<readonly View[]>
  /** The rule that a body sets. @throws GatewayError if it says what no rule can */
  readonly ruleOf: (identity: Pick<R, keyof LimitIdentity>, body: unknown) => R
  /** The whole answer. */
  readonly answer: (rows: View[], serverTime: string) => Answer
  /** The rows of an answer. */
  readonly rowsOf: (answer: Answer) => readonly View[]
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

export class RuleEndpoints<R extends LimitRule, View extends object, Answer> {
  readonly #options: RuleEndpointsOptions<R, View, Answer>
  readonly #turns: WriteTurns

  constructor(options: RuleEndpointsOptions<R, View, Answer>) {
    this.#options = options
    this.#turns = new WriteTurns(`${options.words.rule}s`)
  }

  get all(): readonly AdminEndpoint[] {
    const { path, words, schemas, unavailable, rowsOf } = this.#options
    const ofSome = { scope: 'subtree', response: schemas.list, tagged: (answer: Answer) => tagOfRules(rowsOf(answer)), unavailable } as const
    return [
      { method: 'GET', path, summary: `Lists the ${words.rule}s, and how much of each is ${words.used}.`, ...ofSome, handle: call => this.#list(call) },
      { method: 'PUT', path, summary: `Sets a ${words.rule}.`, body: schemas.write, ...ofSome, handle: call => this.#put(call) },
      { method: 'DELETE', path, summary: `Deletes a ${words.rule}.`, body: schemas.name, ...ofSome, handle: call => this.#delete(call) },
      { method: 'POST', path: `${path}/reset-one`, summary: `Resets a ${words.rule}.`, body: schemas.reset, ...ofSome, handle: call => this.#resetOne(call) },
      {
        method: 'POST',
        path: `${path}/reset`,
        scope: 'global',
        summary: `Resets all ${words.rule}s.`,
        body: schemas.resetAll,
        response: schemas.resetDone,
        unavailable,
        handle: call => this.#resetAll(call),
      },
    ]
  }

  /** The rules that a caller may see. */
  async #list(call: AdminCall): Promise<Answer> {
    const { clock, answer } = this.#options
    return answer([...(await this.#rows(call))], new Date(clock.now()).toISOString())
  }

  /** Rules with a longer period than is taken now can only be there already: they may be reset and deleted. */
  async #put(call: AdminCall): Promise<Answer> {
    const { ruleStore, ruleOf } = this.#options
    const rule = ruleOf(this.#identityIn(call), call.body)
    if (rule.period_seconds > longestPeriodSeconds) throw invalidValue('period_seconds', `period_seconds must not be more than ${longestPeriodSeconds}`)
    return await this.#change(call, rule, () => ruleStore.put(rule))
  }

  async #delete(call: AdminCall): Promise<Answer> {
    const identity = this.#identityIn(call)
    return await this.#change(call, identity, () => this.#options.ruleStore.delete(identity))
  }

  async #resetOne(call: AdminCall): Promise<Answer> {
    const identity = this.#identityOf(call, call.body as GivenPeriod)
    return await this.#change(call, identity, () => this.#options.ruleStore.reset([identity]))
  }

  async #resetAll(call: AdminCall): Promise<{ readonly status: 'ok' }> {
    const { ruleStore } = this.#options
    await this.#turns.take(() => ruleStore.reset(ruleStore.all))
    call.changed(undefined, { reset: ruleStore.all.length })
    return { status: 'ok' }
  }

  #identityIn(call: AdminCall): Pick<R, keyof LimitIdentity> {
    return this.#identityOf(call, this.#options.periodIn(call.body))
  }

  #identityOf(call: AdminCall, period: GivenPeriod): Pick<R, keyof LimitIdentity> {
    return readIdentity(call, call.body as GivenIdentity, period, this.#options.identities)
  }

  /** Writes, with what was there before and after for the audit record. */
  #change(call: AdminCall, identity: LimitIdentity, write: () => Promise<void>): Promise<Answer> {
    return this.#turns.take(async () => {
      const before = await this.#viewOf(identity)
      call.ifMatch(before === undefined ? undefined : tagOfRules([before]), tagOfRules(await this.#rows(call)))
      await write()
      call.changed(before, await this.#viewOf(identity))
      return await this.#list(call)
    })
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

/** What a list is known by, however much of its rules is used. */
function tagOfRules(rows: readonly object[]): readonly string[] {
  return [...new Set(rows.map(row => JSON.stringify(Object.entries(row).filter(([name]) => said.has(name)))))]
}
