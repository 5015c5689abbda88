/** Rules for how hard a model shall think. */

import { isObject } from '../../core/neutral/arguments.ts'
import { clampEffort, effortOfBudget } from '../../core/neutral/effort.ts'
import { Members } from '../../core/neutral/members.ts'
import { dropUnknown, knownMembers } from '../../core/neutral/unknown.ts'
import type { JsonDocument, JsonNode, OptionsSchema } from '../../core/index.ts'
import type { Losses } from '../../core/neutral/losses.ts'
import { memberOf, said, textOf, type Rule } from './rule.ts'

const known = knownMembers(['effort', 'max_tokens', 'enabled', 'summary'])

/** `reasoning` as some clients say it becomes one word, `reasoning_effort`. */
export const flatEffort: Rule = (body, { losses }) => {
  const reasoning = memberOf(body, 'reasoning')
  if (reasoning === undefined) return
  const { root } = body
  const value = reasoning.value()
  body.unset(root, 'reasoning')
  if (!isObject(value)) return
  dropUnknown(new Members(value, 'reasoning'), known, losses)
  if (typeof value['summary'] === 'string') losses.drop('reasoning.summary', 'not taken in chat completions')
  const effort = effortIn(value)
  if (effort !== undefined && said(root, 'reasoning_effort') === undefined) body.set(root, 'reasoning_effort', JSON.stringify(effort))
}

function effortIn({ effort, max_tokens: budget, enabled }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof effort === 'string') return effort
  if (enabled === false) return 'none'
  if (typeof budget === 'number') return effortOfBudget(budget)
  return enabled === true ? 'medium' : undefined
}

/** Takes the effort out of the body: the word that the caller says. */
export function takeEffort(body: JsonDocument): string | undefined {
  const effort = memberOf(body, 'reasoning_effort')
  if (effort === undefined) return undefined
  const word = textOf(effort)
  body.unset(body.root, 'reasoning_effort')
  return word
}

/** The nearest of the words that the model takes; with none of them, no word. */
export function clampedEffort(body: JsonDocument, accepted: readonly string[], losses: Losses): void {
  clampWord(body, body.root, { name: 'reasoning_effort', field: 'reasoning_effort' }, accepted, losses)
}

/** The same where Responses say it. */
export function clampedReasoning(body: JsonDocument, accepted: readonly string[], losses: Losses): void {
  const reasoning = said(body.root, 'reasoning')
  if (reasoning !== undefined) clampWord(body, reasoning, { name: 'effort', field: 'reasoning.effort' }, accepted, losses)
}

function clampWord(
  body: JsonDocument,
  parent: JsonNode,
  { name, field }: { readonly name: string; readonly field: string },
  accepted: readonly string[],
  losses: Losses,
): void {
  const node = said(parent, name)
  const effort = textOf(node)
  if (node === undefined || effort === undefined) return
  const word = clampEffort(effort, accepted)
  if (word === undefined) {
    body.unset(parent, name)
    dropEffort(effort, losses, field)
  } else if (word !== effort) {
    losses.silent(field, `the nearest that the model takes is ${word}`)
    body.replace(node, JSON.stringify(word))
  }
}

/** A model that does not think does without an order not to. */
export function dropEffort(effort: string, losses: Losses, field = 'reasoning_effort'): void {
  if (effort === 'none') losses.silent(field, 'the model does not think')
  else losses.drop(field, 'not taken by the model')
}

/** A member `thinking` of the caller's own wins over what its effort would say. */
export function switchThinking(body: JsonDocument, isOn: boolean): void {
  if (said(body.root, 'thinking') === undefined) body.set(body.root, 'thinking', `{"type":"${isOn ? 'enabled' : 'disabled'}"}`)
}

/** The option by which a user overrides a vendor's words. */
export const effortMap = {
  type: 'object',
  additionalProperties: { type: 'string', minLength: 1 },
  description: 'What the vendor calls each effort, over the built-in table: {medium: high}.',
} as const satisfies OptionsSchema

/** The vendor's word for an effort. */
export function vendorWord(effort: string, words: Readonly<Record<string, string>>, own: unknown): string | undefined {
  const overrides = isObject(own) ? own : {}
  const word = Object.hasOwn(overrides, effort) ? overrides[effort] : Object.hasOwn(words, effort) ? words[effort] : undefined
  return typeof word === 'string' ? word : undefined
}
