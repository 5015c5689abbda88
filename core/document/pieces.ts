/** Collects stretches of buffers and joins them; neighbouring stretches of one buffer are one copy. */
export class Pieces {
  readonly #sources: Buffer[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  #length = 0

  add(source: Buffer, start: number, end: number): void {
    const last = this.#sources.length - 1
    this.#length += end - start
    if (last >= 0 && this.#sources[last] === source && this.#ends[last] === start) {
      this.#ends[last] = end
      return
    }
    this.#sources.push(source)
    this.#starts.push(start)
    this.#ends.push(end)
  }

  join(): Buffer {
    const whole = Buffer.allocUnsafe(this.#length)
    let at = 0
    this.#sources.forEach((source, i) => {
      at += source.copy(whole, at, this.#starts[i], this.#ends[i])
    })
    return whole
  }
}
