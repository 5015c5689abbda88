/** The calls that bodies make which flow. Of a form: its bytes as they came, but for the model and for fields that are the gateway's own. */

import { gatewayError } from '../errors.ts'
import type { Form } from '../form/form.ts'
import type { PassedBody } from '../form/passed-body.ts'
import type { Attempt } from '../pipeline/attempt.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { EndpointPlace } from './provider/provider-facts.ts'
import type { OutgoingCall } from './transport/transport.ts'

/** @throws GatewayError if the form's bytes have left already, on an attempt before */
export function formCall({ operation }: Exchange, attempt: Attempt, form: Form, { method, path }: EndpointPlace): OutgoingCall {
  checkUnspent(form)
  const { model } = attempt.target
  const length = form.length(model)
  // Once its bytes have left, the call cannot be made again.
  const body = form.body(model, () => {
    attempt.once = true
  })
  const headers = ['Content-Type', form.type, 'Accept', '*/*', 'Accept-Encoding', 'identity']
  if (Buffer.isBuffer(body)) return { operation, method, path, headers, body }
  if (length !== undefined) headers.push('Content-Length', String(length))
  return { operation, method, path, headers, body: undefined, upload: body }
}

/** What is sent of a body that is passed on as it comes. @throws as above */
export function passedOn(attempt: Attempt, passed: PassedBody, headers: readonly string[]): Pick<OutgoingCall, 'headers' | 'body' | 'upload'> {
  checkUnspent(passed)
  const upload = passed.body(() => {
    attempt.once = true
  })
  return { headers: passed.length === undefined ? [...headers] : [...headers, 'Content-Length', String(passed.length)], body: undefined, upload }
}

function checkUnspent({ isSpent }: Pick<Form, 'isSpent'>): void {
  if (isSpent) throw gatewayError('upstream_unreachable', 'the form has left already and cannot be sent a second time', { shouldRetry: true })
}
