/** The validating scan: one pass over JSON bytes, which jumps over long strings and reports the children of one container. */

import { isUtf8 } from 'node:buffer'
import { Controls } from './controls.ts'
import { JsonError } from './json-error.ts'
import { StringEnds } from './string-end.ts'

/** Levels of arrays and objects that a document may have. */
const maxDepth = 512

/** Told where the children of the scanned container stand, in order. */
export interface ChildSink {
  /** Asked before each value: who is told of the children of that one, if it is a container. */
  inside(start: number): ChildSink | undefined
  /**
   * Offsets: `from` behind the bracket or comma before the child, the name with its quotes (both 0 in an array), the value,
   * and `to` of the comma or bracket behind it.
   */
  child(from: number, nameStart: number, nameEnd: number, start: number, end: number, to: number): void
}

export interface Scanned {
  readonly start: number
  readonly end: number
  /** Whether `JSON.stringify` would spell all numbers as they are. False may be said of some where it would. */
  readonly hasPlainNumbers: boolean
}

/**
 * Checks a whole document and returns where its value starts and ends.
 *
 * Lenient in one thing: behind the first `near` bytes of a string value, which may be searched natively from there on, wrong escapes and
 * raw control characters other than tab, line feed and carriage return go unnoticed. Decoding such a string fails, or gives the raw
 * character; on the wire it is the provider's to refuse.
 * @throws JsonError if it is empty, no JSON, no UTF-8, or nested too deep
 */
export function scanDocument(bytes: Buffer, sink: ChildSink): Scanned {
  if (!isUtf8(bytes)) throw new JsonError('invalid UTF-8', invalidUtf8(bytes))
  const scanner = new Scanner(bytes)
  const start = scanner.space(0)
  if (start === bytes.length) throw new JsonError('no JSON value', start)
  const end = scanner.value(start, 0, sink)
  const rest = scanner.space(end)
  if (rest < bytes.length) throw new JsonError('unexpected data after the JSON value', rest)
  return { start, end, hasPlainNumbers: scanner.hasPlainNumbers }
}

/** Reports the children of the container from `start` to `end`, in bytes that were checked before. */
export function scanChildren(bytes: Buffer, start: number, end: number, sink: ChildSink): void {
  new Scanner(bytes, { start, end }).value(start, 0, sink)
}

/** Bytes of a string that are looked at one by one before a native search takes over: most strings are over by then. */
const near = 64
/** Bytes that are copied for `StringEnds` for the price of a search: with less for each, it finds the ends of strings sooner. */
const copiedBySearch = 1000
/** Of so many digits, each number is what it says. */
const mostDigits = 15
/** So many fractions are looked at; most bodies have one or two. */
const mostFractions = 16

const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const blank = 0x20
const quote = 0x22
const plus = 0x2b
const comma = 0x2c
const minus = 0x2d
const point = 0x2e
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** By byte: whether it stands for itself in a string. One look-up is faster than three comparisons. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte >= blank && byte !== quote && byte !== backslash))

/** By byte: whether it makes a whole escape behind a backslash. */
const isEscape = Uint8Array.from({ length: 256 }, (_, byte) => Number('"\\/bfnrt'.includes(String.fromCharCode(byte))))

/**
 * Each method takes the offset where something begins, and returns the offset behind it.
 *
 * A byte behind the last is read as 0: V8 compares numbers four times as fast as what may be `undefined`. That is spelled out each time,
 * as a function for it would not be joined into those that call it.
 */
class Scanner {
  readonly bytes: Buffer
  hasPlainNumbers = true
  #fractions = 0
  readonly #isChecked: boolean
  /** What is scanned of the bytes. */
  readonly #start: number
  readonly #end: number
  #searches = 0
  /** Where there are many long strings, or many quotes in them. */
  #ends: StringEnds | undefined
  #controls: Controls | undefined

  /** @param checked a container that went through a scan before */
  constructor(bytes: Buffer, checked?: { readonly start: number; readonly end: number }) {
    this.bytes = bytes
    this.#isChecked = checked !== undefined
    this.#start = checked?.start ?? 0
    this.#end = checked?.end ?? bytes.length
  }

  space(at: number): number {
    const { bytes } = this
    for (;;) {
      const byte = bytes[at] ?? 0
      if (byte > blank || (byte !== blank && byte !== lineFeed && byte !== carriageReturn && byte !== tab)) return at
      at++
    }
  }

  /** `depth`: how many containers are open around the value. */
  value(at: number, depth: number, sink?: ChildSink): number {
    switch (this.bytes[at] ?? 0) {
      case quote:
        return this.string(at)
      case openBrace:
        return this.object(at, depth + 1, sink)
      case openBracket:
        return this.array(at, depth + 1, sink)
      case 0x74:
        return this.word(at, 'true')
      case 0x66:
        return this.word(at, 'false')
      case 0x6e:
        return this.word(at, 'null')
      default:
        return this.number(at)
    }
  }

  object(open: number, depth: number, sink: ChildSink | undefined): number {
    const { bytes } = this
    if (depth > maxDepth) throw new JsonError('nesting too deep', open)
    let from = open + 1
    let at = this.space(from)
    if ((bytes[at] ?? 0) === closeBrace) return at + 1
    for (;;) {
      if ((bytes[at] ?? 0) !== quote) this.fail(at)
      const nameEnd = this.string(at, bytes.length)
      const separator = this.space(nameEnd)
      if ((bytes[separator] ?? 0) !== colon) this.fail(separator)
      const start = this.space(separator + 1)
      const end = this.value(start, depth, sink?.inside(start))
      const to = this.space(end)
      sink?.child(from, at, nameEnd, start, end, to)
      if ((bytes[to] ?? 0) === closeBrace) return to + 1
      if ((bytes[to] ?? 0) !== comma) this.fail(to)
      from = to + 1
      at = this.space(from)
    }
  }

