/** Words that look like nobody's: so random that only a machine writes them. */

import type { TextSpan } from '../../core/index.ts'

/** Letters, digits and `+ / _ -`, by character code. */
const isWordCode = Uint8Array.from({ length: 128 }, (_, code) => (/[\w+/-]/.test(String.fromCharCode(code)) ? 1 : 0))

/** What people write comes in runs: words, numbers. In random characters, hardly any run is longer than two. */
const handwrittenRun = 3
const run = /[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g
const hexadecimal = /^[0-9A-Fa-f]+$/

export interface EntropyRule {
  /** Bits per character. */
  readonly entropy: number
  readonly minLength: number
}

/** Whether so many characters stand without a space between them. It looks at few of them. */
export function hasLongWord(text: string, length: number): boolean {
  let start = 0
  for (let end = length - 1; end < text.length; end = start + length - 1) {
    let at = end
    while (at >= start && !isSpace(text.charCodeAt(at))) at--
    if (at < start) return true
    start = at + 1
  }
  return false
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

/** The words of at least that length and entropy. */
export function randomWords(text: string, { entropy, minLength }: EntropyRule): readonly TextSpan[] {
  const found: TextSpan[] = []
  for (let at = minLength - 1; at < text.length;) {
    if (!isWord(text, at)) {
      at += minLength
      continue
    }
    const start = wordStart(text, at)
    const end = wordEnd(text, at)
    if (end - start >= minLength && isRandom(text.slice(start, end), { entropy, minLength })) found.push({ start, end })
    at = end + minLength
  }
  return found
}

function isWord(text: string, at: number): boolean {
  return isWordCode[text.charCodeAt(at)] === 1
}

function wordStart(text: string, at: number): number {
  let start = at
  while (start > 0 && isWord(text, start - 1)) start--
  return start
}

function wordEnd(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && isWord(text, end)) end++
  return end
}

/** Of a path, the names that somebody chose say nothing, and neither do checksums. */
function isRandom(word: string, { entropy, minLength }: EntropyRule): boolean {
  const odd = word
    .split('/')
    .filter(piece => !isHandwritten(piece) && !hexadecimal.test(piece))
    .join('')
  return odd.length >= minLength && entropyOf(odd) >= entropy
}

function isHandwritten(word: string): boolean {
  const runs = word.match(run) ?? []
  return runs.reduce((length, { length: more }) => length + more, 0) >= handwrittenRun * runs.length
}

/** Shannon's, in bits per character. */
export function entropyOf(word: string): number {
  const counts = new Map<string, number>()
  for (const character of word) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length)
  return bits
}
