/** An error that a provider reports inside a reply or an event. */

import { said, stringOf } from '../../../core/document/readings.ts'
import { GatewayError, type JsonNode } from '../../../core/index.ts'

/** @param fault an object with a message, or a string */
export function vendorError(fault: JsonNode, provider: string): GatewayError {
  const code = said(fault, 'code')
  const param = stringOf(fault.get('param'))
  const message = stringOf(fault) ?? stringOf(fault.get('message')) ?? 'the provider reported an error'
  return new GatewayError(code === undefined ? null : (stringOf(code) ?? code.json()), message, {
    status: statusOf(fault),
    provider,
    ...(param === undefined ? {} : { param }),
  })
}

function statusOf(fault: JsonNode): number {
  const statuses = ['code', 'status'].map(name => fault.get(name)).map(node => Number(stringOf(node) ?? node?.json()))
  return statuses.find(status => Number.isInteger(status) && status >= 400 && status <= 599) ?? 502
}
