/** A request as the options of `doGenerate` and `doStream`. */

import type { Json, JsonObject } from '../../../core/index.ts'
import type { Losses } from '../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../core/neutral/request.ts'
import type { Destination, SpelledRequest } from '../../../core/neutral/translation.ts'
import { effortOfBudget } from '../../../core/neutral/effort.ts'
import { allowedTools, functionTools } from '../../../core/neutral/function-tools.ts'
import { defined } from '../../../core/neutral/members.ts'
import { placeOfOutput } from '../../../core/neutral/output.ts'
import { checkSchema, objectSchema, withoutMeta } from '../../../core/neutral/schema.ts'
import { ToolNames } from '../../../core/neutral/tool-names.ts'
import { noteUnspoken, type Unspoken } from '../../../core/neutral/unspoken.ts'
import { dropUntaken, type Untaken } from '../../../core/neutral/untaken.ts'
import { writePrompt } from './prompt.ts'
import { dialect, joined, type Writing } from './writing.ts'

const takes: ReadonlySet<Untaken> = new Set([
  'top_k',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'user',
  'prompt_cache_key',
  'service_tier',
  'verbosity',
])
const has: ReadonlySet<Unspoken> = new Set(['cache_control', 'detail', 'is_error', 'schema_name', 'schema_description'])

/** The body is `{"model", "stream", "options"}`. */
export function writeRequest(request: NeutralRequest, to: Destination, losses: Losses): SpelledRequest {
  dropUntaken(request, dialect, takes, losses)
  noteUnspoken(request, dialect, has, losses)
  for (const name of Object.keys(request.extras)) losses.drop(name, `not taken by ${dialect}`)
  const names = new ToolNames(
    { pattern: /[A-Za-z0-9_-]/, maxLength: 64 },
    request.tools.map(({ name }) => name),
  )
  const writing = { to, losses, names }
  const { sampling, stop, maxOutputTokens } = request
  const stopSequences = stop.filter(sequence => sequence !== '')
  const vendorOptions = optionsOfVendors(request)
  const options = defined<Record<string, Json>>({
    prompt: writePrompt(request, writing),
    maxOutputTokens,
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    seed: sampling.seed,
    stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
    responseFormat: formatOf(request),
    reasoning: effortOf(request),
    providerOptions: Object.keys(vendorOptions).length === 0 ? undefined : vendorOptions,
    ...writeTools(request, writing),
  })
  return {
    body: Buffer.from(JSON.stringify({ model: to.model, stream: request.isStream, options })),
    ...(names.changed.size === 0 ? {} : { toolNames: names.changed }),
  }
}

function formatOf({ output }: NeutralRequest): JsonObject | undefined {
  if (output === undefined) return undefined
  if (output.kind === 'json_object') return { type: 'json' }
  const { name, schema, description } = output
  checkSchema(schema, placeOfOutput(output))
  return { type: 'json', schema: withoutMeta(schema), name, ...(description === undefined ? {} : { description }) }
}

/** One word for all vendors; a package that knows no such word gets the vendors' own options from it. */
function effortOf({ reasoning = {} }: NeutralRequest): string | undefined {
  const { effort, budget, isEnabled } = reasoning
  if (effort !== undefined) return effort
  if (isEnabled === false) return 'none'
  return budget === undefined ? undefined : effortOfBudget(budget)
}

/** What no general option says. Packages read only what is under their own name; the caller's own words win. */
function optionsOfVendors({ hints, sampling, parallelToolCalls, reasoning, output, vendorExtras, tools }: NeutralRequest): JsonObject {
  const isSingle = parallelToolCalls === false && tools.length > 0
  const openai = defined<Record<string, Json>>({
    user: hints.user,
    logitBias: sampling.logitBias,
    promptCacheKey: hints.promptCacheKey,
    serviceTier: hints.serviceTier,
    textVerbosity: hints.verbosity,
    parallelToolCalls: isSingle ? false : undefined,
    strictJsonSchema: output?.kind === 'json_schema' ? output.strict : undefined,
  })
  const anthropic = defined<Record<string, Json>>({
    disableParallelToolUse: isSingle ? true : undefined,
    thinking: reasoning?.budget === undefined ? undefined : { type: 'enabled', budgetTokens: reasoning.budget },
  })
  const own = { ...(Object.keys(openai).length === 0 ? {} : { openai }), ...(Object.keys(anthropic).length === 0 ? {} : { anthropic }) }
  return joined(own, vendorExtras)
}

function writeTools(request: NeutralRequest, { to, losses, names }: Writing): Record<string, Json> {
  const { tools, choice } = functionTools(
    request,
    { target: dialect, options: to.options, hosted: request.from === 'anthropic-messages' ? 'refuse' : 'drop' },
    losses,
  )
  if (tools.length === 0) return {}
  const chosen = allowedTools(tools, choice)
  return {
    tools: chosen.map(({ name, description, schema, strict, cache }) => ({
      type: 'function',
      name: names.spell(name),
      ...(description === undefined ? {} : { description }),
      inputSchema: withoutMeta(objectSchema(schema)),
      ...(strict === undefined ? {} : { strict }),
      ...(cache === undefined
        ? {}
        : { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ...(cache.ttl === undefined ? {} : { ttl: cache.ttl }) } } } }),
    })),
    ...(choice === undefined
      ? {}
      : {
          toolChoice:
            choice.kind === 'named' ? { type: 'tool', toolName: names.spell(choice.name) } : { type: choice.kind === 'allowed' ? choice.mode : choice.kind },
        }),
  }
}
