/** Where the running gateway writes its process id, so that `tapline reload` finds it. */

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Logger } from 'pino'
import { dataPath } from '../storage/data-path.ts'

/** The configured file; `tapline.pid` beside the other data where nobody says. Empty switches it off. */
export function pidFile(configured: string | undefined): string | undefined {
  return configured === '' ? undefined : resolve(configured ?? dataPath('tapline.pid'))
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
