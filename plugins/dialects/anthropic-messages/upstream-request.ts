/** Writes a request as Anthropic's messages. The same request is spelled alike each time. */

import type { JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { Block, NeutralRequest, ReasoningControls } from '../../../core/neutral/request.ts'
import type { Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { refuseReserved } from '../../../core/neutral/extras.ts'
import { allowedTools, functionTools } from '../../../core/neutral/function-tools.ts'
import { Members } from '../../../core/neutral/members.ts'
import { spellJson } from '../../../core/neutral/spell-json.ts'
import { dropUnknownInside } from '../../../core/neutral/unknown.ts'
import { noteUnspoken, type Unspoken } from '../../../core/neutral/unspoken.ts'
import { dropUntaken, type Untaken } from '../../../core/neutral/untaken.ts'
import { writeCache } from './cache-mark.ts'
import { knownTraits } from './models.ts'
import { knownOfThinking, readReasoning } from './reasoning.ts'
import { checkTurns, writeMessages, writeSystem } from './upstream-messages.ts'
import { jsonTool, writeOutput } from './upstream-output.ts'
import { writeSampling, writeStop } from './upstream-sampling.ts'
import { thinkingOf } from './upstream-thinking.ts'
import { writeToolChoice, writeTools } from './upstream-tools.ts'
import { CacheMarks, dialect, toolIds, toolNames, type Writing } from './writing.ts'

/** What is carried, or judged here. */
const takes: ReadonlySet<Untaken> = new Set(['top_k', 'service_tier', 'user', 'safety_identifier'])
const has: ReadonlySet<Unspoken> = new Set(['cache_control', 'is_error', 'summary', 'messages'])
const defaultMaxTokens = 4096
/** Members that would put a prompt beside the one that policy has seen. */
const reserved = ['messages', 'system']

/** @throws GatewayError 400 for what can neither be carried nor dropped */
export function writeRequest(request: NeutralRequest, destination: Destination, losses: Losses): SpelledRequest {
  refuseReserved(request, reserved, 'anthropic')
  const to = known(destination)
  dropUntaken(request, dialect, takes, losses)
  noteUnspoken(request, dialect, has, losses)
  checkTurns(request, to)
  const own = ownWords(request, losses)
  const functions = functionTools(request, { target: dialect, options: to.options, hosted: request.from === 'openai-responses' ? 'drop' : 'refuse' }, losses)
  const tools = allowedTools(functions.tools, functions.choice)
  const writing = writingOf(request, tools, to, losses)
  const maxTokens = request.maxOutputTokens ?? to.traits.defaultMaxTokens ?? defaultMaxTokens
  if (request.maxOutputTokens === undefined) losses.silent('max_tokens', `${maxTokens}, as the caller did not say`)
  const thinking = thinkingOf({ ...request, tools }, own.reasoning ?? request.reasoning, maxTokens, to, losses)
  if (request.reasoning?.summary !== undefined && thinking.thinking?.['display'] === undefined) losses.silent('reasoning.summary', `not taken by ${to.model}`)
  const output = writeOutput({ ...request, tools }, thinking, writing)
  const spelledTools = output.tool === undefined ? writeTools(tools, writing) : [output.tool]
  const toolChoice = output.tool === undefined ? writeToolChoice({ ...functions, tools }, writing) : { type: 'tool', name: jsonTool }
  const system = writeSystem(request, output.sentences, writing)
  const outputConfig = {
    ...(thinking.effort === undefined ? {} : { effort: thinking.effort }),
    ...(output.format === undefined ? {} : { format: output.format }),
    ...own.outputConfig,
  }
  const body: JsonObject = {
    ...own.extras,
    model: to.model,
    max_tokens: thinking.maxTokens ?? maxTokens,
    ...(spelledTools.length === 0 ? {} : { tools: spelledTools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(system.length === 0 ? {} : { system }),
    messages: writeMessages(request, writing),
    ...writeSampling(request, thinking, writing),
    ...writeStop(request, writing),
    ...(thinking.thinking === undefined ? {} : { thinking: thinking.thinking }),
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...writeUser(request),
    ...writeTier(request, losses),
    ...(request.cache === undefined ? {} : { cache_control: writeCache(request.cache) }),
    ...(request.isStream ? { stream: true } : {}),
    ...own.vendorExtras,
  }
  const { changed } = writing.names
  return { body: spellJson(body), ...(changed.size === 0 ? {} : { toolNames: changed }) }
}

/** The destination, with what is known of its model where its provider says nothing. */
function known(to: Destination): Destination {
  return { ...to, traits: { ...knownTraits(to.model), ...to.traits } }
}

function writingOf(request: NeutralRequest, tools: NeutralRequest['tools'], to: Destination, losses: Losses): Writing {
  const blocks = request.turns.flatMap(turn => turn.blocks)
  const called = blocks.flatMap(block => (block.type === 'tool_call' ? [block.name] : []))
  const markable = blocks.flatMap((block): readonly Block[] => (block.type === 'tool_result' ? [...block.blocks, block] : [block]))
  return {
    to,
    losses,
    names: toolNames(to, [...tools.map(({ name }) => name), ...called]),
    ids: toolIds(),
    marks: new CacheMarks([...tools, ...request.system, ...markable], request.cache, losses),
  }
}

/** What a caller of another dialect says in Anthropic's words; it counts for more than what follows from their own. */
interface OwnWords {
  readonly reasoning?: ReasoningControls
  readonly outputConfig: JsonObject
  readonly extras: JsonObject
  readonly vendorExtras: JsonObject
}

function ownWords({ extras, vendorExtras: { anthropic = {} } }: NeutralRequest, losses: Losses): OwnWords {
  const { thinking: _thinking, output_config: _config, ...others } = extras
  const {
    thinking = extras['thinking'],
    output_config: config = extras['output_config'],
    model: _model,
    messages: _messages,
    stream: _stream,
    ...own
  } = anthropic
  const said = new Members({ ...(thinking === undefined ? {} : { thinking }), ...(config === undefined ? {} : { output_config: config }) })
  dropUnknownInside(said, [['thinking', knownOfThinking]], losses)
  const reasoning = readReasoning(said)
  const { effort: _effort, ...outputConfig } = isObject(config) ? config : {}
  return { ...(reasoning === undefined ? {} : { reasoning }), outputConfig, extras: others, vendorExtras: own }
}

function writeUser({ hints: { safetyIdentifier, user } }: NeutralRequest): JsonObject {
  const id = safetyIdentifier ?? user
  return id === undefined ? {} : { metadata: { user_id: id } }
}

function writeTier({ hints: { serviceTier } }: NeutralRequest, losses: Losses): JsonObject {
  if (serviceTier === undefined) return {}
  if (serviceTier === 'auto') return { service_tier: 'auto' }
  if (serviceTier === 'default') return { service_tier: 'standard_only' }
  losses.drop('service_tier', `${dialect} has no tier ${serviceTier}`)
  return {}
}
