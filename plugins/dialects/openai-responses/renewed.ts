/** An answer for who gets it a second time. */

import { freshHex } from '../../../core/random-bytes.ts'

const ownId = /"id"\s*:\s*"(resp_)([\w-]{16,})"/

/** The same answer or stream under another id, as long as the one that it had: it is another response, that can be continued and deleted by itself. */
export function renewed(body: Buffer): Buffer {
  const text = body.toString('latin1')
  const [, prefix = '', id = ''] = ownId.exec(text) ?? []
  return id === '' ? body : Buffer.from(text.replaceAll(prefix + id, prefix + freshId(id.length)), 'latin1')
}

function freshId(length: number): string {
  return freshHex(length)
}
