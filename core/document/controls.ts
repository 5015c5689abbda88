/** Finds the raw tabs and line ends of a text, natively: however many spans are asked about, each stretch is searched once. */
export class Controls {
  readonly #text: string
  #first = -1
  #tab = -1
  #lineFeed = -1
  #carriageReturn = -1

  constructor(text: string) {
    this.#text = text
  }

  /** The first at or behind `from`, which never goes down. */
  next(from: number): number {
    if (this.#first >= from) return this.#first
    if (this.#tab < from) this.#tab = this.#search('\t', from)
    if (this.#lineFeed < from) this.#lineFeed = this.#search('\n', from)
    if (this.#carriageReturn < from) this.#carriageReturn = this.#search('\r', from)
    return this.#first = Math.min(this.#tab, this.#lineFeed, this.#carriageReturn)
  }

  #search(control: string, from: number): number {
    const found = this.#text.indexOf(control, from)
    return found < 0 ? this.#text.length : found
  }
}
