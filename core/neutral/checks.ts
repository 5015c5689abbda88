/** What the gateway itself checks of a caller's body; all else is the provider's business. */

import type { JsonKind, JsonNode } from '../document/document.ts'
import { isEmptyArray, said } from '../document/readings.ts'
import { gatewayError } from '../errors.ts'
import { missing, wrongType } from './members.ts'

/** @throws GatewayError 400 */
export function checkModel(root: JsonNode): void {
  const model = said(root, 'model')
  if (model === undefined) throw missing('model')
  if (model.kind !== 'string') throw wrongType('model', 'a string')
  if (model.string().trim() === '') throw missing('model')
}

/** @param bytes of the body @throws GatewayError 400 */
export function checkMessages(root: JsonNode, bytes: Buffer): void {
  const messages = said(root, 'messages')
  if (messages === undefined) throw missing('messages')
  if (messages.kind !== 'array') throw wrongType('messages', 'an array')
  if (isEmptyArray(messages, bytes)) throw gatewayError('invalid_value', 'messages must not be empty', { param: 'messages' })
}

/** Of a member that is there. @param what the kinds, for people: `a string or an array` @throws GatewayError 400 */
export function checkKind(root: JsonNode, name: string, kinds: readonly JsonKind[], what: string): void {
  const member = said(root, name)
  if (member !== undefined && !kinds.includes(member.kind)) throw wrongType(name, what)
}
