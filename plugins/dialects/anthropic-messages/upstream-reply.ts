/** Reads a plain reply of Anthropic's. */

import { gatewayError, type Json, type JsonObject } from '../../../core/index.ts'
import type { NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { VendorState } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { argumentsText, isObject } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import { defined, restOf } from '../../../core/neutral/members.ts'
import { unknownPaths } from '../../../core/neutral/unknown.ts'
import { vendorError } from './errors.ts'
import { finishOf } from './stop-reason.ts'
import { jsonTool, usesJsonTool } from './upstream-output.ts'
import { readUsage } from './usage.ts'

export const known = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'stop_details',
  'usage',
  'container',
  'context_management',
])
/** What is Anthropic's own says nothing elsewhere. */
export const knownInUsage = new Set([
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
  'output_tokens_details',
  'server_tool_use',
  'service_tier',
  'inference_geo',
])
export const knownInBlocks = new Set(['type', 'text', 'citations', 'thinking', 'signature', 'data', 'id', 'name', 'input', 'caller'])
export const readTypes = new Set<unknown>(['text', 'thinking', 'redacted_thinking', 'tool_use'])

/** @throws GatewayError when it is an error, or no message */
export function readReply(json: JsonObject, from: Destination): NeutralReply {
  const { content, error, id, model, stop_sequence: sequence } = json
  if (!Array.isArray(content))
    throw isObject(error)
      ? vendorError(error, from.provider)
      : gatewayError('bad_upstream_response', `${from.provider}: provider returned no content`, { provider: from.provider })
  const issuer = typeof model === 'string' ? model : from.model
  const said = (content as readonly Json[]).filter(isObject)
  const blocks = [...said.flatMap(block => readBlock(block, issuer, from)), ...refusalOf(json)]
  return defined<NeutralReply>({
    id: textOf(id),
    model: textOf(model),
    blocks,
    finish: finishWith(
      finishOf(json['stop_reason']),
      blocks.some(({ type }) => type === 'tool_call'),
    ),
    stopSequence: textOf(sequence),
    usage: readUsage(json['usage']),
    extras: restOf(json, known),
    usageExtras: isObject(json['usage']) ? restOf(json['usage'], knownInUsage) : undefined,
    lost: unknownPaths(
      'content',
      said.filter(({ type }) => readTypes.has(type)),
      knownInBlocks,
    ),
  })
}

/** Blocks of tools that the vendor runs, and those that nobody knows, are passed over. */
function readBlock(block: JsonObject, issuer: string, from: Destination): readonly ReplyBlock[] {
  const { type, text, thinking, signature, data, id, name, input, citations } = block
  switch (type) {
    case 'text':
      return [
        defined<ReplyBlock & { readonly type: 'text' }>({
          type: 'text',
          text: textOf(text) ?? '',
          annotations: Array.isArray(citations) && citations.length > 0 ? citations : undefined,
        }),
      ]
    case 'thinking':
      return [
        defined<ReplyBlock & { readonly type: 'reasoning' }>({
          type: 'reasoning',
          text: textOf(thinking) ?? '',
          isSummary: true,
          state: stateOf(signature, issuer),
        }),
      ]
    case 'redacted_thinking':
      return typeof data === 'string' ? [{ type: 'reasoning', text: '', redacted: data }] : []
    case 'tool_use': {
      const argumentsJson = isObject(input) ? argumentsText(input) : '{}'
      if (isJsonTool(name, from)) return [{ type: 'text', text: argumentsJson }]
      return [{ type: 'tool_call', id: textOf(id) ?? '', name: textOf(name) ?? '', argumentsText: argumentsJson }]
    }
    default:
      return []
  }
}

/** Whether a call is the answer itself, for which a schema was asked. */
export function isJsonTool(name: unknown, { settings }: Destination): boolean {
  return name === jsonTool && usesJsonTool(settings)
}

/** @param issuer the model that signed */
export function stateOf(signature: unknown, issuer: string): VendorState | undefined {
  return typeof signature === 'string' && signature !== '' ? { vendor: 'anthropic', value: signature, model: issuer } : undefined
}

/** Why the model refused, if it says. */
function refusalOf({ stop_reason: reason, stop_details: details }: JsonObject): readonly ReplyBlock[] {
  const text = explanationOf(reason, details)
  return text === undefined ? [] : [{ type: 'refusal', text }]
}

export function explanationOf(reason: unknown, details: unknown): string | undefined {
  const explanation = reason === 'refusal' && isObject(details) ? details['explanation'] : undefined
  return typeof explanation === 'string' && explanation !== '' ? explanation : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
