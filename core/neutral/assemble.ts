/** A stream as the reply that it amounts to, and a reply as the stream that it would have been. */

import type { Finish, NeutralEvent, NeutralReply, OpenedBlock, ReplyBlock } from './reply.ts'
import type { Json, VendorState } from './request.ts'
import type { Usage } from './usage.ts'

/** What is known of an open block. */
interface Growing {
  readonly opened: OpenedBlock
  text: string
  state: VendorState | undefined
  annotations: Json[]
}

/** Collects the events of one stream. */
export class Assembler {
  readonly #blocks: Growing[] = []
  readonly #open = new Map<string, Growing>()
  #id: string | undefined
  #model: string | undefined
  #finish: Finish = 'stop'
  #stopSequence: string | undefined
  #usage: Usage | undefined

  readonly emit = (event: NeutralEvent): void => {
    switch (event.type) {
      case 'start':
        this.#id = event.id
        this.#model = event.model
        break
      case 'open': {
        const block: Growing = { opened: event.block, text: '', state: event.block.type === 'tool_call' ? event.block.state : undefined, annotations: [] }
        this.#blocks.push(block)
        this.#open.set(event.key, block)
        break
      }
      case 'delta': this.#change(event.key, block => { block.text += event.text }); break
      case 'state': this.#change(event.key, block => { block.state = joined(block.state, event.state) }); break
      case 'meta': this.#change(event.key, block => { block.annotations.push(...event.annotations) }); break
      case 'close': this.#open.delete(event.key); break
      case 'usage': this.#usage = event.usage; break
      case 'finish':
        this.#finish = event.finish
        this.#stopSequence = event.stopSequence
        break
      case 'error': throw event.error
      case 'end':
    }
  }

  /** The reply as far as the events go. */
  reply(): NeutralReply {
    return {
      ...(this.#id === undefined ? {} : { id: this.#id }),
      ...(this.#model === undefined ? {} : { model: this.#model }),
      blocks: this.#blocks.map(blockOf),
      finish: this.#finish,
      ...(this.#stopSequence === undefined ? {} : { stopSequence: this.#stopSequence }),
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
    }
  }

  #change(key: string, change: (block: Growing) => void): void {
    const block = this.#open.get(key)
    if (block !== undefined) change(block)
  }
}

/** The events of a reply that is there as a whole. */
export function replayed(reply: NeutralReply): readonly NeutralEvent[] {
  return [
    { type: 'start', ...(reply.id === undefined ? {} : { id: reply.id }), ...(reply.model === undefined ? {} : { model: reply.model }) },
    ...reply.blocks.flatMap((block, index) => eventsOf(block, String(index))),
    ...(reply.usage === undefined ? [] : [{ type: 'usage', usage: reply.usage } as const]),
    { type: 'finish', finish: reply.finish, ...(reply.stopSequence === undefined ? {} : { stopSequence: reply.stopSequence }) },
    { type: 'end' },
  ]
}

function blockOf({ opened, text, state, annotations }: Growing): ReplyBlock {
  const held = state === undefined ? {} : { state }
  switch (opened.type) {
    case 'text': return { type: 'text', text, ...held, ...(annotations.length === 0 ? {} : { annotations }) }
    case 'refusal': return { type: 'refusal', text }
    case 'reasoning': return { ...opened, text, ...held }
    case 'tool_call': return { ...opened, argumentsText: text, ...held }
    case 'image': return opened
  }
}

function eventsOf(block: ReplyBlock, key: string): NeutralEvent[] {
  const text = block.type === 'image' ? '' : block.type === 'tool_call' ? block.argumentsText : block.text
  const state = block.type === 'text' || block.type === 'reasoning' ? block.state : undefined
  const annotations = block.type === 'text' ? block.annotations ?? [] : []
  return [
    { type: 'open', key, block: openingOf(block) },
    ...(text === '' ? [] : [{ type: 'delta', key, text } as const]),
    ...(annotations.length === 0 ? [] : [{ type: 'meta', key, annotations } as const]),
    ...(state === undefined ? [] : [{ type: 'state', key, state } as const]),
    { type: 'close', key },
  ]
}

function openingOf(block: ReplyBlock): OpenedBlock {
  switch (block.type) {
    case 'text': case 'refusal': return { type: block.type }
    case 'reasoning': {
      const { text: _text, state: _state, ...opened } = block
      return opened
    }
    case 'tool_call': {
      const { argumentsText: _text, ...opened } = block
      return opened
    }
    case 'image': return block
  }
}

/** Pieces of one value follow one another; another vendor's replaces it. */
function joined(before: VendorState | undefined, state: VendorState): VendorState {
  return before === undefined || before.vendor !== state.vendor ? state : { ...state, value: before.value + state.value }
}
