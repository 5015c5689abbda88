/** Errors as OpenAI's kin report them inside replies and events. */

import type { JsonNode } from '../document/document.ts'
import { stringOf } from '../document/readings.ts'
import { GatewayError } from '../errors.ts'

/** The error that a provider reports as JSON: an object with a message, or a string. */
export function vendorError(fault: JsonNode, provider: string): GatewayError {
  const param = stringOf(fault.get('param'))
  return new GatewayError(codeOf(fault), messageOf(fault), {
    status: statusOf(fault),
    provider,
    ...(param === undefined ? {} : { param }),
  })
}

/** What such an error says. OpenRouter puts the words of the provider behind it into `metadata`. */
export function messageOf(fault: JsonNode): string {
  const message = stringOf(fault) ?? stringOf(fault.get('message')) ?? ''
  const raw = message === '' || message.startsWith('Provider returned') ? stringOf(fault.get('metadata')?.get('raw')) : undefined
  return raw ?? (message === '' ? 'the provider reported an error' : message)
}

function codeOf(fault: JsonNode): string | null {
  const code = fault.get('code')
  return code?.kind === 'number' ? code.json() : (stringOf(code) ?? null)
}

function statusOf(fault: JsonNode): number {
  const candidates = ['code', 'status', 'status_code'].map(name => Number(stringOf(fault.get(name)) ?? fault.get(name)?.json()))
  return candidates.find(status => Number.isInteger(status) && status >= 400 && status <= 599) ?? 502
}
