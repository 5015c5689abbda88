/** A plain reply as the stream that it would have been. */

import type { JsonDocument, JsonObject } from '../../../core/index.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { spell, spellDelta, spellStop } from './stream-events.ts'

export function replay(reply: JsonDocument): string {
  const body = parseJson(reply.render().toString())
  const { content, stop_reason, stop_sequence, stop_details, usage, ...message } = isObject(body) ? body : {}
  const blocks = Array.isArray(content) ? content.filter(isObject) : []
  return [
    spell('message_start', {
      message: {
        ...message,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...(isObject(usage) ? usage : { input_tokens: 0 }), output_tokens: 0 },
      },
    }),
    ...blocks.map(eventsOf),
    spell('message_delta', {
      delta: { stop_reason: stop_reason ?? 'end_turn', stop_sequence: stop_sequence ?? null, ...(stop_details === undefined ? {} : { stop_details }) },
      usage: usage ?? { output_tokens: 0 },
    }),
    spell('message_stop'),
  ].join('')
}

function eventsOf(block: JsonObject, index: number): string {
  const [started, pieces] = taken(block, index)
  return spell('content_block_start', { index, content_block: started }) + pieces.join('') + spellStop(index)
}

/** A block as it starts, and the deltas that make it whole. Blocks of other types start whole. */
function taken(block: JsonObject, index: number): readonly [JsonObject, readonly string[]] {
  const piece = (kind: Parameters<typeof spellDelta>[1], text: unknown) => (typeof text === 'string' && text !== '' ? [spellDelta(index, kind, text)] : [])
  switch (block['type']) {
    case 'text': {
      const { text, citations, ...others } = block
      const cited = Array.isArray(citations)
        ? citations.map(citation => spell('content_block_delta', { index, delta: { type: 'citations_delta', citation } }))
        : []
      return [
        { ...others, text: '', ...(citations === undefined ? {} : { citations: Array.isArray(citations) ? [] : citations }) },
        [...piece('text', text), ...cited],
      ]
    }
    case 'thinking': {
      const { thinking, signature, ...others } = block
      return [{ ...others, thinking: '', signature: '' }, [...piece('thinking', thinking), ...piece('signature', signature)]]
    }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use': {
      const { input, ...others } = block
      return [{ ...others, input: {} }, isObject(input) && Object.keys(input).length > 0 ? piece('input', JSON.stringify(input)) : []]
    }
    default:
      return [block, []]
  }
}
