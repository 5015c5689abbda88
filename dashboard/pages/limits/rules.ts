/** What budgets and rate limits have in common: whom they are for, their period, and the form that asks for both. */

import { textIn } from '../../data/form.ts'
import { useSearch } from '../../data/search.ts'
import { useParam } from '../../data/url.ts'
import type { Field } from '../../parts/record-form.tsx'

export interface Rule {
  readonly scope: string
  readonly subject: string
  readonly per_child: boolean
  readonly effective_subject?: string
  readonly period_seconds: number
  readonly period_label: string
  readonly source: 'config' | 'manual'
}

export const scopes = ['user_path', 'label', 'user', 'key', 'provider', 'model'] as const

/** Several rows of a template have the same one. */
export function identity({ scope, subject, period_seconds: seconds }: Rule): string {
  return JSON.stringify([scope, subject, seconds])
}

/** Those that the address asks for. */
export function useShown<Row extends Rule>(rows: readonly Row[] | undefined): readonly Row[] | undefined {
  const [, holds] = useSearch()
  const [scope] = useParam('scope')
  return rows?.filter(row => (scope === '' || row.scope === scope) && holds(row.effective_subject ?? row.subject))
}

const together = 'all of it together'
const each = 'each path directly below by itself'
const other = 'other'

/** Asks whose a rule is, and for which period. */
export function ruleFields(rule: Rule | undefined, allowed: readonly string[], periods: readonly string[]): readonly Field[] {
  return [
    { name: 'scope', title: 'Scope', options: allowed.map(scope => scope.replace('_', ' ')), value: rule?.scope.replace('_', ' ') },
    { name: 'subject', title: 'For', required: true, value: rule?.subject, hint: hintOf(allowed) },
    {
      name: 'per_child',
      title: 'Counts',
      options: [together, each],
      value: rule?.per_child === true ? each : together,
      hint: 'The second is for user paths only.',
    },
    {
      name: 'period',
      title: 'Period',
      options: [...periods, other],
      value: rule === undefined || periods.includes(rule.period_label) ? rule?.period_label : other,
    },
    {
      name: 'period_seconds',
      title: 'Other period, in seconds',
      type: 'number',
      value: rule === undefined || periods.includes(rule.period_label) ? undefined : rule.period_seconds,
    },
  ]
}

function hintOf(allowed: readonly string[]): string {
  if (allowed.includes('label')) return 'A path such as /team/a, a label, or the id of a user or of a key.'
  if (allowed.includes('provider')) return 'A path such as /team/a, the id of a key, the name of a provider, or a model such as openai/gpt-5.'
  return 'A path such as /team/a.'
}

/**
 * What those fields say, as the admin API takes it.
 *
 * @param edited the rule that they are about, where there is one
 * @throws Error if they say what another rule does, which would be overwritten
 */
export function ruleIn(form: FormData, rules: readonly Rule[], edited?: Rule): { readonly whose: object; readonly period: object } {
  const [scope, subject, name] = [textIn(form, 'scope').replace(' ', '_'), textIn(form, 'subject'), textIn(form, 'period')]
  const seconds = Number(textIn(form, 'period_seconds'))
  const isSame = (rule: Rule) =>
    rule.scope === scope && rule.subject === subject && (name === other ? rule.period_seconds === seconds : rule.period_label === name)
  if (rules.some(rule => isSame(rule) && (edited === undefined || identity(rule) !== identity(edited)))) throw new Error('There is one already: edit that.')
  return {
    whose: { scope, subject, per_child: textIn(form, 'per_child') === each },
    period: name === other ? { period_seconds: seconds } : { period: name },
  }
}

/** A rule that is there, as the admin API names it. */
export function ruleOf({ scope, subject, per_child, period_seconds }: Rule): { readonly whose: object; readonly period: object } {
  return { whose: { scope, subject, per_child }, period: { period_seconds } }
}
