/** What placeholders were filled in with: no message repeats it. */

import { redacted } from '../conceal.ts'
import type { Expansion } from '../sources/expand.ts'
import { shown } from '../schema/expectation.ts'
import type { Problem } from './place.ts'

/** What is shorter is a word by accident: within a message, it stays. */
const shortestHidden = { secret: 4, variable: 8 }

export class FilledIn {
  readonly #secretPointers = new Set<string>()
  readonly #secretTexts = new Set<string>()
  /** What is shown instead: by where the text stands, by the text as problems say it, and by what messages may quote. */
  readonly #insteadAt = new Map<string, string>()
  readonly #insteadOf = new Map<string, string>()
  readonly #quotable = new Map<string, string>()

  /** Notes what a value with placeholders came to. */
  add(...[pointer, text, origin]: Parameters<Expansion['conceal']>): void {
    const isSecret = origin === 'secret'
    const instead = isSecret ? redacted : `${redacted} (${origin.map(name => `\${${name}}`).join(', ')})`
    if (isSecret) this.#secretPointers.add(pointer)
    if (text === '') return
    this.#insteadAt.set(pointer, instead)
    for (const spelled of [text, shown(text)]) this.#insteadOf.set(spelled, instead)
    if (text.length >= shortestHidden[isSecret ? 'secret' : 'variable']) this.#quotable.set(text, instead)
    if (isSecret) this.#secretTexts.add(text)
  }

  /** Whether the value at a pointer came, in part at least, from a secret reference. */
  isSecret(pointer: string): boolean {
    return this.#secretPointers.has(pointer)
  }

  /** Whether a value is, wherever it stands by now, what such a one came to. */
  isSecretText(value: unknown): boolean {
    return typeof value === 'string' && this.#secretTexts.has(value)
  }

  /** A problem that repeats nothing of it. */
  hide(problem: Problem): Problem {
    const { got, ...rest } = problem
    const instead = got === undefined ? undefined : (this.#insteadAt.get(problem.pointer) ?? this.#insteadOf.get(got))
    if (got === undefined || instead === undefined) return { ...problem, message: this.#withoutQuotes(problem.message) }
    return { ...rest, got: redacted, message: this.#withoutQuotes(problem.message.replaceAll(got, () => instead)) }
  }

  #withoutQuotes(message: string): string {
    const quoted = [...this.#quotable].filter(([text]) => message.includes(text)).toSorted(([one], [other]) => other.length - one.length)
    return quoted.reduce((shown, [text, instead]) => shown.replaceAll(text, () => instead), message)
  }
}
