/** The items of a stream, as far as they have left: what is there when the stream must end early. */

import type { JsonNode } from '../../../core/document/document.ts'
import { stringOf } from '../../../core/document/readings.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import { indexOf } from './places.ts'
import { done, spellEvent, type Members } from './spelling.ts'

interface Item {
  /** As the last event that had it whole spelled it. */
  readonly value: Members
  readonly isDone: boolean
  /** Parts that were announced: whole ones as they left, open ones as `undefined`, by list and index. */
  readonly parts: Map<string, Part>
}

interface Part {
  readonly value: Members
  readonly isDone: boolean
}

/** Numbers the events that are written. */
export type Numbering = () => number
/** What has left of a text. */
export type Left = (key: string) => string

export class OpenItems {
  readonly #items = new Map<number, Item>()
  #response: Members | undefined

  /** The id of the item at an index of the output. */
  id(index: number): string | undefined {
    const id = this.#items.get(index)?.value['id']
    return typeof id === 'string' ? id : undefined
  }

  /** An event left. */
  left(root: JsonNode): void {
    switch (stringOf(root.get('type'))) {
      case 'response.created':
      case 'response.in_progress':
        this.#response = objectAt(root, 'response')
        break
      case 'response.output_item.added':
        this.#take(root, false)
        break
      case 'response.output_item.done':
        this.#take(root, true)
        break
      case 'response.content_part.added':
        this.#takePart(root, `content/${indexOf(root, 'content_index')}`, false)
        break
      case 'response.content_part.done':
        this.#takePart(root, `content/${indexOf(root, 'content_index')}`, true)
        break
      case 'response.reasoning_summary_part.added':
        this.#takePart(root, `summary/${indexOf(root, 'summary_index')}`, false)
        break
      case 'response.reasoning_summary_part.done':
        this.#takePart(root, `summary/${indexOf(root, 'summary_index')}`, true)
    }
  }

  /** The events with which everything ends now, by the verdict of a filter. */
  cut(like: JsonNode | undefined, number: Numbering, left: Left): string {
    let events = ''
    const write = (type: string, members: Members) => {
      events += spellEvent(type, number(), members)
    }
    if (this.#response === undefined) write('response.created', { response: { ...emptyResponse(like), status: 'in_progress' } })
    const output = [...this.#items].sort(([one], [other]) => one - other).map(([index, item]) => (item.isDone ? item.value : closed(item, index, left, write)))
    const response = { ...(this.#response ?? emptyResponse(like)), status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output }
    write('response.incomplete', { response })
    return events + done
  }

  #take(root: JsonNode, isDone: boolean): void {
    const value = objectAt(root, 'item')
    if (value !== undefined) this.#items.set(indexOf(root, 'output_index'), { value, isDone, parts: new Map() })
  }

  #takePart(root: JsonNode, key: string, isDone: boolean): void {
    const value = objectAt(root, 'part')
    if (value !== undefined) this.#items.get(indexOf(root, 'output_index'))?.parts.set(key, { value, isDone })
  }
}

type Write = (type: string, members: Members) => void

/** Ends an item with what has left of its texts. */
function closed({ value, parts }: Item, index: number, left: Left, write: Write): Members {
  const place = { item_id: value['id'], output_index: index }
  const lists = new Map<string, Members[]>()
  for (const [key, part] of parts) {
    const list = key.slice(0, key.indexOf('/'))
    const whole = part.isDone ? part.value : closedPart(part.value, list, Number(key.slice(list.length + 1)), place, left, write)
    lists.set(list, [...(lists.get(list) ?? []), whole])
  }
  const own = { ...value, ...Object.fromEntries(lists), ...closedText(value, index, place, left, write) }
  const item = value['type'] === 'reasoning' ? own : { ...own, status: 'incomplete' }
  write('response.output_item.done', { output_index: index, item })
  return item
}

function closedPart(part: Members, list: string, index: number, place: Members, left: Left, write: Write): Members {
  const type = part['type']
  const [member, stem, keyed] =
    type === 'refusal'
      ? ['refusal', 'refusal', 'content']
      : type === 'reasoning_text'
        ? ['text', 'reasoning_text', 'reasoning']
        : list === 'summary'
          ? ['text', 'reasoning_summary_text', 'summary']
          : ['text', 'output_text', 'content']
  const at = { ...place, [list === 'summary' ? 'summary_index' : 'content_index']: index }
  const text = left(`${String(place['output_index'])}/${keyed}/${index}/${member}`)
  const whole = { ...part, [member]: text }
  write(`response.${stem}.done`, { ...at, [member]: text, ...(stem === 'output_text' ? { logprobs: [] } : {}) })
  write(list === 'summary' ? 'response.reasoning_summary_part.done' : 'response.content_part.done', { ...at, part: whole })
  return whole
}

/** The arguments of a call. */
function closedText(value: Members, index: number, place: Members, left: Left, write: Write): Members {
  switch (value['type']) {
    case 'function_call': {
      const text = left(`${index}/arguments`)
      write('response.function_call_arguments.done', { ...place, name: value['name'], arguments: text })
      return { arguments: text }
    }
    case 'custom_tool_call': {
      const text = left(`${index}/input`)
      write('response.custom_tool_call_input.done', { ...place, input: text })
      return { input: text }
    }
    default:
      return {}
  }
}

function emptyResponse(like: JsonNode | undefined): Members {
  return { id: stringOf(like?.get('response')?.get('id')) ?? 'resp_0', object: 'response', output: [] }
}

function objectAt(root: JsonNode, name: string): Members | undefined {
  const node = root.get(name)
  return node?.kind === 'object' ? (parseJson(node.json()) as Members) : undefined
}
