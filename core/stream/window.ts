/** Lookbehind for text that is transformed as it flows: what may leave now, and what must wait until more has come. */

import { GatewayError } from '../errors.ts'
import { betweenCharacters } from './between-characters.ts'

/** A pure function of its text. */
export type Transform = (text: string) => string | GatewayError

/** What holds text back. Both methods return what may leave, or the refusal that the text met. */
export interface TextGate {
  push(delta: string): string | GatewayError
  flush(): string | GatewayError
}

/**
 * Withholds the last characters of a text and offers them again with the next delta, in front of it, so that a match split over deltas
 * is seen whole. Each character that leaves was transformed once, and together they read as if the whole text had been:
 * for patterns of up to `lookbehind + 1` characters that look one character back at most (`\b`, `^`), whose matches become something that
 * cannot be taken for text that stood there.
 *
 * The text is cut only where the transform is the same on both sides alone as on both together, so never inside a match. A match that
 * touches the end waits until it can no longer grow, or until the window is full, at twice the lookbehind.
 */
export class TextWindow implements TextGate {
  readonly #lookbehind: number
  readonly #transform: Transform
  readonly #changed: ((source: string) => void) | undefined
  /** Not transformed, not left. */
  #held = ''
  /** The last character that left, unless a match took it, so that the next text does not look like a beginning; and as what it left. */
  #before = ''
  #beforeAs = ''
  #source = ''

  /** @param changed told of what stood there, when another text leaves instead */
  constructor(lookbehind: number, transform: Transform, changed?: (source: string) => void) {
    this.#lookbehind = lookbehind
    this.#transform = transform
    this.#changed = changed
  }

  /** The untransformed text behind what left last. */
  get source(): string {
    return this.#source
  }

  push(delta: string): string | GatewayError {
    if (delta === '') return this.#leave('', '')
    const text = this.#held + delta
    const seen = this.#see(text)
    if (typeof seen !== 'string') return this.#isOpen(text) ? this.#wait(text) : seen
    if (seen === text) return this.#leaveUnchanged(text)
    const cut = this.#cut(text, seen)
    return cut.at === 0 ? this.#wait(text) : this.#leaveChanged(text, cut)
  }

  flush(): string | GatewayError {
    const text = this.#held
    this.#held = ''
    const seen = text === '' ? '' : this.#see(text)
    this.#before = ''
    return typeof seen === 'string' ? this.#leave(text, seen) : seen
  }

  /** The transformed text, seen behind the character before it. Without that one where a match would reach back into it. */
  #see(text: string): string | GatewayError {
    if (this.#before === '') return this.#transform(text)
    const seen = this.#transform(this.#before + text)
    if (typeof seen !== 'string') return seen
    return seen.startsWith(this.#beforeAs) ? seen.slice(this.#beforeAs.length) : this.#transform(text)
  }

  /** Whether a refusal may yet turn out to be none: without the last character it is none, so what follows decides. */
  #isOpen(text: string): boolean {
    const n = this.#lookbehind
    return n > 0 && this.#held.length <= 2 * n && typeof this.#see(text.slice(0, -1)) === 'string'
  }

  #wait(text: string): string {
    this.#held = text
    return this.#leave('', '')
  }

  #leaveUnchanged(text: string): string {
    const at = betweenCharacters(text, Math.max(0, text.length - this.#lookbehind))
    const leaving = text.slice(0, at)
    this.#held = text.slice(at)
    if (at > 0) this.#before = this.#beforeAs = leaving.slice(betweenCharacters(leaving, at - 1))
    return this.#leave(leaving, leaving)
  }

  /**
   * Where to cut a text in which something changed: lookbehind before its end, or at the start of the match that spans that place.
   * If the match is longer than that, the window is full: behind it.
   */
  #cut(text: string, seen: string): Cut {
    const n = this.#lookbehind
    const last = betweenCharacters(text, Math.max(0, text.length - n))
    const first = Math.max(0, last - n)
    for (let at = last; at > 0 && at >= first; at--) {
      const as = this.#cutAt(text, seen, at)
      if (as !== undefined) return { at, as }
    }
    if (first === 0) return { at: 0, as: '' }
    for (let at = last + 1; at < text.length; at++) {
      const as = this.#cutAt(text, seen, at)
      if (as !== undefined) return { at, as }
    }
    return { at: text.length, as: seen }
  }

  /** What leaves if the text is cut there; `undefined` if it must not be cut there. */
  #cutAt(text: string, seen: string, at: number): string | undefined {
    if (betweenCharacters(text, at) !== at) return undefined
    const as = this.#see(text.slice(0, at))
    if (typeof as !== 'string' || !seen.startsWith(as)) return undefined
    return this.#transform(text.slice(at)) === seen.slice(as.length) ? as : undefined
  }

  #leaveChanged(text: string, { at, as }: Cut): string {
    const leaving = text.slice(0, at)
    this.#rememberBefore(leaving, as)
    this.#held = text.slice(at)
    return this.#leave(leaving, as)
  }

  /** The last character stands for itself if the rest without it is the same. */
  #rememberBefore(leaving: string, as: string): void {
    const at = betweenCharacters(leaving, leaving.length - 1)
    const rest = this.#see(leaving.slice(0, at))
    const last = this.#transform(leaving.slice(at))
    const alone = typeof rest === 'string' && typeof last === 'string' && rest + last === as
    this.#before = alone ? leaving.slice(at) : ''
    this.#beforeAs = alone ? last : ''
  }

  #leave(source: string, as: string): string {
    this.#source = source
    if (source !== as) this.#changed?.(source)
    return as
  }
}

interface Cut {
  readonly at: number
  readonly as: string
}
