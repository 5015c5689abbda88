/** What the bench sends, and what its upstreams answer. */

import { chatCompletion, samplePieces, sampleStream } from '../../core/testing/chat-samples.ts'
import { agentChat, agentMessages } from './agent-samples.ts'

export const model = 'gpt-bench'
/** Stands in each response; an upstream puts another in its place each time. */
export const responseId = '68af4030592c81938ec0a5fbab4a3e9f'

const answer = 'A gateway stands between an application and the models it calls.'
const question = { role: 'user', content: 'What does an AI gateway do? Answer in one sentence, please.' }
const paragraph = 'The "gateway" checks who is asking,\nthen picks a target — and passes the words on, unchanged. '.repeat(160)

/** A route of the client, and what the upstream of the same dialect answers on it. */
interface Surface {
  readonly path: string
  /** The reply of a plain call. */
  readonly plain: string
  /** The events of a streamed reply. */
  readonly events: readonly string[]
}

/** Each streams the same pieces of text. */
export const surfaces = {
  chat: {
    path: '/v1/chat/completions',
    plain: JSON.stringify(chatCompletion({ model, content: answer })),
    /** 37 events; the last but one carries usage, as it does for a gateway that asks. */
    events: sampleStream.map(event => event.replace('gpt-test', model)),
  },
  messages: { path: '/v1/messages', plain: messagesReply(), events: messagesEvents() },
  responses: { path: '/v1/responses', plain: JSON.stringify(responsesReply(answer)), events: responsesEvents() },
} as const satisfies Record<string, Surface>

export type SurfaceName = keyof typeof surfaces

/** The bodies that clients post, by the surface that they are for. */
export const requestBodies = {
  small: chatBody({ messages: [{ role: 'system', content: 'You are brief.' }, question] }),
  streamed: chatBody({ messages: [{ role: 'system', content: 'You are brief.' }, question], stream: true }),
  /** A conversation of about 1 MB in 67 messages. */
  large: {
    surface: 'chat',
    text: JSON.stringify({
      model,
      messages: [...Array.from({ length: 66 }, (_, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: paragraph })), question],
    }),
  },
  agent: { surface: 'chat', text: agentChat(model) },
  agentMessages: { surface: 'messages', text: agentMessages(model) },
  messages: messagesBody({}),
  messagesStreamed: messagesBody({ stream: true }),
  responses: responsesBody({ store: false }),
  responsesStreamed: responsesBody({ store: false, stream: true }),
  responsesStored: responsesBody({}),
  responsesStoredStreamed: responsesBody({ stream: true }),
} as const satisfies Record<string, { readonly surface: SurfaceName; readonly text: string }>

export type BodyName = keyof typeof requestBodies

function chatBody(members: object): { readonly surface: 'chat'; readonly text: string } {
  return { surface: 'chat', text: JSON.stringify({ model, temperature: 0.2, ...members }) }
}

function messagesBody(members: object): { readonly surface: 'messages'; readonly text: string } {
  return { surface: 'messages', text: JSON.stringify({ model, system: 'You are brief.', messages: [question], max_tokens: 200, temperature: 0.2, ...members }) }
}

function responsesBody(members: object): { readonly surface: 'responses'; readonly text: string } {
  return {
    surface: 'responses',
    text: JSON.stringify({ model, instructions: 'You are brief.', input: [question], max_output_tokens: 200, temperature: 0.2, ...members }),
  }
}

function messagesReply(): string {
  return JSON.stringify({
    ...messagesHead(),
    content: [{ type: 'text', text: answer }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 14, output_tokens: 9 },
  })
}

function messagesHead(): object {
  return {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 14, output_tokens: 1 },
  }
}

function messagesEvents(): string[] {
  return [
    { type: 'message_start', message: messagesHead() },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...samplePieces.map(text => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 33 } },
    { type: 'message_stop' },
  ].map(named)
}

function responsesReply(text: string | undefined): object {
  const output =
    text === undefined
      ? []
      : [{ id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text, annotations: [], logprobs: [] }] }]
  return {
    id: `resp_${responseId}`,
    object: 'response',
    created_at: 1_767_225_600,
    status: text === undefined ? 'in_progress' : 'completed',
    error: null,
    incomplete_details: null,
    instructions: 'You are brief.',
    max_output_tokens: 200,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: true,
    temperature: 0.2,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage:
      text === undefined
        ? null
        : { input_tokens: 14, input_tokens_details: { cached_tokens: 0 }, output_tokens: 33, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 47 },
    metadata: {},
  }
}

function responsesEvents(): string[] {
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const text = samplePieces.join('')
  const part = { type: 'output_text', text, annotations: [], logprobs: [] }
  return [
    { type: 'response.created', response: responsesReply(undefined) },
    { type: 'response.in_progress', response: responsesReply(undefined) },
    { type: 'response.output_item.added', output_index: 0, item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...samplePieces.map(delta => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: 0, item: { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] } },
    { type: 'response.completed', response: responsesReply(text) },
  ].map((event, sequence_number) => named({ ...event, sequence_number }))
}

function named(event: { readonly type: string; readonly [member: string]: unknown }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
