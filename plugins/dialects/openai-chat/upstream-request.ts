/** Writes a request as a chat completion, the way OpenAI takes it; what its kin spell otherwise is their providers' to respell. */

import { isObject } from '../../../core/neutral/arguments.ts'
import { takenEffort } from '../../../core/neutral/effort.ts'
import { refuseReserved } from '../../../core/neutral/extras.ts'
import { functionTools } from '../../../core/neutral/function-tools.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import { defined } from '../../../core/neutral/members.ts'
import { placeOfOutput } from '../../../core/neutral/output.ts'
import type { Json, JsonObject, NeutralRequest, ReasoningControls, Tool, ToolChoice } from '../../../core/neutral/request.ts'
import { checkSchema } from '../../../core/neutral/schema.ts'
import { spellJson } from '../../../core/neutral/spell-json.ts'
import { ToolNames } from '../../../core/neutral/tool-names.ts'
import type { Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { dropUntaken, type Untaken } from '../../../core/neutral/untaken.ts'
import { writeMessages } from './upstream-messages.ts'
import { dialect, type Writing } from './writing.ts'

/** Longer lists are served by Tapline. */
const longestStopList = 4

const nameRule = { pattern: /[A-Za-z0-9_-]/, maxLength: 64 }

/** A member that would pass for the prompt that policy has seen. */
const reserved = ['messages']

/** What is carried, whoever says it. */
const always: readonly Untaken[] = [
  'n',
  'logprobs',
  'modalities',
  'web_search_options',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'verbosity',
  'prediction',
  'store',
  'safety_identifier',
  'prompt_cache_key',
]
/** What other callers' dialects mean otherwise: vendors' own controls, and names longer than OpenAI takes. */
const notFromAnthropic: readonly Untaken[] = ['user', 'metadata', 'service_tier']

/** Members of a body, of which those that are undefined are left out. */
type Written = Readonly<Record<string, Json | undefined>>

type Body = Record<string, Json>

/** @throws GatewayError 400 for what can neither be carried nor dropped */
export function writeRequest(request: NeutralRequest, to: Destination, losses: Losses): SpelledRequest {
  refuseReserved(request, reserved)
  dropUntaken(request, dialect, takenFrom(request, to), losses)
  if (request.cache !== undefined) losses.silent('cache_control', `not taken by ${dialect}`)
  const writing: Writing = {
    request,
    to,
    losses,
    names: new ToolNames(
      nameRule,
      request.tools.map(({ name }) => name),
    ),
  }
  const body: Body = { model: to.model, messages: writeMessages(writing) }
  add(body, writeTools(writing))
  add(body, {
    response_format: writeOutput(request),
    reasoning_effort: writeEffort(request.reasoning, writing),
    [to.traits.limitName ?? 'max_completion_tokens']: request.maxOutputTokens,
  })
  add(body, writeSampling(request))
  if (request.stop.length > 0) body['stop'] = request.stop.slice(0, longestStopList)
  add(body, writeHints(request, to))
  add(body, writeStream(request))
  const { changed } = writing.names
  return {
    body: spellJson(withUnknown(body, request, to)),
    ...(changed.size === 0 ? {} : { toolNames: changed }),
    ...(request.stop.length <= longestStopList ? {} : { emulatedStop: request.stop.slice(longestStopList) }),
  }
}

/** What only OpenAI itself knows. */
const ofOpenAi: readonly Untaken[] = ['prompt_cache_options', 'prompt_cache_retention', 'moderation']

/** What is carried, by who says it and to whom. */
const taken = { ofAnthropic: takenOf([]), ofOthers: takenOf(notFromAnthropic), ofOwn: takenOf([...notFromAnthropic, 'top_k']) }

function takenOf(further: readonly Untaken[]): { readonly byOpenAi: ReadonlySet<Untaken>; readonly byOthers: ReadonlySet<Untaken> } {
  return { byOpenAi: new Set([...always, ...further, ...ofOpenAi]), byOthers: new Set([...always, ...further]) }
}

function takenFrom({ from }: NeutralRequest, { traits: { vendor } }: Destination): ReadonlySet<Untaken> {
  const { byOpenAi, byOthers } = from === dialect ? taken.ofOwn : from === 'anthropic-messages' ? taken.ofAnthropic : taken.ofOthers
  return vendor === 'openai' ? byOpenAi : byOthers
}

function add(body: Body, members: Written): void {
  for (const name in members) {
    const value = members[name]
    if (value !== undefined) body[name] = value
  }
}

/** Adds what nobody here knows, and what was meant for this vendor; what was written stands. */
function withUnknown(body: Body, { extras, vendorExtras }: NeutralRequest, { traits: { vendor } }: Destination): Body {
  const others = Object.entries(extras).filter(([name]) => !Object.hasOwn(body, name))
  const whole = others.length === 0 ? body : { ...body, ...Object.fromEntries(others) }
  const own = vendor === undefined ? undefined : vendorExtras[vendor]
  if (own === undefined || vendor === undefined) return whole
  return { ...whole, extra_body: { ...(isObject(extras['extra_body']) ? extras['extra_body'] : {}), [vendor]: own } }
}

// Tools

function writeTools({ request, to, losses, names }: Writing): Written {
  const takesCustom = to.traits.vendor === 'openai'
  const { tools, choice, isParallel } = functionTools(
    request,
    { target: dialect, options: to.options, hosted: request.from === 'openai-responses' ? 'drop' : 'refuse', takesCustom },
    losses,
  )
  if (tools.length === 0) return {}
  const custom = new Set(tools.flatMap(tool => (tool.custom === undefined ? [] : [tool.name])))
  return {
    tools: tools.map(tool => writeTool(tool, names)),
    tool_choice: choice === undefined ? undefined : writeToolChoice(choice, name => writeNamed(names.spell(name), custom.has(name))),
    parallel_tool_calls: isParallel,
  }
}

function writeTool(tool: Tool, names: ToolNames): JsonObject {
  const name = names.spell(tool.name)
  if (tool.custom !== undefined) return { type: 'custom', custom: writeCustom(tool, name) }
  if (tool.schema !== undefined) checkSchema(tool.schema, tool.at ?? 'tools')
  return { type: 'function', function: defined<Record<string, Json>>({ name, description: tool.description, parameters: tool.schema, strict: tool.strict }) }
}

/** A grammar is nested here, and flat with Responses. */
function writeCustom({ description, custom }: Tool, name: string): JsonObject {
  const format = isObject(custom) ? custom['format'] : undefined
  const nested = isObject(format) && format['type'] === 'grammar' && format['grammar'] === undefined ? nestGrammar(format) : format
  return defined<Record<string, Json>>({ name, description, format: nested })
}

function nestGrammar({ type, ...grammar }: JsonObject): JsonObject {
  return { type: type ?? 'grammar', grammar }
}

function writeToolChoice(choice: ToolChoice, named: (name: string) => JsonObject): Json {
  switch (choice.kind) {
    case 'named':
      return named(choice.name)
    case 'allowed':
      return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools: choice.names.map(named) } }
    default:
      return choice.kind
  }
}

