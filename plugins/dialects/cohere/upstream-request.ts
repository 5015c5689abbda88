/** A request as Cohere spells it. */

import type { JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { withKnownEffort } from '../../../core/neutral/effort.ts'
import { refuseReserved } from '../../../core/neutral/extras.ts'
import { noteStrictness, placeOfOutput } from '../../../core/neutral/output.ts'
import { checkSchema, objectSchema, withoutMeta } from '../../../core/neutral/schema.ts'
import { spellJson } from '../../../core/neutral/spell-json.ts'
import { ToolNames } from '../../../core/neutral/tool-names.ts'
import { noteUnspoken, type Unspoken } from '../../../core/neutral/unspoken.ts'
import { dropUntaken, type Untaken } from '../../../core/neutral/untaken.ts'
import { writeMessages } from './messages.ts'
import { writeTools } from './tools.ts'
import { dialect } from './writing.ts'

const takes: ReadonlySet<Untaken> = new Set(['top_k', 'seed', 'presence_penalty', 'frequency_penalty'])
const has: ReadonlySet<Unspoken> = new Set(['detail'])
/** Members that would put a prompt beside the one that policy has seen. */
const reserved = ['messages', 'message', 'chat_history', 'preamble']
const stopLimit = 5

export function writeRequest(request: NeutralRequest, to: Destination, losses: Losses): SpelledRequest {
  refuseReserved(request, reserved, 'cohere')
  dropUntaken(request, dialect, takes, losses)
  noteUnspoken(request, dialect, has, losses)
  const names = new ToolNames(
    { pattern: /[A-Za-z0-9_-]/, maxLength: 64 },
    request.tools.map(({ name }) => name),
  )
  const writing = { to, losses, names }
  const stop = request.stop.filter(sequence => sequence !== '')
  const body: JsonObject = {
    ...request.extras,
    model: to.model,
    messages: writeMessages(request, writing),
    ...writeTools(request, writing),
    ...writeOutput(request, losses),
    ...writeThinking(request, to, losses),
    ...(request.maxOutputTokens === undefined ? {} : { max_tokens: request.maxOutputTokens }),
    ...writeSampling(request),
    ...(stop.length === 0 ? {} : { stop_sequences: stop.slice(0, stopLimit) }),
    ...(request.isStream ? { stream: true } : {}),
    ...request.vendorExtras['cohere'],
  }
  return {
    body: spellJson(body),
    ...(names.changed.size === 0 ? {} : { toolNames: names.changed }),
    ...(stop.length <= stopLimit ? {} : { emulatedStop: stop.slice(stopLimit) }),
  }
}

function writeSampling({ sampling: { temperature, topP, topK, seed, presencePenalty, frequencyPenalty } }: NeutralRequest): JsonObject {
  const members = { temperature, p: topP, k: topK, seed, presence_penalty: presencePenalty, frequency_penalty: frequencyPenalty }
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, number] => member[1] !== undefined))
}

function writeOutput({ output }: NeutralRequest, losses: Losses): JsonObject {
  if (output === undefined) return {}
  if (output.kind === 'json_object') return { response_format: { type: 'json_object' } }
  checkSchema(output.schema, placeOfOutput(output))
  noteStrictness(output, dialect, losses)
  return { response_format: { type: 'json_object', json_schema: withRequired(objectSchema(withoutMeta(output.schema)), losses) } }
}

/** The object must require something: where it does not, its first member. */
function withRequired(schema: JsonObject, losses: Losses): JsonObject {
  const { required, properties } = schema
  if ((Array.isArray(required) && required.length > 0) || !isObject(properties)) return schema
  const [first] = Object.keys(properties)
  if (first === undefined) return schema
  losses.silent('response_format.required', `${dialect} wants one member to be required: ${first}`)
  return { ...schema, required: [first] }
}

/** Models that think are told whether, and by a budget how much. */
function writeThinking({ reasoning = {} }: NeutralRequest, { traits, model }: Destination, losses: Losses): JsonObject {
  const { effort, budget, isEnabled } = withKnownEffort(reasoning, losses)
  if (effort === undefined && budget === undefined && isEnabled === undefined) return {}
  const isOff = effort === 'none' || (effort === undefined && isEnabled === false)
  if (traits.thinking === 'none') {
    if (!isOff) losses.drop('reasoning_effort', `${model} does not think`)
    return {}
  }
  if (isOff) return { thinking: { type: 'disabled' } }
  return { thinking: { type: 'enabled', ...(budget === undefined ? {} : { token_budget: budget }) } }
}
