/** Names and ids of tools within a vendor's alphabet: the same name gets the same spelling throughout a request. */

import { createHash } from 'node:crypto'

export interface NameRule {
  /** A character that is allowed. */
  readonly pattern: RegExp
  readonly maxLength: number
  /** The first character must be a letter or `_`. */
  readonly startsWithLetter?: boolean
}

/** Spells names by a vendor's rule. Two names never get one spelling. */
export class ToolNames {
  /** What was changed: new to old. */
  readonly changed = new Map<string, string>()
  readonly #spelled = new Map<string, string>()
  readonly #rule: NameRule
  readonly #forbidden: ReadonlySet<string>

  /**
   * @param reserved names that stand as they are, so that no alias takes their place
   * @param forbidden legal names that no tool of the caller may have, since they mean something else
   */
  constructor(rule: NameRule, reserved: Iterable<string> = [], forbidden: Iterable<string> = []) {
    this.#rule = rule
    this.#forbidden = new Set(forbidden)
    for (const name of reserved) if (this.#legal(name) === name && !this.#forbidden.has(name)) this.#spelled.set(name, name)
  }

  spell(name: string): string {
    const known = this.#spelled.get(name)
    if (known !== undefined) return known
    const legal = this.#legal(name)
    const spelling = !this.#forbidden.has(legal) && !this.#isTaken(legal) ? legal : `${legal.slice(0, this.#rule.maxLength - 7)}_${digest(name)}`
    this.#spelled.set(name, spelling)
    if (spelling !== name) this.changed.set(spelling, name)
    return spelling
  }

  #legal(name: string): string {
    const { pattern, maxLength, startsWithLetter } = this.#rule
    const clean = [...name].map(character => (pattern.test(character) ? character : '_')).join('')
    return (startsWithLetter === true && !/^[A-Za-z_]/.test(clean) ? `_${clean}` : clean).slice(0, maxLength)
  }

  #isTaken(spelling: string): boolean {
    return this.#spelled.has(spelling) || this.changed.has(spelling)
  }
}

/** Spells ids of tool calls; those that are legal stay. */
export class ToolIds {
  readonly #spelled = new Map<string, string>()
  readonly #isLegal: (id: string) => boolean
  readonly #make: (id: string, n: number) => string

  /** @param make a legal id for the n-th illegal one; must not repeat itself */
  constructor(isLegal: (id: string) => boolean, make: (id: string, n: number) => string) {
    this.#isLegal = isLegal
    this.#make = make
  }

  spell(id: string): string {
    if (this.#isLegal(id)) return id
    const known = this.#spelled.get(id)
    if (known !== undefined) return known
    const made = this.#make(id, this.#spelled.size)
    this.#spelled.set(id, made)
    return made
  }
}

/** Six hexadecimal digits that tell two names apart, the same each time. */
function digest(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 6)
}
