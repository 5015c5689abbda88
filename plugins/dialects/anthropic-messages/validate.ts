/** Checks what the gateway itself reads of a request; all else is the provider's business. */

import { gatewayError, type GatewayError, type JsonDocument, type JsonNode } from '../../../core/index.ts'

/** @throws GatewayError 400 naming the field */
export function validate({ root, bytes }: JsonDocument, operation: string): void {
  checkModel(root.get('model'))
  if (operation === 'messages') checkMaxTokens(root.get('max_tokens'))
  checkMessages(root.get('messages'), bytes)
  checkFlag(root.get('stream'))
}

function checkModel(model: JsonNode | undefined): void {
  if (isAbsent(model)) throw missing('model')
  if (model?.kind !== 'string') throw gatewayError('invalid_type', 'model must be a string', { param: 'model' })
  if (model.string().trim() === '') throw missing('model')
}

function checkMaxTokens(limit: JsonNode | undefined): void {
  if (isAbsent(limit)) throw missing('max_tokens')
  if (limit?.kind !== 'number') throw gatewayError('invalid_type', 'max_tokens must be an integer', { param: 'max_tokens' })
  const tokens = limit.value()
  if (!Number.isInteger(tokens) || Number(tokens) < 1) throw gatewayError('invalid_value', 'max_tokens must be an integer of at least 1', { param: 'max_tokens' })
}

function checkMessages(messages: JsonNode | undefined, bytes: Buffer): void {
  if (isAbsent(messages)) throw missing('messages')
  if (messages?.kind !== 'array') throw gatewayError('invalid_type', 'messages must be an array', { param: 'messages' })
  if (isEmpty(messages, bytes)) throw gatewayError('invalid_value', 'messages must not be empty', { param: 'messages' })
}

function checkFlag(stream: JsonNode | undefined): void {
  if (isAbsent(stream) || stream?.kind === 'boolean') return
  throw gatewayError('invalid_type', 'stream must be a boolean', { param: 'stream' })
}

/** Whether an array holds nothing, told from its first bytes: it may be long, and nobody has asked for its items. */
function isEmpty({ start }: JsonNode, bytes: Buffer): boolean {
  let at = start + 1
  while ((bytes[at] ?? 0x5d) <= 0x20) at++
  return bytes[at] === 0x5d
}

function isAbsent(node: JsonNode | undefined): boolean {
  return node === undefined || node.kind === 'null'
}

function missing(param: string): GatewayError {
  return gatewayError('missing_required_parameter', `${param} is required`, { param })
}
