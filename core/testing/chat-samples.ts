/** Replies as the vendor of the chat completions API sends them, for upstreams and tests. */

/** A tool call of a sample. In a stream, the arguments come in as many pieces as are given. */
export interface SampleToolCall {
  readonly id?: string
  readonly name: string
  readonly arguments: string | readonly string[]
}

export interface SampleUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly cached_tokens?: number
  readonly reasoning_tokens?: number
}

interface CompletionFacts {
  readonly id?: string
  readonly model?: string
  /** Seconds since 1970. */
  readonly created?: number
  readonly toolCalls?: readonly SampleToolCall[]
  readonly usage?: SampleUsage
  readonly finishReason?: 'stop' | 'length' | 'tool_calls' | 'content_filter'
}

export interface CompletionSample extends CompletionFacts {
  /** `null` by default if there are tool calls, else a greeting. */
  readonly content?: string | null
  readonly refusal?: string | null
}

export interface StreamSample extends CompletionFacts {
  /** The content, one event each. None by default. */
  readonly pieces?: readonly string[]
  /** Whether the usage chunk comes before `[DONE]`, as when it was asked for; so by default if `usage` is given. */
  readonly withUsage?: boolean
}

/** A whole reply to `POST /v1/chat/completions`. */
export function chatCompletion(sample: CompletionSample = {}) {
  const { toolCalls, content = toolCalls === undefined ? 'Hello! How can I help you today?' : null, refusal = null } = sample
  return {
    ...envelope(sample, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content,
          ...(toolCalls === undefined ? {} : { tool_calls: toolCalls.map(wholeToolCall) }),
          refusal,
          annotations: [],
        },
        logprobs: null,
        finish_reason: finishReason(sample),
      },
    ],
    usage: usageOf(sample),
    service_tier: 'default',
    system_fingerprint: 'fp_44709d6fcb',
  }
}

/** The events of a streamed reply, each with its blank line, ending in `data: [DONE]`. */
export function chatChunks(sample: StreamSample = {}): string[] {
  const { pieces = [], toolCalls = [], withUsage = sample.usage !== undefined } = sample
  const chunk = (choices: readonly object[], usage: object | null = null) =>
    sse({
      ...envelope(sample, 'chat.completion.chunk'),
      service_tier: 'default',
      system_fingerprint: 'fp_44709d6fcb',
      choices,
      ...(withUsage ? { usage } : {}),
    })
  const choice = (delta: object, finish: string | null = null) => chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }])
  return [
    choice({ role: 'assistant', content: toolCalls.length > 0 && pieces.length === 0 ? null : '', refusal: null }),
    ...pieces.map(content => choice({ content })),
    ...toolCalls.flatMap(toolCallDeltas).map(delta => choice({ tool_calls: [delta] })),
    choice({}, finishReason(sample)),
    ...(withUsage ? [chunk([], usageOf(sample))] : []),
    'data: [DONE]\n\n',
  ]
}

/** A reply to `POST /v1/embeddings`; vectors as arrays, or as base64 of little-endian float32. */
export function embeddings(sample: {
  readonly vectors: readonly (readonly number[])[]
  readonly model?: string
  readonly base64?: boolean
  readonly promptTokens?: number
}) {
  const { vectors, model = 'text-embedding-test', base64 = false, promptTokens = 8 } = sample
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: base64 ? base64Of(vector) : vector })),
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  }
}

/** A reply to `GET /v1/models`. */
export function modelList(ids: readonly string[]) {
  return { object: 'list', data: ids.map(id => ({ id, object: 'model', created: 1_750_000_000, owned_by: 'system' })) }
}

/** The body of a refusal. */
export function errorBody(message: string, type = 'invalid_request_error', code: string | null = null, param: string | null = null) {
  return { error: { message, type, param, code } }
}

/** One event with this data. */
export function sse(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

/** The pieces of text of `sampleStream`. */
export const samplePieces: readonly string[] = [
  'A',
  ' gateway',
  ' stands',
  ' between',
  ' an',
  ' application',
  ' and',
  ' the',
  ' models',
  ' it',
  ' calls',
  ':',
  ' it',
  ' checks',
  ' who',
  ' is',
  ' asking',
  ',',
  ' picks',
  ' a',
  ' target',
  ',',
  ' passes',
  ' the',
  ' words',
  ' on',
  ' unchanged',
  ' and',
  ' counts',
  ' every',
  ' token',
  ' used',
  '.',
]

/** A stream of 37 events: the role, 33 pieces of content, the finish, the usage, `[DONE]`. */
export const sampleStream: readonly string[] = chatChunks({ pieces: samplePieces, withUsage: true, usage: { prompt_tokens: 14, completion_tokens: 33 } })

function envelope({ id = 'chatcmpl-BqzkWn5Gf3TtR7uXy2LhVd8sPm1Ac', created = 1_767_225_600, model = 'gpt-test' }: CompletionFacts, object: string) {
  return { id, object, created, model }
}

function finishReason({ finishReason, toolCalls = [] }: CompletionFacts): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop')
}

function usageOf({ usage = { prompt_tokens: 14, completion_tokens: 9 } }: CompletionFacts) {
  const { prompt_tokens, completion_tokens, cached_tokens = 0, reasoning_tokens = 0 } = usage
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  }
}

function wholeToolCall(call: SampleToolCall, index: number) {
  return { id: idOf(call, index), type: 'function', function: { name: call.name, arguments: argumentPieces(call).join('') } }
}

/** The first names the call, the others carry only pieces of its arguments. */
function toolCallDeltas(call: SampleToolCall, index: number): object[] {
  return [
    { index, id: idOf(call, index), type: 'function', function: { name: call.name, arguments: '' } },
    ...argumentPieces(call).map(piece => ({ index, function: { arguments: piece } })),
  ]
}

function idOf(call: SampleToolCall, index: number): string {
  return call.id ?? `call_${index}_Vh3kQz8`
}

function argumentPieces({ arguments: pieces }: SampleToolCall): readonly string[] {
  return typeof pieces === 'string' ? [pieces] : pieces
}

function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  vector.forEach((value, i) => bytes.writeFloatLE(value, i * 4))
  return bytes.toString('base64')
}
