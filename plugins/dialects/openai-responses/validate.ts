/** What the gateway itself reads of a request (api 7.2). */

import type { JsonDocument, JsonKind, JsonNode } from '../../../core/document/document.ts'
import { gatewayError, type GatewayError } from '../../../core/errors.ts'

/** @throws GatewayError 400 naming the field */
export function validate({ root }: JsonDocument): void {
  checkModel(root.get('model'))
  checkKind(root, 'stream', ['boolean'], 'a boolean')
  checkKind(root, 'stream_options', ['object'], 'an object')
  checkKind(root, 'background', ['boolean'], 'a boolean')
  checkKind(root, 'instructions', ['string'], 'a string')
  checkKind(root, 'previous_response_id', ['string'], 'a string')
  checkKind(root, 'conversation', ['string', 'object'], 'a string or an object')
  checkKind(root, 'input', ['string', 'array'], 'a string or an array')
  checkKind(root, 'tools', ['array'], 'an array')
  checkKind(root, 'include', ['array'], 'an array')
  if (['input', 'prompt', 'previous_response_id', 'conversation'].every(name => isAbsent(root.get(name)))) throw missing('input', 'input is required')
  if (!isAbsent(root.get('conversation')) && !isAbsent(root.get('previous_response_id'))) {
    throw gatewayError('invalid_value', 'previous_response_id and conversation exclude each other', { param: 'previous_response_id' })
  }
}

function checkModel(model: JsonNode | undefined): void {
  if (isAbsent(model)) throw missing('model', 'model is required')
  if (model?.kind !== 'string') throw gatewayError('invalid_type', 'model must be a string', { param: 'model' })
  if (model.string().trim() === '') throw missing('model', 'model is required')
}

function checkKind(root: JsonNode, name: string, kinds: readonly JsonKind[], what: string): void {
  const node = root.get(name)
  if (node === undefined || node.kind === 'null' || kinds.includes(node.kind)) return
  throw gatewayError('invalid_type', `${name} must be ${what}`, { param: name })
}

function isAbsent(node: JsonNode | undefined): boolean {
  return node === undefined || node.kind === 'null'
}

function missing(param: string, message: string): GatewayError {
  return gatewayError('missing_required_parameter', message, { param })
}
