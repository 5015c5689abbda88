/** Lists in a folder: a file for each provider, replaced whole. */

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ListStore } from './list-store.ts'

const dayMs = 86_400_000

export class Folder implements ListStore {
  readonly name: string
  readonly keepsMs = 30 * dayMs
  readonly #path: string
  #writes = 0

  /** @param path absolute; made when the first list is written */
  constructor(path: string) {
    this.name = path
    this.#path = path
  }

  async read(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const texts = await Promise.all(ids.map(async id => [id, await this.#text(id)] as const))
    return new Map(texts.filter((found): found is [string, string] => found[1] !== undefined))
  }

  /** Nobody ever reads half a list. */
  async write(id: string, text: string): Promise<void> {
    await mkdir(this.#path, { recursive: true })
    const unfinished = `${this.#file(id)}.${process.pid}-${this.#writes++}.tmp`
    try {
      await writeFile(unfinished, text, { mode: 0o600, flush: true })
      await rename(unfinished, this.#file(id))
    } catch (cause) {
      await rm(unfinished, { force: true }).catch(() => {}) // what was in the way is told
      throw cause
    }
  }

  async close(): Promise<void> {}

  /** What cannot be opened is as unreadable as what holds nonsense. */
  async #text(id: string): Promise<string | undefined> {
    return await readFile(this.#file(id), 'utf8').catch((cause: NodeJS.ErrnoException) => (cause.code === 'ENOENT' ? undefined : ''))
  }

  #file(id: string): string {
    return join(this.#path, `models-${id}.json`)
  }
}
