/** OpenAI Chat Completions as a stream: chunks with the deltas of choices, then `[DONE]`. */

import { carriedThoughts, unseal, type Carried } from '../../../core/document/carried.ts'
import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'
import { stringOf } from '../../../core/document/readings.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { StreamFormat, StreamText, Usage } from '../../../core/plugin/dialect.ts'
import { eventAround } from '../../../core/stream/borders.ts'
import { StreamEvent } from '../../../core/stream/event.ts'
import { NodeText } from '../../../core/stream/node-text.ts'
import type { Span } from '../../../core/stream/fields.ts'
import { assemble, replay } from './assemble.ts'
import { failureOf } from './finish.ts'
import { readUsage } from './usage.ts'

export const chatStream: StreamFormat = {
  texts,
  ends,
  ending,
  error,
  usage,
  usageOnly,
  text,
  cut,
  failure,
  assemble,
  replay,
}

const done = 'data: [DONE]\n\n'
const carriedKey = 'carried'
const nothing: readonly never[] = []
const everything = ['*']

const errorWord = Buffer.from('error')

/** What finish reasons that mean a failure have in them. */
const failureWords = [errorWord, Buffer.from('insufficient_system_resource')]

/** Values of `error` that report none. */
const blank = new Set(['null', 'false', '""', '0'])

// Texts

/** The delta in which a text travels; `index` is that of a tool call or reasoning detail. */
type Shape = (text: string, index: number) => object

const shapes = {
  text: text => ({ content: text }),
  reasoning: text => ({ reasoning_content: text }),
  refusal: text => ({ refusal: text }),
  tool_arguments: (text, index) => ({ tool_calls: [{ index, function: { arguments: text } }] }),
  // What the same texts travel in with some providers.
  custom_input: (text, index) => ({ tool_calls: [{ index, custom: { input: text } }] }),
  function_call: text => ({ function_call: { arguments: text } }),
  plain_reasoning: text => ({ reasoning: text }),
  reasoning_text: text => ({ reasoning_text: text }),
  thinking: text => ({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] }),
  detail: (text, index) => ({ reasoning_details: [{ type: 'reasoning.text', index, text }] }),
  summary: (text, index) => ({ reasoning_details: [{ type: 'reasoning.summary', index, summary: text }] }),
} as const satisfies Record<string, Shape>

function texts(event: StreamEvent): readonly ChatText[] {
  const { document } = event
  if (document === undefined) return nothing
  const found: ChatText[] = []
  for (const choice of choices(document)) new ChoiceTexts(document, choice, found).read()
  return found
}

/** A text of one choice. Where it changes, log probabilities go: they spell it out token by token. */
class ChatText extends NodeText {
  readonly shape: Shape
  readonly #choice: JsonNode

  constructor(key: string, channel: StreamText['channel'], shape: Shape, document: JsonDocument, choice: JsonNode, node: JsonNode) {
    super(key, channel, document, node)
    this.shape = shape
    this.#choice = choice
  }

  override rewrite(text: string): void {
    super.rewrite(text)
    const logprobs = this.#choice.get('logprobs')
    if (logprobs?.kind === 'object') this.document.replace(logprobs, 'null')
  }
}

/** A thought that is whole in its event. */
class CarriedText extends ChatText {
  readonly #seal: JsonNode | undefined

  constructor(key: string, document: JsonDocument, choice: JsonNode, { node, seal }: Carried) {
    super(key, 'reasoning', shapes.reasoning, document, choice, node)
    this.#seal = seal
  }

  override rewrite(text: string): void {
    super.rewrite(text)
    unseal(this.document, this.#seal)
  }
}

/** Finds the texts of one choice. */
class ChoiceTexts {
  readonly #document: JsonDocument
  readonly #choice: JsonNode
  readonly #index: number
  readonly #found: ChatText[]

  constructor(document: JsonDocument, choice: JsonNode, found: ChatText[]) {
    this.#document = document
    this.#choice = choice
    this.#index = indexOf(choice)
    this.#found = found
  }

  read(): void {
    const delta = this.#choice.get('delta')
    if (delta === undefined) return
    this.#readReasoning(delta)
    this.#readContent(delta.get('content'))
    this.#add('refusal', 'refusal', delta.get('refusal'), shapes.refusal)
    for (const [i, call] of items(delta.get('tool_calls')).entries()) this.#readCall(call, indexOf(call, i))
    this.#add('tool_arguments/function_call', 'tool_arguments', delta.get('function_call')?.get('arguments'), shapes.function_call)
  }

