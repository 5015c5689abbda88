/** What a model says, as each vendor streams it: one event, or one frame, after another. */

import { awsEvent } from './aws-frame.ts'

/** Thoughts, then text, then calls whose arguments come side by side; all in pieces. */
export interface Speech {
  readonly thoughts?: readonly string[]
  readonly pieces?: readonly string[]
  readonly calls?: readonly { readonly name: string; readonly arguments: readonly string[] }[]
}

export interface SpokenStream {
  readonly contentType: string
  readonly events: readonly Buffer[]
  /** With so many events the answer is complete, although more may follow. */
  readonly completeWith: number
}

export const upstreamDialects = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini', 'bedrock-converse', 'cohere'] as const
export type SpokenDialect = (typeof upstreamDialects)[number]

/** The blocks of `providers` that reach a vendor of each dialect behind one scripted upstream; each lists the model `m`. */
export const speakers = {
  'openai-chat': { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] },
  'openai-responses': { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'k', native_dialects: ['openai-responses'], models: ['m'] },
  'anthropic-messages': { type: 'anthropic', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] },
  gemini: { type: 'gemini', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] },
  'bedrock-converse': { type: 'bedrock', base_url: '${OPENAI_BASE_URL}', models: ['m'] },
  cohere: { type: 'cohere', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] },
} as const satisfies Record<SpokenDialect, object>

/** What the environment must say besides. */
export const speakersEnv = { AWS_REGION: 'us-east-1', AWS_BEARER_TOKEN_BEDROCK: 'token' }

export const idOf = (dialect: SpokenDialect, call: number) =>
  ({
    'openai-chat': `call_${call}`,
    'openai-responses': `call_${call}`,
    'anthropic-messages': `toolu_${call}`,
    gemini: `g_${call}`,
    'bedrock-converse': `tooluse_${call}`,
    cohere: `tide_${call}`,
  })[dialect]

export function spokenStream(dialect: SpokenDialect, speech: Speech): SpokenStream {
  const { events, completeWith = events.length } = spellings[dialect](speech)
  return {
    contentType: dialect === 'bedrock-converse' ? 'application/vnd.amazon.eventstream' : 'text/event-stream',
    events: events.map(event => Buffer.from(event)),
    completeWith,
  }
}

/** The same as a plain reply, as JSON. Arguments that are no JSON can be spelled only where they are text. */
export function spokenReply(dialect: SpokenDialect, speech: Speech): string {
  return replies[dialect]({
    thought: speech.thoughts?.join(''),
    text: speech.pieces?.join(''),
    calls: (speech.calls ?? []).map(({ name, arguments: pieces }, call) => ({ id: idOf(dialect, call), name, json: pieces.join('') })),
  })
}

interface Whole {
  readonly thought: string | undefined
  readonly text: string | undefined
  readonly calls: readonly { readonly id: string; readonly name: string; readonly json: string }[]
}

const quoted = (text: string) => JSON.stringify(text)
const list = (...items: readonly (string | false | readonly string[])[]) =>
  `[${items
    .flat()
    .filter(item => item !== false)
    .join()}]`

