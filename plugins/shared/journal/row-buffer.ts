/** Rows that wait in memory alone, as bytes: thousands of texts would be copied by each young collection. */

import { HeldLines, type Lines } from '../../../core/storage/spool/held-lines.ts'
import type { JournalRow } from '../../../core/storage/journal.ts'

/** What is gathered in one piece, unless one row is longer. */
const pieceBytes = 64 * 1024
/** So many pieces are used again: memory outside the heap that is given up has all of the heap collected. */
const sparePieces = 16
const newline = 0x0a
const noPiece = Buffer.alloc(0)

export class RowBuffer<Row extends JournalRow> {
  readonly #mostTogether: number
  /** Each in its piece. */
  readonly #held = new HeldLines<Buffer>()
  readonly #spare: Buffer[] = []
  /** They are spelled when they are asked for. */
  readonly #late: Row[] = []
  #piece: Buffer = noPiece
  #used = 0
  #count = 0

  /** @param mostTogether so many rows come from `next`, if it is asked for no more */
  constructor(mostTogether: number) {
    this.#mostTogether = mostTogether
  }

  get length(): number {
    return this.#held.length + this.#late.length + this.#count
  }

  /** Takes a row, as JSON. */
  add(line: string): void {
    if (!this.#write(line)) {
      this.#close()
      this.#piece = this.#pieceFor(Buffer.byteLength(line) + 1)
      this.#write(line)
    }
  }

  addLate(row: Row): void {
    this.#late.push(row)
  }

  /** As of `HeldLines`. */
  next(limit: number): Lines {
    for (const row of this.#late.splice(0, limit)) this.add(JSON.stringify(row))
    this.#close()
    return this.#held.next(limit)
  }

  drop(count: number): void {
    this.#held.drop(count, piece => {
      if (piece.length === pieceBytes && this.#spare.length < sparePieces) this.#spare.push(piece)
    })
  }

  /** Gives up the rows that are here, some at a time: all of them may be more than one text can hold. */
  *takeAll(): Iterable<string> {
    for (let left = this.length; left > 0;) {
      const { lines, count } = this.next(Math.min(left, this.#mostTogether))
      this.drop(count)
      left -= count
      yield* lines.toString('utf8', 0, lines.length - 1).split('\n')
    }
  }

  /** @returns whether there was room */
  #write(line: string): boolean {
    if (this.#count === this.#mostTogether) return false
    const room = this.#piece.length - this.#used - 1
    // A character takes three bytes at most; only where they are many need they be counted.
    if (line.length > room || (line.length * 3 > room && Buffer.byteLength(line) > room)) return false
    this.#used += this.#piece.write(line, this.#used)
    this.#piece[this.#used] = newline
    this.#used += 1
    this.#count += 1
    return true
  }

  #pieceFor(bytes: number): Buffer {
    return bytes > pieceBytes ? Buffer.allocUnsafeSlow(bytes) : (this.#spare.pop() ?? Buffer.allocUnsafeSlow(pieceBytes))
  }

  #close(): void {
    if (this.#count === 0) return
    this.#held.add({ lines: this.#piece.subarray(0, this.#used), count: this.#count }, this.#piece)
    this.#piece = noPiece
    this.#used = this.#count = 0
  }
}
