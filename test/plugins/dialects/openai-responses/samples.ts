/** Answers of a provider that speaks Responses, and what official clients make of a stream. */

import { ResponseStream } from 'openai/lib/responses/ResponseStream'
import { splitEvents } from '../../../../core/stream/borders.ts'
import { StreamEvent } from '../../../../core/stream/event.ts'

export interface WireEvent {
  readonly type: string
  readonly sequence_number: number
  readonly [member: string]: unknown
}

type Unnumbered = { readonly type: string; readonly [member: string]: unknown }

export const response = (more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  model: 'm',
  output: [] as object[],
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: true,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  truncation: 'disabled',
  usage: null as object | null,
  metadata: {},
  ...more,
})

export const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 17,
}

/** Numbered from 0, each with its `event:` line. */
export function spelled(events: readonly Unnumbered[], first = 0): string[] {
  return events.map((event, i) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: first + i })}\n\n`)
}

export function eventOf(data: unknown, name?: string): StreamEvent {
  return new StreamEvent(Buffer.from(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`))
}

export const begun: readonly Unnumbered[] = [
  { type: 'response.created', response: response({ status: 'in_progress' }) },
  { type: 'response.in_progress', response: response({ status: 'in_progress' }) },
]

export interface Said {
  readonly index?: number
  readonly pieces: readonly string[]
}

/** A message with one text. */
export function message(
  { index = 0, pieces }: Said,
  more: { readonly logprobs?: readonly object[] } = {},
): { readonly events: Unnumbered[]; readonly item: object } {
  const logprobs = more.logprobs ?? []
  const at = { item_id: `msg_${index}`, output_index: index, content_index: 0 }
  const text = pieces.join('')
  const part = { type: 'output_text', text, annotations: [], logprobs }
  const item = { id: `msg_${index}`, type: 'message', status: 'completed', role: 'assistant', content: [part] }
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', ...at, part: { ...part, text: '', logprobs: [] } },
      ...pieces.map(delta => ({ type: 'response.output_text.delta', ...at, delta, logprobs })),
      { type: 'response.output_text.done', ...at, text, logprobs },
      { type: 'response.content_part.done', ...at, part },
      { type: 'response.output_item.done', output_index: index, item },
    ],
  }
}

export function refusal({ index = 0, pieces }: Said): { readonly events: Unnumbered[]; readonly item: object } {
  const at = { item_id: `msg_${index}`, output_index: index, content_index: 0 }
  const part = { type: 'refusal', refusal: pieces.join('') }
  const item = { id: `msg_${index}`, type: 'message', status: 'completed', role: 'assistant', content: [part] }
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', ...at, part: { ...part, refusal: '' } },
      ...pieces.map(delta => ({ type: 'response.refusal.delta', ...at, delta })),
      { type: 'response.refusal.done', ...at, refusal: part.refusal },
      { type: 'response.content_part.done', ...at, part },
      { type: 'response.output_item.done', output_index: index, item },
    ],
  }
}

export function call({ index = 0, pieces }: Said): { readonly events: Unnumbered[]; readonly item: object } {
  const at = { item_id: `fc_${index}`, output_index: index }
  const item = { id: `fc_${index}`, type: 'function_call', status: 'completed', call_id: `call_${index}`, name: 'tide', arguments: pieces.join('') }
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', arguments: '' } },
      ...pieces.map(delta => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
      { type: 'response.function_call_arguments.done', ...at, name: 'tide', arguments: item.arguments },
      { type: 'response.output_item.done', output_index: index, item },
    ],
  }
}

export function customCall({ index = 0, pieces }: Said): { readonly events: Unnumbered[]; readonly item: object } {
  const at = { item_id: `ctc_${index}`, output_index: index }
  const item = { id: `ctc_${index}`, type: 'custom_tool_call', status: 'completed', call_id: `call_${index}`, name: 'patch', input: pieces.join('') }
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', input: '' } },
      ...pieces.map(delta => ({ type: 'response.custom_tool_call_input.delta', ...at, delta })),
      { type: 'response.custom_tool_call_input.done', ...at, input: item.input },
      { type: 'response.output_item.done', output_index: index, item },
    ],
  }
}

/** Reasoning with one summary. */
export function summary({ index = 0, pieces }: Said): { readonly events: Unnumbered[]; readonly item: object } {
  const at = { item_id: `rs_${index}`, output_index: index, summary_index: 0 }
  const part = { type: 'summary_text', text: pieces.join('') }
  const item = { id: `rs_${index}`, type: 'reasoning', summary: [part], encrypted_content: 'gAAA' }
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: index, item: { ...item, summary: [] } },
      { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } },
      ...pieces.map(delta => ({ type: 'response.reasoning_summary_text.delta', ...at, delta })),
      { type: 'response.reasoning_summary_text.done', ...at, text: part.text },
      { type: 'response.reasoning_summary_part.done', ...at, part },
      { type: 'response.output_item.done', output_index: index, item },
    ],
  }
}

/** Reasoning itself, its part never announced. */
export function reasoning({ index = 0, pieces }: Said): { readonly events: Unnumbered[]; readonly item: object } {
  const at = { item_id: `rs_${index}`, output_index: index, content_index: 0 }
  const text = pieces.join('')
  const part = { type: 'reasoning_text', text }
  const item = { id: `rs_${index}`, type: 'reasoning', summary: [], content: [part] }
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: index, item: { ...item, content: [] } },
      { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
      ...pieces.map(delta => ({ type: 'response.reasoning_text.delta', ...at, delta })),
      { type: 'response.reasoning_text.done', ...at, text },
      { type: 'response.content_part.done', ...at, part },
      { type: 'response.output_item.done', output_index: index, item },
    ],
  }
}

export const makers = { message, refusal, call, customCall, summary, reasoning }

/** A whole stream of items. */
export function streamOf(...items: readonly { readonly events: readonly Unnumbered[]; readonly item: object }[]): string[] {
  const whole = response({ output: items.map(({ item }) => item), usage })
  return spelled([...begun, ...items.flatMap(({ events }) => events), { type: 'response.completed', response: whole }])
}

/** The data of the events of a stream. */
export function wireEvents(stream: string): WireEvent[] {
  return splitEvents(Buffer.from(stream)).flatMap(({ data, isDone }) => (data === undefined || isDone ? [] : [JSON.parse(data) as WireEvent]))
}

/** What the official client's accumulator makes of a stream. @throws Error for a stream that breaks its rules */
export async function accumulated(
  stream: string,
): Promise<{ readonly output_text: string; readonly output: readonly Record<string, unknown>[]; readonly status: string }> {
  const lines = wireEvents(stream)
    .map(event => `${JSON.stringify(event)}\n`)
    .join('')
  const readable = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(lines))
      controller.close()
    },
  })
  return (await ResponseStream.fromReadableStream(readable).finalResponse()) as never
}
