/** Reads a Responses request: from OpenAI's spelling to no dialect's. */

import { gatewayError } from '../../../core/errors.ts'
import { readExtras } from '../../../core/neutral/extras.ts'
import { refusal, type Losses } from '../../../core/neutral/losses.ts'
import { defined, Members } from '../../../core/neutral/members.ts'
import type { Hints, Json, JsonObject, NeutralRequest, Output, ReasoningControls, Wants } from '../../../core/neutral/request.ts'
import { dropUnknownInside, knownMembers } from '../../../core/neutral/unknown.ts'
import { readInput } from './caller-items.ts'
import { readTools, readToolChoice } from './caller-tools.ts'

/** What this reader has a rule for; all else goes along as it is. */
const known = new Set([
  'model',
  'provider',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'max_output_tokens',
  'temperature',
  'top_p',
  'user',
  'safety_identifier',
  'metadata',
  'client_metadata',
  'service_tier',
  'store',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'moderation',
  'truncation',
  'stream',
  'stream_options',
  'background',
  'previous_response_id',
  'conversation',
  'include',
  'prompt',
  'max_tool_calls',
  'context_management',
  'access_programs',
  'image',
  'top_logprobs',
  'extra_body',
])

const knownOfChosen = knownMembers(['type', 'name'], ['server_label'])

/** Of what it reads at the top: what may be in it. What goes on whole, or is dropped whole, may have anything. */
const { inside: knownInside } = knownMembers([], [], {
  tool_choice: knownMembers(['type', 'name', 'mode'], ['server_label'], { tools: knownOfChosen }),
  text: knownMembers(['verbosity'], [], { format: knownMembers(['type', 'name', 'schema', 'strict', 'description']) }),
  reasoning: knownMembers(['effort', 'max_tokens', 'enabled', 'summary', 'generate_summary']),
  stream_options: knownMembers(['include_obfuscation']),
})

/** @throws GatewayError 400, 404 or 501 for what only a provider of this dialect can do */
export function readRequest(json: JsonObject, losses: Losses): NeutralRequest {
  const body = new Members(json)
  refuseState(body)
  dropOptions(body, losses)
  dropUnknownInside(body, knownInside, losses)
  const { system, turns } = readInput(body, losses)
  const text = body.object('text')
  return defined<NeutralRequest>({
    from: 'openai-responses',
    model: body.text('model') ?? '',
    system,
    turns,
    tools: readTools(body, losses),
    toolChoice: readToolChoice(body),
    parallelToolCalls: body.flag('parallel_tool_calls'),
    output: readOutput(text?.object('format')),
    reasoning: readReasoning(body.object('reasoning')),
    maxOutputTokens: body.number('max_output_tokens'),
    sampling: defined({ temperature: body.number('temperature'), topP: body.number('top_p') }),
    stop: [],
    hints: readHints(body, text),
    wants: readWants(body),
    isStream: body.flag('stream') === true,
    ...readExtras(body, known),
  })
}

/** What needs a memory that nobody here has, or a run that outlives the call. */
function refuseState(body: Members): void {
  if (body.flag('background') === true)
    throw gatewayError('unsupported_response_operation', 'background responses cannot be translated', { param: 'background' })
  if (body.any('prompt') !== undefined) throw refusal('prompt', 'a prompt template is known to its own provider only')
  const previous = body.text('previous_response_id')
  if (previous !== undefined) throw gatewayError('invalid_value', `the response '${previous}' is not known here`, { param: 'previous_response_id' })
  const conversation = body.any('conversation')
  if (conversation !== undefined) throw gatewayError('not_found', `the conversation '${idOf(conversation)}' is not known here`, { param: 'conversation' })
}

function idOf(conversation: Json): string {
  return typeof conversation === 'string' ? conversation : (Members.of(conversation, 'conversation').text('id') ?? '')
}

/** What no other dialect has a word for, whichever it is. */
function dropOptions(body: Members, losses: Losses): void {
  for (const name of ['max_tool_calls', 'context_management', 'access_programs', 'image']) {
    if (body.any(name) !== undefined) losses.drop(name, 'known to providers of openai-responses only')
  }
  // Codex says it with every call, and other vendors refuse what they do not know.
  if (body.any('client_metadata') !== undefined) losses.silent('client_metadata', 'known to providers of openai-responses only')
  if (body.number('top_logprobs') !== undefined && !asksForLogprobs(body)) losses.silent('top_logprobs', 'include does not ask for logprobs')
  if (body.object('stream_options')?.flag('include_obfuscation') === true)
    losses.drop('stream_options.include_obfuscation', 'translated streams are not padded')
}

function readOutput(format: Members | undefined): Output | undefined {
  const type = format?.text('type')
  if (format === undefined || type === undefined || type === 'text') return undefined
  if (type === 'json_object') return { kind: 'json_object', at: format.at }
  if (type !== 'json_schema') throw refusal('text.format.type', `a text format of type ${type} cannot be translated`)
  return defined<Output>({
    kind: 'json_schema',
    name: format.text('name') ?? 'output',
    schema: format.any('schema') ?? {},
    strict: format.flag('strict'),
    description: format.text('description'),
    at: format.at,
  })
}

function readReasoning(said: Members | undefined): ReasoningControls | undefined {
  const controls = defined<ReasoningControls>({
    effort: said?.text('effort'),
    budget: said?.number('max_tokens'),
    isEnabled: said?.flag('enabled'),
    summary: said?.text('summary') ?? said?.text('generate_summary'),
  })
  return Object.keys(controls).length === 0 ? undefined : controls
}

/** Whether the answer is kept is for the gateway's own store to say: `store` goes nowhere. */
function readHints(body: Members, text: Members | undefined): Hints {
  return defined<Hints>({
    user: body.text('user'),
    safetyIdentifier: body.text('safety_identifier'),
    metadata: body.any('metadata'),
    serviceTier: body.text('service_tier'),
    verbosity: text?.text('verbosity'),
    promptCacheKey: body.text('prompt_cache_key'),
    promptCacheOptions: body.any('prompt_cache_options'),
    promptCacheRetention: body.any('prompt_cache_retention'),
    moderation: body.any('moderation'),
    truncation: body.text('truncation'),
  })
}

function asksForLogprobs(body: Members): boolean {
  return body.texts('include')?.includes('message.output_text.logprobs') === true
}

function readWants(body: Members): Wants {
  const logprobs = asksForLogprobs(body)
  return defined<Wants>({
    logprobs: logprobs ? true : undefined,
    logprobsAt: logprobs ? 'include' : undefined,
    topLogprobs: logprobs ? body.number('top_logprobs') : undefined,
    encryptedReasoning: body.texts('include')?.includes('reasoning.encrypted_content') === true ? true : undefined,
  })
}