  array(open: number, depth: number, sink: ChildSink | undefined): number {
    const { bytes } = this
    if (depth > maxDepth) throw new JsonError('nesting too deep', open)
    let from = open + 1
    let start = this.space(from)
    if ((bytes[start] ?? 0) === closeBracket) return start + 1
    for (;;) {
      const end = this.value(start, depth, sink?.inside(start))
      const to = this.space(end)
      sink?.child(from, 0, 0, start, end, to)
      if ((bytes[to] ?? 0) === closeBracket) return to + 1
      if ((bytes[to] ?? 0) !== comma) this.fail(to)
      from = to + 1
      start = this.space(from)
    }
  }

  /** Byte by byte at first, up to `far`: most strings are short, and have nothing to escape. */
  string(open: number, far = open + 1 + near): number {
    const { bytes } = this
    const limit = Math.min(far, bytes.length)
    let at = open + 1
    while (at < limit && isPlain[bytes[at] ?? 0] === 1) at++
    return (bytes[at] ?? 0) === quote ? at + 1 : this.restOfString(at, limit)
  }

  /** A native search for the quote; where that is an escaped one, and once there were many searches, `StringEnds`. */
  restOfString(at: number, far: number): number {
    at = this.plain(at, far)
    if ((this.bytes[at] ?? 0) === quote) return at + 1
    if (this.#ends === undefined) {
      const next = this.#quote(at)
      if (!isEscaped(this.bytes, next, at)) return next + 1
      this.#ends = new StringEnds(this.bytes, this.#end)
      at = next + 1
    }
    const end = this.#ends.end(at)
    return end < 0 ? this.fail(~end) : end
  }

  /** Goes on to the end of the string, or to `far`. */
  plain(at: number, far: number): number {
    const { bytes } = this
    while (at < far) {
      const byte = bytes[at] ?? 0
      if (isPlain[byte] === 1) at++
      else if (byte === quote) return at
      else if (byte !== backslash) this.fail(at)
      else at = isEscape[bytes[at + 1] ?? 0] === 1 ? at + 2 : this.unicodeEscape(at)
    }
    return at
  }

  unicodeEscape(at: number): number {
    const { bytes } = this
    if ((bytes[at + 1] ?? 0) !== 0x75) this.fail(at + 1)
    for (let digit = at + 2; digit < at + 6; digit++) if (!isHex(bytes[digit] ?? 0)) this.fail(digit)
    return at + 6
  }

  /** The next quote; none of the usual control characters is before it. */
  #quote(from: number): number {
    this.#searches += 1
    if (this.#searches * copiedBySearch > this.#end - this.#start) this.#ends = new StringEnds(this.bytes, this.#end)
    const found = this.bytes.indexOf(quote, from)
    if (found < from) this.fail(this.bytes.length)
    if (!this.#isChecked) this.#refuseControls(from, found)
    return found
  }

  #refuseControls(from: number, to: number): void {
    const controls = (this.#controls ??= new Controls(this.bytes))
    const control = controls.next(from)
    if (control < to) this.fail(control)
  }

  word(at: number, word: string): number {
    for (let i = 1; i < word.length; i++) if (this.bytes[at + i] !== word.charCodeAt(i)) this.fail(at + i)
    return at + word.length
  }

  number(start: number): number {
    const { bytes } = this
    const first = (bytes[start] ?? 0) === minus ? start + 1 : start
    const isZero = (bytes[first] ?? 0) === zero
    let at = isZero ? first + 1 : this.digits(first)
    const next = bytes[at] ?? 0
    if (next !== point && (next | 0x20) !== 0x65) {
      if (at - first > mostDigits || (isZero && first > start)) this.hasPlainNumbers = false
      return at
    }
    if (next === point) at = this.digits(at + 1)
    if (((bytes[at] ?? 0) | 0x20) === 0x65) {
      const sign = bytes[at + 1] ?? 0
      at = this.digits(sign === plus || sign === minus ? at + 2 : at + 1)
    }
    if (this.hasPlainNumbers) this.#lookAtFraction(start, at)
    return at
  }

  #lookAtFraction(from: number, to: number): void {
    const text = this.bytes.toString('latin1', from, to)
    this.#fractions += 1
    this.hasPlainNumbers = this.#fractions <= mostFractions && String(Number(text)) === text
  }

  digits(at: number): number {
    if (!isDigit(this.bytes[at] ?? 0)) this.fail(at)
    do at++
    while (isDigit(this.bytes[at] ?? 0))
    return at
  }

  fail(at: number): never {
    throw new JsonError(at < this.bytes.length ? 'unexpected character' : 'unexpected end of JSON', at)
  }
}

/** Whether an odd number of backslashes stands before a place. @param from where the string, or what is known of it, begins */
export function isEscaped(bytes: Buffer, at: number, from: number): boolean {
  let first = at
  while (first > from && bytes[first - 1] === backslash) first--
  return (at - first) % 2 === 1
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= nine
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66)
}

/** Where decoding and encoding again first makes a difference. */
function invalidUtf8(bytes: Buffer): number {
  const again = Buffer.from(bytes.toString())
  return bytes.findIndex((byte, at) => byte !== again[at])
}
