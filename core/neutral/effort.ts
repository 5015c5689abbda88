/** How hard a model shall think: words, and the tokens that they stand for. */

import type { Losses } from './losses.ts'
import type { ReasoningControls } from './request.ts'
import type { ModelTraits } from './translation.ts'

/** Lowest first. */
const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** The word for a budget of thinking tokens. */
export function effortOfBudget(tokens: number): 'low' | 'medium' | 'high' {
  if (tokens < 10_000) return 'low'
  return tokens < 20_000 ? 'medium' : 'high'
}

/** The budget, in tokens, that a word stands for where budgets are asked for. */
export function budgetOfEffort(effort: string): number {
  switch (effort) {
    case 'medium':
      return 10_000
    case 'high':
    case 'xhigh':
    case 'max':
      return 20_000
    default:
      return 5_000
  }
}

/**
 * The nearest word that a model takes: upwards if `effort` is below the lowest, else downwards, but not to `none` while there is another.
 * `undefined` for a word that nobody knows, and where the model takes none.
 */
export function clampEffort(effort: string, accepted: readonly string[]): string | undefined {
  if (accepted.includes(effort)) return effort
  const rank = efforts.indexOf(effort)
  if (rank < 0) return undefined
  const known = accepted.filter(word => efforts.includes(word)).sort((one, other) => efforts.indexOf(one) - efforts.indexOf(other))
  const thinking = known.filter(word => word !== 'none')
  return thinking.findLast(word => efforts.indexOf(word) <= rank) ?? thinking[0] ?? known[0]
}

/** The nearest word that a model takes, as `clampEffort`; what is not taken as it was said is noted. */
export function nearestEffort(effort: string, accepted: readonly string[], losses: Losses): string | undefined {
  const word = clampEffort(effort, accepted)
  if (word === undefined) losses.drop('reasoning_effort', `${effort} is not taken by the model`)
  else if (word !== effort) losses.silent('reasoning_effort', `the nearest that the model takes is ${word}`)
  return word
}

/** The controls as if a word that nobody knows had not been said, which is noted. */
export function withKnownEffort(controls: ReasoningControls, losses: Losses): ReasoningControls {
  const { effort, ...others } = controls
  return effort === undefined || nearestEffort(effort, efforts, losses) !== undefined ? controls : others
}

/** The one word that a caller's controls amount to, within what the model takes as far as that is known; what is not taken is noted. */
export function takenEffort(controls: ReasoningControls, { thinking, efforts: known }: ModelTraits, losses: Losses): string | undefined {
  const effort = effortOf(controls)
  if (effort === undefined) return undefined
  if (effort === 'none' && thinking === 'none') {
    losses.silent('reasoning_effort', 'the model does not think')
    return undefined
  }
  const taken = thinking === 'none' ? [] : known
  if (taken === undefined) return effort
  return nearestEffort(effort, effort === 'none' ? taken.filter(word => word === 'none') : taken, losses)
}

function effortOf({ effort, budget, isEnabled }: ReasoningControls): string | undefined {
  if (effort !== undefined) return effort
  if (isEnabled === false) return 'none'
  return budget === undefined ? (isEnabled === true ? 'medium' : undefined) : effortOfBudget(budget)
}
