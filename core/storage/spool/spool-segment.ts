/** One file of a spool: lines are added at its end, and read again from wherever somebody stopped. */

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs'

/** What is read in one piece, unless one line is longer. */
const pieceBytes = 256 * 1024
const newline = 0x0a

/** Whole lines, and where the next ones begin. */
export interface Lines {
  readonly lines: readonly string[]
  readonly next: number
  /** Bytes of a line without end: its writer died, or the disk was full. */
  readonly torn: number
}

export class Segment {
  readonly path: string
  /** How many rows of it are in memory, on their way into the store. */
  held = 0
  /** Where the rows begin that are in this file alone; undefined if there are none. */
  unreadFrom: number | undefined
  /** How long it is. */
  bytes: number
  #file: number

  /** Opens a file, or makes a new one. @throws what the file system says */
  constructor(path: string) {
    this.path = path
    this.#file = openSync(path, 'a+', 0o600)
    this.bytes = fstatSync(this.#file).size
  }

  /** Adds whole lines, all of them or none. @throws what the file system says */
  write(lines: Buffer): void {
    let written = 0
    try {
      while (written < lines.length) written += writeSync(this.#file, lines, written)
    } catch (cause) {
      if (written > 0) ftruncateSync(this.#file, this.bytes)
      throw cause
    }
    this.bytes += lines.length
  }

  /** Some lines from a place on; none at the end. @throws what the file system says */
  read(from: number): Lines {
    for (let size = pieceBytes; ; size *= 2) {
      const piece = Buffer.allocUnsafe(size)
      const length = readSync(this.#file, piece, 0, size, from)
      const end = piece.subarray(0, length).lastIndexOf(newline)
      if (end >= 0) return { lines: piece.toString('utf8', 0, end).split('\n'), next: from + end + 1, torn: 0 }
      if (length < size) return { lines: [], next: from + length, torn: length }
    }
  }

  /** Empties the file, and goes on with it. @throws what the file system says */
  clear(): void {
    ftruncateSync(this.#file, 0)
    this.bytes = 0
  }

  /** Writes the file anew if somebody removed it: it can be read as long as it is open. @throws what the file system says */
  restore(): void {
    if (existsSync(this.path)) return
    const anew = openSync(this.path, 'a+', 0o600)
    const piece = Buffer.allocUnsafe(pieceBytes)
    for (let at = 0; at < this.bytes;) {
      const length = readSync(this.#file, piece, 0, pieceBytes, at)
      if (length === 0) break
      for (let from = 0; from < length;) from += writeSync(anew, piece, from, length - from)
      at += length
    }
    closeSync(this.#file)
    this.#file = anew
  }

  /** The file stays for whoever comes next. */
  close(): void {
    closeSync(this.#file)
  }

  remove(): void {
    closeSync(this.#file)
    rmSync(this.path, { force: true })
  }
}
