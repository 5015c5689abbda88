/** Thoughts that stand in tags before the text of an answer, taken apart from it: whole, and as they flow. */

import type { Json, JsonObject } from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'

const opening = ['<think>', '<mm:think>']
const closing = ['</think>', '</mm:think>']

interface Split {
  readonly reasoning: string
  readonly text: string
}

/** One answer's text, piece by piece. Tags may be cut anywhere. */
class ThinkTags {
  #state: 'before' | 'inside' | 'behind' | 'text' = 'before'
  #held = ''

  push(piece: string): Split {
    this.#held += piece
    let reasoning = ''
    if (this.#state === 'before') this.#begin()
    if (this.#state === 'inside') reasoning = this.#think()
    return { reasoning, text: this.#state === 'behind' || this.#state === 'text' ? this.#say() : '' }
  }

  /** What was held back for a tag that did not come. */
  end(): Split {
    const held = this.#held
    this.#held = ''
    return this.#state === 'inside' ? { reasoning: held, text: '' } : { reasoning: '', text: held }
  }

  #begin(): void {
    const text = this.#held.trimStart()
    const tag = opening.find(word => text.startsWith(word))
    if (tag !== undefined) {
      this.#held = text.slice(tag.length)
      this.#state = 'inside'
    } else if (!opening.some(word => word.startsWith(text))) this.#state = 'text'
  }

  #think(): string {
    const found = closing
      .map(word => ({ word, at: this.#held.indexOf(word) }))
      .filter(({ at }) => at >= 0)
      .sort((one, other) => one.at - other.at)[0]
    if (found === undefined) return this.#release(partialTag(this.#held))
    const reasoning = this.#held.slice(0, found.at)
    this.#held = this.#held.slice(found.at + found.word.length)
    this.#state = 'behind'
    return reasoning
  }

  #release(keep: number): string {
    const released = this.#held.slice(0, this.#held.length - keep)
    this.#held = this.#held.slice(this.#held.length - keep)
    return released
  }

  /** The blank lines between thoughts and text belong to neither. */
  #say(): string {
    const text = this.#state === 'behind' ? this.#held.replace(/^[\r\n]+/, '') : this.#held
    if (text !== '') this.#state = 'text'
    this.#held = ''
    return text
  }
}

/** How much of the end of a text may be the beginning of a closing tag. */
function partialTag(text: string): number {
  return Math.max(
    ...closing.map(word => {
      for (let length = Math.min(word.length - 1, text.length); length > 0; length--) if (word.startsWith(text.slice(-length))) return length
      return 0
    }),
  )
}

/** Makes what moves the thoughts of a plain reply, or of the chunks of one stream, into members of their own. */
export function thinkTagReader(): (json: JsonObject) => JsonObject {
  const streams = new Map<unknown, ThinkTags>()
  const tagsOf = (index: Json | undefined) => {
    const known = streams.get(index) ?? new ThinkTags()
    streams.set(index, known)
    return known
  }
  return json =>
    mapChoices(json, choice => {
      if (isObject(choice['message'])) return { ...choice, message: withSplit(choice['message'], wholeSplit(choice['message'])) }
      const delta = isObject(choice['delta']) ? choice['delta'] : {}
      const tags = tagsOf(choice['index'])
      const piece = typeof delta['content'] === 'string' ? tags.push(delta['content']) : undefined
      const isOver = typeof choice['finish_reason'] === 'string'
      if (piece === undefined && !isOver) return choice
      return { ...choice, delta: withSplit(delta, joined(piece, isOver ? tags.end() : undefined)) }
    })
}

/** Changes each choice of a reply or a chunk. */
export function mapChoices(json: JsonObject, change: (choice: JsonObject) => JsonObject): JsonObject {
  const { choices } = json
  return Array.isArray(choices) ? { ...json, choices: choices.map(choice => (isObject(choice) ? change(choice) : (choice as Json))) } : json
}

function wholeSplit({ content }: JsonObject): Split | undefined {
  if (typeof content !== 'string') return undefined
  const tags = new ThinkTags()
  return joined(tags.push(content), tags.end())
}

function joined(one: Split | undefined, other: Split | undefined): Split {
  return { reasoning: (one?.reasoning ?? '') + (other?.reasoning ?? ''), text: (one?.text ?? '') + (other?.text ?? '') }
}

/** Whoever says thoughts in a member of their own already says them once. */
function withSplit(message: JsonObject, split: Split | undefined): JsonObject {
  if (split === undefined) return message
  const { content: _content, ...rest } = message
  const reasoning =
    split.reasoning === '' || (typeof message['reasoning_content'] === 'string' && message['reasoning_content'] !== '')
      ? {}
      : { reasoning_content: split.reasoning }
  return { ...rest, ...reasoning, ...(typeof message['content'] === 'string' || split.text !== '' ? { content: split.text } : {}) }
}
