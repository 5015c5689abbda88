/** Words whose absence from a body's bytes says, fast, that it need not be looked into. */

import type { JsonDocument } from './document.ts'

/** Node looks for up to seven bytes by the first of them, natively; for longer words in a way that takes twenty times as long. */
const longestFast = 7
const shortest = 4
/** What bodies have least of, first. */
const rarest = 'zqjx_kvwbygpfmuc.dlhrsni"oate '

interface Word {
  readonly bytes: Buffer
  /** A part of it that is found fast. */
  readonly part: Buffer
}

/**
 * @example
 * const thoughts = new Words('reasoning_content', 'thinking_blocks')
 * if (!thoughts.mayBeIn(body)) return
 */
export class Words {
  readonly #words: readonly Word[]

  constructor(...words: readonly string[]) {
    this.#words = words.map(word => ({ bytes: Buffer.from(word), part: Buffer.from(partOf(word)) }))
  }

  /** Whether one of them is there, as it is spelled. */
  areIn(body: Buffer): boolean {
    return this.#words.some(({ bytes, part }) => body.includes(part) && (part.length === bytes.length || body.includes(bytes)))
  }

  /** Bytes tell only of a body that nobody edited. */
  mayBeIn({ edited, bytes }: JsonDocument): boolean {
    return edited || this.areIn(bytes)
  }
}

function partOf(word: string): string {
  const starts = Array.from({ length: Math.max(1, word.length - shortest + 1) }, (_, at) => at)
  const [at = 0] = starts.sort((one, other) => rankOf(word, one) - rankOf(word, other))
  return word.slice(at, at + longestFast)
}

function rankOf(word: string, at: number): number {
  const rank = rarest.indexOf(word.charAt(at).toLowerCase())
  return rank < 0 ? 0 : rank
}
