/** A request body that is read as it comes: at the pace of whoever takes it. */

import type { GatewayError } from '../errors.ts'

export interface UploadTaker {
  data(chunk: Buffer): void
  end(): void
  /** It is larger than allowed, came too slowly, or broke off; nothing follows. */
  failed(error: GatewayError): void
}

export interface Upload {
  /** Bytes, where the caller declared them and they are not encoded. */
  readonly length: number | undefined
  /** Starts the flow; once. */
  start(taker: UploadTaker): void
  pause(): void
  resume(): void
  /** What is still to come is read and forgotten, so that the caller hears the answer. */
  discard(): void
}
