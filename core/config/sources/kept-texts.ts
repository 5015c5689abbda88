/** The texts that a configuration is read from, kept: what is read again is what it was, whatever stands on the disk by then. */

import { readFile } from 'node:fs/promises'

/** Reads a file as text. @throws as `readFile` does */
export type ReadText = (path: string) => Promise<string>

export const readText: ReadText = path => readFile(path, 'utf8')

/** By path; null where no file was. */
export type Texts = Readonly<Record<string, string | null>>

export class KeptTexts {
  readonly #texts = new Map<string, string | null>()

  constructor(texts: Texts = {}) {
    for (const [path, text] of Object.entries(texts)) this.#texts.set(path, text)
  }

  get all(): Texts {
    return Object.fromEntries(this.#texts)
  }

  readonly read: ReadText = async path => {
    const text = this.#texts.get(path)
    if (text === null) throw Object.assign(new Error(`there is no ${path}`), { code: 'ENOENT' })
    return text ?? (await this.#readAnew(path))
  }

  async #readAnew(path: string): Promise<string> {
    try {
      const text = await readText(path)
      this.#texts.set(path, text)
      return text
    } catch (cause) {
      if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) this.#texts.set(path, null)
      throw cause
    }
  }
}
