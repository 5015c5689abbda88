/** Words whose absence from a body's bytes says, fast, that it need not be looked into. */

import type { JsonDocument } from './document.ts'

/** Node looks for up to seven bytes by the first of them, natively; for longer words in a way that takes twenty times as long. */
const longestFast = 7
/** Of fewer bytes, too much else begins so. */
const shortest = 2
/** Where a part stands more often than so without the rest, the whole is looked for. */
const mostMisses = 50
/** What conversations, with code in them, have least of, first, as JSON spells them; all else they have less of. */
const rarest = 'zjqx_9876543210k/vwby:gp,mf.uc"\\ldhioratsne '

interface Word {
  readonly bytes: Buffer
  /** A part of it that is found fast, and where in it that stands. */
  readonly part: Buffer
  readonly at: number
}

/**
 * @example
 * const thoughts = new Words('reasoning_content', 'thinking_blocks')
 * if (!thoughts.mayBeIn(body)) return
 */
export class Words {
  readonly #words: readonly Word[]

  constructor(...words: readonly string[]) {
    this.#words = words.map(word => {
      const at = rarestPlace(word)
      return { bytes: Buffer.from(word), part: Buffer.from(word.slice(at, at + longestFast)), at: Buffer.byteLength(word.slice(0, at)) }
    })
  }

  /** Whether one of them is there, as it is spelled. */
  areIn(body: Buffer): boolean {
    return this.#words.some(word => isIn(body, word))
  }

  /** Bytes tell only of a body that nobody edited. */
  mayBeIn({ edited, bytes }: JsonDocument): boolean {
    return edited || this.areIn(bytes)
  }
}

function isIn(body: Buffer, { bytes, part, at }: Word): boolean {
  const last = body.length - bytes.length
  let start = body.indexOf(part, at) - at
  for (let misses = 0; start >= 0 && start <= last; misses += 1) {
    if (misses === mostMisses) return body.includes(bytes, start)
    if (bytes.compare(body, start, start + bytes.length) === 0) return true
    start = body.indexOf(part, start + at + 1) - at
  }
  return false
}

/** Where the part of a word begins that is found fast: with what there is least of. */
function rarestPlace(word: string): number {
  const ranks = Array.from({ length: Math.max(1, word.length - shortest + 1) }, (_, at) => rarest.indexOf(word.charAt(at)))
  return ranks.lastIndexOf(Math.min(...ranks))
}
