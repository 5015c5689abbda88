/** An upload as a whole, for those who cannot take it as it flows. */

import type { Readable } from 'node:stream'
import { gatewayError } from '../../errors.ts'

export const collectedLimit = 64 * 1024 * 1024

/** @param who for the message @throws GatewayError 413 if it is larger than 64 MiB */
export async function collected(upload: Readable, who: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of upload) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes > collectedLimit) throw gatewayError('body_too_large', `${who} takes ${collectedLimit} bytes at most`)
  }
  return Buffer.concat(chunks)
}
