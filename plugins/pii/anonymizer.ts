/** Personal data against placeholders, and back again in the reply of the same exchange. */

import type { Conversation, Exchange, Role } from '../../core/index.ts'
import { replaceFindings } from '../shared/guard/findings.ts'
import type { Forms } from '../shared/guard/forms.ts'
import { placeholdersFor, type PlaceholderFormat, type Placeholders } from '../shared/guard/placeholders.ts'
import type { TextRule } from '../shared/guard/text-guard.ts'
import { plainly } from './recognisers.ts'

/** Whose values stay masked: callers need not know what they are told to keep. */
const instructing: readonly Role[] = ['system', 'developer']
const speaking: readonly Role[] = ['user', 'assistant', 'tool']
/** What stands between a find and the end of a text, if more of the find may follow. */
const mayGrow = /^[ ()./-]{0,2}$/

export class Anonymizer implements TextRule {
  readonly #forms: Forms
  readonly #restores: boolean
  readonly #placeholdersOf: (exchange: Exchange) => Placeholders

  constructor(forms: Forms, format: PlaceholderFormat, restores: boolean) {
    this.#forms = forms
    this.#placeholdersOf = placeholdersFor(format)
    this.#restores = restores
  }

  readonly matches = (text: string): boolean => this.#forms.find(plainly(text)).length > 0

  readonly rewritePrompt = (conversation: Conversation, exchange: Exchange, roles?: readonly Role[]): void => {
    const placeholders = this.#placeholdersOf(exchange)
    placeholders.reserve(conversation)
    const rewrite = (whose: readonly Role[], isRestorable: boolean) => {
      const asked = roles === undefined ? whose : whose.filter(role => roles.includes(role))
      conversation.rewrite(text => this.#anonymized(text, (entity, value) => placeholders.of(entity, value, isRestorable)), asked)
    }
    rewrite(instructing, false)
    rewrite(speaking, this.#restores)
    // An answer with one caller's values in it is none for another who only asked alike.
    if (placeholders.isRestorable) exchange.cache = 'bypass'
  }

  readonly rewriterOfReply = (exchange: Exchange): ((text: string, isOpen: boolean) => string) => {
    const placeholders = this.#placeholdersOf(exchange)
    return (text, isOpen) => {
      placeholders.reserveIn(text)
      const anonymous = this.#anonymized(text, (entity, value, isAtEnd) =>
        isOpen ? placeholders.ofFlowing(entity, value, isAtEnd) : placeholders.of(entity, value, false),
      )
      return this.#restores ? placeholders.restore(anonymous) : anonymous
    }
  }

  #anonymized(text: string, placeholderOf: (entity: string, value: string, isAtEnd: boolean) => string): string {
    return replaceFindings(text, this.#forms.find(plainly(text)), (value, { entity, end }) =>
      placeholderOf(entity, value, mayGrow.test(text.slice(end, end + 3))),
    )
  }
}
