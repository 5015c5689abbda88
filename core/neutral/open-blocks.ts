/** The blocks of a streamed answer that are open, by the places that its provider's events give them. */

import { finishWith } from './finish.ts'
import type { Emit, Finish, OpenedBlock } from './reply.ts'

export interface OpenBlock {
  readonly key: string
  readonly block: OpenedBlock
  /** What is said as it closes if nothing was. */
  readonly otherwise: string
  hasText: boolean
}

/** Keeps the promises of `NeutralEvent`: keys are told apart, and closed before the answer ends. */
export class OpenBlocks<Place> {
  readonly #open = new Map<Place, OpenBlock>()
  #keys = 0
  #hasCalls = false

  at(place: Place): OpenBlock | undefined {
    return this.#open.get(place)
  }

  /** The first that is open of a type. */
  first(type: OpenedBlock['type']): OpenBlock | undefined {
    return this.#open.values().find(({ block }) => block.type === type)
  }

  /** Opens a block where another may have been. @param otherwise what is said as it closes if nothing was: a call has arguments */
  begin(place: Place, block: OpenedBlock, emit: Emit, otherwise = block.type === 'tool_call' ? '{}' : ''): OpenBlock {
    this.close(place, emit)
    if (block.type === 'tool_call') this.#hasCalls = true
    const open: OpenBlock = { key: String(this.#keys++), block, otherwise, hasText: false }
    this.#open.set(place, open)
    emit({ type: 'open', key: open.key, block })
    return open
  }

  /** The block at a place if it takes text of this type, else a new one. */
  inside(place: Place, type: 'text' | 'reasoning', emit: Emit): OpenBlock {
    const open = this.#open.get(place)
    return open?.block.type === type && !('redacted' in open.block) ? open : this.begin(place, { type }, emit)
  }

  say(open: OpenBlock | undefined, text: string, emit: Emit): void {
    if (open === undefined || text === '') return
    open.hasText = true
    emit({ type: 'delta', key: open.key, text })
  }

  close(place: Place, emit: Emit): void {
    const open = this.#open.get(place)
    if (open === undefined) return
    if (!open.hasText) this.say(open, open.otherwise, emit)
    this.#open.delete(place)
    emit({ type: 'close', key: open.key })
  }

  closeAll(emit: Emit): void {
    for (const place of this.#open.keys()) this.close(place, emit)
  }

  /** Ends the answer. @param said the reason, as the provider says it */
  finish(said: Finish, emit: Emit, stopSequence?: string): void {
    this.closeAll(emit)
    emit({ type: 'finish', finish: finishWith(said, this.#hasCalls), ...(stopSequence === undefined ? {} : { stopSequence }) })
    emit({ type: 'end' })
  }
}