const replies: Readonly<Record<SpokenDialect, (whole: Whole) => string>> = {
  'openai-chat': ({ thought, text, calls }) =>
    `{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m-2026","choices":[{"index":0,"message":{"role":"assistant","content":${text === undefined ? 'null' : quoted(text)}${thought === undefined ? '' : `,"reasoning_content":${quoted(thought)}`}${calls.length === 0 ? '' : `,"tool_calls":${list(calls.map(({ id, name, json }) => `{"id":"${id}","type":"function","function":{"name":"${name}","arguments":${quoted(json)}}}`))}`}},"logprobs":null,"finish_reason":"${calls.length > 0 ? 'tool_calls' : 'stop'}"}],"usage":{"prompt_tokens":20,"completion_tokens":10,"total_tokens":30}}`,
  'openai-responses': ({ thought, text, calls }) =>
    `{"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","error":null,"incomplete_details":null,"model":"m-2026","output":${list(
      thought !== undefined && `{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":${quoted(thought)}}]}`,
      text !== undefined &&
        `{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":${quoted(text)},"annotations":[]}]}`,
      calls.map(
        ({ id, name, json }) => `{"id":"fc_${id}","type":"function_call","status":"completed","call_id":"${id}","name":"${name}","arguments":${quoted(json)}}`,
      ),
    )},"usage":{"input_tokens":20,"input_tokens_details":{"cached_tokens":0},"output_tokens":10,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":30}}`,
  'anthropic-messages': ({ thought, text, calls }) =>
    `{"id":"msg_1","type":"message","role":"assistant","model":"m-2026","content":${list(
      thought !== undefined && `{"type":"thinking","thinking":${quoted(thought)},"signature":"SIG"}`,
      text !== undefined && `{"type":"text","text":${quoted(text)}}`,
      calls.map(({ id, name, json }) => `{"type":"tool_use","id":"${id}","name":"${name}","input":${json}}`),
    )},"stop_reason":"${calls.length > 0 ? 'tool_use' : 'end_turn'}","stop_sequence":null,"usage":{"input_tokens":20,"output_tokens":10}}`,
  gemini: ({ thought, text, calls }) =>
    `{"candidates":[{"content":{"role":"model","parts":${list(
      thought !== undefined && `{"text":${quoted(thought)},"thought":true}`,
      text !== undefined && `{"text":${quoted(text)}}`,
      calls.map(({ id, name, json }) => `{"functionCall":{"id":"${id}","name":"${name}","args":${json}}}`),
    )}},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":10,"totalTokenCount":30},"modelVersion":"m-2026","responseId":"g1"}`,
  'bedrock-converse': ({ thought, text, calls }) =>
    `{"output":{"message":{"role":"assistant","content":${list(
      thought !== undefined && `{"reasoningContent":{"reasoningText":{"text":${quoted(thought)},"signature":"SIG"}}}`,
      text !== undefined && `{"text":${quoted(text)}}`,
      calls.map(({ id, name, json }) => `{"toolUse":{"toolUseId":"${id}","name":"${name}","input":${json}}}`),
    )}}},"stopReason":"${calls.length > 0 ? 'tool_use' : 'end_turn'}","usage":{"inputTokens":20,"outputTokens":10,"totalTokens":30},"metrics":{"latencyMs":300}}`,
  cohere: ({ thought, text, calls }) =>
    `{"id":"h1","message":{"role":"assistant","content":${list(
      thought !== undefined && `{"type":"thinking","thinking":${quoted(thought)}}`,
      text !== undefined && `{"type":"text","text":${quoted(text)}}`,
    )}${calls.length === 0 ? '' : `,"tool_calls":${list(calls.map(({ id, name, json }) => `{"id":"${id}","type":"function","function":{"name":"${name}","arguments":${quoted(json)}}}`))}`}},"finish_reason":"${calls.length > 0 ? 'TOOL_CALL' : 'COMPLETE'}","usage":{"tokens":{"input_tokens":20,"output_tokens":10}}}`,
}

interface Spelled {
  readonly events: readonly (string | Buffer)[]
  readonly completeWith?: number
}

const spellings: Readonly<Record<SpokenDialect, (speech: Speech) => Spelled>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': messages,
  gemini,
  'bedrock-converse': converse,
  cohere,
}

const data = (event: object) => `data: ${JSON.stringify(event)}\n\n`
const named = (event: { readonly type: string } & Readonly<Record<string, unknown>>) => `event: ${event.type}\n${data(event)}`

/** The pieces of all calls, by turns: the first of each, the second of each, and so on. */
function byTurns(calls: NonNullable<Speech['calls']>): readonly { readonly call: number; readonly piece: string }[] {
  const most = Math.max(0, ...calls.map(({ arguments: { length } }) => length))
  return Array.from({ length: most }, (_, turn) =>
    calls.flatMap(({ arguments: pieces }, call) => (pieces[turn] === undefined ? [] : [{ call, piece: pieces[turn] }])),
  ).flat()
}

function chat({ thoughts = [], pieces = [], calls = [] }: Speech): Spelled {
  const chunk = (choices: readonly object[], usage: object | null = null) =>
    data({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'm-2026', choices, usage })
  const choice = (delta: object, finish: string | null = null) => chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }])
  const events = [
    choice({ role: 'assistant', content: '' }),
    ...thoughts.map(text => choice({ reasoning_content: text })),
    ...pieces.map(content => choice({ content })),
    ...calls.map(({ name }, index) => choice({ tool_calls: [{ index, id: idOf('openai-chat', index), type: 'function', function: { name, arguments: '' } }] })),
    ...byTurns(calls).map(({ call, piece }) => choice({ tool_calls: [{ index: call, function: { arguments: piece } }] })),
    choice({}, calls.length > 0 ? 'tool_calls' : 'stop'),
  ]
  return { events: [...events, chunk([], { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }), 'data: [DONE]\n\n'], completeWith: events.length }
}

