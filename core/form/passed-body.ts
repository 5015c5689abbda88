/** A form that is passed on as it comes, and is never held. */

import type { Readable } from 'node:stream'
import { gatewayError, type GatewayError } from '../errors.ts'
import { Rest } from './rest.ts'
import type { Upload } from './upload.ts'

export class PassedBody {
  /** Whether bytes have left that cannot be had again. */
  isSpent = false
  readonly #upload: Upload
  readonly #failed: (error: GatewayError) => void
  /** What it begins with, as far as that did not come yet. */
  #opening: Buffer

  /** @param failed is called when it breaks off amid its flow, or is no form: whatever is under way must end */
  constructor(upload: Upload, boundary: string, failed: (error: GatewayError) => void) {
    this.#upload = upload
    this.#failed = failed
    this.#opening = Buffer.from(`--${boundary}`)
  }

  /** Bytes, where the caller declared them. */
  get length(): number | undefined {
    return this.#upload.length
  }

  /** @param onFlow is called when the first bytes leave */
  body(onFlow: () => void): Readable {
    return new Rest(this.#upload, rest => {
      this.isSpent = true
      onFlow()
      const failed = (error: GatewayError) => {
        this.#failed(error)
        rest.destroy(error)
      }
      this.#upload.start({
        data: chunk => (this.#isForm(chunk) ? rest.put(chunk) : failed(notOpened())),
        end: () => rest.finish(),
        failed,
      })
    })
  }

  /** What nobody took is read and forgotten. */
  discard(): void {
    if (this.isSpent) this.#upload.discard()
  }

  /** Nobody reads the model of what flows: JSON that only says it is a form must not be taken for one where it goes. */
  #isForm(chunk: Buffer): boolean {
    const begun = chunk.subarray(0, this.#opening.length)
    const isSo = this.#opening.subarray(0, begun.length).equals(begun)
    this.#opening = this.#opening.subarray(begun.length)
    return isSo
  }
}

function notOpened(): GatewayError {
  return gatewayError('invalid_value', 'invalid request body: it does not begin with the boundary that its content type says')
}
