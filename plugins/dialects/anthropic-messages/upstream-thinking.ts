/** How much the model shall think: by a word for its effort, or by a budget of tokens. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest, ReasoningControls } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { budgetOfEffort, effortOfBudget, nearestEffort, withKnownEffort } from '../../../core/neutral/effort.ts'
import { isOwnThought } from './upstream-thoughts.ts'

export interface Thinking {
  /** Whether the model is told to think. */
  readonly isOn: boolean
  readonly thinking?: JsonObject
  /** For `output_config`. */
  readonly effort?: string
  /** What `max_tokens` must be, if the budget says so. */
  readonly maxTokens?: number
}

const untold: Thinking = { isOn: false }
const leastBudget = 1024
/** What a budget leaves for the answer. */
const answerTokens = 1024
const allEfforts = ['low', 'medium', 'high', 'xhigh', 'max']

/** @throws GatewayError 400 if the caller wants what the model cannot do at once */
export function thinkingOf(request: NeutralRequest, said: ReasoningControls | undefined, maxTokens: number, to: Destination, losses: Losses): Thinking {
  const controls = said === undefined ? {} : withKnownEffort(said, losses)
  if (!saysAnything(controls)) return untold
  const { traits, model } = to
  const isOff = controls.effort === 'none' || (controls.isEnabled === false && controls.effort === undefined)
  if (traits.thinking === 'none') {
    if (!isOff) losses.drop('reasoning_effort', `${model} does not think`)
    return untold
  }
  if (!isOff) return traits.thinking === 'budget' ? byBudget(request, controls, maxTokens, to, losses) : adaptive(controls, to, losses)
  if (traits.alwaysThinks !== true) return { ...untold, thinking: { type: 'disabled' } }
  losses.drop('reasoning_effort', `${model} always thinks`)
  return untold
}

function saysAnything({ effort, budget, isEnabled }: ReasoningControls): boolean {
  return effort !== undefined || budget !== undefined || isEnabled !== undefined
}

function adaptive({ effort: said, budget, summary, display }: ReasoningControls, { traits }: Destination, losses: Losses): Thinking {
  const word = said ?? (budget === undefined ? undefined : effortOfBudget(budget))
  const effort = word === undefined ? undefined : nearestEffort(word, traits.efforts ?? allEfforts, losses)
  const shown = display ?? (summary === undefined ? undefined : 'summarized')
  return {
    isOn: true,
    thinking: { type: 'adaptive', ...(shown === undefined ? {} : { display: shown }) },
    ...(effort === undefined ? {} : { effort }),
  }
}

function byBudget(request: NeutralRequest, { effort, budget: said, display }: ReasoningControls, maxTokens: number, to: Destination, losses: Losses): Thinking {
  const off = (field: string, why: string): Thinking => {
    losses.drop(field, `${to.model} does not think: ${why}`)
    return untold
  }
  const isForced = forces(request)
  if (isForced && said !== undefined) throw refusal('tool_choice', `${to.model} cannot think and be made to call a tool at once`)
  if (isForced) return off('reasoning_effort', 'it is made to call a tool')
  if (isThoughtLost(request, to)) return off('thinking', 'its thinking before is lost')
  const budget = Math.max(leastBudget, said ?? budgetOfEffort(effort ?? 'medium'))
  const enabled = (tokens: number): Thinking => ({
    isOn: true,
    thinking: { type: 'enabled', budget_tokens: tokens, ...(display === undefined ? {} : { display }) },
  })
  if (maxTokens > budget) return enabled(budget)
  if (request.maxOutputTokens === undefined) return { ...enabled(budget), maxTokens: budget + answerTokens }
  if (maxTokens <= leastBudget) return off(said === undefined ? 'reasoning_effort' : 'thinking', 'max_tokens leaves no room for it')
  return enabled(Math.max(leastBudget, maxTokens - answerTokens))
}

function forces({ toolChoice, tools }: NeutralRequest): boolean {
  if (tools.length === 0 || toolChoice === undefined) return false
  return toolChoice.kind === 'required' || toolChoice.kind === 'named' || (toolChoice.kind === 'allowed' && toolChoice.mode === 'required')
}

/** Within a loop of tool calls, a model with a budget wants the thinking of its last turn back, before all else in it. */
function isThoughtLost({ turns }: NeutralRequest, to: Destination): boolean {
  const last = turns.findLastIndex(({ role }) => role === 'assistant')
  const blocks = turns[last]?.blocks ?? []
  const isAnswered = turns.slice(last + 1).some(({ role }) => role === 'tool')
  return isAnswered && blocks.some(({ type }) => type === 'tool_call') && !blocks.some(block => isOwnThought(block, to))
}
