/** The variables: those of the process, and those of `.env` where the process leaves a gap. */

import { resolve } from 'node:path'
import { parseDotenv } from './dotenv.ts'
import type { DotenvEntry } from './dotenv.ts'
import { NoText, type ReadText } from './kept-texts.ts'
import type { Report } from '../problems/report.ts'

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
  /** The `.env` that was read, if there was one. */
  readonly dotenv: string | undefined

  constructor(variables: Variables, entries: ReadonlyMap<string, DotenvEntry> = new Map(), file?: string) {
    this.dotenv = file
    const exported = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined)
    this.#set = new Set([...exported.map(([name]) => name), ...entries.keys()])
    this.#usable = new Map(
      [
        ...[...entries].map(([name, { value, line }]): Variable => ({ name, value, kind: 'dotenv', line, ...(file === undefined ? {} : { file }) })),
        ...exported.map(([name, value]): Variable => ({ name, value, kind: 'env' })),
      ]
        .filter(({ value }) => value.trim() !== '')
        .map(variable => [variable.name, variable]),
    )
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
    return [...this.#usable.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The names that `.env` supplied. */
  get dotenvNames(): readonly string[] {
    return this.sorted()
      .filter(({ kind }) => kind === 'dotenv')
      .map(({ name }) => name)
  }
}

/** Reads `.env` of the working directory, if there is one, below the variables of the process. @param previous the one that was read before: it must still be there */
export async function readEnvironment(
  cwd: string,
  variables: Variables,
  previous: string | undefined,
  report: Report,
  readText: ReadText,
): Promise<Environment> {
  const file = resolve(cwd, '.env')
  const text = await readIfPresent(file, previous === file, report, readText)
  if (text === undefined) return new Environment(variables)
  const { entries, malformed, repeated } = parseDotenv(text)
  for (const line of malformed) report.problem({ file, line, pointer: '', message: 'expected KEY=value' })
  for (const name of repeated) report.warn(`.env gives ${name} more than once; the last value counts`)
  return new Environment(variables, entries, file)
}

async function readIfPresent(file: string, isRequired: boolean, report: Report, readText: ReadText): Promise<string | undefined> {
  try {
    return await readText(file)
  } catch (cause) {
    if (cause instanceof NoText) {
      report.problem({ file, line: cause.line, column: cause.column, pointer: '', message: cause.message })
      return undefined
    }
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    if (!isAbsent || isRequired) report.problem({ file, pointer: '', message: isAbsent ? 'does not exist' : 'cannot be read' })
    return undefined
  }
}
