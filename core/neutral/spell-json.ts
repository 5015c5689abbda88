/** Bodies of JSON as bytes. A long one is spelled piece by piece: as one text it would take twice its length as soon as one character is not Latin, and be old before it is sent. */

import type { Json } from './request.ts'

/** Of lists this long, each item is spelled by itself. */
const longList = 8
/** More is given back when it was needed. */
const keptBytes = 1024 * 1024
/** A character takes three bytes at most. */
const bytesOfCharacter = 3

const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** The same bytes as of `JSON.stringify`: members that are undefined are left out. */
export function spellJson(body: Readonly<Record<string, Json | undefined>>): Buffer {
  if (!Object.values(body).some(isLong)) return Buffer.from(JSON.stringify(body))
  const written = new Written()
  written.sign(openBrace)
  let isFirst = true
  for (const name in body) {
    const value = body[name]
    if (value === undefined) continue
    if (!isFirst) written.sign(comma)
    isFirst = false
    written.text(JSON.stringify(name))
    written.sign(colon)
    if (isLong(value)) spellList(value, written)
    else written.text(JSON.stringify(value))
  }
  written.sign(closeBrace)
  return written.end()
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= longList
}

function spellList(list: readonly unknown[], written: Written): void {
  let before = openBracket
  for (const item of list) {
    written.sign(before)
    written.text(JSON.stringify(item ?? null))
    before = comma
  }
  written.sign(closeBracket)
}

/** What is written is copied when it is whole: the memory is the next one's. */
let memory: Buffer | undefined

class Written {
  #memory = (memory ??= Buffer.allocUnsafeSlow(keptBytes / 4))
  #length = 0

  sign(byte: number): void {
    this.#reserve(1)
    this.#memory[this.#length] = byte
    this.#length += 1
  }

  text(text: string): void {
    this.#reserve(text.length * bytesOfCharacter)
    this.#length += this.#memory.write(text, this.#length)
  }

  end(): Buffer {
    if (this.#memory.length <= keptBytes) memory = this.#memory
    const whole = Buffer.allocUnsafeSlow(this.#length)
    this.#memory.copy(whole, 0, 0, this.#length)
    return whole
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#memory.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#memory.length))
    this.#memory.copy(larger, 0, 0, this.#length)
    this.#memory = larger
  }
}
