/** The result of `doGenerate`. */

import { gatewayError, type Json, type JsonObject } from '../../../core/index.ts'
import type { NeutralReply, ReplyBlock } from '../../../core/neutral/reply.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { finishWith } from '../../../core/neutral/finish.ts'
import { textOf } from '../../../core/neutral/lenient.ts'
import { citationOf, finishOf, imageOf, optionOf, stateOf, usageOf } from './facts.ts'

/** @throws GatewayError for what is no result */
export function readReply(json: JsonObject, { provider, model }: Destination): NeutralReply {
  const { content, finishReason, usage: said, response } = json
  if (!Array.isArray(content)) throw gatewayError('bad_upstream_response', `${provider}: provider returned no content`, { provider })
  const parts = (content as readonly Json[]).filter(isObject)
  const { id, modelId } = isObject(response) ? response : {}
  const blocks = withCitations(
    parts.flatMap(part => readPart(part, typeof modelId === 'string' ? modelId : model)),
    parts,
  )
  const usage = usageOf(said)
  return {
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof modelId === 'string' ? { model: modelId } : {}),
    blocks,
    finish: finishWith(
      finishOf(finishReason, provider),
      blocks.some(({ type }) => type === 'tool_call'),
    ),
    ...(usage === undefined ? {} : { usage }),
  }
}

/** What the vendor has done itself is no call of the caller's; parts of kinds that nobody knows are passed over. */
function readPart(part: JsonObject, model: string): readonly ReplyBlock[] {
  const { type, text, providerMetadata: metadata } = part
  const state = stateOf(metadata, model)
  const held = state === undefined ? {} : { state }
  if (type === 'text') return typeof text === 'string' && text !== '' ? [{ type: 'text', text, ...held }] : []
  if (type === 'reasoning') return readReasoning(part, held)
  if (type === 'tool-call')
    return part['providerExecuted'] === true
      ? []
      : [{ type: 'tool_call', id: textOf(part['toolCallId']), name: textOf(part['toolName']), argumentsText: textOf(part['input']) || '{}', ...held }]
  const image = type === 'file' ? imageOf(part) : undefined
  return image === undefined ? [] : [image]
}

function readReasoning(
  { text, providerMetadata: metadata }: JsonObject,
  held: Pick<ReplyBlock & { readonly type: 'reasoning' }, 'state'>,
): readonly ReplyBlock[] {
  const redacted = optionOf(metadata, 'anthropic', 'redactedData')
  const itemId = optionOf(metadata, 'openai', 'itemId')
  return [{ type: 'reasoning', text: textOf(text), ...held, ...(redacted === undefined ? {} : { redacted }), ...(itemId === undefined ? {} : { itemId }) }]
}

/** Sources stand on the last text. */
function withCitations(blocks: readonly ReplyBlock[], parts: readonly JsonObject[]): readonly ReplyBlock[] {
  const annotations = parts
    .filter(({ type }) => type === 'source')
    .map(citationOf)
    .filter(citation => citation !== undefined)
  const last = blocks.findLastIndex(({ type }) => type === 'text')
  return annotations.length === 0 ? blocks : blocks.map((block, at) => (at === last && block.type === 'text' ? { ...block, annotations } : block))
}
