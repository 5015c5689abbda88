/** How Converse says why an answer ended, what it cost, and what went wrong. */

import { GatewayError, type JsonNode, type JsonObject, type Usage } from '../../../core/index.ts'
import type { Finish } from '../../../core/neutral/reply.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import type { Json } from '../../../core/neutral/request.ts'
import { readFrom } from '../../../core/neutral/usage.ts'

const finishes: ReadonlyMap<string, Finish> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'context_window'],
  ['tool_use', 'tool_calls'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
])

const failures = new Set(['malformed_model_output', 'malformed_tool_use'])

const statuses: ReadonlyMap<string, number> = new Map([
  ['AccessDeniedException', 403],
  ['ResourceNotFoundException', 404],
  ['ModelTimeoutException', 408],
  ['ValidationException', 400],
  ['ServiceQuotaExceededException', 400],
  ['ThrottlingException', 429],
  ['ModelNotReadyException', 429],
  ['ModelErrorException', 424],
  ['ModelStreamErrorException', 424],
  ['InternalServerException', 500],
  ['ServiceUnavailableException', 503],
])

/** @throws GatewayError if the model's output was none */
export function finishOf(reason: Json | undefined, provider: string): Finish {
  if (typeof reason !== 'string') return 'stop'
  if (failures.has(reason)) throw new GatewayError(reason, `${provider}: the model's output is malformed (${reason})`, { status: 502, provider })
  return finishes.get(reason) ?? 'stop'
}

/** The sequence at which the model stopped, where the model says so. */
export function stopSequenceOf(fields: Json | undefined): string | undefined {
  const sequence = isObject(fields) ? fields['stop_sequence'] : undefined
  return typeof sequence === 'string' ? sequence : undefined
}

/** The counts of a reply, or of the event that has them. */
export function usageIn(said: JsonNode): Usage | undefined {
  return usageOf(said.get('usage')?.value() as Json | undefined)
}

/** What AWS counts apart is part of the input here. */
export function usageOf(usage: Json | undefined): Usage | undefined {
  if (!isObject(usage)) return undefined
  const [input, output, read, written, total] = ['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens', 'totalTokens'].map(name =>
    number(usage[name]),
  )
  return readFrom(usage, {
    inputTokens: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    outputTokens: output,
    cachedTokens: read,
    cacheWriteTokens: written,
    ...writesByTtl(usage['cacheDetails']),
    totalTokens: total,
  })
}

function writesByTtl(details: Json | undefined): Usage {
  const list = Array.isArray(details) ? (details as readonly Json[]).filter(isObject) : []
  const of = (ttl: string) =>
    list
      .filter(detail => detail['ttl'] === ttl)
      .map(detail => number(detail['inputTokens']))
      .find(tokens => tokens !== undefined)
  const [short, long] = [of('5m'), of('1h')]
  return { ...(short === undefined ? {} : { cacheWrite5mTokens: short }), ...(long === undefined ? {} : { cacheWrite1hTokens: long }) }
}

/** An exception, by its name in any of AWS's spellings: `throttlingException`, `com.amazon#ThrottlingException`. */
export function exceptionError(said: JsonObject, provider: string): GatewayError {
  const text = typeof said['type'] === 'string' ? said['type'] : typeof said['__type'] === 'string' ? said['__type'] : ''
  const bare = text.slice(text.lastIndexOf('#') + 1)
  const type = bare.slice(0, 1).toUpperCase() + bare.slice(1)
  const message = [said['message'], said['Message']].find(value => typeof value === 'string' && value !== '')
  return new GatewayError(type === '' ? null : type, typeof message === 'string' ? message : `${provider} reported ${type || 'an error'}`, {
    status: statuses.get(type) ?? 502,
    provider,
  })
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}
