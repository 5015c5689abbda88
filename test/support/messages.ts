/** Anthropic's messages as its provider sends them: whole, and as events. */

export interface MessageSample {
  readonly id?: string
  readonly model?: string
  readonly content?: readonly object[]
  readonly stopReason?: string
  readonly usage?: object
}

const counts = { input_tokens: 14, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 9 }

/** A whole reply to `POST /v1/messages`. */
export function message({
  id = 'msg_01',
  model = 'claude-test',
  content = [{ type: 'text', text: 'Good day.' }],
  stopReason,
  usage = counts,
}: MessageSample = {}) {
  const calls = content.some(block => (block as { type?: string }).type === 'tool_use')
  return { id, type: 'message', role: 'assistant', model, content, stop_reason: stopReason ?? (calls ? 'tool_use' : 'end_turn'), stop_sequence: null, usage }
}

/** One event, with its `event` line. */
export function messageEvent(data: { readonly type: string; readonly [name: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
}

/** The events of a streamed reply. Texts, thinking and inputs come in pieces of so many characters. */
export function messageEvents(sample: MessageSample = {}, size = 4): string[] {
  const { content, stop_reason, stop_sequence, usage, ...head } = message(sample)
  return [
    messageEvent({ type: 'message_start', message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } } }),
    messageEvent({ type: 'ping' }),
    ...content.flatMap((block, index) => blockEvents(block as Record<string, unknown>, index, size)),
    messageEvent({ type: 'message_delta', delta: { stop_reason, stop_sequence }, usage: { output_tokens: (usage as typeof counts).output_tokens } }),
    messageEvent({ type: 'message_stop' }),
  ]
}

function blockEvents(block: Record<string, unknown>, index: number, size: number): string[] {
  const delta = (delta: object) => messageEvent({ type: 'content_block_delta', index, delta })
  const { type, text, thinking, signature, input } = block
  const inner =
    type === 'text'
      ? pieces(text, size).map(piece => delta({ type: 'text_delta', text: piece }))
      : type === 'thinking'
        ? [...pieces(thinking, size).map(piece => delta({ type: 'thinking_delta', thinking: piece })), delta({ type: 'signature_delta', signature })]
        : type === 'tool_use'
          ? pieces(JSON.stringify(input), size).map(piece => delta({ type: 'input_json_delta', partial_json: piece }))
          : []
  const start =
    type === 'text'
      ? { ...block, text: '' }
      : type === 'thinking'
        ? { type, thinking: '', signature: '' }
        : type === 'tool_use'
          ? { ...block, input: {} }
          : block
  return [messageEvent({ type: 'content_block_start', index, content_block: start }), ...inner, messageEvent({ type: 'content_block_stop', index })]
}

function pieces(text: unknown, size: number): string[] {
  return String(text).match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
}