type Numbered = { readonly type: string } & Readonly<Record<string, unknown>>

function responses({ thoughts = [], pieces = [], calls = [] }: Speech): Spelled {
  const output: object[] = []
  const events: Numbered[] = []
  const response = (status: string, more: object = {}) => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    status,
    error: null,
    incomplete_details: null,
    model: 'm-2026',
    output: [],
    usage: null,
    ...more,
  })
  events.push({ type: 'response.created', response: response('in_progress') }, { type: 'response.in_progress', response: response('in_progress') })
  if (thoughts.length > 0) events.push(...thought(thoughts, output))
  if (pieces.length > 0) events.push(...message(pieces, output))
  const first = output.length
  const items = calls.map(({ name, arguments: said }, call) => ({
    id: `fc_${call}`,
    type: 'function_call',
    status: 'completed',
    call_id: idOf('openai-responses', call),
    name,
    arguments: said.join(''),
  }))
  const at = (call: number) => ({ item_id: `fc_${call}`, output_index: first + call })
  for (const [call, item] of items.entries())
    events.push({ type: 'response.output_item.added', output_index: first + call, item: { ...item, status: 'in_progress', arguments: '' } })
  for (const { call, piece } of byTurns(calls)) events.push({ type: 'response.function_call_arguments.delta', ...at(call), delta: piece })
  for (const [call, item] of items.entries())
    events.push(
      { type: 'response.function_call_arguments.done', ...at(call), name: item.name, arguments: item.arguments },
      { type: 'response.output_item.done', output_index: first + call, item },
    )
  output.push(...items)
  const usage = {
    input_tokens: 20,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 30,
  }
  events.push({ type: 'response.completed', response: response('completed', { output, usage }) })
  return { events: events.map((event, number) => named({ ...event, sequence_number: number })) }
}

function thought(thoughts: readonly string[], output: object[]): readonly Numbered[] {
  const index = output.length
  const at = { item_id: 'rs_1', output_index: index, summary_index: 0 }
  const part = { type: 'summary_text', text: thoughts.join('') }
  const item = { id: 'rs_1', type: 'reasoning', summary: [part], encrypted_content: 'sealed' }
  output.push(item)
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, summary: [], encrypted_content: '' } },
    { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } },
    ...thoughts.map(delta => ({ type: 'response.reasoning_summary_text.delta', ...at, delta })),
    { type: 'response.reasoning_summary_text.done', ...at, text: part.text },
    { type: 'response.reasoning_summary_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: index, item },
  ]
}

function message(pieces: readonly string[], output: object[]): readonly Numbered[] {
  const index = output.length
  const at = { item_id: 'msg_1', output_index: index, content_index: 0 }
  const part = { type: 'output_text', text: pieces.join(''), annotations: [], logprobs: [] }
  const item = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] }
  output.push(item)
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...pieces.map(delta => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: index, item },
  ]
}

/** One block after another, as Anthropic does. */
function messages({ thoughts = [], pieces = [], calls = [] }: Speech): Spelled {
  const usage = { input_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 }
  let blocks = 0
  const block = (content: object, deltas: readonly object[]) => {
    const index = blocks++
    return [
      named({ type: 'content_block_start', index, content_block: content }),
      ...deltas.map(delta => named({ type: 'content_block_delta', index, delta })),
      named({ type: 'content_block_stop', index }),
    ]
  }
  const events = [
    named({
      type: 'message_start',
      message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm-2026', content: [], stop_reason: null, stop_sequence: null, usage },
    }),
    named({ type: 'ping' }),
    ...(thoughts.length === 0
      ? []
      : block({ type: 'thinking', thinking: '', signature: '' }, [
          ...thoughts.map(thinking => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: 'SIG' },
        ])),
    ...(pieces.length === 0
      ? []
      : block(
          { type: 'text', text: '' },
          pieces.map(text => ({ type: 'text_delta', text })),
        )),
    ...calls.flatMap(({ name, arguments: said }, call) =>
      block(
        { type: 'tool_use', id: idOf('anthropic-messages', call), name, input: {} },
        ['', ...said].map(piece => ({ type: 'input_json_delta', partial_json: piece })),
      ),
    ),
    named({ type: 'message_delta', delta: { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: 10 } }),
  ]
  return { events: [...events, named({ type: 'message_stop' })], completeWith: events.length }
}

