/** Reads the tool calls of a stream, whose pieces may come in any order. */

import { isObject } from '../../../core/neutral/arguments.ts'
import { isBlank } from '../../../core/neutral/blank.ts'
import type { Emit } from '../../../core/neutral/reply.ts'
import type { JsonObject, VendorState } from '../../../core/neutral/request.ts'
import { readSignature } from './state.ts'
import { argumentsOf } from './upstream-reply.ts'

interface Call {
  readonly key: string
  id: string
  name: string
  isOpen: boolean
  hasText: boolean
  isCustom: boolean
  /** What came before the name was known. */
  queued: string
  state: VendorState | undefined
}

export class CallReader {
  readonly #nextKey: () => string
  readonly #calls: Call[] = []
  readonly #byIndex = new Map<number, Call>()

  constructor(nextKey: () => string) {
    this.#nextKey = nextKey
  }

  /** How many calls there are. */
  get count(): number {
    return this.#calls.length
  }

  /** One entry of `tool_calls`. */
  read(entry: JsonObject, emit: Emit): void {
    const custom = isObject(entry['custom']) ? entry['custom'] : undefined
    const called = custom ?? (isObject(entry['function']) ? entry['function'] : {})
    const call = this.#callOf(entry)
    if (custom !== undefined) call.isCustom = true
    if (call.name === '' && typeof called['name'] === 'string') call.name = called['name']
    this.#hold(call, readSignature(entry) ?? readSignature(called), emit)
    this.#open(call, emit)
    this.#say(call, argumentsOf(called['arguments'] ?? called['input']), emit)
  }

  /** Every call is closed; one that was never named is opened first, so that its arguments are not lost. */
  close(emit: Emit): void {
    for (const call of this.#calls) {
      if (!call.isOpen) this.#announce(call, emit)
      emit({ type: 'close', key: call.key })
    }
  }

  /** By index; a new id under a known index is another call, as some servers number all calls 0. Without an index by id, else the last. */
  #callOf({ index, id }: JsonObject): Call {
    const given = typeof id === 'string' ? id : ''
    const known = typeof index === 'number' ? this.#byIndex.get(index) : this.#lastOf(given)
    const isOther = known === undefined || (given !== '' && known.id !== '' && known.id !== given)
    const call = isOther ? this.#begin(given) : known
    if (call.id === '') call.id = given
    if (typeof index === 'number') this.#byIndex.set(index, call)
    return call
  }

  #lastOf(id: string): Call | undefined {
    return id === '' ? this.#calls.at(-1) : this.#calls.findLast(call => call.id === id)
  }

  #begin(id: string): Call {
    const call: Call = { key: this.#nextKey(), id, name: '', isOpen: false, hasText: false, isCustom: false, queued: '', state: undefined }
    this.#calls.push(call)
    return call
  }

  #hold(call: Call, state: VendorState | undefined, emit: Emit): void {
    if (state === undefined) return
    if (call.isOpen) emit({ type: 'state', key: call.key, state })
    else call.state = state
  }

  #open(call: Call, emit: Emit): void {
    if (!call.isOpen && call.name !== '') this.#announce(call, emit)
  }

  #announce(call: Call, emit: Emit): void {
    const { key, id, name, isCustom, state } = call
    call.isOpen = true
    emit({ type: 'open', key, block: { type: 'tool_call', id, name, ...(isCustom ? { isCustom } : {}), ...(state === undefined ? {} : { state }) } })
    if (call.queued !== '') emit({ type: 'delta', key, text: call.queued })
  }

  #say(call: Call, text: string, emit: Emit): void {
    if (text === '' || (!call.hasText && !call.isCustom && isBlank(text))) return
    call.hasText = true
    if (call.isOpen) emit({ type: 'delta', key: call.key, text })
    else call.queued += text
  }
}
