/** Reads a plain response of a provider. */

import { JsonDocument } from '../../../core/document/document.ts'
import { gatewayError, type GatewayError } from '../../../core/errors.ts'
import { argumentsText, isObject } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import { objectsOf } from '../../../core/neutral/lenient.ts'
import { defined, restOf } from '../../../core/neutral/members.ts'
import type { Finish, NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { unknownPaths } from '../../../core/neutral/unknown.ts'
import { vendorError } from './errors.ts'
import { plainThought } from './state.ts'
import { readUsage } from './usage.ts'

/** What every response has: most of it repeats the request. */
export const known = new Set([
  'id',
  'object',
  'created_at',
  'completed_at',
  'model',
  'provider',
  'status',
  'error',
  'incomplete_details',
  'output',
  'output_text',
  'usage',
  'service_tier',
  'background',
  'billing',
  'content_filters',
  'context_management',
  'conversation',
  'frequency_penalty',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'moderation',
  'parallel_tool_calls',
  'presence_penalty',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'store',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
])
export const knownInUsage = new Set(['input_tokens', 'input_tokens_details', 'output_tokens', 'output_tokens_details', 'total_tokens'])
export const knownInItems = new Set([
  'type',
  'id',
  'status',
  'role',
  'phase',
  'content',
  'summary',
  'encrypted_content',
  'call_id',
  'name',
  'arguments',
  'input',
])
export const readTypes = new Set<unknown>(['message', 'reasoning', 'function_call', 'custom_tool_call'])

/** @throws GatewayError 502, or that of the error which the provider reports */
export function readReply(json: JsonObject, from: Destination): NeutralReply {
  if (isObject(json['error']) || typeof json['error'] === 'string') throw errorOf(json['error'], from.provider)
  const lack = json['status'] === 'failed' ? 'a failed response' : Array.isArray(json['output']) ? undefined : 'no output'
  if (lack !== undefined) throw gatewayError('bad_upstream_response', `${from.provider}: provider returned ${lack}`, { provider: from.provider })
  const items = objectsOf(json['output'])
  const blocks = items.flatMap(item => blocksOf(item, from))
  const logprobs = items.flatMap(({ content }) => objectsOf(content).flatMap(part => objectsOf(part['logprobs'])))
  return defined<NeutralReply>({
    id: textOf(json['id']),
    model: textOf(json['model']),
    created: typeof json['created_at'] === 'number' && json['created_at'] > 0 ? Math.floor(json['created_at']) : undefined,
    blocks,
    finish: finishOf(json, { hasCalls: blocks.some(({ type }) => type === 'tool_call'), hasRefusal: blocks.some(({ type }) => type === 'refusal') }),
    usage: readUsage(json['usage']),
    serviceTier: textOf(json['service_tier']),
    logprobs: logprobs.length === 0 ? undefined : logprobs,
    extras: restOf(json, known),
    usageExtras: isObject(json['usage']) ? restOf(json['usage'], knownInUsage) : undefined,
    lost: unknownPaths(
      'output',
      items.filter(({ type }) => readTypes.has(type)),
      knownInItems,
    ),
  })
}

/** An error as JSON, as the caller's dialect tells errors. */
export function errorOf(error: Json, provider: string): GatewayError {
  return vendorError(JsonDocument.parse(Buffer.from(JSON.stringify(error))).root, provider)
}

/** What a response says of its end, in view of what it held. */
export function finishOf(
  { status, incomplete_details: details }: JsonObject,
  { hasCalls, hasRefusal }: { readonly hasCalls: boolean; readonly hasRefusal: boolean },
): Finish {
  if (status === 'incomplete') return isObject(details) && details['reason'] === 'content_filter' ? 'content_filter' : 'length'
  const finish = finishWith('stop', hasCalls)
  return finish === 'stop' && hasRefusal ? 'refusal' : finish
}

/** What an item says; those of tools that the vendor ran say nothing here. */
export function blocksOf(item: JsonObject, from: Destination): readonly ReplyBlock[] {
  switch (item['type']) {
    case 'message':
      return objectsOf(item['content']).flatMap(partOf)
    case 'reasoning':
      return thoughtOf(item, from)
    case 'function_call':
      return [{ type: 'tool_call', id: callId(item), name: textOf(item['name']) ?? '', argumentsText: argumentsOf(item['arguments']) }]
    case 'custom_tool_call':
      return [{ type: 'tool_call', id: callId(item), name: textOf(item['name']) ?? '', argumentsText: argumentsOf(item['input']), isCustom: true }]
    case 'image_generation_call':
      return typeof item['result'] === 'string' ? [{ type: 'image', mime: `image/${textOf(item['output_format']) ?? 'png'}`, data: item['result'] }] : []
    default:
      return []
  }
}

function partOf({ type, text, refusal, annotations }: JsonObject): readonly ReplyBlock[] {
  if (type === 'refusal') return typeof refusal === 'string' && refusal !== '' ? [{ type, text: refusal }] : []
  if (typeof text !== 'string') return []
  const sources = objectsOf(annotations)
  return text === '' && sources.length === 0 ? [] : [{ type: 'text', text, ...(sources.length === 0 ? {} : { annotations: sources }) }]
}

function thoughtOf(item: JsonObject, { traits }: Destination): readonly ReplyBlock[] {
  const { id, encrypted_content: encrypted } = item
  const thought = plainThought(item)
  const state = typeof encrypted === 'string' && encrypted !== '' ? { vendor: traits.vendor ?? 'openai', value: encrypted } : undefined
  if (thought.text === '' && state === undefined) return []
  return [defined<Extract<ReplyBlock, { type: 'reasoning' }>>({ ...thought, state, itemId: textOf(id) })]
}

/** Some servers have no id of the call but the item's. */
export function callId({ call_id: call, id }: JsonObject): string {
  return textOf(call) ?? textOf(id) ?? ''
}

/** Text, which some servers send as the object that it spells. */
export function argumentsOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : argumentsText(value)
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
