/** Rows that wait in memory alone, as bytes: thousands of texts would be copied by each young collection. */

import { HeldLines, type Lines } from './held-lines.ts'
import type { JournalRow } from './journal.ts'

/** What is gathered in one piece, unless one row is longer. */
const pieceBytes = 64 * 1024
const newline = 0x0a

export class RowBuffer<Row extends JournalRow> {
  readonly #mostTogether: number
  readonly #held = new HeldLines<undefined>()
  /** They are spelled when they are asked for. */
  #late: Row[] = []
  #piece = Buffer.alloc(0)
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
      this.#piece = Buffer.allocUnsafeSlow(Math.max(pieceBytes, Buffer.byteLength(line) + 1))
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
    this.#held.drop(count)
  }

  /** Gives up all rows. */
  takeAll(): readonly string[] {
    const { lines, count } = this.next(this.length)
    this.drop(count)
    return count === 0 ? [] : lines.toString('utf8', 0, lines.length - 1).split('\n')
  }

  /** @returns whether there was room */
  #write(line: string): boolean {
    if (this.#count === this.#mostTogether) return false
    const room = this.#piece.length - this.#used - 1
    // A character takes three bytes at most; only where they are many need they be counted.
    if (line.length > room || line.length * 3 > room && Buffer.byteLength(line) > room) return false
    this.#used += this.#piece.write(line, this.#used)
    this.#piece[this.#used] = newline
    this.#used += 1
    this.#count += 1
    return true
  }

  #close(): void {
    this.#held.add({ lines: this.#piece.subarray(0, this.#used), count: this.#count }, undefined)
    this.#piece = this.#piece.subarray(this.#used)
    this.#used = this.#count = 0
  }
}
