/** Reads a chat completion request: from OpenAI's spelling to no dialect's. */

import { gatewayError } from '../../../core/errors.ts'
import { knownOfMarks, readCache } from '../../../core/neutral/cache-mark.ts'
import { readExtras } from '../../../core/neutral/extras.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { defined, Members } from '../../../core/neutral/members.ts'
import type { Hints, JsonObject, NeutralRequest, Output, ReasoningControls, Sampling, Tool, ToolChoice, Wants } from '../../../core/neutral/request.ts'
import { dropUnknown, dropUnknownInside, knownMembers } from '../../../core/neutral/unknown.ts'
import { readMessages } from './caller-messages.ts'

/** What this reader has a rule for; all else goes along as it is. */
const known = new Set([
  'model',
  'provider',
  'messages',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'reasoning',
  'max_completion_tokens',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'n',
  'stop',
  'user',
  'safety_identifier',
  'metadata',
  'service_tier',
  'store',
  'verbosity',
  'prompt_cache_key',
  'prediction',
  'modalities',
  'audio',
  'web_search_options',
  'prompt_cache_options',
  'prompt_cache_retention',
  'moderation',
  'logprobs',
  'top_logprobs',
  'stream',
  'stream_options',
  'cache_control',
  'extra_body',
])

const knownOfNames = knownMembers(['name'])
const knownOfChosen = knownMembers(['type', 'name'], ['server_label'], { function: knownOfNames, custom: knownOfNames })

/** Of what it reads at the top: what may be in it. What goes on whole, or is dropped whole, may have anything. */
const { inside: knownInside } = knownMembers([], [], {
  tool_choice: knownMembers(['type', 'name'], ['server_label'], {
    function: knownOfNames,
    custom: knownOfNames,
    allowed_tools: knownMembers(['mode'], [], { tools: knownOfChosen }),
  }),
  function_call: knownOfNames,
  response_format: knownMembers(['type'], [], { json_schema: knownMembers(['name', 'schema', 'strict', 'description']) }),
  reasoning: knownMembers(['effort', 'max_tokens', 'enabled', 'summary', 'exclude']),
  stream_options: knownMembers(['include_usage', 'include_obfuscation']),
  cache_control: knownOfMarks,
})

/** @throws GatewayError 400 for what is no chat completion request */
export function readRequest(json: JsonObject, losses: Losses): NeutralRequest {
  const body = new Members(json)
  dropUnknownInside(body, knownInside, losses)
  if (body.object('stream_options')?.any('include_obfuscation') === true) losses.drop('stream_options.include_obfuscation', 'streams are not padded')
  const { system, turns } = readMessages(body, losses)
  const reasoning = readReasoning(body)
  return defined<NeutralRequest>({
    from: 'openai-chat',
    model: body.text('model') ?? '',
    system,
    turns,
    tools: readTools(body, losses),
    toolChoice: readToolChoice(body),
    parallelToolCalls: body.flag('parallel_tool_calls'),
    output: readOutput(body.object('response_format')),
    reasoning,
    maxOutputTokens: body.number('max_completion_tokens') ?? body.number('max_tokens'),
    sampling: readSampling(body),
    stop: readStop(body),
    hints: readHints(body),
    wants: readWants(body, reasoning),
    cache: readCache(body),
    isStream: body.flag('stream') === true,
    ...readExtras(body, known),
  })
}

// Tools

const knownOfFunctions = knownMembers(['name', 'description', 'parameters', 'strict'], [], { cache_control: knownOfMarks })
const knownOfCustom = knownMembers(['name', 'description', 'format'], [], { cache_control: knownOfMarks })
const knownOfTools = knownMembers(['type'], [], { function: knownOfFunctions, custom: knownOfCustom, cache_control: knownOfMarks })

function readTools(body: Members, losses: Losses): readonly Tool[] {
  return [...body.objects('tools').map(tool => readTool(tool, losses)), ...body.objects('functions').map(tool => readLegacyFunction(tool, losses))]
}

function readTool(tool: Members, losses: Losses): Tool {
  const type = tool.text('type') ?? 'function'
  if (type === 'function' || type === 'custom') dropUnknown(tool, knownOfTools, losses)
  if (type === 'function') return readFunction(tool.inside('function'), tool)
  if (type === 'custom') return readCustom(tool.inside('custom'), tool)
  return { name: tool.text('name') ?? type, hosted: tool.json, at: tool.at }
}

function readLegacyFunction(tool: Members, losses: Losses): Tool {
  dropUnknown(tool, knownOfFunctions, losses)
  return readFunction(tool, tool)
}

