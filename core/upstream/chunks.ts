/** What has come of a body so far. */
export class Chunks {
  #list: Buffer[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(chunk: Buffer): void {
    this.#list.push(chunk)
    this.#bytes += chunk.length
  }

  join(): Buffer {
    const [only, ...others] = this.#list
    return only !== undefined && others.length === 0 ? only : Buffer.concat(this.#list)
  }

  /** Hands the chunks over. */
  take(): readonly Buffer[] {
    const taken = this.#list
    this.#list = []
    return taken
  }
}
