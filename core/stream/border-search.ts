/** Finds where server-sent events end: behind each blank line, in any mixture of the three line ends. */

import { carriageReturn, lineFeed } from './fields.ts'

/**
 * What bytes end in, as far as it decides where the border behind them is.
 * `half`: a blank line that a carriage return ended; a line feed, should one follow, belongs to it.
 */
export type Ending = 'text' | 'line feed' | 'carriage return' | 'half'

export const blankLine = Buffer.from('\n\n')

/** The borders of one buffer. Natively found where lines end in line feeds alone. */
export class Borders {
  readonly #bytes: Buffer
  readonly #plain: boolean

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#plain = !bytes.includes(carriageReturn)
  }

  /** Behind the first blank line that ends behind `from`; -1 if there is none. `behind`: what came before `from`. */
  next(from: number, behind: Ending = 'text'): number {
    const feeds = this.#bytes[from] === lineFeed
    if (behind === 'half') return feeds ? from + 1 : from
    if (behind === 'carriage return' && feeds) return this.next(from + 1, 'line feed')
    return this.#plain ? this.#nextPlain(from, behind) : this.#nextMixed(from, behind)
  }

  #nextPlain(from: number, behind: Ending): number {
    if (behind !== 'text' && this.#bytes[from] === lineFeed) return from + 1
    const found = this.#bytes.indexOf(blankLine, from)
    return found < 0 ? -1 : found + 2
  }

  #nextMixed(from: number, behind: Ending): number {
    const bytes = this.#bytes
    let ending = behind
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte !== lineFeed && byte !== carriageReturn) {
        ending = 'text'
        continue
      }
      const pair = byte === carriageReturn && bytes[at + 1] === lineFeed
      if (ending !== 'text') return isHalf(byte, ending) && at + 1 === bytes.length ? -1 : at + (pair ? 2 : 1)
      ending = byte === carriageReturn && !pair ? 'carriage return' : 'line feed'
      if (pair) at++
    }
    return -1
  }
}

/** What a piece of an event ends in, `before` being what the piece before it did. */
export function endingOf(piece: Buffer, before: Ending): Ending {
  const { length } = piece
  const last = piece[length - 1]
  if (last === lineFeed) return 'line feed'
  if (last !== carriageReturn) return 'text'
  return isHalf(last, length > 1 ? endingOf(piece.subarray(0, -1), before) : before) ? 'half' : 'carriage return'
}

/** Whether a carriage return looks like the first half of a CRLF: lines that end in it alone do not mix with others. */
function isHalf(byte: number, before: Ending): boolean {
  return byte === carriageReturn && before === 'line feed'
}
