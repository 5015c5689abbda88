/** Finds the raw tabs and line ends of bytes, natively: however many spans are asked about, each stretch is searched once. */

export class Controls {
  readonly #bytes: Buffer
  #first = -1
  #tab = -1
  #lineFeed = -1
  #carriageReturn = -1

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The first at or behind `from`, which never goes down. */
  next(from: number): number {
    if (this.#first >= from) return this.#first
    if (this.#tab < from) this.#tab = this.#search(0x09, from)
    if (this.#lineFeed < from) this.#lineFeed = this.#search(0x0a, from)
    if (this.#carriageReturn < from) this.#carriageReturn = this.#search(0x0d, from)
    return (this.#first = Math.min(this.#tab, this.#lineFeed, this.#carriageReturn))
  }

  #search(control: number, from: number): number {
    const found = this.#bytes.indexOf(control, from)
    return found < 0 ? this.#bytes.length : found
  }
}
