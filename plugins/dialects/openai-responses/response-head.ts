/** The response around the output, as Tapline writes it: an echo of the request, and what has become of it. */

import type { JsonNode } from '../../../core/document/document.ts'
import { said } from '../../../core/document/readings.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { parseExactly } from '../../../core/neutral/json.ts'
import { withFurther } from '../../../core/neutral/members.ts'
import type { Json, JsonObject } from '../../../core/neutral/request.ts'
import type { ReplyContext } from '../../../core/neutral/translation.ts'
import type { Usage } from '../../../core/neutral/usage.ts'
import { writeUsage } from './usage.ts'

export interface ResponseState {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  /** Why it is incomplete. */
  readonly reason?: 'max_output_tokens' | 'content_filter'
  readonly error?: { readonly code: string; readonly message: string }
  /** Items in JSON. */
  readonly output: readonly string[]
  readonly usage?: Usage | undefined
  readonly usageExtras?: JsonObject | undefined
  /** What its provider said of it after its start. */
  readonly extras?: JsonObject | undefined
  /** The tier that served it, once that is known. */
  readonly serviceTier?: string | undefined
}

/** What an answer says that its stream does not. */
export interface ResponseFacts {
  readonly created?: number
  readonly extras?: JsonObject | undefined
}

/** Members of the request that every response has, and what they are where the request has none. */
const echoed: JsonObject = {
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: true,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
}
/** The same in JSON. */
const echoedJson = Object.entries(echoed).map(([name, value], index) => ({
  name,
  key: `${index === 0 ? '' : ','}"${name}":`,
  value,
  json: JSON.stringify(value),
}))
/** Members that it has where the request has them. */
const echoedIfThere = ['max_tool_calls', 'prompt_cache_key', 'safety_identifier', 'top_logprobs', 'user']

export class ResponseHead {
  /** What stands before the status, and behind the output. */
  readonly #before: string
  readonly #echo: string
  /** The tier that was asked for, in JSON. */
  readonly #tier: string | undefined
  readonly #extras: JsonObject
  /** Members that extras do not stand in for. */
  readonly #own: ReadonlySet<string>

  constructor({ original, created, from, ids }: ReplyContext, model: string | undefined, facts: ResponseFacts = {}) {
    this.#before = `{"id":"${ids.hex('resp_', 32)}","object":"response","created_at":${facts.created ?? created},"model":${JSON.stringify(model ?? from.model)},"provider":${JSON.stringify(from.provider)}`
    const further = furtherOf(original.root)
    this.#tier = tierOf(original.root)
    this.#echo = echoOf(original.root) + further.map(([name, json]) => `,"${name}":${json}`).join('')
    this.#own = new Set([...own, 'service_tier', ...further.map(([name]) => name)])
    this.#extras = facts.extras ?? {}
  }

  /** The whole response in JSON. */
  spell({ status, reason, error, output, usage, usageExtras, extras, serviceTier }: ResponseState): string {
    const details = reason === undefined ? 'null' : `{"reason":"${reason}"}`
    const counts = usage === undefined ? 'null' : JSON.stringify(withFurther(writeUsage(usage), usageExtras))
    const tier = serviceTier === undefined ? this.#tier : JSON.stringify(serviceTier)
    return `${this.#before},"status":"${status}","error":${JSON.stringify(error ?? null)},"incomplete_details":${details},"output":[${output.join(',')}],"usage":${counts},${this.#echo}${tier === undefined ? '' : `,"service_tier":${tier}`}${this.#further(extras)}}`
  }

  /** Members in JSON, each behind a comma. */
  #further(later: JsonObject | undefined): string {
    const said = later === undefined ? this.#extras : { ...this.#extras, ...later }
    return Object.entries(said)
      .map(([name, value]) => (this.#own.has(name) ? '' : `,${JSON.stringify(name)}:${JSON.stringify(value)}`))
      .join('')
  }
}

/** What every response has. */
const own = new Set(['id', 'object', 'created_at', 'model', 'provider', 'status', 'error', 'incomplete_details', 'output', 'usage', ...Object.keys(echoed)])

function echoOf(request: JsonNode): string {
  let echo = ''
  for (const { name, key, value, json } of echoedJson) {
    const there = said(request, name)
    echo += there === undefined ? key + json : key + spelled(there, value)
  }
  return echo
}

/** Their names, and they in JSON. */
function furtherOf(request: JsonNode): readonly (readonly [name: string, json: string])[] {
  return echoedIfThere.flatMap(name => {
    const there = said(request, name)
    return there === undefined ? [] : [[name, spelled(there)] as const]
  })
}

function tierOf(request: JsonNode): string | undefined {
  const there = said(request, 'service_tier')
  return there === undefined ? undefined : spelled(there)
}

/** On one line, as events must be. Objects are filled up with what they lack. */
function spelled(there: JsonNode, otherwise?: Json): string {
  const json = there.json()
  if (there.kind !== 'object' && there.kind !== 'array') return json
  const value = parseExactly(json)
  return JSON.stringify(isObject(value) && isObject(otherwise) ? { ...otherwise, ...value } : value)
}
