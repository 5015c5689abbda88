/** Edits of headers that policy asks for: what is removed, set and added, in this order. */

import { headerPairs, withoutHeaders } from '../../flat-headers.ts'

/** Patterns of names and values that a header can have. */
export const headerName = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
export const headerValue = '^[\\t\\x20-\\x7e\\x80-\\xff]*$'

export interface HeaderChanges {
  readonly remove?: readonly string[]
  /** In the place of all of that name; an empty value removes them. */
  readonly set?: Readonly<Record<string, string>>
  /** Beside those of that name. */
  readonly add?: Readonly<Record<string, string>>
}

/** Something that changes the headers of a call. */
export interface HeaderEditing {
  /** Flat headers as they are afterwards; those that it is given stay as they are. */
  flat(headers: readonly string[]): string[]
}

export class HeaderEdits implements HeaderEditing {
  readonly #dropped: ReadonlySet<string>
  readonly #given: readonly string[]

  constructor({ remove = [], set = {}, add = {} }: HeaderChanges) {
    this.#dropped = new Set([...remove, ...Object.keys(set)].map(name => name.toLowerCase()))
    this.#given = [...Object.entries(set).filter(([, value]) => value !== ''), ...Object.entries(add)].flat()
  }

  get isEmpty(): boolean {
    return this.#dropped.size === 0 && this.#given.length === 0
  }

  /** Flat headers as they are after the edits. */
  flat(headers: readonly string[]): string[] {
    return [...withoutHeaders(headers, this.#dropped), ...this.#given]
  }

  /** Headers by their lower-case names, as they are after the edits. */
  named<Value>(headers: Readonly<Record<string, Value | string>>): Record<string, Value | string> {
    const given = headerPairs(this.#given).map(([name, value]) => [name.toLowerCase(), value])
    return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !this.#dropped.has(name))), ...Object.fromEntries(given) }
  }
}
