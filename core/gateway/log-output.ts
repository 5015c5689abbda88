/** Where the log goes: in groups of lines, and nobody waits for it. A full disk, or a reader who has gone, holds nothing up. */

import { write, writeSync } from 'node:fs'

/** Lines that wait for a group to be full are written then. */
const groupMs = 500
/** A pipe that is full is tried again sooner than a disk. */
const pipeMs = 50
const diskMs = 1000
/** More than so much is not kept for a place that takes nothing. */
const heldLength = 4 * 1024 * 1024
/** How long the end of the process waits for a pipe. */
const lastWaitMs = 1000

/** The reader has gone for good, or there never was one. */
const gone: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EBADF', 'ECONNRESET'])

export interface LogOutputOptions {
  readonly fd: number
  /** So much is gathered before it is written; 0 writes each line at once. In characters, as all lengths here. */
  readonly groupLength: number
  /** Lines longer than this are written alone, others together up to it. */
  readonly pieceLength: number
  /** The line that says how many were left out. */
  lost(lines: number): string
}

export class LogOutput {
  readonly #options: LogOutputOptions
  /** Whole lines. */
  #pieces: string[] = []
  #length = 0
  /** What is left of the piece that is being written. */
  #rest: Buffer | undefined
  /** Whether the system has it now; else it waits for its next try. */
  #isUnderWay = false
  #timer: NodeJS.Timeout | undefined
  #lost = 0
  #isGone = false

  constructor(options: LogOutputOptions) {
    this.#options = options
  }

  /** Takes a line, with its line feed. */
  readonly write = (line: string): void => {
    if (this.#isGone) return
    if (this.#lost > 0 || this.#length + line.length > heldLength) return void (this.#lost += 1)
    this.#add(line)
    if (this.#rest === undefined) this.#goOn()
  }

  /** Writes what is left, for a process that ends: as much as its place takes at once, or soon. */
  readonly flush = (): void => {
    clearTimeout(this.#timer)
    const rest = this.#isUnderWay || this.#rest === undefined ? [] : [this.#rest]
    const left = Buffer.concat([...rest, ...this.#pieces.map(piece => Buffer.from(piece))])
    this.#pieces = []
    if (!this.#isGone) writeNow(this.#options.fd, left)
  }

  #add(line: string): void {
    const last = this.#pieces.length - 1
    const piece = this.#pieces[last]
    if (piece === undefined || piece.length + line.length > this.#options.pieceLength) this.#pieces.push(line)
    else this.#pieces[last] = piece + line
    this.#length += line.length
  }

  #goOn(): void {
    if (this.#length >= this.#options.groupLength || this.#pieces.length > 1) return this.#writeNext()
    this.#timer ??= this.#after(groupMs, () => this.#writeNext())
  }

  #writeNext(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const piece = this.#pieces.shift()
    if (piece === undefined) return
    this.#length -= piece.length
    this.#write(Buffer.from(piece))
  }

  #write(bytes: Buffer): void {
    this.#rest = bytes
    this.#isUnderWay = true
    write(this.#options.fd, bytes, 0, bytes.length, null, (cause, written) => {
      this.#isUnderWay = false
      if (cause !== null) this.#failed(cause)
      else if (written < bytes.length) this.#write(bytes.subarray(written))
      else this.#wrote()
    })
  }

  #wrote(): void {
    this.#rest = undefined
    if (this.#lost > 0) {
      this.#add(this.#options.lost(this.#lost))
      this.#lost = 0
    }
    if (this.#pieces.length > 0) this.#goOn()
  }

  #failed({ code }: NodeJS.ErrnoException): void {
    if (!gone.has(code)) {
      this.#timer = this.#after(code === 'EAGAIN' ? pipeMs : diskMs, () => {
        this.#timer = undefined
        this.#write(this.#rest as Buffer)
      })
      return
    }
    this.#isGone = true
    this.#pieces = []
    this.#rest = undefined
  }

  /** Nothing stays for it. */
  #after(ms: number, callback: () => void): NodeJS.Timeout {
    return setTimeout(callback, ms).unref()
  }
}

/** What a place does not take is lost with the process. */
function writeNow(fd: number, bytes: Buffer): void {
  const until = performance.now() + lastWaitMs
  const never = new Int32Array(new SharedArrayBuffer(4))
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > until) return
      Atomics.wait(never, 0, 0, pipeMs)
    }
  }
}
