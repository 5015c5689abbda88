/** The places where something can leak: requests with a text in one of them, replies with a text in one of them, and where texts stand in what came. */

import { isObject as isJsonObject } from '../../core/neutral/arguments.ts'
import type { CallerDialect } from './caller-streams.ts'
import type { Speech } from './model-streams.ts'

/** Where the gateway takes requests of a dialect. */
export const paths: Readonly<Record<CallerDialect, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
}

export const promptPlaces = ['system', 'first user message', 'earlier message', 'earlier reasoning', 'tool arguments', 'tool result'] as const
export const replyPlaces = ['reply text', 'reply tool arguments', 'reasoning'] as const
export type PromptPlace = (typeof promptPlaces)[number]
export type ReplyPlace = (typeof replyPlaces)[number]
export type Place = PromptPlace | ReplyPlace

/** A conversation with every place, and the text in this one. The last message names the place, so that a provider may know what it is asked for. */
export function requestWith(text: string, place: Place, caller: CallerDialect, model: string, isStream = false): object {
  const at = (here: PromptPlace, otherwise: string) => (place === here ? text : otherwise)
  return { ...requests[caller](at, `Go on. place=${place}.`), model, ...(isStream ? { stream: true } : {}) }
}

/** A question about a text that comes as the data of a file. */
export function requestWithFile(text: string, caller: CallerDialect, model: string): object {
  const data = Buffer.from(text).toString('base64')
  const url = `data:text/plain;base64,${data}`
  const ask = (content: object) => ({ role: 'user', content: [content] })
  switch (caller) {
    case 'openai-chat':
      return { model, messages: [ask({ type: 'file', file: { filename: 'a.txt', file_data: url } })] }
    case 'openai-responses':
      return { model, input: [ask({ type: 'input_file', filename: 'a.txt', file_data: url })], store: false }
    case 'anthropic-messages':
      return { model, max_tokens: 100, messages: [ask({ type: 'document', source: { type: 'base64', media_type: 'text/plain', data } })] }
  }
}

type At = (here: PromptPlace, otherwise: string) => string

const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: { q: { type: 'string' } } } }

const requests: Readonly<Record<CallerDialect, (at: At, last: string) => object>> = {
  'openai-chat': (at, last) => ({
    messages: [
      { role: 'system', content: at('system', 'Be kind.') },
      { role: 'user', content: at('first user message', 'Hello.') },
      {
        role: 'assistant',
        content: at('earlier message', 'Good day.'),
        reasoning_content: at('earlier reasoning', 'Hm.'),
        tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'look', arguments: JSON.stringify({ q: at('tool arguments', 'x') }) } }],
      },
      { role: 'tool', tool_call_id: 'call_0', content: at('tool result', 'found') },
      { role: 'user', content: last },
    ],
    tools: [{ type: 'function', function: tool }],
  }),
  'openai-responses': (at, last) => ({
    instructions: at('system', 'Be kind.'),
    input: [
      { role: 'user', content: at('first user message', 'Hello.') },
      { type: 'reasoning', id: 'rs_0', summary: [{ type: 'summary_text', text: at('earlier reasoning', 'Hm.') }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: at('earlier message', 'Good day.'), annotations: [] }] },
      { type: 'function_call', call_id: 'call_0', name: 'look', arguments: JSON.stringify({ q: at('tool arguments', 'x') }) },
      { type: 'function_call_output', call_id: 'call_0', output: at('tool result', 'found') },
      { role: 'user', content: last },
    ],
    tools: [{ type: 'function', ...tool }],
    store: false,
  }),
  'anthropic-messages': (at, last) => ({
    max_tokens: 100,
    system: at('system', 'Be kind.'),
    messages: [
      { role: 'user', content: at('first user message', 'Hello.') },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: at('earlier reasoning', 'Hm.'), signature: 'SIG' },
          { type: 'text', text: at('earlier message', 'Good day.') },
          { type: 'tool_use', id: 'toolu_0', name: 'look', input: { q: at('tool arguments', 'x') } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_0', content: at('tool result', 'found') },
          { type: 'text', text: last },
        ],
      },
    ],
    tools: [{ name: tool.name, description: tool.description, input_schema: tool.parameters }],
  }),
}

/** What the model says where a text stands in this place of its answer; `isSplit`: in pieces of one character. */
export function speechWith(text: string, place: Place, isSplit: boolean): Speech {
  const pieces = isSplit ? [...text] : [text]
  switch (place) {
    case 'reasoning':
      return { thoughts: pieces, pieces: ['Fine.'] }
    case 'reply tool arguments':
      return { calls: [{ name: 'look', arguments: ['{"q":"', ...pieces, '"}'] }] }
    case 'reply text':
      return { pieces }
    default:
      return { pieces: ['Fine.'] }
  }
}

/** All texts of a body, put together: of JSON, of lines of JSON, or of a stream, in which each member is one text over all events. */
export function textsIn(body: string): readonly string[] {
  const texts = new Map<string, string>()
  for (const json of valuesIn(body)) collect(json, isJsonObject(json) ? JSON.stringify([json['type'], json['output_index'], json['index']]) : '', texts)
  return [...texts.values()]
}

function valuesIn(body: string): readonly unknown[] {
  const lines = body.split(/\r?\n/)
  const data = lines
    .filter(line => line.startsWith('data:'))
    .map(line => line.slice(5).trim())
    .filter(line => line !== '[DONE]')
  if (data.length > 0) return data.map(line => JSON.parse(line) as unknown)
  try {
    return [JSON.parse(body)]
  } catch {
    return lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line) as unknown)
  }
}

function collect(json: unknown, path: string, texts: Map<string, string>): void {
  if (typeof json === 'string') texts.set(path, (texts.get(path) ?? '') + json)
  else if (Array.isArray(json)) json.forEach((item, i) => collect(item, `${path}/${i}`, texts))
  else if (isJsonObject(json)) for (const [name, value] of Object.entries(json)) collect(value, `${path}/${name}`, texts)
}
