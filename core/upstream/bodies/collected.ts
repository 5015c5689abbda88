/** An upload as a whole, for those who cannot take it as it flows. */

import type { Readable } from 'node:stream'
import { gatewayError } from '../../errors.ts'
import { wholeBytes } from '../../whole-bytes.ts'

const collectedLimit = 64 * 1024 * 1024

/** @param who for the message @throws GatewayError 413 if it is larger than 64 MiB */
export async function collected(upload: Readable, who: string): Promise<Buffer> {
  return await wholeBytes(upload, collectedLimit, () => gatewayError('body_too_large', `${who} takes ${collectedLimit} bytes at most`))
}
