/** Chat Completions, as the playground speaks them. */

import { cardOf, messageOf, numberIn, readCommon, restOf, withCall, writeCommon, type Dialect, type FunctionTool, type Other, type ToolCall } from '../draft.ts'

interface SaidCall {
  readonly index?: number
  readonly id?: string
  readonly function?: { readonly name?: string; readonly arguments?: string }
}

interface Said {
  readonly content?: string | null
  readonly reasoning_content?: string | null
  readonly tool_calls?: readonly SaidCall[]
}

interface Completion {
  readonly choices?: readonly { readonly message?: Said; readonly delta?: Said }[]
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null
  readonly error?: { readonly message?: string }
}

export const chat: Dialect = {
  title: 'Chat Completions',
  path: '/v1/chat/completions',
  members: ['model', 'messages', 'tools', 'max_completion_tokens', 'temperature', 'top_p', 'stream'],
  write: draft => ({
    model: draft.model,
    messages: draft.cards.map(messageOf),
    ...(draft.tools.length === 0 ? {} : { tools: draft.tools.map(writeTool) }),
    ...writeCommon(draft, draft.maxTokens === undefined ? {} : { max_completion_tokens: draft.maxTokens }),
  }),
  read: body => ({
    ...readCommon(body),
    cards: Array.isArray(body['messages']) ? body['messages'].map(cardOf) : [],
    tools: Array.isArray(body['tools']) ? body['tools'].map(readTool) : [],
    maxTokens: numberIn(body['max_completion_tokens']),
    rest: restOf(body, chat),
  }),
  hear: (heard, said) => {
    const { choices = [], usage, error } = said as Completion
    const spoken = choices.map(({ message, delta }) => message ?? delta ?? {})
    return {
      text: heard.text + spoken.map(({ content }) => content ?? '').join(''),
      reasoning: heard.reasoning + spoken.map(({ reasoning_content: thought }) => thought ?? '').join(''),
      toolCalls: spoken.flatMap(({ tool_calls: calls }) => calls ?? []).reduce(heardCall, heard.toolCalls),
      inputTokens: usage?.prompt_tokens ?? heard.inputTokens,
      outputTokens: usage?.completion_tokens ?? heard.outputTokens,
      error: error?.message ?? heard.error,
    }
  },
  turns: ({ text, toolCalls }) =>
    toolCalls.length === 0
      ? [{ role: 'assistant', text }]
      : [{ other: { role: 'assistant', content: text === '' ? null : text, tool_calls: toolCalls.map(writeCall) } }, ...toolCalls.map(resultOf)],
}

/** Whole calls have no index: each is one more. */
function heardCall(calls: readonly ToolCall[], { index = calls.length, id, function: called }: SaidCall): readonly ToolCall[] {
  return withCall(calls, index, { ...(id === undefined ? {} : { id }), ...called })
}

function writeTool(tool: FunctionTool | Other): object {
  return 'other' in tool ? tool.other : { type: 'function', function: tool }
}

function readTool(tool: object): FunctionTool | Other {
  const { type, function: called } = tool as { type?: unknown; function?: Partial<FunctionTool> }
  if (type !== 'function' || typeof called?.name !== 'string' || Object.keys(called).some(key => !/^(name|description|parameters)$/.test(key)))
    return { other: tool }
  return { name: called.name, description: called.description ?? '', parameters: called.parameters ?? {} }
}

function writeCall({ id, name, arguments: text }: ToolCall): object {
  return { id, type: 'function', function: { name, arguments: text } }
}

function resultOf({ id }: ToolCall): Other {
  return { other: { role: 'tool', tool_call_id: id, content: '' } }
}
