/** Runs requests, replies and streams through the sides of dialects, and compares what comes out. */

import { expect } from 'chai'
import { JsonDocument } from '../../core/document/document.ts'
import type { Ids } from '../../core/neutral/ids.ts'
import { parseJson } from '../../core/neutral/json.ts'
import { estimateTokens } from '../../core/neutral/estimate.ts'
import { Losses } from '../../core/neutral/losses.ts'
import type { NeutralEvent, NeutralReply } from '../../core/neutral/reply.ts'
import type { Json, JsonObject, NeutralRequest } from '../../core/neutral/request.ts'
import type { CallerSide, Destination, ModelTraits, ReplyContext, SpelledRequest, TranslationOptions, UpstreamSide } from '../../core/neutral/translation.ts'
import { EventSplitter, splitEvents } from '../../core/stream/borders.ts'
import type { StreamEvent } from '../../core/stream/event.ts'

// Surroundings

/** Ids that count: `msg_1`, `msg_2`, `resp_1`: each prefix for itself. @param spell how a prefix is written, for examples that shorten them */
export function countedIds(spell: (prefix: string) => string = prefix => prefix): Ids {
  const counts = new Map<string, number>()
  const next = (prefix: string) => {
    const count = (counts.get(prefix) ?? 0) + 1
    counts.set(prefix, count)
    return `${spell(prefix)}${count}`
  }
  return { base62: next, hex: next }
}

/** Where a call goes: a model without peculiarities. `traits` and `options` are added to the defaults. */
export function destination(
  overrides: Partial<Omit<Destination, 'options' | 'traits'>> & { readonly traits?: ModelTraits; readonly options?: Partial<TranslationOptions> } = {},
): Destination {
  return {
    model: 'm',
    provider: 'acme',
    type: 'acme',
    settings: {},
    ...overrides,
    traits: { ...overrides.traits },
    options: { strict: false, report_dropped: true, wrap_custom_tools: false, seal_foreign_state: false, ...overrides.options },
  }
}

/** A request that says hello, and nothing else. */
export function neutralRequest(overrides: Partial<NeutralRequest> = {}): NeutralRequest {
  return {
    from: 'openai-chat',
    model: 'm',
    system: [],
    turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hello' }] }],
    tools: [],
    sampling: {},
    stop: [],
    hints: {},
    wants: {},
    isStream: false,
    extras: {},
    vendorExtras: {},
    ...overrides,
  }
}

/** What the writers of replies need: ids that count, and the first second of 2024. */
export function replyContext(overrides: Partial<ReplyContext> = {}): ReplyContext {
  return {
    request: neutralRequest(),
    promptTokens: estimateTokens(neutralRequest()),
    original: JsonDocument.parse(Buffer.from('{"model":"m"}')),
    from: destination(),
    requestId: 'req_1',
    created: 1_704_067_200,
    ids: countedIds(),
    losses: new Losses(),
    ...overrides,
  }
}

// Requests

export interface TranslatedRequest {
  readonly request: NeutralRequest
  readonly spelled: SpelledRequest
  /** The body that the provider gets. */
  readonly body: JsonObject
  readonly losses: Losses
}

/** A caller's body as a neutral request. @param body JSON text where numbers matter */
export function readRequest(caller: CallerSide, body: object | string, losses = new Losses()): NeutralRequest {
  return caller.request(asJson(body) as JsonObject, losses)
}

/** A neutral request as a provider's body. */
export function writeRequest(
  upstream: UpstreamSide,
  request: NeutralRequest,
  to: Destination = destination(),
  losses = new Losses(to.options.strict),
): TranslatedRequest {
  const spelled = upstream.request(request, to, losses)
  return { request, spelled, body: parseJson(spelled.body.toString()) as JsonObject, losses }
}

/** A caller's body as a provider's body. */
export function translateRequest(caller: CallerSide, body: object | string, upstream: UpstreamSide, to: Destination = destination()): TranslatedRequest {
  const losses = new Losses(to.options.strict)
  return writeRequest(upstream, readRequest(caller, body, losses), to, losses)
}

// Plain replies

export function readReply(upstream: UpstreamSide, reply: object | string, from: Destination = destination()): NeutralReply {
  return upstream.reply(asJson(reply) as JsonObject, from)
}

export function writeReply(caller: CallerSide, reply: NeutralReply, context: ReplyContext = replyContext()): JsonObject {
  return parseJson(caller.reply(reply, context).toString()) as JsonObject
}

