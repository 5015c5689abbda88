/** Where the running gateway writes its process id, so that `tapline reload` finds it. */

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Logger } from 'pino'

/** The configured file; `data/tapline.pid` if there is a `data` folder, else one in the user's data directory. Empty switches it off. */
export function pidFile(configured: string | undefined): string | undefined {
  if (configured === '') return undefined
  if (configured !== undefined) return resolve(configured)
  return existsSync('data') ? resolve('data/tapline.pid') : join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'tapline/tapline.pid')
}

/** Writes it; a place that cannot be written is no reason not to start. */
export async function writePid(file: string | undefined, log: Logger): Promise<string | undefined> {
  if (file === undefined) return undefined
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${process.pid}\n`)
    return file
  } catch (cause) {
    log.warn({ err: cause, file }, 'the pid file cannot be written; "tapline reload" will not find this process')
    return undefined
  }
}
