/** The texts of a chunk, each with the delta that it travels in, and which of them it ends. */

import { carriedThoughts, unseal, type Carried } from '../../../core/document/carried.ts'
import type { JsonDocument, JsonNode } from '../../../core/document/document.ts'
import type { StreamText } from '../../../core/plugin/dialect.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { NodeText } from '../../../core/stream/node-text.ts'
import { choices, indexOf, isFinished, isText, items } from './stream-chunk.ts'
import { quotedTexts, spokenTexts } from './side-texts.ts'
import { errorIn } from './stream-ending.ts'

const carriedKey = 'carried'
const quotedKey = 'annotations'
const nothing: readonly never[] = []
const everything = ['*']

/** The delta in which a text travels; `index` is that of a tool call or reasoning detail. */
export type Shape = (text: string, index: number) => object

export const shapes = {
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
  transcript: text => ({ audio: { transcript: text } }),
  // Whole in their event.
  quoted: () => ({}),
  summary: (text, index) => ({ reasoning_details: [{ type: 'reasoning.summary', index, summary: text }] }),
} as const satisfies Record<string, Shape>

export function texts(event: StreamEvent): readonly ChatText[] {
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
    const [delta, message] = [this.#choice.get('delta'), this.#choice.get('message')]
    if (delta !== undefined) this.#readDelta(delta)
    // What some providers put in the place of the delta.
    if (message !== undefined) this.#readDelta(message)
    // The text of a completion from before there were chats.
    if (delta === undefined && message === undefined) this.#add('text', 'text', this.#choice.get('text'), shapes.text)
  }

  #readDelta(delta: JsonNode): void {
    this.#readReasoning(delta)
    this.#readContent(delta.get('content'))
    this.#add('refusal', 'refusal', delta.get('refusal'), shapes.refusal)
    for (const [i, call] of items(delta.get('tool_calls')).entries()) this.#readCall(call, indexOf(call, i))
    this.#add('tool_arguments/function_call', 'tool_arguments', delta.get('function_call')?.get('arguments'), shapes.function_call)
    for (const node of spokenTexts(delta)) this.#add('transcript', 'text', node, shapes.transcript)
    for (const [i, node] of quotedTexts(delta).entries()) this.#add(`${quotedKey}/${i}`, 'text', node, shapes.quoted)
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
    for (const [i, thought] of carriedThoughts(delta).entries())
      this.#found.push(new CarriedText(`${this.#index}/${carriedKey}/${i}`, this.#document, this.#choice, thought))
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

export function ends(event: StreamEvent): readonly string[] {
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
  const quotes = items(delta?.get('annotations')).length > 0
  return [
    ...(quotes ? [`${indexOf(choice)}/${quotedKey}/*`] : []),
    ...(speaks || carries ? [`${indexOf(choice)}/reasoning*`] : []),
    ...(carries ? [`${indexOf(choice)}/${carriedKey}/*`] : []),
  ]
}