/** Calls come whole; a last part without text says that this was all. Arguments that are no JSON cannot be spelled here. */
function gemini({ thoughts = [], pieces = [], calls = [] }: Speech): Spelled {
  const answer = (parts: string, more = '') =>
    `data: {"candidates":[{"content":{"role":"model","parts":[${parts}]},"index":0${more}}],"usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":10,"totalTokenCount":30},"modelVersion":"m-2026","responseId":"g1"}\r\n\r\n`
  return {
    events: [
      ...thoughts.map(text => answer(JSON.stringify({ text, thought: true }))),
      ...pieces.map(text => answer(JSON.stringify({ text }))),
      ...calls.map(({ name, arguments: said }, call) =>
        answer(`{"functionCall":{"id":"${idOf('gemini', call)}","name":"${name}","args":${said.join('')}}${call === 0 ? ',"thoughtSignature":"Z1"' : ''}}`),
      ),
      answer('{"text":""}', ',"finishReason":"STOP"'),
    ],
  }
}

function converse({ thoughts = [], pieces = [], calls = [] }: Speech): Spelled {
  const delta = (index: number, what: object) => awsEvent('contentBlockDelta', { contentBlockIndex: index, delta: what, p: 'abcdefgh' })
  const stop = (index: number) => awsEvent('contentBlockStop', { contentBlockIndex: index })
  const text = thoughts.length > 0 ? 1 : 0
  const first = text + (pieces.length > 0 ? 1 : 0)
  const events = [
    awsEvent('messageStart', { role: 'assistant' }),
    ...(thoughts.length === 0
      ? []
      : [...thoughts.map(said => delta(0, { reasoningContent: { text: said } })), delta(0, { reasoningContent: { signature: 'SIG' } }), stop(0)]),
    ...(pieces.length === 0 ? [] : [...pieces.map(said => delta(text, { text: said })), stop(text)]),
    ...calls.map(({ name }, call) =>
      awsEvent('contentBlockStart', { contentBlockIndex: first + call, start: { toolUse: { toolUseId: idOf('bedrock-converse', call), name } } }),
    ),
    ...byTurns(calls).map(({ call, piece }) => delta(first + call, { toolUse: { input: piece } })),
    ...calls.map((_, call) => stop(first + call)),
    awsEvent('messageStop', { stopReason: calls.length > 0 ? 'tool_use' : 'end_turn' }),
  ]
  const usage = { inputTokens: 20, outputTokens: 10, totalTokens: 30 }
  return { events: [...events, awsEvent('metadata', { usage, metrics: { latencyMs: 300 } })], completeWith: events.length }
}

function cohere({ thoughts = [], pieces = [], calls = [] }: Speech): Spelled {
  const say = (type: string, index: number, message: object) => named({ type, index, delta: { message } })
  const content = (index: number, kind: 'thinking' | 'text', said: readonly string[]) => [
    say('content-start', index, { content: { type: kind, [kind]: '' } }),
    ...said.map(text => say('content-delta', index, { content: { [kind]: text } })),
    named({ type: 'content-end', index }),
  ]
  return {
    events: [
      named({ type: 'message-start', id: 'h1', delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } } }),
      ...(thoughts.length === 0 ? [] : content(0, 'thinking', thoughts)),
      ...(pieces.length === 0 ? [] : content(1, 'text', pieces)),
      ...calls.map(({ name }, call) =>
        say('tool-call-start', call, { tool_calls: { id: idOf('cohere', call), type: 'function', function: { name, arguments: '' } } }),
      ),
      ...byTurns(calls).map(({ call, piece }) => say('tool-call-delta', call, { tool_calls: { function: { arguments: piece } } })),
      ...calls.map((_, call) => named({ type: 'tool-call-end', index: call })),
      named({
        type: 'message-end',
        delta: {
          finish_reason: calls.length > 0 ? 'TOOL_CALL' : 'COMPLETE',
          usage: { billed_units: { input_tokens: 20, output_tokens: 10 }, tokens: { input_tokens: 20, output_tokens: 10 } },
        },
      }),
    ],
  }
}
