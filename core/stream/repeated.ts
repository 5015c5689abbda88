/** Events that differ from the one before in nothing but one text: what most of a streamed answer is made of. They need not be parsed. */

/** Bytes as characters: positions in the text are positions in the bytes. */
type Latin1 = string

const quote = '"'
/** Characters that JSON spells as themselves; without the quote, which ends a string. */
const plain = /^[ !#-[\]-~]*$/
/** The same, with bytes of other alphabets. */
const spelledAsItIs = /^[ !#-[\]-~\x80-\xff]*$/

export class RepeatedEvent {
  /** The event up to its text, and behind it; the quotes belong to them. */
  #head: Latin1 | undefined
  #tail: Latin1 = ''

  /** Remembers an event that said nothing but `text`; forgets what was before. A text that stands in it twice, or is spelled with escapes, teaches nothing. */
  learn(event: Buffer, text: string): void {
    this.#head = undefined
    if (text === '' || !plain.test(text)) return
    const spelled = `"${text}"`
    const bytes = event.toString('latin1')
    const at = bytes.indexOf(spelled)
    if (at < 0 || bytes.includes('\\') || bytes.includes(spelled, at + 1) || !bytes.endsWith('\n\n')) return
    this.#head = bytes.slice(0, at + 1)
    this.#tail = bytes.slice(at + spelled.length - 1)
  }

  /** Such an event with this text. */
  with(text: string): Buffer {
    return Buffer.concat([Buffer.from(this.#head ?? '', 'latin1'), Buffer.from(JSON.stringify(text).slice(1, -1)), Buffer.from(this.#tail, 'latin1')])
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
    if (head === undefined || !region.startsWith(head, start)) return start
    const tail = this.#tail
    const texts = region.slice(start + head.length).split(tail + head)
    const last = texts.length - 1
    let end = start
    for (let index = 0; index <= last; index++) {
      const piece = texts[index] as string
      const text = index < last ? piece : textBefore(piece, tail)
      if (text === undefined || text === '') break
      const isPlain = plain.test(text)
      if (!isPlain && !spelledAsItIs.test(text)) break
      say(isPlain ? text : Buffer.from(text, 'latin1').toString())
      end += head.length + text.length + tail.length
    }
    return end
  }
}

/** The text of the last event, behind which others may stand. */
function textBefore(piece: Latin1, tail: Latin1): Latin1 | undefined {
  const end = piece.indexOf(quote)
  return end >= 0 && piece.startsWith(tail, end) ? piece.slice(0, end) : undefined
}
