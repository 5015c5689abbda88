/** Regular expressions from configuration: a linear-time engine, so that no pattern can stall the loop. */

import { RE2JS } from 're2js'
import type { TextTest } from '../document/conversation.ts'

/** A regular expression that cannot explode. */
export interface Pattern extends TextTest {
  [Symbol.replace](text: string, replacement: string): string
  [Symbol.replace](text: string, replacer: Replacer): string
  /**
   * Where it matches, in order; of `group` if that took part in the match.
   * @param resume where the search goes on instead of behind a match: further than the match began
   */
  spans(text: string, group?: number, resume?: (span: TextSpan) => number | undefined): readonly TextSpan[]
}

/** Is given a match, its groups, where it begins, and the whole text, as by `String.replace`. */
// eslint-disable-next-line typescript/no-explicit-any -- the type of `String.replace`
type Replacer = (match: string, ...rest: any[]) => string

/** A stretch of a text, `end` behind its last character. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

const flagBits: Readonly<Record<string, number>> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL, u: 0, g: 0 }

/**
 * Compiles a pattern (RE2 syntax: no back-references, no look-around).
 * @param flags any of `i`, `m`, `s`; `replace` always replaces every match, with `$1`, `$&`, `$$`
 * @throws SyntaxError saying what is wrong with the pattern
 */
export function compilePattern(pattern: string, flags = ''): Pattern {
  const compiled = compile(pattern, flags)
  return {
    test: text => compiled.matcher(text).find(),
    [Symbol.replace]: (text: string, replacement: string | Replacer) => compiled.matcher(text).replaceAll(replacement),
    spans: (text, group, resume) => spans(compiled, text, group, resume),
    ...noText,
  }
}

/** The other methods of strings would take a pattern for a text, and look for that. */
const noText = {
  [Symbol.toPrimitive](): never {
    throw new TypeError('a pattern is for test(), spans() and the first argument of replace(), and not for match(), matchAll(), search() and split()')
  },
}

function spans(compiled: RE2JS, text: string, group = 0, resume?: (span: TextSpan) => number | undefined): readonly TextSpan[] {
  const found: TextSpan[] = []
  const matcher = compiled.matcher(text)
  let isFound = matcher.find()
  while (isFound) {
    const asked = matcher.start(group) < 0 ? 0 : group
    const span = { start: matcher.start(asked), end: matcher.end(asked) }
    const from = resume?.(span)
    found.push(span)
    isFound = from === undefined ? matcher.find() : matcher.find(from)
  }
  return found
}

function compile(pattern: string, flags: string) {
  try {
    return RE2JS.compile(
      pattern,
      [...flags].reduce((bits, flag) => bits | bitOf(flag), 0),
    )
  } catch (cause) {
    throw new SyntaxError(`"${pattern}" is not a pattern that can be used: ${reasonFor(pattern, cause)}`, { cause })
  }
}

function bitOf(flag: string): number {
  const bit = flagBits[flag]
  if (bit === undefined) throw new SyntaxError(`there is no flag "${flag}": expected i, m or s`)
  return bit
}

/** The engine itself takes look-behind for a misspelt name of a group, and the rest for unknown syntax. */
function reasonFor(pattern: string, cause: unknown): string {
  if (/(?<!\\)\(\?<?[=!]/.test(pattern)) return 'RE2 has no look-around'
  if (/(?<!\\)\\(?:[1-9]|k<)/.test(pattern)) return 'RE2 has no back-references'
  return cause instanceof Error ? cause.message : String(cause)
}
