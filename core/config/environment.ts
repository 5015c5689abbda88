/** The variables: those of the process, and those of `.env` where the process leaves a gap. */

import { resolve } from 'node:path'
import { parseDotenv } from './dotenv.ts'
import type { DotenvEntry } from './dotenv.ts'
import type { ReadText } from './kept-texts.ts'
import type { Report } from './report.ts'

export interface Variable {
  readonly name: string
  readonly value: string
  readonly kind: 'env' | 'dotenv'
  /** The `.env` file that it stands in, and its line there. */
  readonly file?: string
  readonly line?: number
}

type Variables = Readonly<Record<string, string | undefined>>

export class Environment {
  readonly #usable: ReadonlyMap<string, Variable>
  readonly #set: ReadonlySet<string>

  constructor(variables: Variables, dotenv: ReadonlyMap<string, DotenvEntry> = new Map(), file = '.env') {
    const exported = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined)
    this.#set = new Set([...exported.map(([name]) => name), ...dotenv.keys()])
    this.#usable = new Map([
      ...[...dotenv].map(([name, { value, line }]): Variable => ({ name, value, kind: 'dotenv', file, line })),
      ...exported.map(([name, value]): Variable => ({ name, value, kind: 'env' })),
    ].filter(({ value }) => value.trim() !== '').map(variable => [variable.name, variable]))
  }

  /** A variable that is set to more than blanks. */
  get(name: string): Variable | undefined {
    return this.#usable.get(name)
  }

  /** The value of such a variable. */
  readonly lookup = (name: string): string | undefined => this.#usable.get(name)?.value

  /** Whether the variable is set, be it to nothing. */
  isSet(name: string): boolean {
    return this.#set.has(name)
  }

  /** All usable variables, by name: nothing depends on the order in which the system lists them. */
  sorted(): readonly Variable[] {
    return [...this.#usable.values()].toSorted((a, b) => a.name < b.name ? -1 : 1)
  }

  /** The names that `.env` supplied. */
  get dotenvNames(): readonly string[] {
    return this.sorted().filter(({ kind }) => kind === 'dotenv').map(({ name }) => name)
  }
}

/** Reads `.env` of the working directory, if there is one, below the variables of the process. */
export async function readEnvironment(cwd: string, variables: Variables, report: Report, readText: ReadText): Promise<Environment> {
  const file = resolve(cwd, '.env')
  const text = await readIfPresent(file, report, readText)
  const { entries, malformed, repeated } = parseDotenv(text)
  for (const line of malformed) report.problem({ file, line, pointer: '', message: 'expected KEY=value' })
  for (const name of repeated) report.warn(`.env gives ${name} more than once; the last value counts`)
  return new Environment(variables, entries, file)
}

async function readIfPresent(file: string, report: Report, readText: ReadText): Promise<string> {
  try {
    return await readText(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') report.problem({ file, pointer: '', message: 'cannot be read' })
    return ''
  }
}
