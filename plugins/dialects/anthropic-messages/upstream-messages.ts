/** The system's blocks and the messages. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal } from '../../../core/neutral/losses.ts'
import type { NeutralRequest, SystemText, Turn } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { isBlank } from '../../../core/neutral/blank.ts'
import { hasUserTurn } from '../../../core/neutral/user-turn.ts'
import { writeContent } from './upstream-content.ts'
import { dialect, type Writing } from './writing.ts'

/** A message is needed, and from some models on one of the user's at the end. @throws GatewayError 400 */
export function checkTurns({ turns, from }: NeutralRequest, { traits, model }: Destination): void {
  const field = from === 'openai-responses' ? 'input' : 'messages'
  if (!hasUserTurn(turns, isBlank)) throw refusal(field, `${field} must contain a user turn`)
  const last = turns.at(-1)
  const isPrefill = last?.role === 'assistant' && !last.blocks.some(({ type }) => type === 'tool_call')
  if (isPrefill && traits.prefill === false) throw refusal(last.at ?? field, `${model} does not go on from an assistant message at the end`)
}

/** All instructions lead, in their order; where the model takes them amid the messages, the others stay where they were. */
export function writeSystem(request: NeutralRequest, further: readonly string[], { to, marks, losses }: Writing): JsonObject[] {
  const texts = request.system.filter(({ text }) => !isBlank(text))
  const isLifted = to.traits.systemTurns !== true
  const late = texts.find(({ before }) => before > 0)
  if (isLifted && late !== undefined) losses.drop('system_position', `${dialect} takes instructions at the beginning only`, late.at)
  const leading = isLifted ? texts : texts.filter(({ before }) => before === 0)
  return [...leading.map(text => ({ type: 'text', text: text.text, ...marks.of(text) })), ...further.map(text => ({ type: 'text', text }))]
}

export function writeMessages(request: NeutralRequest, writing: Writing): JsonObject[] {
  const amid = writing.to.traits.systemTurns === true ? request.system.filter(({ before, text }) => before > 0 && !isBlank(text)) : []
  const groups = grouped(request.turns)
  const messages = groups.flatMap(group => [...instructions(amid, group.from, group.to), ...writeGroup(group.turns, writing)])
  return [...messages, ...instructions(amid, request.turns.length, Number.POSITIVE_INFINITY)]
}

/** Turns that become one message. */
interface Group {
  /** The indexes of its first turn, and of the one behind it. */
  readonly from: number
  readonly to: number
  readonly turns: readonly Turn[]
}

/** Results, and what the user says with them, are one message; all other turns are one each. */
function grouped(turns: readonly Turn[]): readonly Group[] {
  const groups: Group[] = []
  for (let from = 0; from < turns.length;) {
    const end = turns.findIndex(({ role }, index) => index >= from && role === 'assistant')
    const to = end < 0 ? turns.length : Math.max(end, from + 1)
    const run = turns.slice(from, to)
    if (run.some(({ role }) => role === 'tool')) groups.push({ from, to, turns: run })
    else groups.push(...run.map((turn, index) => ({ from: from + index, to: from + index + 1, turns: [turn] })))
    from = to
  }
  return groups
}

function instructions(amid: readonly SystemText[], from: number, to: number): JsonObject[] {
  return amid.filter(({ before }) => before >= from && before < to).map(({ text }) => ({ role: 'system', content: text }))
}

/** Results first. A message without content is left out. */
function writeGroup(turns: readonly Turn[], writing: Writing): JsonObject[] {
  const results = turns.filter(({ role }) => role === 'tool').flatMap(({ blocks }) => blocks)
  const others = turns.filter(({ role }) => role !== 'tool').flatMap(({ blocks }) => blocks)
  const content = writeContent([...results, ...others], writing)
  if (content.length > 0) return [{ role: turns[0]?.role === 'assistant' ? 'assistant' : 'user', content }]
  writing.losses.silent('messages', 'an empty turn was left out')
  return []
}
