/** Reads a plain chat completion of a provider. */

import { GatewayError, gatewayError } from '../../../core/errors.ts'
import { argumentsText, isObject } from '../../../core/neutral/arguments.ts'
import { objectsOf } from '../../../core/neutral/lenient.ts'
import { JsonDocument } from '../../../core/document/document.ts'
import { parseDataUrl } from '../../../core/neutral/media.ts'
import { defined, restOf } from '../../../core/neutral/members.ts'
import type { NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { unknownPaths } from '../../../core/neutral/unknown.ts'
import { endingOf, failureOf, isFault } from './finish.ts'
import { readSignature, readThoughts, reasoningNames, signatureNames } from './state.ts'
import { vendorError } from '../../../core/neutral/vendor-error.ts'
import { readUsage } from './usage.ts'

/** Members that this reader has a rule for; `provider` is said by the gateway. */
export const known = new Set(['id', 'object', 'created', 'model', 'provider', 'choices', 'usage', 'service_tier', 'x_groq', 'error'])
export const knownInUsage = new Set([
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'prompt_tokens_details',
  'completion_tokens_details',
  'prompt_cache_hit_tokens',
])
export const knownInChoice = new Set(['index', 'message', 'delta', 'finish_reason', 'native_finish_reason', 'stop_reason', 'logprobs', 'error'])
export const knownInMessage = new Set([
  'role',
  'content',
  'refusal',
  'annotations',
  'images',
  'tool_calls',
  'function_call',
  'reasoning_details',
  'thinking_blocks',
  ...signatureNames,
  ...reasoningNames,
])

/** @throws GatewayError 502, or that of the error which the provider reports */
export function readReply(json: JsonObject, { provider, traits: { vendor } }: Destination): NeutralReply {
  const choice = choiceOf(json, provider)
  const message = objectOf(choice['message'], 'a message', provider)
  const blocks = readMessage(message, provider, vendor)
  return defined<NeutralReply>({
    id: textOf(json['id']),
    model: textOf(json['model']),
    created: typeof json['created'] === 'number' && json['created'] > 0 ? json['created'] : undefined,
    blocks,
    ...endingOf(choice, { hasCalls: blocks.some(({ type }) => type === 'tool_call'), hasRefusal: blocks.some(({ type }) => type === 'refusal') }),
    usage: usageOf(json),
    serviceTier: textOf(json['service_tier']),
    logprobs: logprobsOf(choice),
    extras: restOf(json, known),
    usageExtras: isObject(json['usage']) ? restOf(json['usage'], knownInUsage) : undefined,
    lost: lostOf(choice, message),
  })
}

function lostOf(choice: JsonObject, message: JsonObject): readonly string[] | undefined {
  const [ofChoice, ofMessage] = [unknownPaths('choices', [choice], knownInChoice), unknownPaths('choices.message', [message], knownInMessage)]
  return ofChoice === undefined || ofMessage === undefined ? (ofChoice ?? ofMessage) : [...ofChoice, ...ofMessage]
}

/** The counts of a reply or a chunk; Groq puts them into `x_groq`. */
export function usageOf({ usage, cost, x_groq: groq }: JsonObject): NeutralReply['usage'] {
  return readUsage(usage, cost) ?? (isObject(groq) ? readUsage(groq['usage']) : undefined)
}

/** An error as JSON, as the caller's dialect tells errors. */
export function errorOf(error: JsonObject | string, provider: string): GatewayError {
  return vendorError(JsonDocument.parse(Buffer.from(JSON.stringify(error))).root, provider)
}

export function badReply(provider: string, what: string): GatewayError {
  return gatewayError('bad_upstream_response', `${provider}: provider returned ${what}`, { provider })
}

/** @throws GatewayError 502 for what is there, and no list */
export function checkList(value: Json | undefined, what: string, provider: string): void {
  if (value !== undefined && value !== null && !Array.isArray(value)) throw badReply(provider, `${what} that are no list`)
}

/** @throws GatewayError 502 for what is there, and no object */
export function objectOf(value: Json | undefined, what: string, provider: string): JsonObject {
  if (value === undefined || value === null) return {}
  if (isObject(value)) return value
  throw badReply(provider, `${what} that is no object`)
}

function choiceOf(json: JsonObject, provider: string): JsonObject {
  const choices = json['choices']
  if (isFault(json['error']) && objectsOf(choices).length === 0) throw errorOf(json['error'], provider)
  checkList(choices, 'choices', provider)
  const [first] = inOrder(objectsOf(choices))
  if (first === undefined) throw badReply(provider, 'no choices')
  if (isFault(first['error'])) throw errorOf(first['error'], provider)
  const failure = failureOf(first, provider)
  if (failure !== undefined) throw isFault(json['error']) ? errorOf(json['error'], provider) : failure
  return first
}

function logprobsOf({ logprobs }: JsonObject): readonly JsonObject[] | undefined {
  return isObject(logprobs) && Array.isArray(logprobs['content']) ? objectsOf(logprobs['content']) : undefined
}

function inOrder(choices: readonly JsonObject[]): readonly JsonObject[] {
  return choices.length < 2 ? choices : choices.toSorted((one, other) => indexOf(one) - indexOf(other))
}

function indexOf({ index }: JsonObject): number {
  return typeof index === 'number' ? index : 0
}

function readMessage(message: JsonObject, provider: string, vendor: string | undefined): readonly ReplyBlock[] {
  const refused = textOf(message['refusal'])
  return [
    ...readThoughts(message, vendor),
    ...withMeta(readContent(message['content'], provider), message),
    ...(refused === undefined ? [] : [{ type: 'refusal', text: refused } as const]),
    ...imagesOf(message),
    ...callsOf(message, provider),
  ]
}

/** A string, or with Mistral a list of texts and thoughts. */
function readContent(content: Json | undefined, provider: string): readonly ReplyBlock[] {
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw badReply(provider, 'content that is no text')
  return objectsOf(content).flatMap(readPart)
}

function readPart(part: JsonObject): readonly ReplyBlock[] {
  if (part['type'] === 'thinking') return [{ type: 'reasoning', text: thinkingText(part) }]
  return typeof part['text'] === 'string' && part['text'] !== '' ? [{ type: 'text', text: part['text'] }] : []
}

/** The text of one of Mistral's thoughts. */
export function thinkingText({ thinking }: JsonObject): string {
  return typeof thinking === 'string'
    ? thinking
    : objectsOf(thinking)
        .map(({ text }) => (typeof text === 'string' ? text : ''))
        .join('')
}

/** Sources and a signature belong to the last text. */
function withMeta(blocks: readonly ReplyBlock[], message: JsonObject): readonly ReplyBlock[] {
  const annotations = objectsOf(message['annotations'])
  const state = readSignature(message)
  if (annotations.length === 0 && state === undefined) return blocks
  const meta = defined<object>({ annotations: annotations.length === 0 ? undefined : annotations, state })
  const at = blocks.findLastIndex(({ type }) => type === 'text')
  return at < 0 ? [...blocks, { type: 'text', text: '', ...meta }] : blocks.map((block, index) => (index === at ? { ...block, ...meta } : block))
}

/** Images that the model made. @throws nothing: what is no data is left out */
export function imagesOf({ images }: JsonObject): readonly Extract<ReplyBlock, { readonly type: 'image' }>[] {
  return objectsOf(images).flatMap(({ image_url: image }) => {
    const url = isObject(image) ? image['url'] : image
    const media = typeof url === 'string' ? mediaOf(url) : undefined
    return media === undefined ? [] : [{ type: 'image', ...media }]
  })
}

function mediaOf(url: string): { readonly mime: string; readonly data: string } | undefined {
  try {
    return parseDataUrl(url, 'images')
  } catch (error) {
    if (error instanceof GatewayError) return undefined
    throw error
  }
}

function callsOf({ tool_calls: calls, function_call: legacy }: JsonObject, provider: string): readonly ReplyBlock[] {
  checkList(calls, 'tool calls', provider)
  return [...objectsOf(calls).map(readCall), ...(isObject(legacy) ? [readCall({ function: legacy })] : [])]
}

function readCall(call: JsonObject): ReplyBlock {
  const custom = isObject(call['custom']) ? call['custom'] : undefined
  const called = custom ?? (isObject(call['function']) ? call['function'] : {})
  return defined<ReplyBlock>({
    type: 'tool_call',
    id: textOf(call['id']) ?? '',
    name: textOf(called['name']) ?? '',
    argumentsText: argumentsOf(custom === undefined ? called['arguments'] : called['input']),
    isCustom: custom === undefined ? undefined : true,
    state: readSignature(call) ?? readSignature(called),
  })
}

/** Text, which some servers send as the object that it spells. */
export function argumentsOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : argumentsText(value)
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
