/** What of a body flows on to a provider. */

import { Readable } from 'node:stream'
import type { Upload } from './upload.ts'

/** What is held, then what still comes; undici pulls it at the pace of the provider. */
export class Rest extends Readable {
  #isFlowing = false
  readonly #upload: Upload
  readonly #begin: (rest: Rest) => void

  /** @param begin gives what is held, and lets the rest flow */
  constructor(upload: Upload, begin: (rest: Rest) => void) {
    super({ highWaterMark: 64 * 1024 })
    this.#upload = upload
    this.#begin = begin
  }

  override _read(): void {
    if (this.#isFlowing) return this.#upload.resume()
    this.#isFlowing = true
    return this.#begin(this)
  }

  /** Given up by whoever reads it: the caller shall still hear why. */
  override _destroy(cause: Error | null, callback: (cause: Error | null) => void): void {
    if (this.#isFlowing) this.#upload.discard()
    callback(cause)
  }

  put(chunk: Buffer): void {
    if (!this.destroyed && !this.push(chunk)) this.#upload.pause()
  }

  finish(): void {
    if (!this.destroyed) this.push(null)
  }
}
