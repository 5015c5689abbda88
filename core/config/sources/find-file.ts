/** Which file is the configuration, and what stands in it. */

import { resolve } from 'node:path'
import { NoText, type ReadText } from './kept-texts.ts'
import type { Problem } from '../problems/place.ts'
import type { Report } from '../problems/report.ts'
import type { Spellings } from './spelling.ts'
import { parseYaml } from './yaml-file.ts'
import type { YamlFile } from './yaml-file.ts'

/** Tried in this order, from the working directory, when no file is named. */
const implicitFiles: readonly string[] = ['tapline.yaml', 'config/config.yaml', 'config.yaml']

export interface Wanted {
  readonly cwd: string
  /** What `--config` says. */
  readonly flag: string | undefined
  /** What a configuration that shall be replaced was read from: where nobody names a file, it is that one, and it must be there. */
  readonly previous: string | undefined
}

/** Reads the file that the flag or `CONFIG_FILE` names, else the one that was read before, else the first implicit one that is there. */
export async function readConfigFile(wanted: Wanted, spellings: Spellings, report: Report, readText: ReadText): Promise<YamlFile | undefined> {
  const file = await readWanted(wanted, spellings, report, readText)
  for (const problem of file?.problems ?? []) report.problem(problem)
  return file
}

async function readWanted({ cwd, flag, previous }: Wanted, spellings: Spellings, report: Report, readText: ReadText): Promise<YamlFile | undefined> {
  const variable = flag === undefined ? spellings.find('CONFIG_FILE') : undefined
  const named = flag ?? variable?.value
  if (named !== undefined) return readNamed(resolve(cwd, named), variable?.name ?? '--config', named, report, readText)
  return previous === undefined ? firstImplicit(cwd, report, readText) : readAgain(previous, report, readText)
}

async function readAgain(path: string, report: Report, readText: ReadText): Promise<YamlFile | undefined> {
  try {
    return parseYaml(await readText(path), path)
  } catch (cause) {
    report.problem(unreadableFile(path, cause))
    return undefined
  }
}

async function firstImplicit(cwd: string, report: Report, readText: ReadText): Promise<YamlFile | undefined> {
  for (const file of implicitFiles) {
    const path = resolve(cwd, file)
    try {
      return parseYaml(await readText(path), path)
    } catch (cause) {
      if (isAbsent(cause)) continue
      report.problem(unreadableFile(path, cause))
      return undefined
    }
  }
  return undefined
}

async function readNamed(path: string, env: string, named: string, report: Report, readText: ReadText): Promise<YamlFile | undefined> {
  try {
    return parseYaml(await readText(path), path)
  } catch (cause) {
    const problem = { env, pointer: '', expected: 'readable file', got: named, message: `${named} ${unreadable(cause)}` }
    report.problem(cause instanceof NoText ? unreadableFile(path, cause) : problem)
    return undefined
  }
}

function unreadableFile(file: string, cause: unknown): Problem {
  if (!(cause instanceof NoText)) return { file, pointer: '', message: unreadable(cause) }
  const { line, column, message } = cause
  return { file, line, column, pointer: '', message }
}

function isAbsent(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')
}

function unreadable(cause: unknown): string {
  return isAbsent(cause) ? 'does not exist' : `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`
}
