/** Three vendors behind one scripted upstream, each in its published wire format: what a model says, spelled as that vendor spells it. */

import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'

/** What the model says: text in pieces, and calls of tools. */
export interface Said {
  readonly pieces?: readonly string[]
  readonly calls?: readonly { readonly name: string; readonly input: object }[]
}

export const vendors = ['chat', 'messages', 'gemini'] as const
export type Vendor = (typeof vendors)[number]

/** The blocks of `providers` that reach them; each lists the model `m`. */
export const vendorProviders = {
  chat: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chat', models: ['m'] },
  messages: { type: 'anthropic', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-messages', models: ['m'] },
  gemini: { type: 'gemini', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-gemini', models: ['m'] },
} as const

/** Answers a request of any of the vendors, streamed if it asks for a stream. */
export function vendorScript({ path, body }: Pick<ReceivedRequest, 'path' | 'body'>, said: Said): Script {
  const { stream = false } = JSON.parse(body.toString()) as { stream?: boolean }
  if (path.includes('streamGenerateContent')) return { chunks: geminiEvents(said) }
  if (path.includes('generateContent')) return { body: geminiReply(said) }
  if (path.endsWith('/messages')) return stream ? { chunks: messagesEvents(said) } : { body: messagesReply(said) }
  return stream ? { chunks: chatEvents(said) } : { body: chatReply(said) }
}

const textOf = ({ pieces = [] }: Said) => pieces.join('')
const data = (event: object) => `data: ${JSON.stringify(event)}\n\n`
const named = (event: { readonly type: string } & Readonly<Record<string, unknown>>) => `event: ${event.type}\n${data(event)}`

// OpenAI chat

const chatUsage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }

function chatReply(said: Said): object {
  const calls = (said.calls ?? []).map(({ name, input }, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  const message = {
    role: 'assistant',
    content: said.pieces === undefined ? null : textOf(said),
    refusal: null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm-2026',
    choices: [{ index: 0, message, logprobs: null, finish_reason: calls.length === 0 ? 'stop' : 'tool_calls' }],
    usage: chatUsage,
  }
}

function chatEvents(said: Said): string[] {
  const chunk = (delta: object, finish: string | null = null) =>
    data({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'm-2026',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage: null,
    })
  const calls = (said.calls ?? []).flatMap(({ name, input }, index) => {
    const text = JSON.stringify(input)
    return [
      chunk({ tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }] }),
      ...[text.slice(0, 5), text.slice(5)].map(piece => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]
  })
  return [
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...(said.pieces ?? []).map(content => chunk({ content })),
    ...calls,
    chunk({}, calls.length === 0 ? 'stop' : 'tool_calls'),
    data({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'm-2026', choices: [], usage: chatUsage }),
    'data: [DONE]\n\n',
  ]
}

// Anthropic messages

const messagesUsage = { input_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 10 }

function messagesReply(said: Said): object {
  const content = [
    ...(said.pieces === undefined ? [] : [{ type: 'text', text: textOf(said) }]),
    ...(said.calls ?? []).map(({ name, input }, index) => ({ type: 'tool_use', id: `toolu_${index}`, name, input })),
  ]
  return { id: 'msg_1', type: 'message', role: 'assistant', model: 'm-2026', content, stop_reason: stopReason(said), stop_sequence: null, usage: messagesUsage }
}

function messagesEvents(said: Said): string[] {
  const block = (index: number, start: object, deltas: readonly object[]) => [
    named({ type: 'content_block_start', index, content_block: start }),
    ...deltas.map(delta => named({ type: 'content_block_delta', index, delta })),
    named({ type: 'content_block_stop', index }),
  ]
  const first = said.pieces === undefined ? 0 : 1
  return [
    named({
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm-2026',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...messagesUsage, output_tokens: 1 },
      },
    }),
    named({ type: 'ping' }),
    ...(said.pieces === undefined
      ? []
      : block(
          0,
          { type: 'text', text: '' },
          said.pieces.map(text => ({ type: 'text_delta', text })),
        )),
    ...(said.calls ?? []).flatMap(({ name, input }, index) => {
      const text = JSON.stringify(input)
      return block(
        first + index,
        { type: 'tool_use', id: `toolu_${index}`, name, input: {} },
        ['', text.slice(0, 5), text.slice(5)].map(piece => ({ type: 'input_json_delta', partial_json: piece })),
      )
    }),
    named({ type: 'message_delta', delta: { stop_reason: stopReason(said), stop_sequence: null }, usage: { output_tokens: 10 } }),
    named({ type: 'message_stop' }),
  ]
}

function stopReason({ calls = [] }: Said): string {
  return calls.length === 0 ? 'end_turn' : 'tool_use'
}

// Gemini

const geminiUsage = { usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 10, totalTokenCount: 30 }, modelVersion: 'm-2026', responseId: 'g1' }

function geminiReply(said: Said): object {
  return {
    candidates: [
      {
        content: { role: 'model', parts: [...(said.pieces === undefined ? [] : [{ text: textOf(said) }]), ...geminiCalls(said)] },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    ...geminiUsage,
  }
}

function geminiEvents(said: Said): string[] {
  const parts = [...(said.pieces ?? []).map(text => ({ text })), ...geminiCalls(said)]
  return parts.map((part, index) =>
    data({
      candidates: [{ content: { role: 'model', parts: [part] }, ...(index === parts.length - 1 ? { finishReason: 'STOP' } : {}), index: 0 }],
      ...geminiUsage,
    }),
  )
}

function geminiCalls({ calls = [] }: Said): object[] {
  return calls.map(({ name, input }) => ({ functionCall: { name, args: input } }))
}