  /** Some providers send the same reasoning twice, in two members; and Tapline as a whole, with the state of its vendor. */
  #readReasoning(delta: JsonNode): void {
    const first = this.#add('reasoning', 'reasoning', delta.get('reasoning_content'), shapes.reasoning)
    const second = this.#add(first ? 'reasoning/2' : 'reasoning', 'reasoning', delta.get('reasoning'), shapes.plain_reasoning)
    this.#add(first || second ? 'reasoning/3' : 'reasoning', 'reasoning', delta.get('reasoning_text'), shapes.reasoning_text)
    for (const [i, detail] of items(delta.get('reasoning_details')).entries()) {
      const key = `reasoning_details/${indexOf(detail, i)}`
      this.#add(key, 'reasoning', detail.get('text'), shapes.detail)
      this.#add(`${key}/summary`, 'reasoning', detail.get('summary'), shapes.summary)
    }
    for (const [i, thought] of carriedThoughts(delta).entries()) this.#found.push(new CarriedText(`${this.#index}/${carriedKey}/${i}`, this.#document, this.#choice, thought))
  }

  /** A string, or with Mistral a list of texts and thoughts. */
  #readContent(content: JsonNode | undefined): void {
    this.#add('text', 'text', content, shapes.text)
    for (const part of items(content)) {
      this.#add('text', 'text', part.get('text'), shapes.text)
      for (const thought of items(part.get('thinking'))) this.#add('reasoning', 'reasoning', thought.get('text'), shapes.thinking)
    }
  }

  #readCall(call: JsonNode, index: number): void {
    this.#add(`tool_arguments/${index}`, 'tool_arguments', call.get('function')?.get('arguments'), shapes.tool_arguments)
    this.#add(`tool_arguments/${index}`, 'tool_arguments', call.get('custom')?.get('input'), shapes.custom_input)
  }

  #add(key: string, channel: StreamText['channel'], node: JsonNode | undefined, shape: Shape): boolean {
    if (node?.kind !== 'string') return false
    this.#found.push(new ChatText(`${this.#index}/${key}`, channel, shape, this.#document, this.#choice, node))
    return true
  }
}

function ends(event: StreamEvent): readonly string[] {
  if (event.isDone || errorIn(event) !== undefined) return everything
  const { document } = event
  return document === undefined ? nothing : choices(document).flatMap(endsOf)
}

/** A finish reason ends all of a choice; its reasoning ends when it begins to speak or to call, and with the state of its vendor. */
function endsOf(choice: JsonNode): string[] {
  if (isFinished(choice)) return [`${indexOf(choice)}/*`]
  const delta = choice.get('delta')
  const speaks = isText(delta?.get('content')) || items(delta?.get('tool_calls')).length > 0
  const carries = carriedThoughts(delta).length > 0
  return [...speaks || carries ? [`${indexOf(choice)}/reasoning*`] : [], ...carries ? [`${indexOf(choice)}/${carriedKey}/*`] : []]
}

// Endings

function ending(last: readonly StreamEvent[]): 'complete' | 'failed' | 'cut' {
  if (last.some(event => errorIn(event) !== undefined)) return 'failed'
  const isDone = last.some(event => event.isDone)
  if (last.some(event => failureIn(event, '') !== undefined)) return isDone ? 'failed' : 'cut'
  return isDone || allFinished(last) ? 'complete' : 'cut'
}

/** Whether each choice that is seen in these events is seen to finish: some providers send no `[DONE]`. */
function allFinished(events: readonly StreamEvent[]): boolean {
  const unfinished = new Map<number, boolean>()
  for (const choice of events.flatMap(event => event.document === undefined ? [] : choices(event.document))) {
    const index = indexOf(choice)
    unfinished.set(index, (unfinished.get(index) ?? true) && !isFinished(choice))
  }
  return unfinished.size > 0 && ![...unfinished.values()].includes(true)
}

function isFinished(choice: JsonNode): boolean {
  return isText(choice.get('finish_reason'))
}

// Errors

function error(event: StreamEvent, provider: string): GatewayError | undefined {
  const fault = errorIn(event)
  return fault === undefined ? failureIn(event, provider) : vendorError(fault, provider)
}

/** The error that a provider reports as JSON: an object with a message, or a string. */
export function vendorError(fault: JsonNode, provider: string): GatewayError {
  const param = stringOf(fault.get('param'))
  return new GatewayError(codeOf(fault), messageOf(fault), {
    status: statusOf(fault),
    provider,
    ...(param === undefined ? {} : { param }),
  })
}

/** What an event reports as an error: an object or a string in `error`, or all of it (older vLLM; named events). */
function errorIn(event: StreamEvent): JsonNode | undefined {
  if (!event.bytes.includes(errorWord)) return undefined
  const root = event.document?.root
  const fault = root?.get('error')
  if (fault !== undefined && !blank.has(fault.json())) return fault
  return event.name === 'error' || stringOf(root?.get('object')) === 'error' ? root : undefined
}

/** The failure that a choice names as the reason of its end. */
function failureIn(event: StreamEvent, provider: string): GatewayError | undefined {
  if (!failureWords.some(word => event.bytes.includes(word)) || event.document === undefined) return undefined
  return choices(event.document).map(choice => failureOf({ finish_reason: stringOf(choice.get('finish_reason')) ?? null }, provider)).find(failure => failure !== undefined)
}

