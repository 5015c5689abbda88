/** A plain reply of Cohere. */

import { gatewayError, type JsonObject } from '../../../core/index.ts'
import type { NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { argumentsText, isObject } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import { defined, restOf } from '../../../core/neutral/members.ts'
import type { Json } from '../../../core/neutral/request.ts'
import { unknownPaths } from '../../../core/neutral/unknown.ts'
import { errorIn, finishOf, usageOf } from './facts.ts'

const known = new Set(['id', 'message', 'finish_reason', 'usage', 'error', 'logprobs'])
const knownInMessage = new Set(['role', 'content', 'tool_plan', 'tool_calls', 'citations'])
export const knownInUsage = new Set(['tokens', 'billed_units', 'cached_tokens'])

/** @throws GatewayError for an error in the place of a reply, and for none at all */
export function readReply(json: JsonObject, from: Destination): NeutralReply {
  const { id, message, finish_reason: reason, usage } = json
  if (!isObject(message))
    throw errorIn(json, from.provider) ?? gatewayError('bad_upstream_response', `${from.provider}: provider returned no message`, { provider: from.provider })
  const finish = finishOf(reason, from.provider, json['error'])
  const blocks = [
    ...readPlan(message),
    ...withCitations(listOf(message['content']).flatMap(readContent), message),
    ...listOf(message['tool_calls']).map(readCall),
  ]
  return defined<NeutralReply>({
    id: typeof id === 'string' ? id : undefined,
    blocks,
    finish: finishWith(
      finish,
      blocks.some(({ type }) => type === 'tool_call'),
    ),
    usage: usageOf(usage),
    extras: extrasOf(json),
    usageExtras: isObject(usage) ? restOf(usage, knownInUsage) : undefined,
    lost: unknownPaths('message', [message], knownInMessage),
  })
}

function extrasOf(json: JsonObject): JsonObject | undefined {
  const [further, billed] = [restOf(json, known), billedIn(json['usage'])]
  return billed === undefined ? further : { ...further, ...billed }
}

/** What Cohere bills, which it counts otherwise than tokens. */
export function billedIn(usage: Json | undefined): JsonObject | undefined {
  const billed = isObject(usage) ? usage['billed_units'] : undefined
  return isObject(billed) ? { billed_units: billed } : undefined
}

/** What the model means to do with its tools. */
function readPlan({ tool_plan: plan }: JsonObject): readonly ReplyBlock[] {
  return typeof plan === 'string' && plan !== '' ? [{ type: 'reasoning', text: plan }] : []
}

/** A part of a kind that nobody knows is passed over. */
function readContent({ type, text, thinking }: JsonObject): readonly ReplyBlock[] {
  if (type === 'thinking') return typeof thinking === 'string' && thinking !== '' ? [{ type: 'reasoning', text: thinking }] : []
  return type === 'text' && typeof text === 'string' && text !== '' ? [{ type: 'text', text }] : []
}

/** Citations stand on the text, as Cohere spells them. */
function withCitations(blocks: readonly ReplyBlock[], { citations }: JsonObject): readonly ReplyBlock[] {
  const annotations = listOf(citations)
  const first = blocks.findIndex(({ type }) => type === 'text')
  return annotations.length === 0 ? blocks : blocks.map((block, index) => (index === first && block.type === 'text' ? { ...block, annotations } : block))
}

function readCall({ id, function: called }: JsonObject): ReplyBlock {
  const { name, arguments: said } = isObject(called) ? called : {}
  return { type: 'tool_call', id: typeof id === 'string' ? id : '', name: typeof name === 'string' ? name : '', argumentsText: textOfArguments(said) }
}

/** Text, also where an object was sent; an object without members where nothing was. */
function textOfArguments(said: Json | undefined): string {
  if (typeof said === 'string') return said.trim() === '' ? '{}' : said
  return said === undefined || said === null ? '{}' : argumentsText(said)
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : []
}
