/** Between the two forms of one chat reply: a stream assembled into the plain body, and a plain body replayed as a stream. */

import type { JsonDocument } from '../../../core/document/document.ts'
import { gatewayError } from '../../../core/errors.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'

type Members = Record<string, unknown>

/** Strings that come whole; all others come in pieces. */
const whole = new Set(['id', 'type', 'role', 'name', 'format', 'object'])

/** Types of list items of which neighbours are one. */
const continued = new Set<unknown>(['text', 'thinking'])

/** Members of chunks that plain replies do not have. */
const onlyInStreams = new Set(['choices', 'object', 'obfuscation'])

/**
 * The plain reply that a stream amounts to. Deltas are merged by what they are: strings append, items of lists join by `index`,
 * anything else is replaced; so are members of choices and of the chunk, where `null` replaces nothing. Text is kept before what is of
 * another type, else what came first.
 * @throws GatewayError bad_upstream_response, if an event cannot be read
 */
export function assemble(events: readonly StreamEvent[]): Buffer {
  const body: Members = { id: undefined, object: 'chat.completion', created: undefined, model: undefined, choices: [] }
  const choices = new Map<number, Members>()
  for (const chunk of events.flatMap(chunkOf)) {
    for (const [name, value] of entries(chunk)) if (!onlyInStreams.has(name)) take(body, name, value)
    for (const choice of list(chunk['choices'])) takeChoice(choices, choice)
  }
  body['usage'] ??= members(body['x_groq'])['usage']
  body['choices'] = [...choices].sort(([a], [b]) => a - b).map(([, choice]) => plain(choice))
  return Buffer.from(JSON.stringify(body))
}

function chunkOf({ isDone, text }: StreamEvent): Members[] {
  if (text === undefined || isDone) return []
  try {
    return [members(parseJson(text))]
  } catch (cause) {
    throw gatewayError('bad_upstream_response', 'the provider sent an event that cannot be read', { cause })
  }
}

function takeChoice(choices: Map<number, Members>, chunk: Members): void {
  const index = typeof chunk['index'] === 'number' ? chunk['index'] : 0
  const choice = choices.get(index) ?? { index, message: {}, finish_reason: null }
  choices.set(index, choice)
  for (const [name, value] of entries(chunk)) {
    if (name === 'delta') choice['message'] = merge(members(choice['message']), members(value))
    else if (name === 'logprobs') choice['logprobs'] = grow(choice['logprobs'], value)
    else take(choice, name, value)
  }
}

/** The first chunk may be a filter's verdict on the prompt, with an empty id and model. */
function take(into: Members, name: string, value: unknown): void {
  const isAbsent = value === null || value === '' || (name === 'created' && value === 0)
  if (!isAbsent || into[name] === undefined) into[name] = value
}

/** Adds one more delta to a value, which is changed, and returned. */
function grow(value: unknown, delta: unknown, name = ''): unknown {
  if (value === undefined || value === null) return Array.isArray(delta) ? join([], delta) : delta
  if (delta === undefined || delta === null) return value
  if (typeof value === 'string' && typeof delta === 'string') return whole.has(name) ? delta || value : value + delta
  if (Array.isArray(value) || Array.isArray(delta)) return join(parts(value), parts(delta))
  if (isObject(value) && isObject(delta)) return merge(value, delta)
  if (typeof value === typeof delta && !isObject(value)) return delta
  return typeof delta === 'string' ? delta : value
}

function merge(value: Members, delta: Members): Members {
  for (const [name, more] of entries(delta)) value[name] = grow(Object.hasOwn(value, name) ? value[name] : undefined, more, name)
  return value
}

function join(items: unknown[], more: readonly unknown[]): unknown[] {
  for (const item of more) {
    const at = placeOf(items, members(item))
    if (at < 0) items.push(item)
    else items[at] = grow(items[at], item)
  }
  return items
}

/** The item that this one is more of: that of the same `index`, or the last if both are running text. */
function placeOf(items: readonly unknown[], { index, type }: Members): number {
  if (index !== undefined) return items.findIndex(known => members(known)['index'] === index)
  return continued.has(type) && members(items.at(-1))['type'] === type ? items.length - 1 : -1
}

/** Content that is a text with one delta and a list with the next. */
function parts(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return value === '' ? [] : [typeof value === 'string' ? { type: 'text', text: value } : value]
}

/** A choice as plain replies have it. */
function plain({ message, ...choice }: Members): Members {
  const { role, content, tool_calls: calls, ...others } = members(message)
  const tools = calls === undefined || calls === null ? {} : { tool_calls: list(calls).map(plainCall) }
  const { index, ...rest } = choice
  return { index, message: { role: role ?? 'assistant', content: content ?? null, ...others, ...tools }, ...rest }
}

function plainCall({ index: _index, ...call }: Members): Members {
  const { id, type, function: called, ...others } = call
  if (called === undefined) return call
  return { id, type: type ?? 'function', function: { arguments: '', ...members(called) }, ...others }
}

/**
 * The stream that a plain reply would have been: of each choice its role, its texts, its tool calls and its finish reason;
 * then the usage, if the client asked for it, and `[DONE]`.
 */
export function replay(reply: JsonDocument, withUsage: boolean): string {
  const { object: _object, choices, usage, ...top } = members(parseJson(reply.render().toString()))
  const { id, created, model, system_fingerprint, service_tier, ...others } = top
  const head = { id, object: 'chat.completion.chunk', created, model, system_fingerprint, service_tier }
  const [first, ...rest] = list(choices).flatMap(chunksOf)
  const chunks = [
    { ...head, ...others, choices: first === undefined ? [] : [first] },
    ...rest.map(choice => ({ ...head, choices: [choice] })),
    ...(withUsage && usage !== undefined ? [{ ...head, choices: [], usage }] : []),
  ]
  return chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join('') + 'data: [DONE]\n\n'
}

/** One choice as the choices of its chunks. */
function chunksOf({ index, message, finish_reason, logprobs, ...choice }: Members): Members[] {
  const { role, content, refusal, tool_calls: calls, ...others } = members(message)
  const chunk = (delta: Members, more: Members = {}) => ({ index, delta, ...more, finish_reason: null })
  const spoken = logprobs === undefined ? {} : { logprobs }
  const silent = refusal === null ? { refusal } : {}
  return [
    chunk({ role: role ?? 'assistant', content: typeof content === 'string' ? '' : null, ...silent }),
    ...(Object.keys(others).length === 0 ? [] : [chunk(others)]),
    ...(content === null || content === undefined ? [] : [chunk({ content }, spoken)]),
    ...(refusal === null || refusal === undefined ? [] : [chunk({ refusal }, content === null ? spoken : {})]),
    ...list(calls)
      .flatMap(deltasOf)
      .map(call => chunk({ tool_calls: [call] })),
    { index, delta: {}, ...choice, finish_reason: finish_reason ?? 'stop' },
  ]
}

/** The first delta of a tool call says which tool, the second with what. */
function deltasOf({ index: _index, function: called, ...call }: Members, index: number): Members[] {
  if (called === undefined) return [{ index, ...call }]
  const { arguments: text, ...named } = members(called)
  return [
    { index, ...call, function: { ...named, arguments: '' } },
    { index, function: { arguments: text } },
  ]
}

function members(value: unknown): Members {
  return isObject(value) ? value : {}
}

function list(value: unknown): Members[] {
  return Array.isArray(value) ? value.map(members) : []
}

/** Without a name that would be no member but the prototype. */
function entries(value: Members): [string, unknown][] {
  return Object.entries(value).filter(([name]) => name !== '__proto__')
}
