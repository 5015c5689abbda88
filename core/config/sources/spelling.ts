/** The spellings of a variable's name: canonical, compatible, bare. */

import type { Environment, Variable } from './environment.ts'
import { readBoolean } from '../schema/grammar.ts'
import { nearest } from '../problems/problems.ts'
import type { Report } from '../problems/report.ts'
import type { EnvSetting } from '../schema/schema.ts'

export type Form = EnvSetting['form']

export class Spellings {
  readonly #environment: Environment
  readonly #report: Report
  readonly #welcomesCompatible: boolean
  /** The base names that were asked for: those that Tapline's prefix may spell, the others, and the beginnings of families. */
  readonly #asked = new Set(['COMPAT_WARN', 'CONFIG_FILE'])
  readonly #bare = new Set<string>()
  readonly #families = new Set<string>()

  constructor(environment: Environment, report: Report) {
    this.#environment = environment
    this.#report = report
    this.#welcomesCompatible = readBoolean(this.#usable('COMPAT_WARN', 'any')?.value) === false
  }

  /** The first spelling that is set to more than blanks; warns of a spelling that is not Tapline's own. */
  find(base: string, form: Form = 'any'): Variable | undefined {
    const asked = form === 'bare' ? this.#bare : this.#asked
    asked.add(base)
    if (form === 'bare') this.#warnOfPrefixes(base)
    const found = this.#usable(base, form)
    if (found !== undefined && form !== 'bare') this.#warnOf(found.name, base)
    return found
  }

  /** `find` of a name that is none of today's: to warn of it is for the caller. */
  findOlder(base: string): Variable | undefined {
    this.#asked.add(base)
    return this.#usable(base, 'any')
  }

  /** The first spelling that is set to blanks, if none is usable. */
  findBlank(base: string, form: Form = 'any'): string | undefined {
    return this.#usable(base, form) === undefined ? names(base, form).find(name => this.#environment.isSet(name)) : undefined
  }

  /** Warns of variables that are nearly Tapline's: what nobody asked for so far is misspelt. */
  warnOfMisspelt(): void {
    for (const { name } of this.#environment.sorted()) {
      const [, base] = /^TAPLINE_(.+)$/.exec(name) ?? []
      if (base === undefined || this.#asked.has(base) || this.#bare.has(base) || this.#families.values().some(prefix => base.startsWith(prefix))) continue
      const meant = nearest(base, this.#asked)
      if (meant !== undefined) this.#report.warn(`${name} is not read; did you mean "TAPLINE_${meant}"?`)
    }
  }

  /** All variables whose names begin so and are set to more than blanks, by what follows; of several spellings of one, as `find`. */
  family(prefix: string): ReadonlyMap<string, Variable> {
    this.#families.add(prefix)
    const spelled = names(prefix, 'any').toReversed()
    const found = spelled.flatMap(start =>
      this.#environment.sorted().flatMap(variable => (variable.name.startsWith(start) ? [[variable.name.slice(start.length), variable] as const] : [])),
    )
    const members = new Map(found)
    for (const [name, variable] of members) this.#warnOf(variable.name, prefix + name)
    return members
  }

  #usable(base: string, form: Form): Variable | undefined {
    return names(base, form)
      .map(name => this.#environment.get(name))
      .find(variable => variable !== undefined)
  }

  #warnOf(name: string, base: string): void {
    if (name === `TAPLINE_${base}` || (name === `GOMODEL_${base}` && this.#welcomesCompatible)) return
    this.#report.warn(`${name} is read for now; its name here is TAPLINE_${base}`)
  }

  #warnOfPrefixes(base: string): void {
    for (const name of names(base, 'prefixed').filter(name => this.#environment.get(name) !== undefined)) {
      this.#report.warn(`${name} is not read; the variable is ${base}`)
    }
  }
}

function names(base: string, form: Form): readonly string[] {
  if (form === 'bare') return [base]
  return [`TAPLINE_${base}`, `GOMODEL_${base}`, ...(form === 'any' ? [base] : [])]
}
