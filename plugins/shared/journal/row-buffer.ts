/** Rows that wait in memory alone, as bytes: thousands of texts would be copied by each young collection. */

import { HeldLines, type Lines } from '../../../core/storage/spool/held-lines.ts'
import { LineRoom, type Piece } from '../../../core/storage/spool/line-room.ts'
import type { JournalRow } from '../../../core/storage/journal.ts'
import { textsIn } from '../../../core/storage/spool/lines.ts'

export class RowBuffer<Row extends JournalRow> {
  readonly #mostTogether: number
  readonly #room: LineRoom
  /** Each in its piece. */
  readonly #held = new HeldLines<Piece>()
  /** They are spelled when they are asked for. */
  readonly #late: Row[] = []

  /** @param mostTogether so many rows come from `next`, if it is asked for no more */
  constructor(mostTogether: number) {
    this.#mostTogether = mostTogether
    this.#room = new LineRoom(mostTogether)
  }

  get length(): number {
    return this.#held.length + this.#late.length + this.#room.count
  }

  /** Takes a row, as JSON. */
  add(line: string): void {
    if (this.#room.add(line)) return
    this.#close()
    this.#room.add(line)
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
    this.#held.drop(count, piece => this.#room.free(piece))
  }

  /** Gives up the rows that are here, some at a time: all of them may be more than one text can hold. */
  *takeAll(): Iterable<string> {
    for (let left = this.length; left > 0;) {
      const { lines, count } = this.next(Math.min(left, this.#mostTogether))
      this.drop(count)
      left -= count
      yield* textsIn(lines)
    }
  }

  #close(): void {
    if (this.#room.count === 0) return
    const stretch = this.#room.end()
    this.#held.add(stretch, stretch.piece)
  }
}
