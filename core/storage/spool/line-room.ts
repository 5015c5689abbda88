/** Memory for lines that wait, in pieces that are used again: Node shares its own among all who ask, and one line that waits would keep what others are done with. */

import type { Lines } from './held-lines.ts'

/** Unless one line is longer. */
const pieceBytes = 64 * 1024
/** So many are kept: memory outside the heap that is given up has all of the heap collected. */
const sparePieces = 16
const newline = 0x0a

export interface Piece {
  readonly bytes: Buffer
  /** How many stretches of it are in use. */
  stretches: number
}

/** Lines that came together. */
export interface Stretch extends Lines {
  /** Where they are, until it is told that nobody reads them any more. */
  readonly piece: Piece
}

/** Takes lines, each with a line feed behind it, into a stretch that somebody ends from time to time. */
export class LineRoom {
  readonly #mostLines: number
  readonly #spare: Piece[] = []
  #piece: Piece | undefined
  /** Of the stretch: where it begins in the piece, where it ends, and how many lines it has. */
  #start = 0
  #end = 0
  #count = 0

  /** @param mostLines of a stretch */
  constructor(mostLines: number) {
    this.#mostLines = mostLines
  }

  /** How many lines the stretch has. */
  get count(): number {
    return this.#count
  }

  /** How many bytes the stretch has. */
  get length(): number {
    return this.#end - this.#start
  }

  /** Adds a line to the stretch. @returns whether there was room; there is at the beginning of each */
  add(line: string): boolean {
    if (this.#count === this.#mostLines) return false
    if (this.#piece === undefined || !this.#fits(line, this.#piece)) {
      if (this.#count > 0) return false
      this.#begin(line)
    }
    this.#write(line, this.#piece as Piece)
    return true
  }

  /** The stretch from a byte on: not a copy. */
  lines(from = 0): Buffer {
    return (this.#piece as Piece).bytes.subarray(this.#start + from, this.#end)
  }

  /** Forgets what the stretch has behind its first lines. */
  cut(length: number, count: number): void {
    this.#end = this.#start + length
    this.#count = count
  }

  /** Ends the stretch, which has a line at least, and begins another. */
  end(): Stretch {
    const piece = this.#piece as Piece
    const ended = { lines: this.lines(), count: this.#count, piece }
    piece.stretches += 1
    this.#start = this.#end
    this.#count = 0
    // A larger one has room for its line alone.
    if (piece.bytes.length > pieceBytes) this.#piece = undefined
    return ended
  }

  /** Nobody reads a stretch of the piece any more. */
  free(piece: Piece): void {
    piece.stretches -= 1
    if (piece !== this.#piece) this.#spareIfFree(piece)
  }

  #fits(line: string, { bytes }: Piece): boolean {
    const room = bytes.length - this.#end - 1
    // A character takes three bytes at most; only where they are many need they be counted.
    return line.length * 3 <= room || (line.length <= room && Buffer.byteLength(line) <= room)
  }

  #write(line: string, { bytes }: Piece): void {
    this.#end += bytes.write(line, this.#end)
    bytes[this.#end] = newline
    this.#end += 1
    this.#count += 1
  }

  #begin(line: string): void {
    const left = this.#piece
    const length = Buffer.byteLength(line) + 1
    this.#piece = (length > pieceBytes ? undefined : this.#spare.pop()) ?? { bytes: Buffer.allocUnsafeSlow(Math.max(length, pieceBytes)), stretches: 0 }
    this.#start = this.#end = 0
    if (left !== undefined) this.#spareIfFree(left)
  }

  #spareIfFree(piece: Piece): void {
    if (piece.stretches === 0 && piece.bytes.length === pieceBytes && this.#spare.length < sparePieces) this.#spare.push(piece)
  }
}
