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
   * @param say is called once with the texts of all of them, if there are any, and with whether JSON spells them as they are
   * @returns the end of the last one; `start` if there was none
   */
  read(region: Latin1, start: number, say: (texts: readonly string[], arePlain: boolean) => void): number {
    const head = this.#head
    if (head === undefined || !region.startsWith(head, start)) return start
    const tail = this.#tail
    const texts = region.slice(start + head.length).split(tail + head)
    const last = textBefore(texts.pop() as string, tail)
    if (last !== undefined) texts.push(last)
    const arePlain = !texts.includes('') && plain.test(texts.join(''))
    const said = arePlain ? texts : readable(texts)
    if (said.length === 0) return start
    say(arePlain ? said : said.map(decoded), arePlain)
    return start + said.join('').length + said.length * (head.length + tail.length)
  }
}

/** The first of them, up to one with an escape in it. */
function readable(texts: readonly Latin1[]): readonly Latin1[] {
  const unreadable = texts.findIndex(text => text === '' || !spelledAsItIs.test(text))
  return unreadable < 0 ? texts : texts.slice(0, unreadable)
}

function decoded(text: Latin1): string {
  return Buffer.from(text, 'latin1').toString()
}

/** The text of the last event, behind which others may stand. */
function textBefore(piece: Latin1, tail: Latin1): Latin1 | undefined {
  const end = piece.indexOf(quote)
  return end >= 0 && piece.startsWith(tail, end) ? piece.slice(0, end) : undefined
}
