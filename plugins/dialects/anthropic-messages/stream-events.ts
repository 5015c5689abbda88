/** The spelling of single stream events: each has an `event` line that says what its data's `type` says. */

import type { StreamEvent } from '../../../core/index.ts'
import { typeOf } from './places.ts'

/** One event, from data that begins with its type. */
export function spell(type: string, members: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
}

/** A delta of a block; only its text has to be escaped. */
export function spellDelta(index: number, kind: DeltaKind, text: string): string {
  return `${headOf(index, kind)}${JSON.stringify(text)}${deltaTail}`
}

/** Deltas of one block, of texts that need not be escaped. */
export function spellDeltas(index: number, kind: DeltaKind, texts: readonly string[]): string {
  const [head, tail] = [`${headOf(index, kind)}"`, `"${deltaTail}`]
  return head + texts.join(tail + head) + tail
}

function headOf(index: number, kind: DeltaKind): string {
  const { type, member } = deltas[kind]
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${member}":`
}

const deltaTail = '}}\n\n'

export function spellStop(index: number): string {
  return `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`
}

/** Kinds of text that come in pieces, and how their deltas are spelled. */
export const deltas = {
  text: { type: 'text_delta', member: 'text', channel: 'text' },
  thinking: { type: 'thinking_delta', member: 'thinking', channel: 'reasoning' },
  input: { type: 'input_json_delta', member: 'partial_json', channel: 'tool_arguments' },
  signature: { type: 'signature_delta', member: 'signature', channel: undefined },
  compaction: { type: 'compaction_delta', member: 'content', channel: 'text' },
} as const

export type DeltaKind = keyof typeof deltas

/** What an event is: as its `event` line says, else as its data does. */
export function kindOf(event: StreamEvent): string {
  return event.name ?? typeOf(event.document?.root)
}
