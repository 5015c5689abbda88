/** The budgets in force, so prepared that nobody searches them: by path, by label, by user and by key. */

import { PathIndex } from '../../core/limits/path-index.ts'
import type { StandingRule } from '../../core/limits/rule.ts'
import type { BudgetRule, BudgetScope } from './budget-rule.ts'
import { Purse } from './purse.ts'
import type { Anchors } from './window.ts'

/** Who pays. */
export interface Payer {
  readonly userPath: string
  readonly keyId: string | null | undefined
  readonly userId: string | null | undefined
  readonly labels: readonly string[]
}

type Rules = readonly StandingRule<BudgetRule>[]

export class BudgetBook {
  readonly rules: Rules
  readonly isEmpty: boolean
  readonly #paths: PathIndex<StandingRule<BudgetRule>, Purse>
  readonly #others: ReadonlyMap<BudgetScope, ReadonlyMap<string, readonly Purse[]>>
  readonly #hasOthers: boolean
  readonly #anchors: Anchors

  constructor(rules: Rules, anchors: Anchors) {
    this.rules = rules
    this.#anchors = anchors
    this.isEmpty = rules.length === 0
    const purse = (rule: StandingRule<BudgetRule>, subject: string) => new Purse(rule, subject, anchors)
    this.#paths = new PathIndex(rules.filter(({ scope }) => scope === 'user_path'), (rule, subject) => [purse(rule, subject)])
    const others = rules.filter(({ scope }) => scope !== 'user_path')
    this.#hasOthers = others.length > 0
    this.#others = new Map([...Map.groupBy(others, ({ scope }) => scope)].map(([scope, all]) => [scope, new Map([...Map.groupBy(all, ({ subject }) => subject)].map(([subject, same]) => [subject, same.map(rule => purse(rule, subject))]))]))
  }

  of({ userPath, keyId, userId, labels }: Payer): readonly Purse[] {
    const ofPath = this.#paths.of(userPath)
    if (!this.#hasOthers) return ofPath
    return [...ofPath, ...this.#get('key', keyId), ...this.#get('user', userId), ...new Set(labels.flatMap(label => this.#get('label', label)))]
  }

  /** The purses of rules that are no templates. */
  get fixed(): readonly Purse[] {
    return this.rules.flatMap(rule => rule.per_child ? [] : this.purseOf(rule, rule.subject) ?? [])
  }

  /** The purse of a rule by itself, which of a template nobody spends from. */
  purseFor(rule: StandingRule<BudgetRule>): Purse {
    return new Purse(rule, rule.subject, this.#anchors)
  }

  purseOf(rule: StandingRule<BudgetRule>, subject: string): Purse | undefined {
    const found = rule.scope === 'user_path' ? this.#paths.of(subject) : this.#get(rule.scope, subject)
    return found.find(purse => purse.rule.id === rule.id && purse.subject === subject)
  }

  #get(scope: BudgetScope, subject: string | null | undefined): readonly Purse[] {
    return subject === null || subject === undefined ? [] : this.#others.get(scope)?.get(subject) ?? []
  }
}
