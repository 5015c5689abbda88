/** Finds the secrets of a text. */

import type { OptionsOf, Pattern } from '../../core/index.ts'
import { settled, type Finding } from '../shared/guard/findings.ts'
import { Forms } from '../shared/guard/forms.ts'
import { hasLongWord, randomWords } from './entropy.ts'
import type { schema } from './schema.ts'
import { keyForms } from './vendors.ts'

export type ScannerOptions = Pick<OptionsOf<typeof schema>, 'vendors' | 'entropy' | 'min_length' | 'allow_list'>

const nothing: readonly Finding[] = []
/** Characters of a key, or of what it stands in, that no space interrupts. */
const shortestKey = 12

export class SecretScanner {
  readonly #forms: Forms
  readonly #entropy: number
  readonly #minLength: number
  readonly #allowed: ReadonlySet<string>

  constructor({ vendors, entropy, min_length: minLength, allow_list: allowed }: ScannerOptions, compile: (pattern: string) => Pattern) {
    this.#forms = new Forms(
      keyForms.filter(({ entity }) => vendors.includes(entity)),
      compile,
      text => hasLongWord(text, shortestKey),
    )
    this.#entropy = entropy
    this.#minLength = minLength
    this.#allowed = new Set(allowed)
  }

  /** In order and apart. */
  find(text: string): readonly Finding[] {
    const found = [...this.#forms.find(text), ...this.#random(text)]
    if (found.length === 0) return nothing
    return settled(found).filter(({ start, end }) => !this.#allowed.has(text.slice(start, end)))
  }

  #random(text: string): readonly Finding[] {
    if (this.#entropy === 0 || text.length < this.#minLength) return nothing
    return randomWords(text, { entropy: this.#entropy, minLength: this.#minLength }).map(span => ({ ...span, entity: 'random' }))
  }
}
