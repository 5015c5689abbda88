/** LiteLLM's file while it is read: what is said where, what became of it, and what is wrong with its form. */

import type { MigrationNote } from '../../../core/plugin/migration.ts'
import { isTree, join, upwards, type Tree } from '../../../core/config/pointer.ts'
import { ConfigError } from '../../../core/config/problems/problems.ts'
import type { Place, Problem } from '../../../core/config/problems/place.ts'
import type { YamlFile } from '../../../core/config/sources/yaml-file.ts'

export class Ledger {
  readonly notes: MigrationNote[] = []
  holdsSecrets = false
  readonly #file: YamlFile
  readonly #problems: Problem[] = []

  constructor(file: YamlFile) {
    this.#file = file
  }

  get root(): Section {
    return new Section(this, '', this.#file.value)
  }

  converted(pointer: string, text: string): void {
    this.notes.push({ kind: 'converted', pointer, text })
  }

  changed(pointer: string, text: string): void {
    this.notes.push({ kind: 'changed', pointer, text })
  }

  leftOut(pointer: string, text: string): void {
    this.notes.push({ kind: 'left out', pointer, text })
  }

  wrong(pointer: string, expected: string): void {
    this.#problems.push({ ...this.#place(pointer), file: this.#file.file, pointer, expected, message: `expected ${expected}` })
  }

  /** @throws ConfigError if something was wrong */
  check(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems)
  }

  /** The line of what stands at a pointer. */
  line(pointer: string): number {
    return this.#place(pointer)?.line ?? 1
  }

  /** Of what is missing, where it should be. */
  #place(pointer: string): Place | undefined {
    return upwards(pointer)
      .map(at => this.#file.places.get(at))
      .find(place => place !== undefined)
  }

  /** A text as Tapline writes it: `os.environ/NAME` is `${NAME}`, and what looks like a placeholder is none. */
  spelled(text: string): string {
    const name = variableIn(text)
    return name === undefined ? text.replaceAll('${', () => '$${') : `\${${name}}`
  }

  /** The same of a secret: one that was text stays text, and the report says so. */
  secret(text: string, pointer: string): string {
    if (variableIn(text) === undefined) {
      this.holdsSecrets = true
      this.changed(pointer, 'the secret is text, and is written as text: better move it to a variable, and write ${NAME}')
    }
    return this.spelled(text)
  }
}

/** A map of the file, of which every member is accounted for. */
export class Section {
  readonly pointer: string
  readonly #ledger: Ledger
  readonly #value: Tree
  readonly #read = new Set<string>()

  constructor(ledger: Ledger, pointer: string, value: Tree) {
    this.#ledger = ledger
    this.pointer = pointer
    this.#value = value
  }

  at(name: string | number): string {
    return join(this.pointer, name)
  }

  /** The value, whatever it is; null is none. */
  any(name: string): unknown {
    this.#read.add(name)
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined
  }

  /** As the file writes it. */
  text(name: string): string | undefined {
    return this.#typed(name, 'text', value => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined))
  }

  /** A number, or the variable that holds one, as Tapline writes it. LiteLLM reads YAML 1.1, which has 20_000. */
  number(name: string): number | string | undefined {
    return this.#typed(name, 'number', value => {
      if (typeof value === 'string' && variableIn(value) !== undefined) return this.#ledger.spelled(value)
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value.replaceAll(/(?<=\d)_(?=\d)/g, '')) : value
      return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined
    })
  }

  /** In the words of YAML 1.1, too. One whose value is a variable is left out: there is no telling what it says. */
  flag(name: string): boolean | undefined {
    const value = this.any(name)
    if (typeof value === 'string' && variableIn(value) !== undefined) {
      this.#ledger.leftOut(this.at(name), 'a variable says whether it is on: write what follows from it yourself')
      return undefined
    }
    return this.#typed(name, 'true or false', value =>
      typeof value === 'boolean' ? value : typeof value === 'string' ? words.get(value.toLowerCase()) : undefined,
    )
  }

  section(name: string): Section {
    const value = this.#typed(name, 'map', value => (isTree(value) ? value : undefined))
    return new Section(this.#ledger, this.at(name), value ?? {})
  }

  /** With the members of another where this has none. */
  over(other: Section): Section {
    return new Section(this.#ledger, this.pointer, { ...other.#value, ...this.#value })
  }

  list(name: string): readonly unknown[] {
    return this.#typed(name, 'list', value => (Array.isArray(value) ? (value as readonly unknown[]) : undefined)) ?? []
  }

  /** The maps of a list. */
  sections(name: string): readonly Section[] {
    return this.list(name).flatMap((value, index) => {
      const pointer = join(this.at(name), index)
      if (isTree(value)) return new Section(this.#ledger, pointer, value)
      this.#ledger.wrong(pointer, 'map')
      return []
    })
  }

  /** The members that nobody asked for; one that is null says nothing. */
  get rest(): readonly string[] {
    return Object.keys(this.#value).filter(name => !this.#read.has(name) && this.#value[name] !== null)
  }

  #typed<T>(name: string, expected: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.any(name)
    if (value === undefined) return undefined
    const typed = read(value)
    if (typed === undefined) this.#ledger.wrong(this.at(name), expected)
    return typed
  }
}

const words: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on'].map(word => [word, true] as const),
  ...['false', 'no', 'off'].map(word => [word, false] as const),
])

/** The variable of `os.environ/NAME`. */
export function variableIn(text: string): string | undefined {
  return /^os\.environ\/([A-Za-z_]\w*)$/.exec(text.trim())?.[1]
}
