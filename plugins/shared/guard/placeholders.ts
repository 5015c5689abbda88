/** Placeholders that stand for values of one exchange: the same value gets the same one, and some can be turned back. */

import type { Conversation } from '../../../core/document/conversation.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { slot } from '../../../core/pipeline/slot.ts'
import type { TextSpan } from '../../../core/plugin/pattern.ts'

/** A character of a placeholder may come back escaped, for HTML, JSON, Markdown or an address. */
const escapes: Readonly<Record<string, string>> = {
  '<': '(?:<|&lt;|\\\\u003c|\\\\<|%3c)',
  '>': '(?:>|&gt;|\\\\u003e|\\\\>|%3e)',
  _: '(?:_|\\\\_|%5f)',
  '[': '(?:\\[|\\\\\\[|%5b)',
  ']': '(?:\\]|\\\\\\]|%5d)',
}

interface Named {
  readonly entity: string
  readonly number: number
}

/** How placeholders are spelled, and how they are recognised. */
export class PlaceholderFormat {
  readonly #format: string
  readonly #pattern: RegExp
  readonly #entityFirst: boolean

  /** @param format with `{entity}` and `{n}` once each, for example `<{entity}_{n}>` */
  constructor(format: string) {
    this.#format = format
    this.#entityFirst = format.indexOf('{entity}') < format.indexOf('{n}')
    const source = format
      .split(/(\{entity\}|\{n\})/)
      .map(piece => (piece === '{entity}' ? '([a-z][a-z0-9]*(?:\\\\?_[a-z0-9]+)*)' : piece === '{n}' ? '([0-9]{1,9})' : escaped(piece)))
      .join('')
    this.#pattern = new RegExp(source, 'gi')
  }

  spell(entity: string, number: number): string {
    return this.#format.replace('{entity}', () => entity).replace('{n}', () => String(number))
  }

  /** Puts something in the place of each placeholder. */
  replace(text: string, replacement: (named: Named, spelled: string) => string): string {
    return text.replace(this.#pattern, (spelled: string, first: string, second: string) => replacement(this.#read(first, second), spelled))
  }

  #read(first: string, second: string): Named {
    const [entity, number] = this.#entityFirst ? [first, second] : [second, first]
    return { entity: entity.replaceAll('\\', '').toUpperCase(), number: Number(number) }
  }
}

function escaped(text: string): string {
  return [...text].map(character => escapes[character] ?? character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')).join('')
}

interface Kept {
  readonly value: string
  readonly isRestorable: boolean
}

/** Gives each exchange placeholders of its own. */
export function placeholdersFor(format: PlaceholderFormat): (exchange: Exchange) => Placeholders {
  const kept = slot<Placeholders>()
  return exchange => {
    const known = kept.get(exchange)
    if (known !== undefined) return known
    const placeholders = new Placeholders(format)
    kept.set(exchange, placeholders)
    return placeholders
  }
}

/** Those of one exchange. */
export class Placeholders {
  readonly #format: PlaceholderFormat
  /** By entity, then value. */
  readonly #numbers = new Map<string, Map<string, number>>()
  /** The last number of each entity. */
  readonly #lastNumbers = new Map<string, number>()
  /** By placeholder. */
  readonly #values = new Map<string, Kept>()
  /** Numbers that stood in a text before, by placeholder: nobody can tell what they mean. */
  readonly #taken = new Set<string>()
  /** What stood at the end of a text that was still coming, by entity. */
  readonly #open = new Map<string, readonly string[]>()

  constructor(format: PlaceholderFormat) {
    this.#format = format
  }

  /** Whether a value may be put back. */
  get isRestorable(): boolean {
    return this.#values.values().some(({ isRestorable }) => isRestorable)
  }

  /** The numbers that stand in these texts are never used. */
  reserve(conversation: Conversation): void {
    for (const { text } of conversation.texts()) this.reserveIn(text)
  }

  reserveIn(text: string): void {
    this.#format.replace(text, ({ entity, number }, spelled) => {
      const placeholder = this.#format.spell(entity, number)
      if (!this.#values.has(placeholder)) this.#taken.add(placeholder)
      return spelled
    })
  }

  /** Where placeholders of this exchange stand in a text, in order. */
  spans(text: string): readonly TextSpan[] {
    const spans: TextSpan[] = []
    let from = 0
    this.#format.replace(text, ({ entity, number }, spelled) => {
      const start = text.indexOf(spelled, from)
      from = start + spelled.length
      if (this.#values.has(this.#format.spell(entity, number))) spans.push({ start, end: from })
      return spelled
    })
    return spans
  }

  /** The placeholder of a value. `isRestorable`: whether it may be put back, which the first call decides. */
  of(entity: string, value: string, isRestorable: boolean): string {
    const numbers = this.#numbersOf(entity)
    const number = numbers.get(value)
    return number === undefined ? this.#add(entity, value, isRestorable) : this.#format.spell(entity, number)
  }

  /**
   * The placeholder of a value in a text that is still coming; never put back. What stands at the end of the text may grow, and has the
   * same placeholder then.
   */
  ofFlowing(entity: string, value: string, isAtEnd: boolean): string {
    const numbers = this.#numbersOf(entity)
    const open = this.#open.get(entity) ?? []
    const kin = numbers.has(value) ? undefined : open.find(other => value.startsWith(other) || (isAtEnd && other.startsWith(value)))
    if (kin !== undefined) numbers.set(value, numbers.get(kin) ?? 0)
    const placeholder = this.of(entity, value, false)
    if (isAtEnd && !open.includes(value)) this.#open.set(entity, [...open, value])
    return placeholder
  }

  /** Puts back the values that may be, wherever their placeholders stand, in any case and spelled with escapes. */
  restore(text: string): string {
    return this.#format.replace(text, ({ entity, number }, spelled) => {
      const kept = this.#values.get(this.#format.spell(entity, number))
      if (kept?.isRestorable !== true) return spelled
      return spelled.includes('\\u') ? JSON.stringify(kept.value).slice(1, -1) : kept.value
    })
  }

  #numbersOf(entity: string): Map<string, number> {
    const known = this.#numbers.get(entity)
    if (known !== undefined) return known
    const numbers = new Map<string, number>()
    this.#numbers.set(entity, numbers)
    return numbers
  }

  #add(entity: string, value: string, isRestorable: boolean): string {
    let number = (this.#lastNumbers.get(entity) ?? 0) + 1
    while (this.#taken.has(this.#format.spell(entity, number))) number++
    const placeholder = this.#format.spell(entity, number)
    this.#lastNumbers.set(entity, number)
    this.#numbersOf(entity).set(value, number)
    this.#values.set(placeholder, { value, isRestorable })
    return placeholder
  }
}
