/** What is said of one call to a provider, on its span and on its metrics. */

import type { Attributes } from '@opentelemetry/api'
import type { Attempt, Exchange, Failure } from '../../core/index.ts'
import { vendorOf } from './vendors.ts'

const chats: ReadonlySet<string> = new Set(['chat', 'messages', 'responses'])

/** Callers may write what they like where a model's name stands; spans wait in memory. */
const longestModel = 256

/** Failures that have no status. */
const reasons: Readonly<Partial<Record<Failure['kind'], string>>> = { timeout: 'timeout', transport: 'network_error' }

/** Which of the conventions' operations it is; one that they do not know has the gateway's own name. */
export function operationOf({ operation }: Exchange, { translation }: Attempt): string {
  if (!chats.has(operation)) return operation
  return translation?.dialect === 'gemini' ? 'generate_content' : 'chat'
}

/** The model that was asked; empty where the gateway does not know. */
export function modelOf({ target: { model } }: Attempt): string {
  // A slice would keep the whole name in memory.
  return model.length <= longestModel ? model : Buffer.from(model.slice(0, longestModel)).toString()
}

/** @param model as it may be said */
export function callAttributes(exchange: Exchange, attempt: Attempt, model: string): Attributes {
  const { provider } = attempt.target
  return {
    'gen_ai.operation.name': operationOf(exchange, attempt),
    ...(model === '' ? {} : { 'gen_ai.request.model': model }),
    'gen_ai.provider.name': vendorOf(provider.type),
    'tapline.provider.name': provider.name,
  }
}

/** Why the call came to nothing; undefined if it did not. */
export function errorType({ streamed }: Exchange, { failure, outcome }: Attempt): string | undefined {
  if (outcome === 'cancelled') return 'request_canceled'
  if (failure === undefined) return undefined
  if (failure.kind === 'empty') return streamed ? 'empty_stream' : 'empty_response'
  return reasons[failure.kind] ?? String(failure.status ?? failure.error.status)
}

/** Whether a call was made at all: a tap may have kept it back. */
export function wasMade({ failure }: Attempt): boolean {
  return failure?.kind !== 'refused'
}

/** Of a stream, only what failed before its first event is told like other calls; a caller who left is nothing of the provider's. */
export function isToldWhole({ streamed }: Exchange, attempt: Attempt): boolean {
  return wasMade(attempt) && (!streamed || attempt.outcome === 'failed')
}
