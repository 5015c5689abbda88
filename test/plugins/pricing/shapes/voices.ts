/** How each dialect wraps a usage object, in a plain reply and at the end of a stream; and what is read of it, natively and in translation. */

import { JsonDocument } from '../../../../core/document/document.ts'
import { splitEvents } from '../../../../core/stream/borders.ts'
import type { Dialect, Usage } from '../../../../core/plugin/dialect.ts'
import anthropic from '../../../../plugins/dialects/anthropic-messages/index.ts'
import bedrock from '../../../../plugins/dialects/bedrock-converse/index.ts'
import cohere from '../../../../plugins/dialects/cohere/index.ts'
import gemini from '../../../../plugins/dialects/gemini/index.ts'
import chat from '../../../../plugins/dialects/openai-chat/index.ts'
import media from '../../../../plugins/dialects/openai-media/index.ts'
import responses from '../../../../plugins/dialects/openai-responses/index.ts'
import { readReply, readStream, type Payload } from '../../../support/translation.ts'
import type { Shape } from './shape.ts'

type Said = Shape['usage']

interface Voice {
  readonly dialect: Pick<Dialect, 'upstream'> & Partial<Pick<Dialect, 'usage' | 'stream'>>
  plain(usage: Said): object
  stream(usage: Said): readonly Payload[]
}

const named = (type: string, more: object): Payload => ({ event: type, data: { type, ...more } })
const output = [{ type: 'message', id: 'm1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'hi', annotations: [] }] }]

/** The first event knows the prompt, the last the answer. */
function messages(usage: Said): readonly Payload[] {
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { ...usage, output_tokens: 1, output_tokens_details: null },
  }
  const { output_tokens: tokens, output_tokens_details: details = null, ...rest } = usage
  const last = {
    input_tokens: rest['input_tokens'],
    cache_read_input_tokens: null,
    output_tokens: tokens,
    ...(details === null ? {} : { output_tokens_details: details }),
  }
  return [named('message_start', { message }), named('message_delta', { delta: { stop_reason: 'end_turn' }, usage: last }), named('message_stop', {})]
}

const voices: Readonly<Record<Shape['dialect'], Voice>> = {
  'openai-chat': {
    dialect: chat,
    plain: usage => ({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
      usage,
    }),
    stream: usage => [
      { id: 'c1', choices: [{ index: 0, delta: { role: 'assistant', content: 'hi' }, finish_reason: null }], usage: null },
      { id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null },
      { id: 'c1', choices: [], usage },
      '[DONE]',
    ],
  },
  'openai-responses': {
    dialect: responses,
    plain: usage => ({ id: 'r1', object: 'response', status: 'completed', model: 'm', output, usage }),
    stream: usage => [
      named('response.created', { response: { id: 'r1', status: 'in_progress', output: [], usage: null } }),
      named('response.completed', { response: { id: 'r1', status: 'completed', model: 'm', output, usage } }),
    ],
  },
  'anthropic-messages': {
    dialect: anthropic,
    plain: usage => ({ id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [{ type: 'text', text: 'hi' }], stop_reason: 'end_turn', usage }),
    stream: messages,
  },
  gemini: {
    dialect: gemini,
    plain: usage => ({ candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }], usageMetadata: usage }),
    stream: usage => [
      { candidates: [{ content: { role: 'model', parts: [{ text: 'h' }] } }], usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 } },
      { candidates: [{ content: { role: 'model', parts: [{ text: 'i' }] }, finishReason: 'STOP' }], usageMetadata: usage },
    ],
  },
  'bedrock-converse': {
    dialect: bedrock,
    plain: usage => ({ output: { message: { role: 'assistant', content: [{ text: 'hi' }] } }, stopReason: 'end_turn', usage }),
    stream: usage => [
      { event: 'messageStart', data: { role: 'assistant' } },
      { event: 'contentBlockDelta', data: { contentBlockIndex: 0, delta: { text: 'hi' } } },
      { event: 'messageStop', data: { stopReason: 'end_turn' } },
      { event: 'metadata', data: { usage, metrics: {} } },
    ],
  },
  cohere: {
    dialect: cohere,
    plain: usage => ({ id: 'h1', message: { role: 'assistant', content: [{ type: 'text', text: 'hi' }] }, finish_reason: 'COMPLETE', usage }),
    stream: usage => [
      named('message-start', { id: 'h1', delta: { message: { role: 'assistant' } } }),
      named('message-end', { delta: { finish_reason: 'COMPLETE', usage } }),
    ],
  },
  'openai-media': { dialect: media, plain: usage => ({ text: 'hi', usage }), stream: usage => [named('transcript.text.done', { text: 'hi', usage })] },
}

/** Every way in which the gateway may come to know a usage. */
export function waysToRead({ dialect: name, usage }: Shape): readonly (readonly [way: string, read: () => Usage | undefined])[] {
  const { dialect, plain, stream } = voices[name]
  const { upstream, usage: ofReply, stream: format } = dialect
  return [
    ...(upstream === undefined
      ? []
      : [
          ['plain, translated', () => readReply(upstream, plain(usage)).usage] as const,
          ['as a stream, translated', () => readStream(upstream, stream(usage)).findLast(event => event.type === 'usage')?.usage] as const,
        ]),
    ...(ofReply === undefined ? [] : [['plain', () => ofReply(JsonDocument.parse(Buffer.from(JSON.stringify(plain(usage)))))] as const]),
    ...(format === undefined ? [] : [['as a stream', () => format.usage(splitEvents(Buffer.from(stream(usage).map(spell).join(''))))] as const]),
  ]
}

function spell(payload: Payload): string {
  if (typeof payload === 'string') return `data: ${payload}\n\n`
  return 'event' in payload ? `event: ${payload.event}\ndata: ${JSON.stringify(payload.data)}\n\n` : `data: ${JSON.stringify(payload)}\n\n`
}
