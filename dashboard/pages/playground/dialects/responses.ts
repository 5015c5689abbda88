/** Responses, as the playground speaks them. */

import {
  cardOf,
  messageOf,
  numberIn,
  readCommon,
  restOf,
  textCard,
  withCall,
  writeCommon,
  type Dialect,
  type FunctionTool,
  type Heard,
  type Other,
  type ToolCall,
} from '../draft.ts'

interface Item {
  readonly type?: string
  readonly call_id?: string
  readonly name?: string
  readonly arguments?: string
  readonly content?: readonly { readonly text?: string }[]
  readonly summary?: readonly { readonly text?: string }[]
}

interface Said {
  readonly type?: string
  readonly delta?: string
  readonly item?: Item
  readonly message?: string
  readonly response?: Said
  readonly output?: readonly Item[]
  readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number } | null
  readonly error?: { readonly message?: string } | null
}

export const responses: Dialect = {
  title: 'Responses',
  path: '/v1/responses',
  members: ['model', 'instructions', 'input', 'tools', 'max_output_tokens', 'temperature', 'top_p', 'stream'],
  write: draft => {
    const [first, ...others] = draft.cards
    const instructions = first !== undefined && 'role' in first && first.role === 'system' ? first.text : undefined
    return {
      model: draft.model,
      ...(instructions === undefined ? {} : { instructions }),
      input: (instructions === undefined ? draft.cards : others).map(messageOf),
      ...(draft.tools.length === 0 ? {} : { tools: draft.tools.map(writeTool) }),
      ...writeCommon(draft, draft.maxTokens === undefined ? {} : { max_output_tokens: draft.maxTokens }),
    }
  },
  read: body => ({
    ...readCommon(body),
    cards: [...textCard('system', body['instructions']), ...(Array.isArray(body['input']) ? body['input'].map(cardOf) : textCard('user', body['input']))],
    tools: Array.isArray(body['tools']) ? body['tools'].map(readTool) : [],
    maxTokens: numberIn(body['max_output_tokens']),
    rest: restOf(body, responses),
  }),
  hear: (heard, said) => {
    const { type = '', delta = '', item, response, message } = said as Said
    if (type === 'response.output_text.delta') return { ...heard, text: heard.text + delta }
    if (/^response\.reasoning(_summary)?_text\.delta$/.test(type)) return { ...heard, reasoning: heard.reasoning + delta }
    if (type === 'response.output_item.added' && item?.type === 'function_call')
      return { ...heard, toolCalls: withCall(heard.toolCalls, heard.toolCalls.length, callIn(item)) }
    if (type === 'response.function_call_arguments.delta')
      return { ...heard, toolCalls: withCall(heard.toolCalls, heard.toolCalls.length - 1, { arguments: delta }) }
    if (type === 'error') return { ...heard, error: message ?? 'The stream broke off.' }
    if (type.startsWith('response.')) return response === undefined ? heard : ended(heard, response)
    return whole(ended(heard, said as Said), said as Said)
  },
  turns: ({ text, toolCalls }) => [
    ...(text === '' && toolCalls.length > 0 ? [] : [{ role: 'assistant', text } as const]),
    ...toolCalls.map(({ id, name, arguments: given }) => ({ other: { type: 'function_call', call_id: id, name, arguments: given } })),
    ...toolCalls.map(({ id }) => ({ other: { type: 'function_call_output', call_id: id, output: '' } })),
  ],
}

function ended(heard: Heard, { usage, error }: Said): Heard {
  return {
    ...heard,
    inputTokens: usage?.input_tokens ?? heard.inputTokens,
    outputTokens: usage?.output_tokens ?? heard.outputTokens,
    error: error?.message ?? heard.error,
  }
}

function whole(heard: Heard, { output = [] }: Said): Heard {
  const of = (type: string) => output.filter(item => item.type === type)
  return {
    ...heard,
    text: of('message')
      .flatMap(({ content = [] }) => content.map(({ text = '' }) => text))
      .join(''),
    reasoning: of('reasoning')
      .flatMap(({ summary = [] }) => summary.map(({ text = '' }) => text))
      .join('\n'),
    toolCalls: of('function_call').map(callIn),
  }
}

function callIn({ call_id: id = '', name = '', arguments: given = '' }: Item): ToolCall {
  return { id, name, arguments: given }
}

function writeTool(tool: FunctionTool | Other): object {
  return 'other' in tool ? tool.other : { type: 'function', ...tool }
}

function readTool(tool: object): FunctionTool | Other {
  const { type, name, description = '', parameters = {}, ...more } = tool as Partial<FunctionTool> & { type?: unknown }
  return type === 'function' && typeof name === 'string' && Object.keys(more).length === 0 ? { name, description, parameters } : { other: tool }
}