/** OpenRouter puts the words of the provider behind it into `metadata`. */
function messageOf(fault: JsonNode): string {
  const message = stringOf(fault) ?? stringOf(fault.get('message')) ?? ''
  const raw = message === '' || message.startsWith('Provider returned') ? stringOf(fault.get('metadata')?.get('raw')) : undefined
  return raw ?? (message === '' ? 'the provider reported an error' : message)
}

function codeOf(fault: JsonNode): string | null {
  const code = fault.get('code')
  return code?.kind === 'number' ? code.json() : stringOf(code) ?? null
}

function statusOf(fault: JsonNode): number {
  const candidates = ['code', 'status', 'status_code'].map(name => Number(stringOf(fault.get(name)) ?? fault.get(name)?.json()))
  return candidates.find(status => Number.isInteger(status) && status >= 400 && status <= 599) ?? 502
}

// Usage

function usage(last: readonly StreamEvent[]): Usage | undefined {
  for (const { bytes, data = '' } of last.toReversed()) {
    const found = bytes.includes(usageMember) ? usageOf(json(data)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** The token counts of a chunk; Groq puts them into `x_groq`. */
function usageOf(chunk: JsonMap | undefined): Usage | undefined {
  return readUsage(chunk?.['usage'], chunk?.['cost']) ?? readUsage(record(chunk?.['x_groq'])?.['usage'])
}

function json(text: string): JsonMap | undefined {
  try {
    return record(JSON.parse(text))
  } catch {
    return undefined
  }
}

type JsonMap = Readonly<{ [name: string]: unknown }>

function record(value: unknown): JsonMap | undefined {
  return typeof value === 'object' && value !== null ? value as JsonMap : undefined
}

/** What precedes the choices of an event; quotes inside a text would be escaped. */
const choicesMember = Buffer.from('"choices":')
/** The event that exists only for its usage is one of the last that have choices: of those before, nothing is looked at. */
const searchedEvents = 4

function usageOnly(events: Buffer): Span | undefined {
  let at = events.length
  for (let searched = 0; searched < searchedEvents && at > 0; searched++) {
    at = events.lastIndexOf(choicesMember, at - 1)
    if (at < 0) return undefined
    if (!isEmptyList(events, at + choicesMember.length)) continue
    const place = eventAround(events, at)
    if (hasUsage(events.subarray(place.start, place.end))) return place
  }
  return undefined
}

function isEmptyList(bytes: Buffer, at: number): boolean {
  const open = bytes[at] === 0x20 ? at + 1 : at
  return bytes[open] === 0x5b && bytes[open + 1] === 0x5d
}

const usageMember = Buffer.from('"usage"')
const noUsage = [Buffer.from('"usage":null'), Buffer.from('"usage": null')] as const

function hasUsage(event: Buffer): boolean {
  return event.includes(usageMember) && !noUsage.some(spelling => event.includes(spelling))
}

// Events that Tapline writes

function text(like: StreamEvent, key: string, text: string): string {
  const [choice, kind, index] = key.split('/')
  const shape = texts(like).find(found => found.key === key)?.shape ?? shapeOf(kind)
  const delta = shape(text, Number(index))
  return chunk(like, [{ index: Number(choice), delta, finish_reason: null }])
}

function shapeOf(kind: string | undefined): Shape {
  return kind === 'reasoning' || kind === 'refusal' || kind === 'tool_arguments' ? shapes[kind] : shapes.text
}

function cut(like: StreamEvent | undefined): string {
  const indexes = like?.document === undefined ? [] : choices(like.document).map(choice => indexOf(choice))
  const finish = (index: number) => chunk(like, [{ index, delta: {}, finish_reason: 'content_filter' }])
  return (indexes.length === 0 ? [0] : indexes).map(finish).join('') + done
}

function chunk(like: StreamEvent | undefined, choices: readonly object[]): string {
  const root = like?.document?.root
  return `data: ${JSON.stringify({
    id: stringOf(root?.get('id')) ?? 'chatcmpl-0',
    object: 'chat.completion.chunk',
    created: root?.get('created')?.value() ?? 0,
    model: stringOf(root?.get('model')) ?? '',
    system_fingerprint: stringOf(root?.get('system_fingerprint')),
    choices,
  })}\n\n`
}

function failure({ type, message, code }: GatewayError): string {
  return `data: ${JSON.stringify({ error: { type, message, param: null, code } })}\n\n`
}

// Reading

function choices(document: JsonDocument): readonly JsonNode[] {
  return items(document.root.get('choices'))
}

function items(list: JsonNode | undefined): readonly JsonNode[] {
  return list?.items() ?? nothing
}

function indexOf(node: JsonNode, otherwise = 0): number {
  const index = node.get('index')?.value()
  return typeof index === 'number' ? index : otherwise
}

function isText(node: JsonNode | undefined): boolean {
  return node?.kind === 'string' && node.json() !== '""'
}
