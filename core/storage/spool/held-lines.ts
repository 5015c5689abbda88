/** Lines in memory, in the order in which they came: those that came together stay together. */

/** Rows as lines of JSON, and how many they are. */
export interface Lines {
  readonly lines: Buffer
  readonly count: number
}

/** @typeParam Source where they lie besides */
export class HeldLines<Source> {
  readonly #chunks: (Lines & { readonly source: Source })[] = []
  #length = 0

  /** How many rows are held. */
  get length(): number {
    return this.#length
  }

  add({ lines, count }: Lines, source: Source): void {
    if (count === 0) return
    this.#chunks.push({ lines, count, source })
    this.#length += count
  }

  /** What has waited longest: so many rows as came together, and more up to `limit`. The same ones until they are dropped; the bytes are a copy. */
  next(limit: number): Lines {
    let count = 0
    const some: Buffer[] = []
    for (const chunk of this.#chunks) {
      if (count > 0 && count + chunk.count > limit) break
      some.push(chunk.lines)
      count += chunk.count
    }
    return { lines: together(some), count }
  }

  /** Lets go of the rows of `next`. @param told of how many rows of each source */
  drop(count: number, told: (source: Source, count: number) => void = () => {}): void {
    for (let left = count; left > 0;) {
      const chunk = this.#chunks.shift()
      if (chunk === undefined) break
      left -= chunk.count
      this.#length -= chunk.count
      told(chunk.source, chunk.count)
    }
  }

  clear(): void {
    this.#chunks.length = 0
    this.#length = 0
  }
}

/** In memory of their own: it may be given to another thread. */
function together(some: readonly Buffer[]): Buffer {
  let length = 0
  for (const lines of some) length += lines.length
  const whole = Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const lines of some) at += lines.copy(whole, at)
  return whole
}
