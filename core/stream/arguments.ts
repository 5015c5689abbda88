/** Policy over the arguments of a tool call: fragments of a JSON text, matched and edited as the strings that they spell. */

import type { GatewayError } from '../errors.ts'
import { JsonShape } from './json-shape.ts'
import { SpelledWindow } from './spelled-window.ts'
import { TextWindow, type TextGate, type Transform } from './window.ts'

/** A longer one is no number that a tool would take. */
const longestWord = 64

const word = /[-+.\w]+/y
const stringContent = /(?:[^"\\]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y
const halfEscape = /^\\(?:u[0-9a-fA-F]{0,3})?$/

/** Keys are structure. */
const key: TextGate = { push: text => text, flush: () => '' }

/**
 * The window of one tool call. Each string value is a text of its own; keys, numbers and structure pass as they are spelled, and so do
 * the stretches of strings that the transform leaves alone. Where the arguments cease to be JSON, all of the rest is one text.
 */
export class ArgumentsWindow implements TextGate {
  readonly #lookbehind: number
  readonly #transform: Transform
  readonly #changed: ((source: string) => void) | undefined
  readonly #shape = new JsonShape()
  #string: TextGate | undefined
  #raw: TextGate | undefined
  /** What is being read, and how far; at the end, a token that the fragment broke off in. */
  #text = ''
  #at = 0

  /** @param changed as of a `TextWindow` */
  constructor(lookbehind: number, transform: Transform, changed?: (source: string) => void) {
    this.#lookbehind = lookbehind
    this.#transform = transform
    this.#changed = changed
  }

  push(fragment: string): string | GatewayError {
    this.#text = this.#text.slice(this.#at) + fragment
    this.#at = 0
    let leaving = ''
    while (this.#at < this.#text.length) {
      const read = this.#read()
      if (read === undefined) break
      if (typeof read !== 'string') return read
      leaving += read
    }
    return leaving
  }

  flush(): string | GatewayError {
    const held = this.#gate()?.flush() ?? ''
    if (typeof held !== 'string') return held
    const token = this.#take(this.#text.length)
    if (token === '' || this.#string !== undefined || this.#shape.word(token)) return held + token
    return this.#transform(token)
  }

  #gate(): TextGate | undefined {
    return this.#raw ?? this.#string
  }

  /** Reads the next thing and returns what of it may leave; `undefined` if there must be more of it first. */
  #read(): string | GatewayError | undefined {
    if (this.#raw !== undefined) return this.#raw.push(this.#take(this.#text.length))
    return this.#string === undefined ? this.#readStructure() : this.#readString(this.#string)
  }

  #readStructure(): string | undefined {
    const next = this.#text.charAt(this.#at)
    if (next === '"') return this.#openString()
    const behindWord = behind(word, this.#text, this.#at)
    if (behindWord > this.#at) return this.#readWord(behindWord)
    return isSpace(next) || this.#shape.mark(next) ? this.#take(this.#at + 1) : this.#giveUp()
  }

  #openString(): string {
    const kind = this.#shape.string
    if (kind === undefined) return this.#giveUp()
    this.#string = kind === 'key' ? key : new SpelledWindow(this.#lookbehind, this.#transform, this.#changed)
    return this.#take(this.#at + 1)
  }

  #readWord(end: number): string | undefined {
    if (end - this.#at > longestWord) return this.#giveUp()
    if (end === this.#text.length) return undefined
    return this.#shape.word(this.#text.slice(this.#at, end)) ? this.#take(end) : this.#giveUp()
  }

  #readString(string: TextGate): string | GatewayError | undefined {
    const end = behind(stringContent, this.#text, this.#at)
    if (end > this.#at) return string.push(this.#take(end))
    if (this.#text[end] === '"') return this.#closeString(string)
    if (halfEscape.test(this.#text.slice(end))) return undefined
    this.#giveUp()
    return string.flush()
  }

  #closeString(string: TextGate): string | GatewayError {
    this.#string = undefined
    this.#shape.closeString()
    const quote = this.#take(this.#at + 1)
    const held = string.flush()
    return typeof held === 'string' ? held + quote : held
  }

  /** This is not JSON: the rest is read as it stands. */
  #giveUp(): string {
    this.#raw = new TextWindow(this.#lookbehind, this.#transform, this.#changed)
    return ''
  }

  #take(end: number): string {
    const taken = this.#text.slice(this.#at, end)
    this.#at = end
    return taken
  }
}

/** Where a sticky expression that begins at `at` ends. */
function behind(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : at
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r'
}
