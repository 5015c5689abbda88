/** The texts that a configuration is read from, kept: what is read again is what it was, whatever stands on the disk by then. */

import { readFile } from 'node:fs/promises'

/** Reads a file as text. @throws as `readFile` does, and NoText */
export type ReadText = (path: string) => Promise<string>

export const readText: ReadText = async path => {
  const bytes = await readFile(path)
  return decoded(bytes) ?? lineByLine(bytes)
}

/** A file that is not UTF-8: what would be read of it is not what somebody wrote. */
export class NoText extends Error {
  override readonly name = 'NoText'
  readonly line: number
  readonly column: number

  constructor(line: number, column: number) {
    super('a character that is not UTF-8; save the file as UTF-8')
    this.line = line
    this.column = column
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** No character holds a line end within: the first line that is no text is where the first mistake stands. @throws NoText */
function lineByLine(bytes: Buffer): never {
  let [start, line] = [0, 1]
  for (let end = bytes.indexOf('\n'); end !== -1 && decoded(bytes.subarray(start, end)) !== undefined; end = bytes.indexOf('\n', start)) {
    start = end + 1
    line++
  }
  const end = bytes.indexOf('\n', start)
  throw new NoText(line, bytes.toString('utf8', start, end === -1 ? bytes.length : end).indexOf('\uFFFD') + 1)
}

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
