/** Writes a request as a Responses request that leaves nothing behind with the provider. */

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
import { writeInput } from './upstream-input.ts'
import { dialect, type Writing } from './writing.ts'

const nameRule = { pattern: /[A-Za-z0-9_-]/, maxLength: 64 }

/** What is carried, whoever says it. */
const always: readonly Untaken[] = [
  'logprobs',
  'web_search_options',
  'verbosity',
  'safety_identifier',
  'prompt_cache_key',
  'truncation',
  'prompt_cache_options',
  'prompt_cache_retention',
  'moderation',
]
/** What Anthropic's callers mean otherwise: controls of their vendor, and names longer than OpenAI takes. */
const notFromAnthropic: readonly Untaken[] = ['user', 'metadata', 'service_tier']

/** Members that would put a prompt beside the one that policy has seen. */
const reserved = ['input', 'instructions', 'prompt', 'previous_response_id', 'conversation']

/** @throws GatewayError 400 for what can neither be carried nor dropped */
export function writeRequest(request: NeutralRequest, to: Destination, losses: Losses): SpelledRequest {
  refuseReserved(request, reserved)
  const isAnthropic = request.from === 'anthropic-messages'
  dropUntaken(request, dialect, new Set([...always, ...(isAnthropic ? [] : notFromAnthropic)]), losses)
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
  const body = defined<Record<string, Json>>({
    model: to.model,
    ...writeInput(writing),
    ...writeTools(writing),
    text: writeText(request),
    reasoning: writeReasoning(request.reasoning, writing),
    max_output_tokens: request.maxOutputTokens,
    temperature: request.sampling.temperature,
    top_p: request.sampling.topP,
    ...writeHints(request, isAnthropic),
    store: false,
    include: writeInclude(writing),
    top_logprobs: request.wants.logprobs === true ? request.wants.topLogprobs : undefined,
    stream: request.isStream ? true : undefined,
  })
  const others = Object.entries(request.extras).filter(([name]) => !Object.hasOwn(body, name))
  const { changed } = writing.names
  return {
    body: spellJson({ ...body, ...Object.fromEntries(others) }),
    ...(changed.size === 0 ? {} : { toolNames: changed }),
    ...(request.stop.length === 0 ? {} : { emulatedStop: request.stop }),
  }
}

// Tools

function writeTools(writing: Writing): { [name: string]: Json | undefined } {
  const { request, to, losses, names } = writing
  const { tools, choice, isParallel } = functionTools(request, { target: dialect, options: to.options, hosted: 'refuse', takesCustom: true }, losses)
  const search = request.hints.webSearch === undefined ? [] : [writeSearch(request.hints.webSearch)]
  if (tools.length + search.length === 0) return {}
  if (tools.some(({ cache }) => cache !== undefined)) losses.silent('cache_control', `not taken by ${dialect}`)
  const custom = new Set(tools.flatMap(tool => (tool.custom === undefined ? [] : [tool.name])))
  return {
    tools: [...tools.map(tool => writeTool(tool, names)), ...search],
    tool_choice:
      choice === undefined ? undefined : writeToolChoice(choice, name => ({ type: custom.has(name) ? 'custom' : 'function', name: names.spell(name) })),
    parallel_tool_calls: isParallel,
  }
}

/** `strict` is always said, as it is the default here and nowhere else. */
function writeTool({ name, description, schema, strict = false, custom, at }: Tool, names: ToolNames): JsonObject {
  if (custom !== undefined)
    return defined<Record<string, Json>>({
      type: 'custom',
      name: names.spell(name),
      description,
      format: isObject(custom) ? flatFormat(custom['format']) : undefined,
    })
  if (schema !== undefined) checkSchema(schema, at ?? 'tools')
  return defined<Record<string, Json>>({ type: 'function', name: names.spell(name), description, parameters: schema, strict })
}

/** A grammar is flat here, and nested with chat completions. */
function flatFormat(format: Json | undefined): Json | undefined {
  if (!isObject(format)) return format
  const { grammar, ...rest } = format
  return isObject(grammar) ? { ...rest, ...grammar } : format
}

/** What chat completions say of a search, as the tool that it is here. */
function writeSearch(options: Json): JsonObject {
  if (!isObject(options)) return { type: 'web_search' }
  const { user_location: location, ...rest } = options
  return defined<Record<string, Json>>({ type: 'web_search', ...rest, user_location: isObject(location) ? flatLocation(location) : location })
}

function flatLocation({ approximate, ...rest }: JsonObject): JsonObject {
  return isObject(approximate) ? { ...rest, type: 'approximate', ...approximate } : defined<Record<string, Json>>({ ...rest, approximate })
}

function writeToolChoice(choice: ToolChoice, named: (name: string) => JsonObject): Json {
  switch (choice.kind) {
    case 'named':
      return named(choice.name)
    case 'allowed':
      return { type: 'allowed_tools', mode: choice.mode, tools: choice.names.map(named) }
    default:
      return choice.kind
  }
}

// The answer

function writeText({ output, hints }: NeutralRequest): JsonObject | undefined {
  const text = defined<Record<string, Json>>({ format: output === undefined ? undefined : writeFormat(output), verbosity: hints.verbosity })
  return Object.keys(text).length === 0 ? undefined : text
}

function writeFormat(output: NonNullable<NeutralRequest['output']>): JsonObject {
  if (output.kind === 'json_object') return { type: 'json_object' }
  const { name, schema, strict, description } = output
  checkSchema(schema, placeOfOutput(output))
  return defined<Record<string, Json>>({ type: 'json_schema', name, description, schema, strict })
}

/** One word, within what the model takes as far as that is known; and whether the thoughts shall be told. */
function writeReasoning(controls: ReasoningControls | undefined, { to: { traits }, losses }: Writing): JsonObject | undefined {
  if (controls === undefined) return undefined
  const reasoning = defined<Record<string, Json>>({
    effort: takenEffort(controls, traits, losses),
    summary: controls.summary ?? (controls.display === 'summarized' ? 'auto' : undefined),
  })
  return Object.keys(reasoning).length === 0 || traits.thinking === 'none' ? undefined : reasoning
}

/** Nothing is kept there, so what the model thought must come back with the history. */
function writeInclude({ request: { wants }, to: { traits } }: Writing): readonly string[] | undefined {
  const include = [...(traits.thinking === 'none' ? [] : ['reasoning.encrypted_content']), ...(wants.logprobs === true ? ['message.output_text.logprobs'] : [])]
  return include.length === 0 ? undefined : include
}

// Wishes

function writeHints({ hints }: NeutralRequest, isAnthropic: boolean): { [name: string]: Json | undefined } {
  return {
    user: isAnthropic ? undefined : hints.user,
    safety_identifier: hints.safetyIdentifier,
    metadata: isAnthropic ? undefined : hints.metadata,
    service_tier: isAnthropic ? undefined : hints.serviceTier,
    prompt_cache_key: hints.promptCacheKey,
    prompt_cache_options: hints.promptCacheOptions,
    prompt_cache_retention: hints.promptCacheRetention,
    moderation: hints.moderation,
    truncation: hints.truncation,
  }
}
