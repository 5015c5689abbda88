/** How a header policy is written, in the configuration and by administrators, and what is wrong with one. */

import { headerName, headerValue } from '../upstream/headers/header-edits.ts'
import { refusalToTouch, untouchable } from '../upstream/headers/header-names.ts'
import { compilePattern } from '../plugin/pattern.ts'
import type { OptionsOf, OptionsSchema } from '../plugin/schema.ts'
import type { GuardrailRule } from './rule.ts'

function header<const Description extends string>(description: Description) {
  return { type: 'string', pattern: headerName, description } as const
}

export const headerPolicy = {
  type: 'object',
  required: ['name', 'actions'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, pattern: '^[^/]+$', description: 'Unique among policies and guardrails; the audit log says it.' },
    step: { type: 'integer', minimum: 0, default: 0, description: 'Lower acts first; a later action on the same header wins.' },
    methods: {
      type: 'array',
      default: [],
      items: { type: 'string', pattern: '^[A-Za-z]+$' },
      description: 'The methods of the requests that it is for; empty: all.',
    },
    paths: {
      type: 'array',
      default: [],
      items: { type: 'string', pattern: '^(/[^*?#]*)?\\*?$', minLength: 1 },
      description: 'The paths of the requests that it is for, as callers write them; * at the end is for all that begin so. Empty: all.',
    },
    when: {
      type: 'array',
      default: [],
      description: 'What must hold of the headers of the request, all of it.',
      items: {
        type: 'object',
        required: ['header'],
        additionalProperties: false,
        properties: {
          header: header('The header; without anything beside, it must be there.'),
          matches: { type: 'string', description: 'A pattern (RE2) that its value, or one of its values, has a match of.' },
          equals: { type: 'string', description: 'What its value, or one of its values, is.' },
          present: { type: 'boolean', description: 'Whether it is there.' },
        },
      },
    },
    actions: {
      type: 'array',
      minItems: 1,
      description: 'What is done to the headers of the call, in order.',
      items: {
        type: 'object',
        required: ['action', 'header'],
        additionalProperties: false,
        properties: {
          action: { enum: ['set', 'remove'], description: 'What is done.' },
          header: header('To which header.'),
          value: { type: 'string', pattern: headerValue, description: 'Of set: the value.' },
          from_header: header('Of set: the header of the request whose first value it takes; where there is none, nothing is done.'),
        },
      },
    },
  },
} as const satisfies OptionsSchema

export type HeaderPolicy = OptionsOf<typeof headerPolicy>
export type HeaderCondition = HeaderPolicy['when'][number]
export type HeaderAction = HeaderPolicy['actions'][number]

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
const compatibleType = 'header_modification'

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
