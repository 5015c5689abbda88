/** What the gateway itself reads of a request. */

import type { JsonDocument, JsonKind } from '../../../core/document/document.ts'
import { said } from '../../../core/document/readings.ts'
import { gatewayError } from '../../../core/errors.ts'
import { checkKind, checkModel } from '../../../core/neutral/checks.ts'
import { missing } from '../../../core/neutral/members.ts'

const kinds: readonly (readonly [name: string, kinds: readonly JsonKind[], what: string])[] = [
  ['stream', ['boolean'], 'a boolean'],
  ['stream_options', ['object'], 'an object'],
  ['background', ['boolean'], 'a boolean'],
  ['store', ['boolean'], 'a boolean'],
  ['instructions', ['string'], 'a string'],
  ['previous_response_id', ['string'], 'a string'],
  ['conversation', ['string', 'object'], 'a string or an object'],
  ['input', ['string', 'array'], 'a string or an array'],
  ['tools', ['array'], 'an array'],
  ['include', ['array'], 'an array'],
]

/** What a response may be made from. */
const sources = ['input', 'prompt', 'previous_response_id', 'conversation']

/** @throws GatewayError 400 naming the field */
export function validate({ root }: JsonDocument): void {
  checkModel(root)
  for (const [name, those, what] of kinds) checkKind(root, name, those, what)
  if (!sources.some(name => said(root, name) !== undefined)) throw missing('input')
  if (said(root, 'conversation') !== undefined && said(root, 'previous_response_id') !== undefined) {
    throw gatewayError('invalid_value', 'previous_response_id and conversation exclude each other', { param: 'previous_response_id' })
  }
}
