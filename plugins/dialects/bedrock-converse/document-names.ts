/** Names of documents, as Converse wants them. */

const longestName = 200

/** The names of the documents of one request: within AWS's alphabet, each once. */
export class DocumentNames {
  readonly #used = new Set<string>()

  spell(name: string | undefined): string {
    const clean =
      (name ?? '')
        .replace(/\.[A-Za-z0-9]{1,5}$/, '')
        .replaceAll(/[^A-Za-z0-9()[\]-]+/g, ' ')
        .trim()
        .slice(0, longestName)
        .trimEnd() || 'document'
    let spelling = clean
    for (let n = 2; this.#used.has(spelling); n++) spelling = `${clean.slice(0, longestName - 4)} ${n}`
    this.#used.add(spelling)
    return spelling
  }
}
