/** Rules for messages: roles, names, thoughts of earlier turns, and state that vendors have put into them. */

import { createHash } from 'node:crypto'
import { type JsonDocument, type JsonNode } from '../../core/index.ts'
import { mayMention, messagesOf, said, textOf, type Rule } from './rule.ts'

/** For vendors that do not know the role `developer`. */
export const developerAsSystem: Rule = body => {
  if (!mayMention(body, 'developer')) return
  for (const { node } of messagesOf(body)) {
    const role = node.get('role')
    if (role !== undefined && textOf(role) === 'developer') body.replace(role, '"system"')
  }
}

/** Removes the names of speakers, of all or of some roles. */
export function dropNames(vendor: string, { roles, isSilent = false }: { readonly roles?: readonly string[]; readonly isSilent?: boolean } = {}): Rule {
  return (body, { losses }) => {
    if (!mayMention(body, '"name"')) return
    for (const { node, at } of messagesOf(body)) {
      if (node.get('name') === undefined || roles?.includes(textOf(node.get('role')) ?? '') === false) continue
      if (isSilent) losses.silent('messages.name', `not taken by ${vendor}`)
      else losses.drop('messages.name', `not taken by ${vendor}`, `${at}.name`)
      body.unset(node, 'name')
    }
  }
}

/** Removes what OpenAI says of an answer beside its text: clients send it back with the history. */
export function dropOfAnswers(vendor: string, ...names: readonly string[]): Rule {
  return (body, { losses }) => {
    if (!names.some(name => mayMention(body, `"${name}"`))) return
    for (const { node, at } of messagesOf(body)) {
      if (textOf(node.get('role')) !== 'assistant') continue
      for (const name of names.filter(each => node.get(each) !== undefined)) {
        const member = said(node, name)
        const isEmpty = member === undefined || (member.kind === 'array' && member.items().length === 0)
        if (isEmpty) losses.silent(`messages.${name}`, `not taken by ${vendor}`)
        else losses.drop(`messages.${name}`, `not taken by ${vendor}`, `${at}.${name}`)
        body.unset(node, name)
      }
    }
  }
}

const thoughtNames = ['reasoning_content', 'reasoning', 'reasoning_details', 'reasoning_text', 'thinking_blocks']

/** For vendors that take no thoughts back. */
export const dropThoughts: Rule = body => {
  if (!mayMention(body, 'reasoning') && !mayMention(body, 'thinking_blocks')) return
  for (const message of assistantTurns(body)) dropThoughtsOf(body, message)
}

/** For vendors that want the thoughts of turns with tool calls back: an empty text stands for those that the client lost. */
export const replayThoughts: Rule = body => {
  if (!mayMention(body, 'tool_calls') && !mayMention(body, 'reasoning')) return
  for (const message of assistantTurns(body)) {
    const thoughts = thoughtsOf(message)
    if (message.get('reasoning') !== undefined) body.unset(message, 'reasoning')
    if (thoughts === undefined && !hasCalls(message)) continue
    const json = JSON.stringify(thoughts ?? '')
    if (message.get('reasoning_content')?.json() !== json) body.set(message, 'reasoning_content', json)
  }
}

/** For vendors that want thoughts inside the text, between tags; those of turns without tool calls are not wanted. */
export const wrapThoughts: Rule = body => {
  if (!mayMention(body, 'reasoning')) return
  for (const message of assistantTurns(body)) {
    const thoughts = thoughtsOf(message)
    if (thoughts === undefined || said(message, 'reasoning_details') !== undefined) continue
    if (message.get('reasoning') !== undefined) body.unset(message, 'reasoning')
    if (message.get('reasoning_content') !== undefined) body.unset(message, 'reasoning_content')
    const content = textOf(said(message, 'content')) ?? ''
    if (thoughts !== '' && hasCalls(message)) body.set(message, 'content', JSON.stringify(`<think>${thoughts}</think>${content}`))
  }
}

/** For vendors that want thoughts as parts of the content. */
export const thoughtsAsParts: Rule = body => {
  if (!mayMention(body, 'reasoning')) return
  for (const message of assistantTurns(body)) {
    const thoughts = thoughtsOf(message)
    dropThoughtsOf(body, message)
    if (thoughts === undefined || thoughts === '') continue
    const content = said(message, 'content')
    const text = textOf(content)
    const parts = text === undefined ? (content?.items().map(part => part.json()) ?? []) : text === '' ? [] : [JSON.stringify({ type: 'text', text })]
    const thinking = JSON.stringify({ type: 'thinking', thinking: [{ type: 'text', text: thoughts }] })
    body.set(message, 'content', `[${[thinking, ...parts].join()}]`)
  }
}

function assistantTurns(body: JsonDocument): readonly JsonNode[] {
  return messagesOf(body)
    .map(({ node }) => node)
    .filter(node => textOf(node.get('role')) === 'assistant')
}

function thoughtsOf(message: JsonNode): string | undefined {
  return textOf(said(message, 'reasoning_content')) ?? textOf(said(message, 'reasoning'))
}

function dropThoughtsOf(body: JsonDocument, message: JsonNode): void {
  for (const name of thoughtNames) if (message.get(name) !== undefined) body.unset(message, name)
}

function hasCalls(message: JsonNode): boolean {
  return (said(message, 'tool_calls')?.items().length ?? 0) > 0
}

const nine = /^[A-Za-z0-9]{9}$/
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** For vendors that know only ids of nine letters and digits: the same id gets the same nine, in calls and results. */
export const nineCharacterIds: Rule = body => {
  if (!mayMention(body, 'tool_call')) return
  for (const { node } of messagesOf(body)) {
    for (const call of said(node, 'tool_calls')?.items() ?? []) shorten(body, call.get('id'))
    shorten(body, node.get('tool_call_id'))
  }
}

function shorten(body: JsonDocument, node: JsonNode | undefined): void {
  const id = textOf(node)
  if (node === undefined || id === undefined || nine.test(id)) return
  const digest = createHash('sha256').update(id).digest()
  body.replace(node, JSON.stringify(Array.from({ length: 9 }, (_, at) => base62[(digest[at] ?? 0) % 62]).join('')))
}
