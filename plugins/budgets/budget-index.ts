/** The budgets in force, so prepared that nobody searches them: by path, by label, by user and by key. */

import { PathIndex } from '../shared/limits/path-index.ts'
import type { StandingRule } from '../shared/limits/rule.ts'
import type { BudgetRule, BudgetScope } from './budget-rule.ts'
import { SubjectBudget } from './subject-budget.ts'
import type { Anchors } from './window.ts'

/** Who pays. */
export interface Payer {
  readonly userPath: string
  readonly keyId: string | null | undefined
  readonly userId: string | null | undefined
  readonly labels: readonly string[]
}

type Rules = readonly StandingRule<BudgetRule>[]

export class BudgetIndex {
  readonly rules: Rules
  readonly isEmpty: boolean
  readonly #paths: PathIndex<StandingRule<BudgetRule>, SubjectBudget>
  readonly #others: ReadonlyMap<BudgetScope, ReadonlyMap<string, readonly SubjectBudget[]>>
  readonly #hasOthers: boolean
  readonly #anchors: Anchors

  constructor(rules: Rules, anchors: Anchors) {
    this.rules = rules
    this.#anchors = anchors
    this.isEmpty = rules.length === 0
    const subjectBudget = (rule: StandingRule<BudgetRule>, subject: string) => new SubjectBudget(rule, subject, anchors)
    this.#paths = new PathIndex(
      rules.filter(({ scope }) => scope === 'user_path'),
      (rule, subject) => [subjectBudget(rule, subject)],
    )
    const others = rules.filter(({ scope }) => scope !== 'user_path')
    this.#hasOthers = others.length > 0
    this.#others = new Map(
      [...Map.groupBy(others, ({ scope }) => scope)].map(([scope, all]) => [
        scope,
        new Map([...Map.groupBy(all, ({ subject }) => subject)].map(([subject, same]) => [subject, same.map(rule => subjectBudget(rule, subject))])),
      ]),
    )
  }

  of({ userPath, keyId, userId, labels }: Payer): readonly SubjectBudget[] {
    const ofPath = this.#paths.of(userPath)
    if (!this.#hasOthers) return ofPath
    return [...ofPath, ...this.#get('key', keyId), ...this.#get('user', userId), ...new Set(labels.flatMap(label => this.#get('label', label)))]
  }

  /** Those of rules that are no templates. */
  get fixed(): readonly SubjectBudget[] {
    return this.rules.flatMap(rule => (rule.per_child ? [] : (this.purseOf(rule, rule.subject) ?? [])))
  }

  /** That of a rule by itself, which of a template nobody spends from. */
  purseFor(rule: StandingRule<BudgetRule>): SubjectBudget {
    return new SubjectBudget(rule, rule.subject, this.#anchors)
  }

  purseOf(rule: StandingRule<BudgetRule>, subject: string): SubjectBudget | undefined {
    const found = rule.scope === 'user_path' ? this.#paths.of(subject) : this.#get(rule.scope, subject)
    return found.find(subjectBudget => subjectBudget.rule.id === rule.id && subjectBudget.subject === subject)
  }

  #get(scope: BudgetScope, subject: string | null | undefined): readonly SubjectBudget[] {
    return subject === null || subject === undefined ? [] : (this.#others.get(scope)?.get(subject) ?? [])
  }
}
