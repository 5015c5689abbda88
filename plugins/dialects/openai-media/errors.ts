/** An error that a provider reports inside a reply or an event. */

import { GatewayError, type JsonNode } from '../../../core/index.ts'

/** @param fault an object with a message, or a string */
export function vendorError(fault: JsonNode, provider: string): GatewayError {
  const code = fault.get('code')
  const param = textOf(fault.get('param'))
  const message = textOf(fault) ?? textOf(fault.get('message')) ?? 'the provider reported an error'
  return new GatewayError(code === undefined || code.kind === 'null' ? null : textOf(code) ?? code.json(), message, { status: statusOf(fault), provider, ...(param === undefined ? {} : { param }) })
}

function statusOf(fault: JsonNode): number {
  const said = ['code', 'status'].map(name => fault.get(name)).map(node => Number(textOf(node) ?? node?.json()))
  return said.find(status => Number.isInteger(status) && status >= 400 && status <= 599) ?? 502
}

function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.string() : undefined
}