function readFunction(described: Members, tool: Members): Tool {
  return defined<Tool>({
    name: described.filled('name'),
    description: described.text('description'),
    schema: described.any('parameters'),
    strict: described.flag('strict'),
    cache: readCache(tool) ?? readCache(described),
    at: tool.at,
  })
}

function readCustom(custom: Members, tool: Members): Tool {
  return defined<Tool>({
    name: custom.filled('name'),
    description: custom.text('description'),
    custom: custom.json,
    cache: readCache(tool) ?? readCache(custom),
    at: tool.at,
  })
}

function readToolChoice(body: Members): ToolChoice | undefined {
  const field = body.any('tool_choice') === undefined ? 'function_call' : 'tool_choice'
  const choice = body.any(field)
  if (choice === undefined) return undefined
  if (typeof choice === 'string') return simpleChoice(choice, field)
  const members = Members.of(choice, field)
  const allowed = members.object('allowed_tools')
  if (allowed !== undefined)
    return { kind: 'allowed', names: allowed.objects('tools').map(toolName), mode: allowed.text('mode') === 'required' ? 'required' : 'auto' }
  return { kind: 'named', name: toolName(members) }
}

function simpleChoice(choice: string, field: string): ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { kind: choice }
  if (choice === 'any') return { kind: 'required' }
  throw gatewayError('invalid_value', `${field} must be one of auto, none and required, or name a tool`, { param: field })
}

/** Of a function, a custom tool, or (legacy) a function without more ado. */
function toolName(tool: Members): string {
  return (tool.object('function') ?? tool.object('custom') ?? tool).filled('name')
}

// The answer

function readOutput(format: Members | undefined): Output | undefined {
  const type = format?.text('type')
  if (format === undefined || type === undefined || type === 'text') return undefined
  if (type === 'json_object') return { kind: 'json_object' }
  if (type !== 'json_schema') throw refusal('response_format.type', `response_format of type ${type} cannot be translated`)
  const named = format.inside('json_schema')
  return defined<Output>({
    kind: 'json_schema',
    name: named.text('name') ?? 'output',
    schema: named.any('schema') ?? {},
    strict: named.flag('strict'),
    description: named.text('description'),
    at: named.at,
  })
}

function readReasoning(body: Members): ReasoningControls | undefined {
  const said = body.object('reasoning')
  const controls = defined<ReasoningControls>({
    effort: body.text('reasoning_effort') ?? said?.text('effort'),
    budget: said?.number('max_tokens'),
    isEnabled: said?.flag('enabled'),
    summary: said?.text('summary'),
  })
  return Object.keys(controls).length === 0 ? undefined : controls
}

function readWants(body: Members, reasoning: ReasoningControls | undefined): Wants {
  const isHidden = reasoning?.effort === 'none' || reasoning?.isEnabled === false || body.object('reasoning')?.flag('exclude') === true
  return defined<Wants>({
    usageEvent: body.object('stream_options')?.flag('include_usage'),
    logprobs: body.flag('logprobs'),
    topLogprobs: body.number('top_logprobs'),
    reasoning: isHidden ? false : undefined,
  })
}

// Wishes

function readSampling(body: Members): Sampling {
  return defined<Sampling>({
    temperature: body.number('temperature'),
    topP: body.number('top_p'),
    topK: body.number('top_k'),
    seed: body.exactNumber('seed'),
    presencePenalty: body.number('presence_penalty'),
    frequencyPenalty: body.number('frequency_penalty'),
    logitBias: body.any('logit_bias'),
    count: body.number('n'),
  })
}

function readStop(body: Members): readonly string[] {
  const stop = body.any('stop')
  const sequences = stop === undefined || typeof stop === 'string' ? [stop ?? ''] : (body.texts('stop') ?? [])
  return sequences.filter(sequence => sequence !== '')
}

function readHints(body: Members): Hints {
  return defined<Hints>({
    user: body.text('user'),
    safetyIdentifier: body.text('safety_identifier'),
    metadata: body.any('metadata'),
    serviceTier: body.text('service_tier'),
    store: body.flag('store'),
    verbosity: body.text('verbosity'),
    promptCacheKey: body.text('prompt_cache_key'),
    promptCacheOptions: body.any('prompt_cache_options'),
    promptCacheRetention: body.any('prompt_cache_retention'),
    moderation: body.any('moderation'),
    prediction: body.any('prediction'),
    modalities: body.texts('modalities'),
    audio: body.any('audio'),
    webSearch: body.any('web_search_options'),
  })
}