/** A provider's plain reply as the caller gets it. */
export function translateReply(upstream: UpstreamSide, reply: object | string, caller: CallerSide, context: ReplyContext = replyContext()): JsonObject {
  return writeReply(caller, readReply(upstream, reply, context.from), context)
}

// Streams

/** The data of one event; a string stands as it is: `[DONE]`, JSON whose numbers matter, or no JSON at all. */
export type Payload = object | string | { readonly event: string; readonly data: object | string }

export interface Feeding {
  readonly from?: Destination
  /** How the bytes come: each event whole, all of them at once, or byte by byte. */
  readonly in?: 'events' | 'one piece' | 'single bytes'
  /** `\n` by default. */
  readonly lineEnd?: '\n' | '\r\n' | '\r'
  /** A comment before each event. */
  readonly withComments?: boolean
  /** The last event lacks its blank line. */
  readonly isUnterminated?: boolean
}

/** The ways of feeding that must make no difference. */
export const feedings: readonly (readonly [name: string, feeding: Feeding])[] = [
  ['event by event', {}],
  ['in one piece', { in: 'one piece' }],
  ['byte by byte', { in: 'single bytes' }],
  ['with CRLF', { in: 'single bytes', lineEnd: '\r\n' }],
  ['with CR', { in: 'one piece', lineEnd: '\r' }],
  ['with comments between', { withComments: true }],
  ['without the last blank line', { isUnterminated: true }],
]

/** A provider's stream as neutral events. @throws Error if they break what a reader promises */
export function readStream(upstream: UpstreamSide, payloads: readonly Payload[], feeding: Feeding = {}): NeutralEvent[] {
  const reader = upstream.stream(feeding.from ?? destination())
  const events: NeutralEvent[] = []
  const emit = (event: NeutralEvent) => {
    events.push(event)
  }
  for (const event of fed(payloads, feeding)) reader.read(event, emit)
  reader.end(emit)
  checkGrammar(events)
  return events
}

/** Neutral events as the data of the events that the caller gets; a `[DONE]` stays a string. */
export function writeStream(caller: CallerSide, events: readonly NeutralEvent[], context: ReplyContext = replyContext()): (JsonObject | string)[] {
  return writtenEvents(caller, events, context).map(({ data }) => data)
}

/** As `writeStream`, with the `event:` line of each. */
export function writtenEvents(
  caller: CallerSide,
  events: readonly NeutralEvent[],
  context: ReplyContext = replyContext(),
): { readonly event: string | undefined; readonly data: JsonObject | string }[] {
  const writer = caller.stream(context)
  const text = events.map(event => writer.write(event)).join('')
  if (text !== '' && !text.endsWith('\n\n')) throw new Error(`the last event lacks its blank line: ${text.slice(-200)}`)
  return splitEvents(Buffer.from(text)).flatMap(({ name, data, isDone }) =>
    data === undefined ? [] : [{ event: name, data: isDone ? data : (parseJson(data) as JsonObject) }],
  )
}

/** A provider's stream as the data of the events that the caller gets. */
export function translateStream(
  upstream: UpstreamSide,
  payloads: readonly Payload[],
  caller: CallerSide,
  context: ReplyContext = replyContext(),
  feeding: Feeding = {},
): (JsonObject | string)[] {
  return writeStream(caller, readStream(upstream, payloads, { from: context.from, ...feeding }), context)
}

/** The texts of a stream: each open block with all that came for it, in the order of opening. */
export function blocksOf(events: readonly NeutralEvent[]): object[] {
  const blocks = new Map<string, Record<string, unknown>>()
  for (const event of events) {
    if (event.type === 'open') blocks.set(event.key, { ...event.block })
    else if (event.type === 'delta') grow(blocks.get(event.key), 'delta', event.text)
    else if (event.type === 'state') grow(blocks.get(event.key), `state of ${event.state.vendor}`, event.state.value)
    else if (event.type === 'meta') Object.assign(blocks.get(event.key) ?? {}, { annotations: event.annotations })
  }
  return [...blocks.values()]
}

function grow(block: Record<string, unknown> | undefined, name: string, text: string): void {
  if (block !== undefined) block[name] = `${typeof block[name] === 'string' ? block[name] : ''}${text}`
}

