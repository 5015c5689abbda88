/** What is wrong with a header policy that its schema takes, and how other gateways spell one. */

import { refusalToTouch, untouchable } from '../../../core/upstream/headers/header-names.ts'
import { compilePattern } from '../../../core/plugin/pattern.ts'
import type { HeaderAction, HeaderCondition, HeaderPolicy } from '../../../core/upstream/headers/header-policy.ts'
import type { GuardrailRule } from '../../../core/services/guardrail-rule.ts'

export interface HeaderPolicyProblem {
  /** The member at fault: `actions.0.header`. */
  readonly at: string
  readonly message: string
}

/** What is wrong with a policy that its schema takes; undefined if nothing is. */
export function headerPolicyProblem({ when, actions }: Pick<HeaderPolicy, 'when' | 'actions'>): HeaderPolicyProblem | undefined {
  return first(when, 'when', conditionProblem) ?? first(actions, 'actions', actionProblem)
}

/** @throws Error naming the policy and what is wrong with it */
export function checkHeaderPolicy(policy: HeaderPolicy): void {
  const problem = headerPolicyProblem(policy)
  if (problem !== undefined) throw new Error(`the header policy "${policy.name}": ${problem.at}: ${problem.message}`)
}

/** The type of guardrail that other gateways have for header policies. */
export const compatibleType = 'header_modification'

/** Whether a rule of `guardrails.rules` is a header policy by an older spelling. */
export function isHeaderModification({ type }: Pick<GuardrailRule, 'type'>): boolean {
  return type === compatibleType
}

function first<Item>(items: readonly Item[], list: string, problemOf: (item: Item) => HeaderPolicyProblem | undefined): HeaderPolicyProblem | undefined {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item)
    if (problem !== undefined) return { at: `${list}.${index}${problem.at === '' ? '' : `.${problem.at}`}`, message: problem.message }
  }
  return undefined
}

/** A condition shows nobody a value, but what is true of a credential is nobody's business. */
function conditionProblem({ header, matches, equals, present }: HeaderCondition): HeaderPolicyProblem | undefined {
  if (untouchable(header) === 'credentials') return { at: 'header', message: refusalToTouch(header) ?? '' }
  if ([matches, equals, present].filter(test => test !== undefined).length > 1) return { at: '', message: 'only one of matches, equals and present' }
  if (matches === undefined) return undefined
  try {
    compilePattern(matches)
    return undefined
  } catch (cause) {
    return { at: 'matches', message: (cause as Error).message }
  }
}

function actionProblem({ action, header, value, from_header: source }: HeaderAction): HeaderPolicyProblem | undefined {
  const refusal = refusalToTouch(header)
  if (refusal !== undefined) return { at: 'header', message: refusal }
  const refusedSource = source === undefined ? undefined : refusalToTouch(source)
  if (refusedSource !== undefined) return { at: 'from_header', message: refusedSource }
  const given = Number(value !== undefined) + Number(source !== undefined)
  if (action === 'set' && given !== 1) return { at: '', message: 'set takes either value or from_header' }
  return action === 'remove' && given > 0 ? { at: value === undefined ? 'from_header' : 'value', message: 'remove takes none' } : undefined
}
