/** A multipart request part by part, for who takes its contents as they flow. */

import { Readable } from 'node:stream'
import type { GatewayError } from '../../core/errors.ts'
import { FormScanner, type PartHead } from '../../core/form/scanner.ts'
import type { Upload } from '../../core/form/upload.ts'

/** A part; the next one comes when its content was read to the end. */
export interface FlowingPart {
  readonly name: string
  readonly filename: string | undefined
  readonly type: string | undefined
  readonly content: Readable
}

/** The parts in their order, at the pace of the reader. Iterating throws the GatewayError for a body that is broken, too large or too slow. */
export async function* partsOf(upload: Upload, boundary: string): AsyncGenerator<FlowingPart> {
  const queue = new PartQueue(upload, boundary)
  try {
    for (let part = await queue.next(); part !== undefined; part = await queue.next()) {
      yield part
      part.content.resume()
    }
  } finally {
    queue.close()
  }
}

/** What has come and was not taken yet: of one chunk, that may be several small parts. */
class PartQueue {
  readonly #upload: Upload
  readonly #scanner: FormScanner
  readonly #parts: FlowingPart[] = []
  #current: Readable | undefined
  #failure: GatewayError | undefined
  #hasEnded = false
  #awaken: (() => void) | undefined

  constructor(upload: Upload, boundary: string) {
    this.#upload = upload
    this.#scanner = new FormScanner(boundary, {
      head: part => this.#begin(part),
      content: bytes => {
        if (this.#current?.push(bytes) === false) upload.pause()
      },
      end: () => {
        this.#current?.push(null)
        this.#current = undefined
      },
    })
    upload.start({
      data: chunk => this.#guard(() => this.#scanner.push(chunk)),
      end: () =>
        this.#guard(() => {
          this.#scanner.end()
          this.#hasEnded = true
          this.#wake()
        }),
      failed: error => this.#fail(error),
    })
  }

  async next(): Promise<FlowingPart | undefined> {
    for (;;) {
      const part = this.#parts.shift()
      if (part !== undefined) return part
      if (this.#failure !== undefined) throw this.#failure
      if (this.#hasEnded) return undefined
      this.#upload.resume()
      await new Promise<void>(resolve => {
        this.#awaken = resolve
      })
    }
  }

  close(): void {
    if (!this.#hasEnded) this.#upload.discard()
    this.#current?.destroy()
  }

  #begin({ name, filename, type }: PartHead): void {
    const content = (this.#current = new Readable({ highWaterMark: 256 * 1024, read: () => this.#upload.resume() }))
    content.on('error', () => {})
    this.#parts.push({ name, filename, type, content })
    this.#wake()
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (cause) {
      this.#upload.discard()
      this.#fail(cause as GatewayError)
    }
  }

  #fail(error: GatewayError): void {
    this.#failure = error
    this.#current?.destroy(error)
    this.#wake()
  }

  #wake(): void {
    this.#awaken?.()
    this.#awaken = undefined
  }
}
