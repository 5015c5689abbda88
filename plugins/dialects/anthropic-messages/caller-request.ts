/** Reads a request: from Anthropic's spelling to no dialect's. */

import { GatewayError, gatewayError, type JsonObject } from '../../../core/index.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest, Output, ReasoningControls, Sampling, Tool, ToolChoice } from '../../../core/neutral/request.ts'
import { knownOfMarks, readCache } from '../../../core/neutral/cache-mark.ts'
import { defined, Members } from '../../../core/neutral/members.ts'
import { dropUnknown, dropUnknownInside, knownMembers } from '../../../core/neutral/unknown.ts'
import { readMessages } from './caller-messages.ts'
import { knownOfThinking, readReasoning } from './reasoning.ts'
import { meetsStrictRules } from './strict-schema.ts'
import { dialect } from './writing.ts'

/** What this reader has a rule for; all else goes along as it is. */
const known = new Set([
  'model',
  'provider',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'metadata',
  'service_tier',
  'cache_control',
  'container',
  'mcp_servers',
  'inference_geo',
  'context_management',
  'speed',
  'thread',
  'compaction',
  'diagnostics',
  'fallbacks',
  'fallback_credit_token',
  'billing_policy',
])

const knownOfFormats = knownMembers(['type', 'schema'], ['name'])

/** Of what it reads at the top: what may be in it. What is dropped whole may have anything. */
const { inside: knownInside } = knownMembers([], [], {
  tool_choice: knownMembers(['type', 'name', 'disable_parallel_tool_use']),
  thinking: knownOfThinking,
  output_config: knownMembers(['effort'], [], { format: knownOfFormats }),
  output_format: knownOfFormats,
  metadata: knownMembers(['user_id']),
  cache_control: knownOfMarks,
})

/** What only Anthropic has: its absence would change what the caller gets, or where it is computed. */
const refused = ['container', 'mcp_servers', 'inference_geo', 'compaction'] as const
/** What only Anthropic has, and the answer can do without. */
const dropped = ['context_management', 'speed', 'service_tier', 'diagnostics', 'fallbacks', 'fallback_credit_token', 'billing_policy'] as const

/** @throws GatewayError 400 for what is of Anthropic alone, or of no dialect */
export function readRequest(json: JsonObject, losses: Losses): NeutralRequest {
  const body = new Members(json)
  checkOwn(body, losses)
  dropUnknownInside(body, knownInside, losses)
  const { system, turns } = readMessages(body, losses)
  const reasoning = readReasoning(body)
  return defined<NeutralRequest>({
    from: dialect,
    model: body.text('model') ?? '',
    system,
    turns,
    tools: body.objects('tools').map(tool => readTool(tool, losses)),
    toolChoice: readToolChoice(body.object('tool_choice')),
    parallelToolCalls: body.object('tool_choice')?.flag('disable_parallel_tool_use') === true ? false : undefined,
    output: readOutput(body),
    reasoning,
    maxOutputTokens: body.number('max_tokens'),
    sampling: defined<Sampling>({ temperature: body.number('temperature'), topP: body.number('top_p'), topK: body.number('top_k') }),
    stop: body.texts('stop_sequences')?.filter(sequence => sequence !== '') ?? [],
    hints: {},
    wants: isHidden(reasoning) ? { reasoning: false } : {},
    cache: readCache(body),
    isStream: body.flag('stream') === true,
    extras: body.rest(known),
    vendorExtras: {},
  })
}

function checkOwn(body: Members, losses: Losses): void {
  for (const name of refused) {
    const value = body.any(name)
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) throw refusal(name, `${name} cannot be translated from ${dialect}`)
  }
  if (body.any('thread') !== undefined) throw unthreaded()
  for (const name of dropped) if (body.any(name) !== undefined) losses.drop(name, `of ${dialect} alone`)
  if (body.any('metadata') !== undefined) losses.silent('metadata', `of ${dialect} alone`)
}

/** Nobody here keeps the conversation. Anthropic's code for this has its SDK go on with the whole history in each call. */
function unthreaded(): GatewayError {
  const message = `thread cannot be translated from ${dialect}: send the whole conversation`
  return new GatewayError('thread_unsupported_request', message, { status: 400, param: 'thread' })
}

function isHidden(reasoning: ReasoningControls | undefined): boolean {
  return reasoning?.isEnabled === false || reasoning?.display === 'omitted'
}

// Tools

const knownOfTools = knownMembers(['type', 'name', 'description', 'input_schema', 'strict'], [], { cache_control: knownOfMarks })

/** @throws GatewayError 400 for a tool of Anthropic's own */
function readTool(tool: Members, losses: Losses): Tool {
  const type = tool.text('type')
  if (type !== undefined && type !== 'custom') throw refusal(tool.at, `the tool ${type} is Anthropic's own: it cannot be translated`)
  dropUnknown(tool, knownOfTools, losses)
  return defined<Tool>({
    name: tool.filled('name'),
    description: tool.text('description'),
    schema: tool.any('input_schema'),
    strict: tool.flag('strict'),
    cache: readCache(tool),
    at: tool.at,
  })
}

function readToolChoice(choice: Members | undefined): ToolChoice | undefined {
  const type = choice?.text('type')
  switch (type) {
    case undefined:
      return undefined
    case 'auto':
    case 'none':
      return { kind: type }
    case 'any':
      return { kind: 'required' }
    case 'tool':
      return choice === undefined ? undefined : { kind: 'named', name: choice.filled('name') }
    default:
      throw gatewayError('invalid_value', 'tool_choice.type must be one of auto, any, tool and none', { param: 'tool_choice.type' })
  }
}

// The answer

/** @throws GatewayError 400 for a format that nobody knows */
function readOutput(body: Members): Output | undefined {
  const format = body.object('output_config')?.object('format') ?? body.object('output_format')
  if (format === undefined) return undefined
  const type = format.text('type')
  if (type !== 'json_schema') throw refusal(format.path('type'), `${format.at} of type ${JSON.stringify(type ?? null)} cannot be translated`)
  const schema = format.any('schema') ?? {}
  return { kind: 'json_schema', name: 'output', schema, strict: meetsStrictRules(schema), isDerived: true, at: format.at }
}
