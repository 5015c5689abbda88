/** The grammar of JSON outside its strings, one token at a time: tells keys from values, and JSON from what only began like it. */

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing'

const numeric = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/

/** How far one JSON text has come. Each method takes a token and returns whether the text is still JSON; white space needs no asking. */
export class JsonShape {
  #expected: Expected = 'value'
  readonly #open: ('{' | '[')[] = []

  /** What a string would be that began here; `undefined` if none can. */
  get string(): 'key' | 'value' | undefined {
    switch (this.#expected) {
      case 'value':
      case 'value or ]':
        return 'value'
      case 'key':
      case 'key or }':
        return 'key'
      default:
        return undefined
    }
  }

  /** A whole string was read. */
  closeString(): void {
    if (this.string === 'key') this.#expected = ':'
    else this.#endValue()
  }

  /** A whole number, `true`, `false` or `null`. */
  word(word: string): boolean {
    if (this.string !== 'value') return false
    this.#endValue()
    return word === 'true' || word === 'false' || word === 'null' || numeric.test(word)
  }

  /** Any other single character. */
  mark(mark: string): boolean {
    switch (mark) {
      case '{':
        return this.#begin('{', 'key or }')
      case '[':
        return this.#begin('[', 'value or ]')
      case '}':
        return this.#end('{', 'key or }')
      case ']':
        return this.#end('[', 'value or ]')
      case ':':
        return this.#separate(':', 'value')
      case ',':
        return this.#separate(', or end', this.#open.at(-1) === '{' ? 'key' : 'value')
      default:
        return false
    }
  }

  #begin(bracket: '{' | '[', next: Expected): boolean {
    if (this.string !== 'value') return false
    this.#open.push(bracket)
    this.#expected = next
    return true
  }

  #end(bracket: '{' | '[', empty: Expected): boolean {
    if (this.#open.at(-1) !== bracket || (this.#expected !== empty && this.#expected !== ', or end')) return false
    this.#open.pop()
    this.#endValue()
    return true
  }

  #separate(expected: Expected, next: Expected): boolean {
    if (this.#expected !== expected) return false
    this.#expected = next
    return true
  }

  #endValue(): void {
    this.#expected = this.#open.length === 0 ? 'nothing' : ', or end'
  }
}