function* fed(payloads: readonly Payload[], feeding: Feeding): Generator<StreamEvent> {
  const { in: how = 'events', isUnterminated = false } = feeding
  const spelled = payloads.map(payload => spell(payload, feeding))
  const last = spelled.pop()
  if (last !== undefined) spelled.push(isUnterminated ? last.replace(/[\r\n]+$/, '') : last)
  const splitter = new EventSplitter('read')
  for (const piece of piecesOf(spelled, how)) {
    const region = splitter.push(piece)
    if (region !== undefined) yield* splitEvents(region)
  }
  const rest = splitter.rest()
  if (rest !== undefined) yield* splitEvents(rest)
}

function piecesOf(events: readonly string[], how: NonNullable<Feeding['in']>): Buffer[] {
  if (how === 'events') return events.map(event => Buffer.from(event))
  const all = Buffer.from(events.join(''))
  return how === 'one piece' ? [all] : Array.from(all, byte => Buffer.of(byte))
}

function spell(payload: Payload, { lineEnd = '\n', withComments = false }: Feeding): string {
  const named = isNamed(payload)
  const data = named ? payload.data : payload
  const lines = (typeof data === 'string' ? data : JSON.stringify(data)).split('\n').map(line => `data: ${line}`)
  const comment = withComments ? [': keep-alive', ''] : []
  return [...comment, ...(named ? [`event: ${payload.event}`] : []), ...lines, '', ''].join(lineEnd)
}

function isNamed(payload: Payload): payload is { readonly event: string; readonly data: object | string } {
  return typeof payload === 'object' && Object.keys(payload).sort().join() === 'data,event'
}

/** @throws Error if the events break what a reader promises */
export function checkGrammar(events: readonly NeutralEvent[]): void {
  const fail = (what: string, at: number) => {
    throw new Error(`event ${at}: ${what}\n${JSON.stringify(events, undefined, 1)}`)
  }
  const opened = new Set<string>()
  const open = new Set<string>()
  let finished = false
  let over = false
  for (const [at, event] of events.entries()) {
    if (over) fail('something after the last', at)
    if ((at === 0) !== (event.type === 'start') && !(at === 0 && event.type === 'error')) fail('start must be first, and once', at)
    if (finished && event.type !== 'usage' && event.type !== 'end') fail(`${event.type} after finish`, at)
    switch (event.type) {
      case 'open':
        if (opened.has(event.key)) fail(`key ${event.key} is used twice`, at)
        opened.add(event.key)
        open.add(event.key)
        break
      case 'delta':
      case 'state':
      case 'meta':
        if (!open.has(event.key)) fail(`key ${event.key} is not open`, at)
        if (event.type === 'delta' && event.text === '') fail('an empty delta', at)
        break
      case 'close':
        if (!open.delete(event.key)) fail(`key ${event.key} is not open`, at)
        break
      case 'finish':
        if (open.size > 0) fail(`finish while ${[...open].join()} is open`, at)
        finished = true
        break
      case 'end':
        if (!finished) fail('end without finish', at)
        over = true
        break
      case 'error':
        over = true
    }
  }
  if (finished && !over) fail('finish without end', events.length)
}

// Comparing

/** Equal as JSON: in whatever order members stand; members that are `undefined` are not there; long numbers to the last digit. */
export function expectEqualJson(actual: object | string | undefined, expected: object | string): void {
  expect(asJson(actual)).to.deep.equal(asJson(expected))
}

/** As `expectEqualJson`, but members that `expected` does not mention may be there, at any depth; an empty object or list is meant as such. */
export function expectMentioned(actual: object | string | undefined, expected: object | string): void {
  const wanted = asJson(expected)
  expect(mentioned(asJson(actual), wanted)).to.deep.equal(wanted)
}

function mentioned(actual: Json, expected: Json): Json {
  if (Array.isArray(actual) && Array.isArray(expected))
    return actual.map((item, i) => (i < expected.length ? mentioned(item as Json, expected[i] as Json) : (item as Json)))
  if (!isPlainObject(actual) || !isPlainObject(expected) || Object.keys(expected).length === 0) return actual
  return Object.fromEntries(
    Object.entries(actual)
      .filter(([name]) => Object.hasOwn(expected, name))
      .map(([name, value]) => [name, mentioned(value, expected[name] as Json)]),
  )
}

function isPlainObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asJson(value: object | string | undefined): Json {
  if (value === undefined) return null
  return parseJson(
    Buffer.isBuffer(value)
      ? value.toString()
      : typeof value === 'string'
        ? value.startsWith('[DONE]')
          ? JSON.stringify(value)
          : value
        : JSON.stringify(value),
  )
}
