/** A streamed message as the plain reply that it amounts to. */

import { gatewayError, parseJson, type StreamEvent } from '../../../core/index.ts'
import { isObject } from '../../../core/neutral/arguments.ts'
import { deltas } from './stream-events.ts'
import { laterUsage } from './usage.ts'

type Members = Record<string, unknown>

/** Deltas whose text belongs to the end of a member of their block. */
const appended: Readonly<Record<string, readonly [from: string, to: string]>> = {
  [deltas.text.type]: ['text', 'text'],
  [deltas.thinking.type]: ['thinking', 'thinking'],
  [deltas.signature.type]: ['signature', 'signature'],
  [deltas.compaction.type]: ['content', 'content'],
}

/** @throws GatewayError bad_upstream_response, if an event cannot be read */
export function assemble(events: readonly StreamEvent[]): Buffer {
  const message = new Message()
  for (const event of events) message.take(dataOf(event))
  return Buffer.from(JSON.stringify(message.body()))
}

function dataOf({ document, malformed }: StreamEvent): Members {
  if (document === undefined && !malformed) return {}
  try {
    return members(parseJson(document?.render().toString() ?? ''))
  } catch (cause) {
    throw gatewayError('bad_upstream_response', 'the provider sent an event that cannot be read', { cause })
  }
}

class Message {
  readonly #body: Members = {}
  readonly #blocks = new Map<unknown, Members>()
  readonly #inputs = new Map<unknown, string>()

  take({ type, ...event }: Members): void {
    switch (type) {
      case 'message_start': Object.assign(this.#body, members(event['message'])); break
      case 'content_block_start': this.#blocks.set(event['index'], { ...members(event['content_block']) }); break
      case 'content_block_delta': this.#grow(event['index'], members(event['delta'])); break
      case 'message_delta': this.#finish(event)
    }
  }

  body(): Members {
    for (const [index, json] of this.#inputs) Object.assign(this.#blocks.get(index) ?? {}, { input: inputOf(json) })
    return { ...this.#body, content: [...this.#blocks.values()] }
  }

  #grow(index: unknown, { type, ...delta }: Members): void {
    const block = this.#blocks.get(index) ?? {}
    this.#blocks.set(index, block)
    const [from, to] = appended[String(type)] ?? []
    if (from !== undefined && to !== undefined) block[to] = textOf(block[to]) + textOf(delta[from])
    else if (type === deltas.input.type) this.#inputs.set(index, (this.#inputs.get(index) ?? '') + textOf(delta['partial_json']))
    else if (type === 'citations_delta') block['citations'] = [...list(block['citations']), delta['citation']]
    else Object.assign(block, delta)
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
