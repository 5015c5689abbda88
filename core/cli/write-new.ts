/** Writes files for a user who may have some of that name already. */

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Writing {
  /** What messages call the file. */
  readonly shown: string
  readonly overwrite?: boolean
  /** What follows "is there already" in the message. */
  readonly advice?: string
  /** Its permissions, if it is made. */
  readonly mode?: number
}

/** Makes its folders, too. @throws Error that says whether the file is there already, or what else keeps it from being written */
export async function writeNew(file: string, text: string, { shown, overwrite = false, advice = '', mode = 0o666 }: Writing): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text, { flag: overwrite ? 'w' : 'wx', mode })
  } catch (cause) {
    const { code = 'unknown reason', syscall } = cause as NodeJS.ErrnoException
    const isThere = code === 'EEXIST' && syscall === 'open'
    throw new Error(isThere ? `${shown} is there already${advice}` : `${shown} cannot be written (${code})`, { cause })
  }
}
