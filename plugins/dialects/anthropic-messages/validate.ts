/** Checks what the gateway itself reads of a request; all else is the provider's business. */

import { said, stringOf } from '../../../core/document/readings.ts'
import { gatewayError, type JsonDocument, type JsonNode } from '../../../core/index.ts'
import { checkKind, checkMessages, checkModel } from '../../../core/neutral/checks.ts'
import { missing, wrongType } from '../../../core/neutral/members.ts'

/** @throws GatewayError 400 naming the field */
export function validate({ root, bytes }: JsonDocument, operation: string): void {
  checkModel(root)
  if (operation === 'messages') checkMaxTokens(root)
  if (goesOn(root)) checkKind(root, 'messages', ['array'], 'an array')
  else checkMessages(root, bytes)
  checkKind(root, 'stream', ['boolean'], 'a boolean')
}

/** Anthropic has the conversation: where a turn paused, nothing is to be added. */
function goesOn(root: JsonNode): boolean {
  return stringOf(said(root, 'thread')?.get('type')) === 'continue'
}

function checkMaxTokens(root: JsonNode): void {
  const limit = said(root, 'max_tokens')
  if (limit === undefined) throw missing('max_tokens')
  if (limit.kind !== 'number') throw wrongType('max_tokens', 'an integer')
  const tokens = limit.value()
  if (!Number.isInteger(tokens) || Number(tokens) < 1)
    throw gatewayError('invalid_value', 'max_tokens must be an integer of at least 1', { param: 'max_tokens' })
}
