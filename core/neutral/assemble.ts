/** A stream as the reply that it amounts to, and a reply as the stream that it would have been. */

import type { Finish, NeutralEvent, NeutralReply, OpenedBlock, ReplyBlock } from './reply.ts'
import type { Json, JsonObject, VendorState } from './request.ts'
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
  #serviceTier: string | undefined
  #usage: Usage | undefined
  #extras: JsonObject | undefined
  #usageExtras: JsonObject | undefined

  readonly emit = (event: NeutralEvent): void => {
    switch (event.type) {
      case 'start':
        this.#id = event.id
        this.#model = event.model
        this.#extras = event.extras
        break
      case 'open': {
        const block: Growing = { opened: event.block, text: '', state: event.block.type === 'tool_call' ? event.block.state : undefined, annotations: [] }
        this.#blocks.push(block)
        this.#open.set(event.key, block)
        break
      }
      case 'delta':
        this.#change(event.key, block => {
          block.text += event.text
        })
        break
      case 'state':
        this.#change(event.key, block => {
          block.state = joined(block.state, event.state)
        })
        break
      case 'meta':
        this.#change(event.key, block => {
          block.annotations.push(...event.annotations)
        })
        break
      case 'close':
        this.#open.delete(event.key)
        break
      case 'usage':
        this.#usage = event.usage
        this.#usageExtras = event.extras
        break
      case 'finish':
        this.#finish = event.finish
        this.#stopSequence = event.stopSequence
        this.#serviceTier = event.serviceTier
        if (event.extras !== undefined) this.#extras = { ...this.#extras, ...event.extras }
        break
      case 'error':
        throw event.error
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
      ...(this.#serviceTier === undefined ? {} : { serviceTier: this.#serviceTier }),
      ...(this.#extras === undefined ? {} : { extras: this.#extras }),
      ...(this.#usageExtras === undefined ? {} : { usageExtras: this.#usageExtras }),
    }
  }

  #change(key: string, change: (block: Growing) => void): void {
    const block = this.#open.get(key)
    if (block !== undefined) change(block)
  }
}

/** The events of a reply that is there as a whole. */
export function replayed({ id, model, blocks, usage, finish, stopSequence, serviceTier, extras, usageExtras }: NeutralReply): readonly NeutralEvent[] {
  const events: NeutralEvent[] = [
    { type: 'start', ...(id === undefined ? {} : { id }), ...(model === undefined ? {} : { model }), ...(extras === undefined ? {} : { extras }) },
  ]
  for (const [index, block] of blocks.entries()) addEvents(events, block, String(index))
  if (usage !== undefined) events.push({ type: 'usage', usage, ...(usageExtras === undefined ? {} : { extras: usageExtras }) })
  events.push(
    {
      type: 'finish',
      finish,
      ...(stopSequence === undefined ? {} : { stopSequence }),
      ...(serviceTier === undefined ? {} : { serviceTier }),
    },
    { type: 'end' },
  )
  return events
}

function blockOf({ opened, text, state, annotations }: Growing): ReplyBlock {
  const held = state === undefined ? {} : { state }
  switch (opened.type) {
    case 'text':
      return { type: 'text', text, ...held, ...(annotations.length === 0 ? {} : { annotations }) }
    case 'refusal':
      return { type: 'refusal', text }
    case 'reasoning':
      return { ...opened, text, ...held }
    case 'tool_call':
      return { ...opened, argumentsText: text, ...held }
    case 'image':
      return opened
  }
}

function addEvents(events: NeutralEvent[], block: ReplyBlock, key: string): void {
  const text = block.type === 'image' ? '' : block.type === 'tool_call' ? block.argumentsText : block.text
  const state = block.type === 'text' || block.type === 'reasoning' ? block.state : undefined
  const annotations = block.type === 'text' ? (block.annotations ?? []) : []
  events.push({ type: 'open', key, block: openingOf(block) })
  if (text !== '') events.push({ type: 'delta', key, text })
  if (annotations.length > 0) events.push({ type: 'meta', key, annotations })
  if (state !== undefined) events.push({ type: 'state', key, state })
  events.push({ type: 'close', key })
}

function openingOf(block: ReplyBlock): OpenedBlock {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return { type: block.type }
    case 'reasoning': {
      const { text: _text, state: _state, ...opened } = block
      return opened
    }
    case 'tool_call': {
      const { argumentsText: _text, ...opened } = block
      return opened
    }
    case 'image':
      return block
  }
}

/** Pieces of one value follow one another; another vendor's replaces it. */
function joined(before: VendorState | undefined, state: VendorState): VendorState {
  return before === undefined || before.vendor !== state.vendor ? state : { ...state, value: before.value + state.value }
}
