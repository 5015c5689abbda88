/** A streamed answer as it is read: it starts once, its blocks open and close, and it ends once. */

import { GatewayError } from '../errors.ts'
import { isBlank } from './blank.ts'
import { finishWith } from './finish.ts'
import type { Emit, Finish, NeutralEvent, OpenedBlock } from './reply.ts'
import type { JsonObject } from './request.ts'

export interface OpenBlock {
  readonly key: string
  readonly block: OpenedBlock
  /** What is said as it closes if nothing was. */
  readonly otherwise: string
  hasText: boolean
}

/** Keeps the promises of `NeutralEvent`. Blocks are known by the places that the provider's events give them. */
export class StreamedAnswer<Place> {
  readonly #open = new Map<Place, OpenBlock>()
  #keys = 0
  #hasStarted = false
  #hasCalls = false
  #isOver = false

  get hasStarted(): boolean {
    return this.#hasStarted
  }

  /** Nothing more is to be said. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Only the first time counts, and of the facts only texts. */
  start(emit: Emit, { id, model, extras }: { readonly id?: unknown; readonly model?: unknown; readonly extras?: JsonObject | undefined } = {}): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    emit({
      type: 'start',
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof model === 'string' ? { model } : {}),
      ...(extras === undefined ? {} : { extras }),
    })
  }

  // Blocks

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
    if (open === undefined || text === '' || (!open.hasText && open.block.type === 'tool_call' && isBlank(text))) return
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

  // The end

  /** Ends the answer for the reason that `reasonOf` gives, or with the error that it throws. */
  finish(reasonOf: () => Finish, emit: Emit, more: Pick<NeutralEvent & { readonly type: 'finish' }, 'stopSequence' | 'serviceTier' | 'extras'> = {}): void {
    try {
      const finish = finishWith(reasonOf(), this.#hasCalls)
      this.closeAll(emit)
      emit({ type: 'finish', finish, ...more })
      emit({ type: 'end' })
      this.#isOver = true
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      this.fail(error, emit)
    }
  }

  fail(error: GatewayError, emit: Emit): void {
    this.#isOver = true
    emit({ type: 'error', error })
  }
}
