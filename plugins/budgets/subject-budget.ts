/** What one budget allows one subject, and the counters that it is counted by. */

import type { Claim } from '../../core/index.ts'
import type { Filter } from '../../core/storage/journal.ts'
import type { StandingRule } from '../shared/limits/rule.ts'
import { inDollars, inNano, labelOf, type BudgetRule } from './budget-rule.ts'
import { windowAt, type Anchors, type BudgetWindow } from './window.ts'

/** Counters stay so long behind their window, for calls that end late. */
const graceMs = 86_400_000

export class SubjectBudget {
  readonly rule: StandingRule<BudgetRule>
  /** Whom it is for: the rule's subject, or the child of a template. */
  readonly subject: string
  /** Of what calls that run hold; the same in every window. */
  readonly holdKey: string
  readonly limit: number
  readonly #anchors: Anchors
  #window: BudgetWindow = { startMs: 0, endMs: 0 }
  #counter = { counter: '', expiresAtMs: 0 }
  #countsFrom = -1

  constructor(rule: StandingRule<BudgetRule>, subject: string, anchors: Anchors) {
    this.rule = rule
    this.subject = subject
    this.holdKey = `budget:${rule.scope}:${rule.period_seconds}:${subject}${rule.per_child ? ':child' : ''}`
    this.limit = inNano(rule.amount)
    this.#anchors = anchors
  }

  /** The window that a time lies in; a reset began it anew. */
  windowAt(nowMs: number): BudgetWindow {
    const { startMs, endMs } = this.#window
    if (nowMs < startMs || nowMs >= endMs) this.#window = windowAt(this.rule.period_seconds, this.#anchors, nowMs)
    const { resetAt = 0 } = this.rule
    return resetAt > this.#window.startMs && resetAt <= nowMs ? { startMs: resetAt, endMs: this.#window.endMs } : this.#window
  }

  counterAt(nowMs: number): { readonly counter: string; readonly expiresAtMs: number } {
    const { startMs, endMs } = this.windowAt(nowMs)
    if (this.#countsFrom !== startMs) {
      this.#countsFrom = startMs
      this.#counter = { counter: `${this.holdKey}:${this.rule.countersSince}:${startMs}`, expiresAtMs: endMs + graceMs }
    }
    return this.#counter
  }

  claim(holder: string, amount: number, nowMs: number, holdMs: number): Claim {
    return {
      counter: { ...this.counterAt(nowMs), add: 0, based: true },
      hold: { key: this.holdKey, holder, amount, untilMs: nowMs + holdMs },
      limit: this.limit,
      alone: true,
    }
  }

  /** The records that it pays for, from the beginning of the window up to a time. */
  filter(nowMs: number, toMs: number): Filter {
    const { startMs } = this.windowAt(nowMs)
    const range = { from: startMs, to: Math.max(startMs, toMs) }
    switch (this.rule.scope) {
      case 'user_path':
        return this.subject === '/' ? range : { ...range, within: { user_path: this.subject } }
      case 'label':
        return { ...range, has: { labels: this.subject } }
      case 'user':
        return { ...range, equals: { user_id: this.subject } }
      case 'key':
        return { ...range, equals: { auth_key_id: this.subject } }
    }
  }

  /** `the daily budget of user path /team/a: 10.2 of 10 USD spent`. */
  words(spent: number): string {
    const { scope, period_seconds: seconds, amount } = this.rule
    return `the ${labelOf(seconds)} budget of ${scope.replace('_', ' ')} ${this.subject}: ${Number(inDollars(spent).toPrecision(12))} of ${amount} USD spent`
  }
}
