/** A text window for a string inside JSON: takes and gives it as it is spelled, and matches what it means. */

import type { GatewayError } from '../errors.ts'
import { TextWindow, type TextGate, type Transform } from './window.ts'

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Takes a string without its quotes, in pieces that end between escapes. What the transform leaves alone keeps its spelling. */
export class SpelledWindow implements TextGate {
  readonly #window: TextWindow
  /** Of what the window holds. */
  #spelling = ''

  constructor(lookbehind: number, transform: Transform, changed?: (source: string) => void) {
    this.#window = new TextWindow(lookbehind, transform, changed)
  }

  push(spelled: string): string | GatewayError {
    this.#spelling += spelled
    return this.#spell(this.#window.push(decoded(spelled)))
  }

  flush(): string | GatewayError {
    return this.#spell(this.#window.flush())
  }

  #spell(text: string | GatewayError): string | GatewayError {
    if (typeof text !== 'string') return text
    const { source } = this.#window
    const end = spelledLength(this.#spelling, source.length)
    const asReceived = this.#spelling.slice(0, end)
    this.#spelling = this.#spelling.slice(end)
    return text === source ? asReceived : JSON.stringify(text).slice(1, -1)
  }
}

/** Control characters that should have been escaped stand for themselves. */
function decoded(spelled: string): string {
  if (!spelled.includes('\\')) return spelled
  return spelled.replace(/\\(?:u(.{4})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(parseInt(hex, 16)),
  )
}

/** The length of what spells the first `units` of a text. */
function spelledLength(spelling: string, units: number): number {
  if (!spelling.includes('\\')) return units
  let at = 0
  for (let unit = 0; unit < units; unit++) at += spelling[at] !== '\\' ? 1 : spelling[at + 1] === 'u' ? 6 : 2
  return at
}
