/** Rules for members of the body itself: those that a vendor does not take, and those that it calls otherwise. */

import { gatewayError, type JsonDocument, type JsonNode } from '../../core/index.ts'
import { refusal } from '../../core/neutral/losses.ts'
import { memberOf, said, type Rule } from './rule.ts'

/** Values that ask for no more than a call without them does; many clients always send them. */
const idle: ReadonlyMap<string, number> = new Map([
  ['n', 1],
  ['presence_penalty', 0],
  ['frequency_penalty', 0],
])

/** Only what may be idle is decoded: what is removed can be long. */
function isIdle(name: string, member: JsonNode): boolean {
  return idle.has(name) && member.value() === idle.get(name)
}

/** Removes members that the vendor refuses or ignores, and says so. */
export function drop(vendor: string, ...names: readonly string[]): Rule {
  return (body, { losses }) => {
    for (const name of names) {
      if (memberOf(body, name) === undefined) continue
      const member = said(body.root, name)
      if (member !== undefined && isIdle(name, member)) losses.silent(name, `not taken by ${vendor}, and the same without it`)
      else if (member !== undefined) losses.drop(name, `not taken by ${vendor}`)
      body.unset(body.root, name)
    }
  }
}

/** Removes members whose absence changes nothing for the caller. */
export function dropSilently(vendor: string, ...names: readonly string[]): Rule {
  return (body, { losses }) => {
    for (const name of names) {
      if (memberOf(body, name) === undefined) continue
      if (said(body.root, name) !== undefined) losses.silent(name, `not taken by ${vendor}`)
      body.unset(body.root, name)
    }
  }
}

/** Refuses to ask for more than one answer; asking for one is left out. */
export function oneAnswer(vendor: string): Rule {
  return body => {
    const count = body.root.get('n')
    if (count === undefined) return
    if (Number(count.value()) > 1) throw refusal('n', `${vendor} gives one answer only`)
    body.unset(body.root, 'n')
  }
}

/** Refuses what asks for log probabilities; saying that they are not wanted is left out. */
export function noLogprobs(vendor: string): Rule {
  return body => {
    if (said(body.root, 'logprobs')?.value() === true) throw refusal('logprobs', `${vendor} gives no log probabilities`)
    if (Number(said(body.root, 'top_logprobs')?.value() ?? 0) > 0) throw refusal('top_logprobs', `${vendor} gives no log probabilities`)
    for (const name of ['logprobs', 'top_logprobs']) if (body.root.get(name) !== undefined) body.unset(body.root, name)
  }
}

const limitNames = ['max_tokens', 'max_completion_tokens'] as const

export type TokensField = 'max_tokens' | 'max_completion_tokens' | 'both'

/** The limit of the answer, under the one name that the vendor has for it; of two, `max_completion_tokens` counts. */
export function tokensField(field: TokensField): Rule {
  const others = limitNames.filter(name => name !== field)
  return body => {
    if (!others.some(name => memberOf(body, name) !== undefined)) return
    const { root } = body
    const given = said(root, 'max_completion_tokens') ?? said(root, 'max_tokens')
    if (given === undefined) return
    const json = given.json()
    for (const name of limitNames) {
      if (field === 'both' || field === name) put(body, name, json)
      else if (root.get(name) !== undefined) body.unset(root, name)
    }
  }
}

/** Gives a member another name. If it has that name too, what stands there counts. */
export function rename(from: string, to: string): Rule {
  return body => {
    const { root } = body
    const member = root.get(from)
    if (member === undefined) return
    const json = member.json()
    body.unset(root, from)
    if (said(root, to) === undefined) body.set(root, to, json)
  }
}

/** Keeps the temperature within what the vendor takes. */
export function highestTemperature(most: number, vendor: string): Rule {
  return (body, { losses }) => {
    const node = said(body.root, 'temperature')
    if (node?.kind !== 'number' || Number(node.json()) <= most) return
    losses.drop('temperature', `${vendor} takes ${most} at most`)
    body.replace(node, String(most))
  }
}

/** Keeps the first sequences to stop at, as many as the vendor takes. */
export function mostStops(count: number, vendor: string): Rule {
  return (body, { losses }) => {
    const stop = said(body.root, 'stop')
    const items = stop?.items() ?? []
    if (stop === undefined || items.length <= count) return
    losses.drop('stop', `${vendor} takes ${count} at most`)
    body.remove(stop, ...items.slice(count))
  }
}

/** Has Tapline stop at the sequences, as the vendor refuses to. */
export const stopHere: Rule = (body, { losses, stopAt }) => {
  const sequences = stopsOf(body)
  if (body.root.get('stop') !== undefined) body.unset(body.root, 'stop')
  if (sequences.length === 0) return
  if (stopAt === undefined) losses.drop('stop', 'not taken by the model')
  else stopAt(sequences)
}

/** The sequences at which an answer shall end. */
export function stopsOf({ root }: JsonDocument): readonly string[] {
  const stop = said(root, 'stop')
  if (stop === undefined) return []
  const value = stop.value()
  const sequences = Array.isArray(value) ? (value as unknown[]) : [value]
  if (!sequences.every(sequence => typeof sequence === 'string'))
    throw gatewayError('invalid_type', 'stop must be a string or a list of strings', { param: 'stop' })
  return sequences.filter(sequence => sequence !== '')
}

/** Sets a member to JSON, unless it says just that. */
function put(body: JsonDocument, name: string, json: string): void {
  if (body.root.get(name)?.json() !== json) body.set(body.root, name, json)
}
