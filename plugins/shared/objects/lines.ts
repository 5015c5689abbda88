/** The lines of a text that comes in pieces, such as JSONL. */

import { gatewayError } from '../../../core/errors.ts'

/** Of one line. */
const lineLimit = 16 * 1024 * 1024

/** The lines of a text that comes in pieces; empty ones are left out. @throws GatewayError for one that is too long */
export async function* linesOf(content: AsyncIterable<Buffer>): AsyncGenerator<{ readonly number: number; readonly bytes: Buffer }> {
  let held = Buffer.alloc(0)
  let number = 0
  for await (const chunk of content) {
    let from = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const bytes = Buffer.concat([held, chunk.subarray(from, end)])
      held = Buffer.alloc(0)
      from = end + 1
      number += 1
      if (!isBlank(bytes)) yield { number, bytes }
    }
    held = Buffer.concat([held, chunk.subarray(from)])
    if (held.length > lineLimit) throw gatewayError('invalid_value', `line ${number + 1} has more than ${lineLimit} bytes`, { param: 'file' })
  }
  if (!isBlank(held)) yield { number: number + 1, bytes: held }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every(byte => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}
