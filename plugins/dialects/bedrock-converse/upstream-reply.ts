/** A plain reply of Converse. */

import { gatewayError, type JsonObject } from '../../../core/index.ts'
import type { NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { argumentsText, isObject } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import { defined, restOf } from '../../../core/neutral/members.ts'
import type { Json, VendorState } from '../../../core/neutral/request.ts'
import { exceptionError, finishOf, stopSequenceOf, usageOf } from './facts.ts'
import { jsonTool, usesJsonTool } from './output.ts'

/** What is read here, or what says nothing to a caller. */
const known = new Set(['output', 'stopReason', 'usage', 'metrics', 'additionalModelResponseFields', 'serviceTier'])
export const knownInUsage = new Set([
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'cacheDetails',
  'cacheReadInputTokenCount',
  'cacheWriteInputTokenCount',
])

/** @throws GatewayError for an error in the place of a reply, and for none at all */
export function readReply(json: JsonObject, from: Destination): NeutralReply {
  const message = objectAt(json['output'], 'message')
  if (message === undefined)
    throw isException(json)
      ? exceptionError(json, from.provider)
      : gatewayError('bad_upstream_response', `${from.provider}: provider returned no message`, { provider: from.provider })
  const content = Array.isArray(message['content']) ? (message['content'] as readonly Json[]).filter(isObject) : []
  const blocks = content.flatMap(block => readBlock(block, from))
  return defined<NeutralReply>({
    blocks,
    finish: finishWith(
      finishOf(json['stopReason'], from.provider),
      blocks.some(({ type }) => type === 'tool_call'),
    ),
    stopSequence: stopSequenceOf(json['additionalModelResponseFields']),
    usage: usageOf(json['usage']),
    serviceTier: tierOf(json),
    extras: restOf(json, known),
    usageExtras: isObject(json['usage']) ? restOf(json['usage'], knownInUsage) : undefined,
  })
}

/** The tier that served, of a reply or of the frame that ends a stream. */
export function tierOf(said: JsonObject): string | undefined {
  const tier = objectAt(said, 'serviceTier')?.['type']
  return typeof tier === 'string' ? tier : undefined
}

function isException(json: JsonObject): boolean {
  return ['__type', 'message', 'Message'].some(name => typeof json[name] === 'string')
}

/** A block of a kind that nobody knows is passed over. */
function readBlock(block: JsonObject, from: Destination): readonly ReplyBlock[] {
  if (typeof block['text'] === 'string') return block['text'] === '' ? [] : [{ type: 'text', text: block['text'] }]
  const call = objectAt(block, 'toolUse')
  if (call !== undefined) return [readCall(call, from)]
  const reasoning = objectAt(block, 'reasoningContent')
  if (reasoning !== undefined) return readReasoning(reasoning, from)
  const cited = objectAt(block, 'citationsContent')?.['content']
  if (Array.isArray(cited)) return [{ type: 'text', text: (cited as readonly Json[]).map(part => textAt(part, 'text')).join('') }]
  return readImage(block)
}

function readCall(call: JsonObject, from: Destination): ReplyBlock {
  const argumentText = argumentsText(call['input'] ?? {})
  if (call['name'] === jsonTool && usesJsonTool(from)) return { type: 'text', text: argumentText }
  return { type: 'tool_call', id: textAt(call, 'toolUseId'), name: textAt(call, 'name'), argumentsText: argumentText }
}

function readReasoning(reasoning: JsonObject, from: Destination): readonly ReplyBlock[] {
  if (typeof reasoning['redactedContent'] === 'string')
    return [{ type: 'reasoning', text: '', redacted: reasoning['redactedContent'], state: stateOf('', from) }]
  const said = reasoning['reasoningText']
  const signature = textAt(said, 'signature')
  return [{ type: 'reasoning', text: textAt(said, 'text'), ...(signature === '' ? {} : { state: stateOf(signature, from) }) }]
}

/** Claude's signatures are worth the same on every way to Claude; others are worth something only here. */
export function stateOf(value: string, { traits, model }: Destination): VendorState {
  return { vendor: traits.vendor ?? 'bedrock-converse', value, model }
}

function readImage(block: JsonObject): readonly ReplyBlock[] {
  const image = objectAt(block, 'image')
  const data = textAt(image?.['source'], 'bytes')
  return data === '' ? [] : [{ type: 'image', mime: `image/${textAt(image, 'format')}`, data }]
}

function objectAt(value: Json | undefined, name: string): JsonObject | undefined {
  const member = isObject(value) ? value[name] : undefined
  return isObject(member) ? member : undefined
}

function textAt(value: Json | undefined, name: string): string {
  const member = isObject(value) ? value[name] : undefined
  return typeof member === 'string' ? member : ''
}
