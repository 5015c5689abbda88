/** Tokens that a provider does not tell: an estimate, from what was sent and what was seen. */

import { stringOf } from '../../core/document/readings.ts'
import { GatewayError, JsonError, type Exchange, type JsonObject, type StreamFormat, type StreamText, type Usage } from '../../core/index.ts'
import { parseJson } from '../../core/neutral/json.ts'
import { Losses } from '../../core/neutral/losses.ts'
import { estimateBytes, estimateTokens } from '../../core/neutral/estimate.ts'
import { readFrom } from '../../core/neutral/usage.ts'
import type { StreamEnds } from '../../core/pipeline/delivery/stream-ends.ts'

const charactersPerToken = 4
/** Longer prompts are not read for it: their bytes must do. */
const readableBytes = 256 * 1024
const underWay: ReadonlySet<string> = new Set(['queued', 'in_progress'])
/** What has tokens that anybody would pay for. */
const counted: ReadonlySet<string> = new Set(['chat', 'responses', 'messages', 'embeddings', 'responses_compact', 'completions'])

export interface CountedUsage {
  readonly usage: Usage | undefined
  /** Whether anything of it is estimated. */
  readonly isEstimated: boolean
}

/** What was reported; of a stream that broke off, that may be the prompt alone. What is missing is estimated. */
export function countedUsage(exchange: Exchange, reported: Usage | undefined): CountedUsage {
  if (reported !== undefined && isWhole(exchange, reported)) return { usage: reported, isEstimated: false }
  const estimate = estimateUsage(exchange)
  if (estimate === undefined) return { usage: reported, isEstimated: false }
  return { usage: reported === undefined ? estimate : readFrom(reported.raw ?? {}, { ...estimate, ...reported }), isEstimated: true }
}

/** Embeddings have no answer that would be counted. */
function isWhole({ operation }: Exchange, { inputTokens, outputTokens, totalTokens }: Usage): boolean {
  if (operation === 'embeddings') return (inputTokens ?? totalTokens) !== undefined
  return inputTokens !== undefined && outputTokens !== undefined
}

/** Undefined where no answer began, where none has tokens, and where it is still under way. */
function estimateUsage(exchange: Exchange): Usage | undefined {
  const { reply, operation, body, bytes, attempts } = exchange
  if (
    !counted.has(operation) ||
    (body ?? bytes) === undefined ||
    reply === undefined ||
    reply.status >= 400 ||
    attempts.at(-1)?.outcome !== 'established' ||
    isUnderWay(exchange)
  )
    return undefined
  const inputTokens = promptTokens(exchange)
  const outputTokens = operation === 'embeddings' ? 0 : Math.ceil(answerCharacters(exchange) / charactersPerToken)
  return { inputTokens, outputTokens }
}

/** A response that its provider works at in the background is counted when it is over. */
function isUnderWay(exchange: Exchange): boolean {
  const { operation, reply, streamEnds } = exchange
  if (operation !== 'responses') return false
  if (streamEnds !== undefined) return goesOn(exchange, streamEnds())
  try {
    return underWay.has(stringOf(reply?.document?.root.get('status')) ?? '')
  } catch (cause) {
    if (cause instanceof JsonError) return false
    throw cause
  }
}

/** Whether a stream that broke off is of a response that is stored, and whose provider can be asked how it ended. */
function goesOn({ body, dialect, reply }: Exchange, { events }: StreamEnds): boolean {
  const says = (name: string) => body?.root.get(name)?.value()
  return (
    says('background') === true &&
    says('store') !== false &&
    reply?.target?.provider.endpoint('responses_get') !== undefined &&
    dialect?.stream.ending(events) === 'cut'
  )
}

/** A body that goes by unread counts by its bytes. */
function promptTokens({ body, bytes: unread, dialect }: Exchange): number {
  const bytes = body?.render() ?? unread ?? Buffer.alloc(0)
  if (body === undefined || bytes.length > readableBytes || dialect?.caller === undefined) return estimateBytes(bytes.length)
  try {
    return estimateTokens(dialect.caller.request(parseJson(bytes.toString()) as JsonObject, new Losses()))
  } catch (cause) {
    if (cause instanceof GatewayError || cause instanceof SyntaxError) return estimateBytes(bytes.length)
    throw cause
  }
}

function answerCharacters({ reply, dialect, streamEnds }: Exchange): number {
  const ends = streamEnds?.()
  if (ends !== undefined) return dialect === undefined ? 0 : streamedCharacters(ends, dialect.stream)
  let characters = 0
  try {
    reply?.conversation?.some(text => {
      characters += text.length
      return false
    })
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause
  }
  return characters
}

/** Nobody counted while it flowed. Its last events say it all once more, or tell how much of it is text. */
function streamedCharacters({ events, bytes }: StreamEnds, stream: StreamFormat): number {
  const spoken = events.map(event => ({ texts: stream.texts(event), bytes: event.bytes.length }))
  const texts = spoken.flatMap(event => event.texts)
  if (bytes <= sum(spoken.map(event => event.bytes))) return charactersOf(texts)
  const wholes = charactersOf(texts.filter(({ isWhole }) => isWhole === true))
  if (wholes > 0 && stream.ending(events) === 'complete') return wholes
  const telling = spoken.filter(event => event.texts.some(isPiece))
  if (telling.length === 0) return wholes
  const share = sum(telling.map(event => charactersOf(event.texts.filter(isPiece)))) / sum(telling.map(event => event.bytes))
  const saidAgain = sum(spoken.filter(event => event.texts.some(({ isWhole }) => isWhole === true)).map(event => event.bytes))
  return Math.max(wholes, Math.round((bytes - saidAgain) * share))
}

/** Of what is said in pieces and as a whole, that which is longer: the first pieces may be missing, or the whole. */
function charactersOf(texts: readonly StreamText[]): number {
  const pieces = new Map<string, number>()
  const wholes = new Map<string, number>()
  for (const {
    key,
    text: { length },
    isWhole,
  } of texts) {
    if (isWhole === true) wholes.set(key, Math.max(wholes.get(key) ?? 0, length))
    else pieces.set(key, (pieces.get(key) ?? 0) + length)
  }
  return sum([...new Set([...pieces.keys(), ...wholes.keys()])].map(key => Math.max(pieces.get(key) ?? 0, wholes.get(key) ?? 0)))
}

function isPiece({ isWhole, text }: StreamText): boolean {
  return isWhole !== true && text !== ''
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
