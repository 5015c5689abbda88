/** What vendors say of their failures inside replies of status 2xx. */

import { GatewayError, gatewayError, type JsonObject } from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'

/** Words for an end that is a failure; its status. */
const failures: ReadonlyMap<string, number> = new Map([
  ['error', 502],
  ['network_error', 502],
  ['insufficient_system_resource', 503],
])

/** A choice that ended because the provider failed, or that says so itself. */
export function finishFault({ choices, error: beside }: JsonObject, provider: string): GatewayError | undefined {
  for (const choice of Array.isArray(choices) ? choices.filter(isObject) : []) {
    const { error, finish_reason: word } = choice
    if (isObject(error)) return said(error, provider)
    const status = typeof word === 'string' ? failures.get(word) : undefined
    if (status !== undefined && isObject(beside)) return said(beside, provider)
    if (status !== undefined)
      return gatewayError('bad_upstream_response', `${provider}: provider ended the answer with ${word as string}`, { status, provider })
  }
  return undefined
}

function said(error: JsonObject, provider: string): GatewayError {
  return new GatewayError(codeOf(error), typeof error['message'] === 'string' ? error['message'] : `${provider} failed`, {
    status: statusOf(error['code']),
    provider,
  })
}

function codeOf({ code }: JsonObject): string | null {
  return typeof code === 'string' || typeof code === 'number' ? String(code) : null
}

function statusOf(code: unknown): number {
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : 502
}
