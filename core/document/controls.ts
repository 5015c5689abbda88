/** Native searches for single characters, in text or in bytes. */

/** Text, or bytes: what is searched natively either way. */
export type Searched = string | Buffer

/** The first place of a character of ASCII at or behind `from`; -1 if there is none. */
export function find(searched: Searched, character: string, from: number): number {
  return typeof searched === 'string' ? searched.indexOf(character, from) : searched.indexOf(character.charCodeAt(0), from)
}

/** Finds the raw tabs and line ends of a text, natively: however many spans are asked about, each stretch is searched once. */
export class Controls {
  readonly #text: Searched
  #first = -1
  #tab = -1
  #lineFeed = -1
  #carriageReturn = -1

  constructor(text: Searched) {
    this.#text = text
  }

  /** The first at or behind `from`, which never goes down. */
  next(from: number): number {
    if (this.#first >= from) return this.#first
    if (this.#tab < from) this.#tab = this.#search('\t', from)
    if (this.#lineFeed < from) this.#lineFeed = this.#search('\n', from)
    if (this.#carriageReturn < from) this.#carriageReturn = this.#search('\r', from)
    return (this.#first = Math.min(this.#tab, this.#lineFeed, this.#carriageReturn))
  }

  #search(control: string, from: number): number {
    const found = find(this.#text, control, from)
    return found < 0 ? this.#text.length : found
  }
}
