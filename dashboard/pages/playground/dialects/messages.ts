/** Messages, as the playground speaks them. */

import { objectIn } from '../../../data/json.ts'
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
} from '../draft.ts'

interface Block {
  readonly type?: string
  readonly text?: string
  readonly thinking?: string
  readonly id?: string
  readonly name?: string
  readonly input?: object
  readonly partial_json?: string
}

interface Said {
  readonly type?: string
  readonly content?: readonly Block[]
  readonly content_block?: Block
  readonly delta?: Block
  readonly message?: Said
  readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number }
  readonly error?: { readonly message?: string }
}

/** The dialect wants one. */
const usualMaxTokens = 1024

export const messages: Dialect = {
  title: 'Messages',
  path: '/v1/messages',
  members: ['model', 'max_tokens', 'system', 'messages', 'tools', 'temperature', 'top_p', 'stream'],
  write: draft => {
    const system = draft.cards.flatMap(card => ('role' in card && card.role === 'system' ? [card.text] : []))
    return {
      model: draft.model,
      ...(system.length === 0 ? {} : { system: system.join('\n\n') }),
      messages: draft.cards.filter(card => !('role' in card && card.role === 'system')).map(messageOf),
      ...(draft.tools.length === 0 ? {} : { tools: draft.tools.map(writeTool) }),
      ...writeCommon(draft, { max_tokens: draft.maxTokens ?? usualMaxTokens }),
    }
  },
  read: body => ({
    ...readCommon(body),
    cards: [...textCard('system', body['system']), ...(Array.isArray(body['messages']) ? body['messages'].map(cardOf) : [])],
    tools: Array.isArray(body['tools']) ? body['tools'].map(readTool) : [],
    maxTokens: numberIn(body['max_tokens']),
    rest: { ...restOf(body, messages), ...(typeof body['system'] === 'object' ? { system: body['system'] } : {}) },
  }),
  hear: (heard, said) => {
    const { type, content = [], content_block: begun, delta, message, usage, error } = said as Said
    const counted = {
      ...heard,
      inputTokens: message?.usage?.input_tokens ?? usage?.input_tokens ?? heard.inputTokens,
      outputTokens: usage?.output_tokens ?? message?.usage?.output_tokens ?? heard.outputTokens,
      error: error?.message ?? heard.error,
    }
    if (type === 'content_block_start' && begun !== undefined) return block(counted, begun, '')
    if (type === 'content_block_delta' && delta !== undefined) return more(counted, delta)
    return type === 'message' ? content.reduce((so, one) => block(so, one, JSON.stringify(one.input)), counted) : counted
  },
  turns: ({ text, toolCalls }) =>
    toolCalls.length === 0
      ? [{ role: 'assistant', text }]
      : [
          {
            other: {
              role: 'assistant',
              content: [
                ...(text === '' ? [] : [{ type: 'text', text }]),
                ...toolCalls.map(({ id, name, arguments: given }) => ({ type: 'tool_use', id, name, input: objectIn(given) ?? {} })),
              ],
            },
          },
          { other: { role: 'user', content: toolCalls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: '' })) } },
        ],
}

function block(heard: Heard, { type, text = '', thinking = '', id = '', name = '' }: Block, given: string): Heard {
  if (type === 'tool_use') return { ...heard, toolCalls: withCall(heard.toolCalls, heard.toolCalls.length, { id, name, arguments: given }) }
  return { ...heard, text: heard.text + text, reasoning: heard.reasoning + thinking }
}

function more(heard: Heard, { text = '', thinking = '', partial_json: given }: Block): Heard {
  if (given !== undefined) return { ...heard, toolCalls: withCall(heard.toolCalls, heard.toolCalls.length - 1, { arguments: given }) }
  return { ...heard, text: heard.text + text, reasoning: heard.reasoning + thinking }
}

function writeTool(tool: FunctionTool | Other): object {
  return 'other' in tool ? tool.other : { name: tool.name, description: tool.description, input_schema: tool.parameters }
}

function readTool(tool: object): FunctionTool | Other {
  const { name, description = '', input_schema: parameters = {}, ...others } = tool as { name?: unknown; description?: string; input_schema?: object }
  return typeof name === 'string' && Object.keys(others).length === 0 ? { name, description, parameters } : { other: tool }
}
