/** Finds what is known by its form: a cheap look first, then a pattern, then a check of what matched. */

import type { Pattern, TextSpan } from '../../../core/plugin/pattern.ts'
import { settled, type Finding } from './findings.ts'

export interface TextForm {
  /** What a match is. */
  readonly entity: string
  /** A regular expression for a cheap look before the pattern, without a repetition that has no bound; absent, the pattern is always tried. */
  readonly hint?: string
  /** RE2. */
  readonly pattern: string
  /** The group of the pattern that counts; all of the match by default. */
  readonly group?: number
  /** Whether a match is what it seems. Then numbers count only whole: no digit may stand beside them. */
  readonly check?: (found: string) => boolean
  /** Of a match that may have taken too much, how much counts. */
  readonly cut?: (found: string) => number
}

interface CompiledForm extends Omit<TextForm, 'hint' | 'pattern'> {
  readonly hint: RegExp | undefined
  readonly pattern: Pattern
}

const nothing: readonly Finding[] = []
/** What stands between the groups of a number. */
const separator = /[ /-]/

export class Forms {
  readonly #forms: readonly CompiledForm[]
  readonly #mayHaveSome: ((text: string) => boolean) | undefined

  /**
   * @param mayHaveSome the cheapest look, before all hints: whether any of the forms can be in a text at all
   * @throws SyntaxError naming the pattern that cannot be used
   */
  constructor(forms: readonly TextForm[], compile: (pattern: string) => Pattern, mayHaveSome?: (text: string) => boolean) {
    this.#forms = forms.map(form => ({ ...form, hint: form.hint === undefined ? undefined : new RegExp(form.hint), pattern: compile(form.pattern) }))
    this.#mayHaveSome = forms.every(({ hint }) => hint !== undefined) ? mayHaveSome : undefined
  }

  /** In order and apart. */
  find(text: string): readonly Finding[] {
    if (this.#mayHaveSome?.(text) === false) return nothing
    const found = this.#forms.flatMap(form => (form.hint?.test(text) === false ? nothing : foundBy(form, text)))
    return settled(found)
  }
}

/** The first group of what did not pass may be something else: the search goes on with its second. */
function foundBy(form: CompiledForm, text: string): readonly Finding[] {
  const found: Finding[] = []
  form.pattern.spans(text, form.group, span => {
    const finding = accepted(form, text, span)
    if (finding === undefined) return secondGroup(form, text, span)
    found.push(finding)
    return undefined
  })
  return found
}

function accepted({ entity, check, cut }: CompiledForm, text: string, { start, end: last }: TextSpan): Finding | undefined {
  const end = cut === undefined ? last : start + cut(text.slice(start, last))
  if (end === start || (check !== undefined && (isPieceOfNumber(text, start, end) || !check(text.slice(start, end))))) return undefined
  return { start, end, entity }
}

function secondGroup({ check }: CompiledForm, text: string, { start, end }: TextSpan): number | undefined {
  const gap = check === undefined ? -1 : text.slice(start, end).search(separator)
  return gap < 1 ? undefined : start + gap
}

function isPieceOfNumber(text: string, start: number, end: number): boolean {
  return (isDigit(text, start) && isBehindDigit(text, start)) || (isDigit(text, end - 1) && isBeforeDigit(text, end))
}

function isBehindDigit(text: string, start: number): boolean {
  return isDigit(text, start - 1) || (text[start - 1] === '.' && isDigit(text, start - 2))
}

function isBeforeDigit(text: string, end: number): boolean {
  return isDigit(text, end) || (text[end] === '.' && isDigit(text, end + 1))
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}
