/** Members behind which their object has another of that name: JSON leaves open which of them counts, and so nobody can tell what others read. */

import { isEscaped } from './scan.ts'

/** Bytes of a string that are looked at one by one before a native search takes over. A longer name is a doubtful one. */
const near = 64
/** Members of one object that are told apart by comparing; of more, there is no telling without a closer look. */
const few = 48

const quote = 0x22
const colon = 0x3a
const backslash = 0x5c
const blank = 0x20
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * Whether some object in a value, at any level, may have two members of one name. Never a wrong no; a yes is to be looked into: names
 * that are spelled with escapes, are very long or very many, are not compared here. One pass over bytes that were checked before.
 */
export function mayHaveShadows(source: Buffer, start: number, end: number): boolean {
  return new ShadowSearch(source, start).find(end)
}

class ShadowSearch {
  readonly #source: Buffer
  #at: number
  /** A digest of each name so far, in the objects that are open; before those of an inner object, where the outer one's begin. */
  readonly #names: number[] = []
  #first = 0

  constructor(source: Buffer, start: number) {
    this.#source = source
    this.#at = start
  }

  find(end: number): boolean {
    while (this.#at < end) {
      const byte = this.#source[this.#at++]
      if (byte === quote) {
        if (this.#passString()) return true
      } else if (byte === openBrace) this.#first = this.#names.push(this.#first)
      else if (byte === closeBrace) this.#close()
    }
    return false
  }

  #close(): void {
    this.#names.length = this.#first
    this.#first = this.#names.pop() ?? 0
  }

  /** Goes behind a string. @returns whether that is a name that its object may have already */
  #passString(): boolean {
    const source = this.#source
    let at = this.#at
    const far = at + near
    let digest = 0
    let isSpelled = true
    for (let byte = source[at] ?? quote; byte !== quote && at < far; byte = source[at] ?? quote) {
      if (byte === backslash) isSpelled = false
      digest = (Math.imul(digest, 31) + byte) & 0x3fffffff
      at += byte === backslash ? 2 : 1
    }
    const isLong = at >= far
    this.#at = 1 + (isLong ? this.#endOf(at) : at)
    return this.#isName() && (isLong || !isSpelled || this.#isKnown(digest))
  }

  /** The quote that ends a long string. */
  #endOf(from: number): number {
    for (let at = from; ; at++) {
      at = this.#source.indexOf(quote, at)
      if (!isEscaped(this.#source, at, from)) return at
    }
  }

  #isName(): boolean {
    let at = this.#at
    while ((this.#source[at] ?? colon) <= blank) at++
    return this.#source[at] === colon
  }

  #isKnown(digest: number): boolean {
    const names = this.#names
    for (let index = this.#first; index < names.length; index++) if (names[index] === digest) return true
    return names.push(digest) - this.#first > few
  }
}
