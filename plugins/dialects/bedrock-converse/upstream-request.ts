/** A request as Converse spells it. The model and whether to stream stand in the URL. */

import type { JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { refuseReserved } from '../../../core/neutral/extras.ts'
import { ToolIds, ToolNames } from '../../../core/neutral/tool-names.ts'
import { noteUnspoken, type Unspoken } from '../../../core/neutral/unspoken.ts'
import { dropUntaken, type Untaken } from '../../../core/neutral/untaken.ts'
import { isBlank } from '../../../core/neutral/blank.ts'
import { spellJson } from '../../../core/neutral/spell-json.ts'
import { hasUserTurn } from '../../../core/neutral/user-turn.ts'
import { CachePoints } from './cache-points.ts'
import { DocumentNames } from './document-names.ts'
import { writeMessages } from './messages.ts'
import { jsonTool, usesJsonTool, writeOutput } from './output.ts'
import { writeInference, writeTopK } from './sampling.ts'
import { thinkingOf } from './thinking.ts'
import { writeTools } from './tools.ts'
import { dialect, type Writing } from './writing.ts'

/** What is carried, or judged here. */
const takes: ReadonlySet<Untaken> = new Set(['top_k', 'service_tier', 'metadata'])
const has: ReadonlySet<Unspoken> = new Set(['cache_control', 'is_error', 'schema_name'])
const tiers = new Set(['priority', 'default', 'flex'])
/** Members that would put a prompt beside the one that policy has seen. */
const reserved = ['messages', 'system', 'promptVariables']

export function writeRequest(request: NeutralRequest, to: Destination, losses: Losses): SpelledRequest {
  refuseReserved(request, reserved, 'bedrock')
  dropUntaken(request, dialect, takes, losses)
  noteUnspoken(request, dialect, has, losses)
  checkTurns(request, to)
  const writing = writingOf(request, to, losses)
  const thinking = thinkingOf(request, writing)
  const tools = writeTools(request, writing)
  const output = writeOutput(request, thinking, writing)
  const system = writeSystem(request, [...tools.sentences, ...output.sentences], writing)
  const messages = writeMessages(request, writing)
  const toolConfig = output.toolConfig ?? tools.toolConfig
  const fields = { ...writeTopK(request, thinking, writing), ...thinking.fields, ...tools.fields }
  const body: JsonObject = {
    ...request.extras,
    messages,
    ...(system.length === 0 ? {} : { system }),
    ...present('inferenceConfig', writeInference(request, thinking, writing)),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    ...present('outputConfig', { ...thinking.output, ...output.outputConfig }),
    ...present('additionalModelRequestFields', fields),
    ...(to.traits.vendor === 'anthropic' && request.stop.length > 0 ? { additionalModelResponseFieldPaths: ['/stop_sequence'] } : {}),
    ...present('requestMetadata', writeMetadata(request, losses)),
    ...writeTier(request, losses),
  }
  const { changed } = writing.names
  return { body: spellJson(withExtras(body, request.vendorExtras['bedrock'])), ...(changed.size === 0 ? {} : { toolNames: changed }) }
}

function writingOf(request: NeutralRequest, to: Destination, losses: Losses): Writing {
  return {
    to,
    losses,
    names: new ToolNames(
      { pattern: /[A-Za-z0-9_-]/, maxLength: 64 },
      request.tools.map(({ name }) => name),
      usesJsonTool(to) ? [jsonTool] : [],
    ),
    ids: new ToolIds(
      id => /^[A-Za-z0-9_-]{1,64}$/.test(id),
      (id, n) => `${id.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 48)}_tl${n}`,
    ),
    documents: new DocumentNames(),
    points: new CachePoints(request, to, losses),
  }
}

/** Converse begins with what a user says, and some models do not go on from an assistant's turn. */
function checkTurns({ turns, from }: NeutralRequest, { traits, model }: Destination): void {
  const field = from === 'openai-responses' ? 'input' : 'messages'
  if (!hasUserTurn(turns, isBlank)) throw refusal(field, `${field} must contain a user turn`)
  if (traits.prefill === false && turns.at(-1)?.role === 'assistant')
    throw refusal(turns.at(-1)?.at ?? field, `${model} does not go on from an assistant's message at the end`)
}

/** All of it leads, wherever it stood. */
function writeSystem({ system }: NeutralRequest, sentences: readonly string[], { points, losses }: Writing): JsonObject[] {
  const late = system.find(({ before, text }) => before > 0 && !isBlank(text))
  if (late !== undefined) losses.drop('system_position', `${dialect} takes system text at the beginning only`, late.at)
  const texts = system.flatMap(({ text, cache }) => (isBlank(text) ? [] : [{ text }, ...points.after(cache)]))
  return [...texts, ...sentences.map(text => ({ text }))]
}

/** Pairs of texts within the alphabet that AWS allows. */
function writeMetadata({ hints: { metadata } }: NeutralRequest, losses: Losses): JsonObject {
  if (metadata === undefined || metadata === null) return {}
  const entries = isObject(metadata) ? Object.entries(metadata) : []
  const fitting = entries.filter(pair => pair.every(text => typeof text === 'string' && /^[\w\s:@$#=/+,.-]{1,256}$/.test(text))).slice(0, 16)
  if (fitting.length < entries.length || !isObject(metadata)) losses.silent('metadata', `not all of it is taken by ${dialect}`)
  return Object.fromEntries(fitting)
}

function writeTier({ hints: { serviceTier } }: NeutralRequest, losses: Losses): JsonObject {
  if (serviceTier === undefined || serviceTier === 'auto') return {}
  const type = serviceTier === 'standard_only' ? 'default' : serviceTier
  if (tiers.has(type)) return { serviceTier: { type } }
  losses.drop('service_tier', `${dialect} has no tier ${serviceTier}`)
  return {}
}

/** What the caller says for Bedrock alone wins, member by member. */
function withExtras(body: JsonObject, extras: JsonObject | undefined): JsonObject {
  if (extras === undefined) return body
  const merged = Object.entries(extras).map(([name, value]) => {
    const own = body[name]
    return [name, isObject(own) && isObject(value) ? { ...own, ...value } : value]
  })
  return { ...body, ...Object.fromEntries(merged) }
}

function present(name: string, value: JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value }
}
