/** Rules as they are written, one per line, and what they do to a text. */

import type { OptionsOf, TextTest } from '../../core/index.ts'
import type { schema } from './schema.ts'

export type RuleOptions = Pick<OptionsOf<typeof schema>, 'rules' | 'mode' | 'case_insensitive' | 'on_match'>

/** What a rule needs of a pattern. */
interface Replaceable extends TextTest {
  [Symbol.replace](text: string, replacement: string): string
}

type Compile = (pattern: string, flags: string) => Replaceable

interface Rule {
  readonly pattern: Replaceable
  readonly replacement: string
}

export class Rules {
  readonly #rules: readonly Rule[]

  /** @throws SyntaxError naming the line that cannot be used */
  constructor(options: RuleOptions, compile: Compile) {
    this.#rules = options.rules.split('\n').flatMap((line, index) => (isSilent(line) ? [] : inLine(index + 1, () => rule(line, options, compile))))
    if (this.#rules.length === 0) throw new SyntaxError('there is no rule among the rules')
  }

  matches(text: string): boolean {
    return this.#rules.some(({ pattern }) => pattern.test(text))
  }

  /** Applies the rules one after the other. */
  replace(text: string): string {
    return this.#rules.reduce((current, { pattern, replacement }) => (pattern.test(current) ? pattern[Symbol.replace](current, replacement) : current), text)
  }
}

function isSilent(line: string): boolean {
  return line.trim() === '' || line.trimStart().startsWith('#')
}

function inLine<T>(line: number, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw new SyntaxError(`rules, line ${line}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function rule(line: string, { mode, case_insensitive: ignoresCase, on_match: action }: RuleOptions, compile: Compile): Rule {
  const arrow = line.indexOf('=>')
  if (arrow < 0 && action === 'replace') throw new SyntaxError('expected find => replace')
  const find = (arrow < 0 ? line : line.slice(0, arrow)).trim()
  const replacement = arrow < 0 ? '' : line.slice(arrow + 2).trim()
  if (find === '') throw new SyntaxError('there is nothing to find')
  if (mode === 'regex') return { pattern: compile(find, ignoresCase ? 'i' : ''), replacement }
  const text = unescaped(find)
  return { pattern: ignoresCase ? caselessLiteral(text) : literal(text), replacement: unescaped(replacement).replaceAll('$', '$$$$') }
}

/** The engine of the language itself is the fastest where there is nothing to interpret. */
function literal(find: string): Replaceable {
  return {
    test: text => text.includes(find),
    [Symbol.replace]: (text, replacement) => text.replaceAll(find, replacement),
  }
}

/** Letters are the same as for RE2: those that Unicode folds into each other, one by one. */
function caselessLiteral(find: string): Replaceable {
  const [first, all] = [new RegExp(quoted(find), 'iu'), new RegExp(quoted(find), 'giu')]
  return {
    test: text => first.test(text),
    [Symbol.replace]: (text, replacement) => text.replace(all, replacement),
  }
}

/** `\n`, `\t` and `\\` mean what they mean everywhere; any other backslash is one. */
function unescaped(text: string): string {
  return text.replace(/\\([nt\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : '\\'))
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
