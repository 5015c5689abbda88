/** Random things that are the same in every run. */

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** Mulberry32: from 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** From `from` to `to`, both included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!
  }

  text(alphabet: readonly string[], from: number, to: number): string {
    return Array.from({ length: this.integer(from, to) }, () => this.pick(alphabet)).join('')
  }

  /** Cuts a text into pieces of up to `longest` units. */
  pieces(text: string, longest: number): string[] {
    return this.#cut(text.length, longest, (start, end) => text.slice(start, end))
  }

  /** Cuts bytes into chunks of up to `longest`. */
  chunks(bytes: Buffer, longest: number): Buffer[] {
    return this.#cut(bytes.length, longest, (start, end) => bytes.subarray(start, end))
  }

  #cut<T>(length: number, longest: number, slice: (start: number, end: number) => T): T[] {
    const pieces: T[] = []
    for (let at = 0; at < length;) {
      const end = at + this.integer(1, longest)
      pieces.push(slice(at, end))
      at = end
    }
    return pieces
  }
}
