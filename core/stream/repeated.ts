/** Events that differ from the one before in nothing but one text: what most of a streamed answer is made of. They need not be parsed. */

/** Bytes as characters: positions in the text are positions in the bytes. */
type Latin1 = string

const quote = '"'
const beyondAscii = /[\x80-\xff]/
/** What JSON has no room for inside a string, and escapes. */
const unplain = /[\\\x00-\x1f]/
const special = /[\\\x00-\x1f\x80-\xff]/

export class RepeatedEvent {
  /** The event up to its text, and behind it; the quotes belong to them. */
  #head: Latin1 | undefined
  #tail: Latin1 = ''

  /** Remembers an event that said nothing but `text`; forgets what was before. A text that stands in it twice, or is spelled with escapes, teaches nothing. */
  learn(event: Buffer, text: string): void {
    this.#head = undefined
    const spelled = JSON.stringify(text)
    if (text === '' || spelled.length !== text.length + 2 || beyondAscii.test(text)) return
    const bytes = event.toString('latin1')
    const at = bytes.indexOf(spelled)
    if (at < 0 || bytes.includes(spelled, at + 1) || !bytes.endsWith('\n\n')) return
    this.#head = bytes.slice(0, at + 1)
    this.#tail = bytes.slice(at + spelled.length - 1)
  }

  forget(): void {
    this.#head = undefined
  }

  /**
   * Reads such events one after another, from `start` on.
   * @returns the end of the last one; `start` if there was none
   */
  read(region: Latin1, start: number, say: (text: string) => void): number {
    const head = this.#head
    if (head === undefined) return start
    let end = start
    while (region.startsWith(head, end)) {
      const from = end + head.length
      const to = region.indexOf(quote, from)
      const text = region.slice(from, to)
      const isSpecial = special.test(text)
      if (to <= from || isSpecial && unplain.test(text) || !region.startsWith(this.#tail, to)) break
      say(isSpecial ? Buffer.from(text, 'latin1').toString() : text)
      end = to + this.#tail.length
    }
    return end
  }
}