function writeNamed(name: string, isCustom: boolean): JsonObject {
  return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } }
}

// The answer

function writeOutput({ output }: NeutralRequest): Json | undefined {
  if (output === undefined) return undefined
  if (output.kind === 'json_object') return { type: 'json_object' }
  const { name, schema, strict, description } = output
  checkSchema(schema, placeOfOutput(output))
  return { type: 'json_schema', json_schema: defined<Record<string, Json>>({ name, description, schema, strict }) }
}

/** One word, within what the model takes as far as that is known. */
function writeEffort(controls: ReasoningControls | undefined, { to: { traits }, losses }: Writing): string | undefined {
  if (controls === undefined) return undefined
  if (controls.summary !== undefined) losses.drop('reasoning.summary', `not taken by ${dialect}`)
  return takenEffort(controls, traits, losses)
}

// Wishes

function writeSampling({ from, sampling, wants }: NeutralRequest): Written {
  return {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: from === dialect ? sampling.topK : undefined,
    seed: sampling.seed,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    logit_bias: sampling.logitBias,
    n: sampling.count,
    logprobs: wants.logprobs,
    top_logprobs: wants.topLogprobs,
  }
}

/** Answers to callers of Responses are stored here, not with the provider. */
function writeHints({ from, hints }: NeutralRequest, { traits: { vendor } }: Destination): Written {
  if (Object.keys(hints).length === 0) return {}
  const isOpenAi = from !== 'anthropic-messages'
  return {
    user: isOpenAi ? hints.user : undefined,
    safety_identifier: hints.safetyIdentifier,
    metadata: isOpenAi ? hints.metadata : undefined,
    service_tier: isOpenAi ? hints.serviceTier : undefined,
    store: from === dialect ? hints.store : undefined,
    verbosity: hints.verbosity,
    prompt_cache_key: hints.promptCacheKey,
    prompt_cache_options: vendor === 'openai' ? hints.promptCacheOptions : undefined,
    prompt_cache_retention: vendor === 'openai' ? hints.promptCacheRetention : undefined,
    moderation: vendor === 'openai' ? hints.moderation : undefined,
    prediction: hints.prediction,
    modalities: hints.modalities,
    audio: hints.audio,
    web_search_options: hints.webSearch,
  }
}

/** For its usage a stream is asked where providers have to be asked, by the gateway. */
function writeStream({ isStream, wants }: NeutralRequest): JsonObject {
  if (!isStream) return {}
  return wants.usageEvent === true ? { stream: true, stream_options: { include_usage: true } } : { stream: true }
}
