/** The demo's conversations: it says that it is the demo, repeats what it was told, and calls the first tool that it is forced to. */

import { createHash } from 'node:crypto'

type Json = Readonly<Record<string, unknown>>

interface Turn {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly content: string | null
  readonly toolCalls: readonly { readonly id: string; readonly type: 'function'; readonly function: { readonly name: string; readonly arguments: string } }[]
  readonly usage: Json
}

/** A plain reply. */
export function completion(request: Json): Json {
  const { id, created, model, content, toolCalls, usage } = turn(request)
  const message = { role: 'assistant', content, refusal: null, ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }) }
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish(toolCalls) }],
    usage,
    system_fingerprint: 'tapline-demo',
  }
}

/** The same reply as events, a word at a time. */
export function* completionEvents(request: Json): Generator<Buffer> {
  const { id, created, model, content, toolCalls, usage } = turn(request)
  const wantsUsage = (request['stream_options'] as Json | undefined)?.['include_usage'] === true
  const event = (choices: readonly Json[], more: Json = wantsUsage ? { usage: null } : {}) =>
    Buffer.from(`data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, system_fingerprint: 'tapline-demo', choices, ...more })}\n\n`)
  const delta = (value: Json, reason: string | null = null) => event([{ index: 0, delta: value, logprobs: null, finish_reason: reason }])
  yield delta({ role: 'assistant', content: content === null ? null : '' })
  for (const word of content?.match(/\S+\s*|\s+/g) ?? []) yield delta({ content: word })
  for (const [index, { function: called, ...call }] of toolCalls.entries()) {
    yield delta({ tool_calls: [{ index, ...call, function: { name: called.name, arguments: '' } }] })
    yield delta({ tool_calls: [{ index, function: { arguments: called.arguments } }] })
  }
  yield delta({}, finish(toolCalls))
  if (wantsUsage) yield event([], { usage })
  yield Buffer.from('data: [DONE]\n\n')
}

function turn(request: Json): Turn {
  const messages = Array.isArray(request['messages']) ? (request['messages'] as Json[]) : []
  const prompt = textOf(messages.findLast(({ role }) => role === 'user')?.['content'])
  const id = createHash('sha256')
    .update(JSON.stringify(request['messages'] ?? null))
    .digest('hex')
    .slice(0, 24)
  const forced = forcedTool(request)
  const content = forced === undefined ? `This is Tapline's demo provider. You said: ${prompt === '' ? '(nothing)' : prompt}` : null
  const toolCalls =
    forced === undefined ? [] : [{ id: `call_${id}`, type: 'function' as const, function: { name: forced, arguments: JSON.stringify({ input: prompt }) } }]
  const promptTokens = messages.reduce((sum, { content: text }) => sum + tokens(textOf(text)) + 4, 0)
  const completionTokens = tokens(content ?? toolCalls[0]?.function.arguments ?? '')
  const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens }
  return { id: `chatcmpl-demo-${id}`, created: 1_700_000_000, model: String(request['model']), content, toolCalls, usage }
}

/** The tool that `tool_choice` names, or the first one if any must be called. */
function forcedTool({ tools, tool_choice: choice }: Json): string | undefined {
  const names = (Array.isArray(tools) ? (tools as Json[]) : []).map(tool => (tool['function'] as Json | undefined)?.['name'])
  const named = (choice as Json | undefined)?.['function'] as Json | undefined
  const name = choice === 'required' ? names[0] : typeof choice === 'object' ? named?.['name'] : undefined
  return typeof name === 'string' ? name : undefined
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? (content as Json[]).map(part => (typeof part['text'] === 'string' ? part['text'] : '')).join('') : ''
}

function finish(toolCalls: readonly unknown[]): string {
  return toolCalls.length > 0 ? 'tool_calls' : 'stop'
}

/** About four characters to a token, and never none. */
function tokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4))
}
