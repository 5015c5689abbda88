/** How much the model shall think. Only models of Claude are told; their own fields say it. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import { budgetOfEffort, effortOfBudget, nearestEffort, withKnownEffort } from '../../../core/neutral/effort.ts'
import { isOwnReasoning } from './reasoning.ts'
import { dialect, isClaude, type Writing } from './writing.ts'

export interface Thinking {
  /** Whether the model is told to think. */
  readonly isOn: boolean
  /** For `additionalModelRequestFields`. */
  readonly fields: JsonObject
  /** For `outputConfig`. */
  readonly output: JsonObject
  /** Replaces the caller's limit. */
  readonly maxTokens?: number
}

const silent: Thinking = { isOn: false, fields: {}, output: {} }
const leastBudget = 1024
const answerTokens = 1024
const adaptiveEfforts = ['low', 'medium', 'high', 'xhigh', 'max']

/** @throws GatewayError 400 if the caller wants what the model cannot do at once */
export function thinkingOf(said: NeutralRequest, writing: Writing): Thinking {
  const {
    to: { traits, model },
    losses,
  } = writing
  const reasoning = withKnownEffort(said.reasoning ?? {}, losses)
  if (reasoning.effort === undefined && reasoning.budget === undefined && reasoning.isEnabled === undefined) return silent
  const request = { ...said, reasoning }
  const isOff = reasoning.effort === 'none' || (reasoning.isEnabled === false && reasoning.effort === undefined)
  if (!isClaude(writing) || traits.thinking === 'none') {
    if (!isOff) losses.drop('reasoning_effort', `${model} is not told to think through ${dialect}`)
    return silent
  }
  if (isOff && traits.alwaysThinks === true) {
    losses.drop('reasoning_effort', `${model} always thinks`)
    return silent
  }
  if (isOff) return { ...silent, fields: { thinking: { type: 'disabled' } } }
  return traits.thinking === 'budget' ? byBudget(request, writing) : adaptive(request, writing)
}

function adaptive({ reasoning = {} }: NeutralRequest, { to, losses }: Writing): Thinking {
  const { effort = reasoning.budget === undefined ? undefined : effortOfBudget(reasoning.budget), display } = reasoning
  const word = effort === undefined ? undefined : nearestEffort(effort, to.traits.efforts ?? adaptiveEfforts, losses)
  return {
    isOn: true,
    fields: { thinking: { type: 'adaptive', ...(display === undefined ? {} : { display }) } },
    output: word === undefined ? {} : { effort: word },
  }
}

function byBudget(request: NeutralRequest, writing: Writing): Thinking {
  const { reasoning = {}, maxOutputTokens } = request
  const field = reasoning.budget === undefined ? 'reasoning_effort' : 'thinking'
  const forced = forces(request)
  if (forced && isExplicit(request)) throw refusal('tool_choice', `${writing.to.model} cannot think and be made to call a tool at once`)
  if (forced) return off(field, 'it is made to call a tool', writing)
  if (lostThinking(request, writing)) return off('thinking', 'its earlier thinking is lost', writing)
  const budget = Math.max(leastBudget, reasoning.budget ?? budgetOfEffort(reasoning.effort ?? 'medium'))
  if (maxOutputTokens === undefined || maxOutputTokens > budget) return enabled(budget)
  if (maxOutputTokens <= leastBudget) return off(field, 'max_tokens leaves no room for it', writing)
  return enabled(Math.max(leastBudget, maxOutputTokens - answerTokens))
}

function enabled(budget: number): Thinking {
  return { isOn: true, fields: { thinking: { type: 'enabled', budget_tokens: budget } }, output: {} }
}

function off(field: string, why: string, { losses, to }: Writing): Thinking {
  losses.drop(field, `${to.model} does not think: ${why}`)
  return silent
}

function forces({ toolChoice, tools }: NeutralRequest): boolean {
  if (tools.length === 0 || toolChoice === undefined) return false
  return toolChoice.kind === 'required' || toolChoice.kind === 'named' || (toolChoice.kind === 'allowed' && toolChoice.mode === 'required')
}

/** Whether the caller asked for thinking itself, not for an effort. */
function isExplicit({ reasoning = {} }: NeutralRequest): boolean {
  return reasoning.budget !== undefined || reasoning.isEnabled === true
}

/** Within a loop of tool calls, a model that thinks wants the thinking of its last turn back. */
function lostThinking({ turns }: NeutralRequest, { to }: Writing): boolean {
  const last = turns.findLastIndex(({ role }) => role === 'assistant')
  const blocks = turns[last]?.blocks ?? []
  const isAnswered = turns.slice(last + 1).some(({ role }) => role === 'tool')
  return isAnswered && blocks.some(({ type }) => type === 'tool_call') && !blocks.some(block => isOwnReasoning(block, to))
}
