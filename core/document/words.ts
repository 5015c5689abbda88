/** Words whose absence from a body's bytes says, fast, that it need not be looked into. */

import type { JsonDocument } from './document.ts'

/** Node looks for up to seven bytes by the first of them, natively; for longer words in a way that takes twenty times as long. */
const longestFast = 7
const shortest = 4
/** What conversations, with code in them, have least of, first; all else they have less of. */
const rarest = 'zjqx_"k/vb:wgy,f.umcp\\ldhiroasnte '

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
    for (const { bytes, part } of this.#words) if (body.includes(part) && (part.length === bytes.length || body.includes(bytes))) return true
    return false
  }

  /** Bytes tell only of a body that nobody edited. */
  mayBeIn({ edited, bytes }: JsonDocument): boolean {
    return edited || this.areIn(bytes)
  }
}

function partOf(word: string): string {
  const ranks = Array.from({ length: Math.max(1, word.length - shortest + 1) }, (_, at) => rarest.indexOf(word.charAt(at)))
  const at = ranks.lastIndexOf(Math.min(...ranks))
  return word.slice(at, at + longestFast)
}
