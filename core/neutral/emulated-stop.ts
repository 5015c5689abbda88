/** Stops an answer at sequences that its provider does not stop at. */

import { estimateCharacters } from './estimate.ts'
import type { Emit, NeutralEvent } from './reply.ts'
import type { Usage } from './usage.ts'

/**
 * Lets events pass until a text holds one of the sequences; then the answer ends before it, and nothing passes any more. Tool arguments and reasoning are not searched.
 * What an answer that is stopped has cost nobody knows any more: it is estimated.
 */
export class EmulatedStop {
  readonly #sequences: readonly string[]
  readonly #heldBack: number
  readonly #emit: Emit
  readonly #promptTokens: (() => number) | undefined
  readonly #open = new Map<string, { readonly isText: boolean; held: string }>()
  #found: string | undefined
  #usage: Usage = {}
  #characters = 0

  /** @param promptTokens an estimate; absent if usage is known anyway */
  constructor(sequences: readonly string[], emit: Emit, promptTokens?: () => number) {
    this.#sequences = sequences.filter(sequence => sequence !== '')
    this.#heldBack = Math.max(0, ...this.#sequences.map(({ length }) => length)) - 1
    this.#emit = emit
    this.#promptTokens = promptTokens
  }

  /** The sequence at which the answer was ended; then the call need not go on. */
  get found(): string | undefined {
    return this.#found
  }

  readonly emit = (event: NeutralEvent): void => {
    if (this.#found !== undefined) return
    if (event.type === 'usage') this.#usage = event.usage
    else if (event.type === 'delta') this.#characters += event.text.length
    const block = 'key' in event ? this.#open.get(event.key) : undefined
    if (event.type === 'open') this.#open.set(event.key, { isText: event.block.type === 'text', held: '' })
    else if (event.type === 'delta' && block?.isText === true) return this.#search(event.key, block, event.text)
    else if (event.type === 'close') this.#close(event.key)
    this.#emit(event)
  }

  #search(key: string, block: { held: string }, text: string): void {
    const joined = block.held + text
    const [first] = this.#sequences
      .map(sequence => ({ sequence, at: joined.indexOf(sequence) }))
      .filter(({ at }) => at >= 0)
      .sort((one, other) => one.at - other.at || other.sequence.length - one.sequence.length)
    if (first !== undefined) return this.#stop(key, joined.slice(0, first.at), first.sequence)
    const certain = Math.max(0, joined.length - this.#heldBack)
    block.held = joined.slice(certain)
    this.#say(key, joined.slice(0, certain))
  }

  #close(key: string): void {
    this.#say(key, this.#open.get(key)?.held ?? '')
    this.#open.delete(key)
  }

  #stop(key: string, text: string, sequence: string): void {
    this.#say(key, text)
    for (const open of this.#open.keys()) this.#emit({ type: 'close', key: open })
    this.#count()
    this.#emit({ type: 'finish', finish: 'stop_sequence', stopSequence: sequence })
    this.#emit({ type: 'end' })
    this.#found = sequence
  }

  /** What the provider has counted so far, and at least what was heard of it. */
  #count(): void {
    if (this.#promptTokens === undefined) return
    const { inputTokens = this.#promptTokens(), outputTokens = 0, totalTokens: _total, ...rest } = this.#usage
    this.#emit({ type: 'usage', usage: { ...rest, inputTokens, outputTokens: Math.max(outputTokens, estimateCharacters(this.#characters)) }, isEstimated: true })
  }

  #say(key: string, text: string): void {
    if (text !== '') this.#emit({ type: 'delta', key, text })
  }
}
