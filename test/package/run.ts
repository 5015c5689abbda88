/** Runs commands as a user does: without what npm and this repository put into the environment. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** What a user's shell has: nothing of npm's, and not the Node that this repository brings. */
export const usersEnvironment: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined || /^npm_|^NODE_/i.test(name) ? [] : [[name, value]]))),
  PATH: (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(directory => !directory.includes('node_modules'))
    .join(delimiter),
}

/** The Node that the machine has; the running one if it has none. */
export const usersNode =
  (usersEnvironment['PATH'] ?? '')
    .split(delimiter)
    .map(directory => join(directory, 'node'))
    .find(existsSync) ?? process.execPath

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** How a command ends, well or badly. */
export async function outcomeOf(
  command: string,
  parameters: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  try {
    return { code: 0, ...(await execute(command, parameters, { cwd, env: { ...usersEnvironment, ...variables } })) }
  } catch (cause) {
    if (typeof (cause as { code?: unknown }).code !== 'number') throw cause
    return cause as Error & Outcome
  }
}

/** @returns what a command says. @throws Error with all that it says, if it fails */
export async function run(command: string, parameters: readonly string[], cwd: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await outcomeOf(command, parameters, cwd, variables)
  if (code !== 0) throw new Error(`${[command, ...parameters].join(' ')} ended with ${code}\n${stdout}${stderr}`)
  return stdout
}
