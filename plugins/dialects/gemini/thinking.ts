/** How much the model shall think: a budget of tokens for the 2.5 generation, a level since. */

import type { JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { ReasoningControls } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { effortOfBudget, nearestEffort } from '../../../core/neutral/effort.ts'

const levels = ['minimal', 'low', 'medium', 'high']

/** What a model that cannot stop thinking gets instead of nothing. */
const smallestBudget = 128

const budgets: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
  ['xhigh', 24_576],
  ['max', 24_576],
])

/** `undefined` if the caller said nothing, or nothing that the model takes. */
export function thinkingConfigOf(controls: ReasoningControls | undefined, to: Destination, losses: Losses): JsonObject | undefined {
  if (controls === undefined) return undefined
  const said = effortOf(controls)
  const amount = said === undefined ? {} : amountOf(said, to, losses)
  if (amount === undefined) return undefined
  const isShown = said === undefined ? controls.summary !== undefined || controls.isEnabled === true : said !== 'none' && said !== 0
  return isShown ? { ...amount, includeThoughts: true } : said === undefined ? undefined : amount
}

/** A word, or tokens if the caller gave those and no word of its own. */
function effortOf({ effort, isDerived, budget, isEnabled }: ReasoningControls): string | number | undefined {
  if (isEnabled === false) return 'none'
  return budget !== undefined && (effort === undefined || isDerived === true) ? budget : effort
}

function amountOf(said: string | number, { traits }: Destination, losses: Losses): JsonObject | undefined {
  if (traits.thinking === 'none') return said === 'none' || said === 0 ? undefined : dropped(losses, 'the model does not think')
  if (traits.thinking === 'budget') return budgetOf(said, traits, losses)
  const level = nearestEffort(typeof said === 'string' ? said : said === 0 ? 'none' : effortOfBudget(said), traits.efforts ?? levels, losses)
  return level === undefined ? undefined : { thinkingLevel: level }
}

function budgetOf(
  said: string | number,
  { alwaysThinks, budgets: [least, most] = [0, Infinity] }: Destination['traits'],
  losses: Losses,
): JsonObject | undefined {
  const tokens = typeof said === 'number' ? said : budgets.get(said)
  if (tokens === undefined) return dropped(losses, `the model knows no effort ${JSON.stringify(said)}`)
  const taken = tokens === 0 ? (alwaysThinks === true ? smallestBudget : 0) : tokens < 0 ? tokens : Math.min(Math.max(tokens, least), most)
  if (taken !== tokens) losses.silent('reasoning_effort', `the nearest budget that the model takes is ${taken}`)
  return { thinkingBudget: taken }
}

function dropped(losses: Losses, why: string): undefined {
  losses.drop('reasoning_effort', why)
}
