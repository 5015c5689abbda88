/** A streamed message as the plain reply that it amounts to. */

import { gatewayError, type StreamEvent } from '../../../core/index.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { textOf } from '../../../core/neutral/lenient.ts'
import { deltas, kindOf } from './stream-events.ts'
import { laterUsage } from './usage.ts'

type Members = Record<string, unknown>

/** Deltas whose text belongs to the end of a member of their block. */
const appended: ReadonlyMap<unknown, readonly [from: string, to: string]> = new Map([
  [deltas.text.type, ['text', 'text']],
  [deltas.thinking.type, ['thinking', 'thinking']],
  [deltas.signature.type, ['signature', 'signature']],
  [deltas.compaction.type, ['content', 'content']],
])

/** @throws GatewayError bad_upstream_response, if an event cannot be read */
export function assemble(events: readonly StreamEvent[]): Buffer {
  const message = new Message()
  for (const event of events) message.take(kindOf(event), dataOf(event))
  return Buffer.from(JSON.stringify(message.body()))
}

function dataOf({ isDone, text }: StreamEvent): Members {
  if (text === undefined || isDone) return {}
  try {
    return members(parseJson(text))
  } catch (cause) {
    throw gatewayError('bad_upstream_response', 'the provider sent an event that cannot be read', { cause })
  }
}

interface Block {
  readonly members: Members
  /** The input of a tool, as far as it came in pieces. */
  input: string | undefined
}

class Message {
  readonly #body: Members = {}
  readonly #blocks: Block[] = []
  /** The block that an index means now: one that begins anew takes nothing from the one before. */
  readonly #open = new Map<unknown, Block>()

  take(kind: string, { type: _type, ...event }: Members): void {
    switch (kind) {
      case 'message_start':
        Object.assign(this.#body, members(event['message']))
        break
      case 'content_block_start':
        this.#begin(event['index'], members(event['content_block']))
        break
      case 'content_block_delta':
        this.#grow(event['index'], members(event['delta']))
        break
      case 'message_delta':
        this.#finish(event)
    }
  }

  body(): Members {
    return { ...this.#body, content: this.#blocks.map(({ members, input }) => (input === undefined ? members : { ...members, input: inputOf(input) })) }
  }

  #begin(index: unknown, content: Members): Block {
    const block: Block = { members: { ...content }, input: undefined }
    this.#blocks.push(block)
    this.#open.set(index, block)
    return block
  }

  #grow(index: unknown, { type, ...delta }: Members): void {
    const block = this.#open.get(index) ?? this.#begin(index, {})
    const { members } = block
    const [from, to] = appended.get(type) ?? []
    if (from !== undefined && to !== undefined) members[to] = textOf(members[to]) + textOf(delta[from])
    else if (type === deltas.input.type) block.input = (block.input ?? '') + textOf(delta['partial_json'])
    else if (type === 'citations_delta') members['citations'] = [...list(members['citations']), delta['citation']]
    else Object.assign(members, delta)
  }

  /** Whatever the end of a message says is the message's. */
  #finish({ delta, usage, ...others }: Members): void {
    Object.assign(this.#body, members(delta), others)
    const counts = laterUsage(this.#body['usage'], usage)
    if (counts !== undefined) this.#body['usage'] = counts
  }
}

/** Input that was cut short is no input. */
function inputOf(json: string): unknown {
  try {
    return json.trim() === '' ? {} : parseJson(json)
  } catch {
    return {}
  }
}

function members(value: unknown): Members {
  return isObject(value) ? value : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
