/** What the gateway itself reads of a request. */

import type { JsonDocument } from '../../../core/document/document.ts'
import { said } from '../../../core/document/readings.ts'
import { gatewayError } from '../../../core/errors.ts'
import { checkKind, checkModel } from '../../../core/neutral/checks.ts'
import { missing } from '../../../core/neutral/members.ts'

/** @throws GatewayError 400 naming the field */
export function validate({ root }: JsonDocument): void {
  checkModel(root)
  checkKind(root, 'stream', ['boolean'], 'a boolean')
  checkKind(root, 'stream_options', ['object'], 'an object')
  checkKind(root, 'background', ['boolean'], 'a boolean')
  checkKind(root, 'instructions', ['string'], 'a string')
  checkKind(root, 'previous_response_id', ['string'], 'a string')
  checkKind(root, 'conversation', ['string', 'object'], 'a string or an object')
  checkKind(root, 'input', ['string', 'array'], 'a string or an array')
  checkKind(root, 'tools', ['array'], 'an array')
  checkKind(root, 'include', ['array'], 'an array')
  if (['input', 'prompt', 'previous_response_id', 'conversation'].every(name => said(root, name) === undefined)) throw missing('input')
  if (said(root, 'conversation') !== undefined && said(root, 'previous_response_id') !== undefined) {
    throw gatewayError('invalid_value', 'previous_response_id and conversation exclude each other', { param: 'previous_response_id' })
  }
}
