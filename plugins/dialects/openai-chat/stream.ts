/** OpenAI Chat Completions as a stream: chunks with the deltas of choices, then `[DONE]`. */

import { stringOf } from '../../../core/document/readings.ts'
import type { GatewayError } from '../../../core/errors.ts'
import type { StreamFormat } from '../../../core/plugin/dialect.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { assemble, replay } from './assemble.ts'
import { choices, indexOf } from './stream-chunk.ts'
import { answerEnd, ending, error } from './stream-ending.ts'
import { ends, shapes, texts, type Shape } from './stream-texts.ts'
import { usage, usageOnly } from './stream-usage.ts'
import { isWhole } from './stream-whole.ts'

export const chatStream: StreamFormat = {
  texts,
  ends,
  ending,
  answerEnd,
  isWhole,
  error,
  usage,
  usageOnly,
  text,
  cut,
  failure,
  assemble,
  replay,
}

const done = 'data: [DONE]\n\n'

function text(like: StreamEvent, key: string, text: string): string {
  const [choice, kind, index] = key.split('/')
  const shape = texts(like).find(found => found.key === key)?.shape ?? shapeOf(kind)
  const delta = shape(text, Number(index))
  return chunk(like, [{ index: Number(choice), delta, finish_reason: null }])
}

function shapeOf(kind: string | undefined): Shape {
  return kind === 'reasoning' || kind === 'refusal' || kind === 'tool_arguments' ? shapes[kind] : shapes.text
}

function cut(like: StreamEvent | undefined): string {
  const indexes = like?.document === undefined ? [] : choices(like.document).map(choice => indexOf(choice))
  const finish = (index: number) => chunk(like, [{ index, delta: {}, finish_reason: 'content_filter' }])
  return (indexes.length === 0 ? [0] : indexes).map(finish).join('') + done
}

function chunk(like: StreamEvent | undefined, choices: readonly object[]): string {
  const root = like?.document?.root
  return `data: ${JSON.stringify({
    id: stringOf(root?.get('id')) ?? 'chatcmpl-0',
    object: 'chat.completion.chunk',
    created: root?.get('created')?.value() ?? 0,
    model: stringOf(root?.get('model')) ?? '',
    system_fingerprint: stringOf(root?.get('system_fingerprint')),
    choices,
  })}\n\n`
}

function failure({ type, message, code }: GatewayError): string {
  return `data: ${JSON.stringify({ error: { type, message, param: null, code } })}\n\n`
}
