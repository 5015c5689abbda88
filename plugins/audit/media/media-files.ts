/** Where the bytes of audio and images are: in a folder, or in memory. */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Ids are made by the gateway: letters, digits and hyphens. */
export interface MediaFiles {
  write(id: string, bytes: Buffer): Promise<void>
  /** Undefined if it is not there. */
  read(id: string): Promise<Buffer | undefined>
  delete(id: string): Promise<void>
}

export class FolderOfMedia implements MediaFiles {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async write(id: string, bytes: Buffer): Promise<void> {
    const file = this.#file(id)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, bytes, { mode: 0o600 })
  }

  async read(id: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#file(id))
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw cause
    }
  }

  async delete(id: string): Promise<void> {
    await rm(this.#file(id), { force: true })
  }

  #file(id: string): string {
    return join(this.#path, id.slice(0, 2), id)
  }
}

/** The oldest go when it gets too much. */
const mostBytes = 256 * 1024 * 1024

export class MediaInMemory implements MediaFiles {
  readonly #files = new Map<string, Buffer>()
  #bytes = 0

  write(id: string, bytes: Buffer): Promise<void> {
    this.#files.set(id, bytes)
    this.#bytes += bytes.length
    for (const oldest of this.#files.keys()) {
      if (this.#bytes <= mostBytes) break
      this.#remove(oldest)
    }
    return Promise.resolve()
  }

  read(id: string): Promise<Buffer | undefined> {
    return Promise.resolve(this.#files.get(id))
  }

  delete(id: string): Promise<void> {
    this.#remove(id)
    return Promise.resolve()
  }

  #remove(id: string): void {
    this.#bytes -= this.#files.get(id)?.length ?? 0
    this.#files.delete(id)
  }
}
