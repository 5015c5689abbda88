/** Stops an answer at sequences that its provider does not stop at. */

import { betweenCharacters } from '../stream/between-characters.ts'
import { estimateCharacters } from './estimate.ts'
import type { Emit, NeutralEvent } from './reply.ts'
import type { JsonObject } from './request.ts'
import type { Usage } from './usage.ts'

interface Open {
  readonly isText: boolean
  /** What may be the beginning of a sequence. */
  held: string
  /** Of the tokens that have not left yet, what they were worth. */
  logprobs: readonly JsonObject[]
  /** How much of the text has left, and of it those tokens whose worth has. */
  said: number
  weighed: number
}

/**
 * Lets events pass until a text holds one of the sequences; then the answer ends before it, and nothing passes any more. Tool arguments and reasoning are not searched.
 * What an answer that is stopped has cost nobody knows any more: it is estimated.
 */
export class EmulatedStop {
  readonly #sequences: readonly string[]
  readonly #heldBack: number
  readonly #emit: Emit
  readonly #promptTokens: number | undefined
  readonly #open = new Map<string, Open>()
  #found: string | undefined
  #usage: Usage = {}
  #characters = 0

  /** @param promptTokens an estimate; absent if usage is known anyway */
  constructor(sequences: readonly string[], emit: Emit, promptTokens?: number) {
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
    if (event.type === 'open') this.#open.set(event.key, { isText: event.block.type === 'text', held: '', logprobs: [], said: 0, weighed: 0 })
    else if (event.type === 'delta' && block?.isText === true) return this.#search(event, block)
    else if (event.type === 'close') this.#close(event.key)
    this.#emit(event)
  }

  #search({ key, text, logprobs = [] }: NeutralEvent & { readonly type: 'delta' }, block: Open): void {
    if (logprobs.length > 0) block.logprobs = [...block.logprobs, ...logprobs]
    const joined = block.held + text
    const [first] = this.#sequences
      .map(sequence => ({ sequence, at: joined.indexOf(sequence) }))
      .filter(({ at }) => at >= 0)
      .sort((one, other) => one.at - other.at || other.sequence.length - one.sequence.length)
    if (first !== undefined) return this.#stop(key, block, joined.slice(0, first.at), first.sequence)
    const certain = betweenCharacters(joined, Math.max(0, joined.length - this.#heldBack))
    block.held = joined.slice(certain)
    this.#say(key, block, joined.slice(0, certain))
  }

  #close(key: string): void {
    const block = this.#open.get(key)
    if (block !== undefined) this.#say(key, block, block.held)
    this.#open.delete(key)
  }

  #stop(key: string, block: Open, text: string, sequence: string): void {
    this.#say(key, block, text)
    for (const open of this.#open.keys()) this.#emit({ type: 'close', key: open })
    this.#count()
    this.#emit({ type: 'finish', finish: 'stop_sequence', stopSequence: sequence })
    this.#emit({ type: 'end' })
    this.#found = sequence
  }

  /** What the provider has counted so far, and at least what was heard of it. */
  #count(): void {
    if (this.#promptTokens === undefined) return
    const { inputTokens = this.#promptTokens, outputTokens = 0, totalTokens: _total, ...rest } = this.#usage
    this.#emit({
      type: 'usage',
      usage: { ...rest, inputTokens, outputTokens: Math.max(outputTokens, estimateCharacters(this.#characters)) },
      isEstimated: true,
    })
  }

  #say(key: string, block: Open, text: string): void {
    if (text === '') return
    block.said += text.length
    const logprobs = weighedSoFar(block)
    this.#emit(logprobs.length === 0 ? { type: 'delta', key, text } : { type: 'delta', key, text, logprobs })
  }
}

/** Takes from a block what its tokens were worth, as far as their text has left. */
function weighedSoFar(block: Open): readonly JsonObject[] {
  let count = 0
  for (const { token } of block.logprobs) {
    const end = block.weighed + (typeof token === 'string' ? token.length : 0)
    if (end > block.said) break
    block.weighed = end
    count += 1
  }
  const weighed = block.logprobs.slice(0, count)
  block.logprobs = block.logprobs.slice(count)
  return weighed
}
