/** An answer for who gets it a second time. */

import { JsonDocument } from '../../../core/document/document.ts'
import type { JsonNode } from '../../../core/document/node.ts'
import { freshHex } from '../../../core/random-bytes.ts'
import { firstEvent } from '../../../core/stream/borders.ts'

/** As JSON spells it: what kind of thing it is, where vendors say so, and what is its own. */
const ownId = /^"([a-z]+_)?([\w-]+)"$/
/** One of fewer letters may well be taken. */
const shortestId = 6

/** The same answer or stream under another id, as long as the one that it had: it is another response, that can be continued and deleted by itself. */
export function renewed(body: Buffer): Buffer {
  const id = idOf(body)?.json() ?? ''
  const [, kind = '', own = ''] = ownId.exec(id) ?? []
  if (own.length < shortestId) return body
  return Buffer.from(body.toString('latin1').replaceAll(id, `"${kind}${likeId(own)}"`), 'latin1')
}

/** A stream says it with its first event, and again with others. */
function idOf(body: Buffer): JsonNode | undefined {
  const answer = JsonDocument.tryParse(body)?.root ?? firstEvent(body)?.document?.root.get('response')
  return answer?.get('id')
}

/** With dashes where this one has them. */
function likeId(id: string): string {
  const digits = freshHex(id.length)
  return id.replaceAll(/[^-]/g, (_, at: number) => digits.charAt(at))
}
