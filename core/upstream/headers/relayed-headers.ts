/** Headers of a provider's reply that the caller gets, too. */

import type { Attempt } from '../../pipeline/attempt.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import { endToEnd } from '../bodies/raw-body.ts'
import type { ReplyHeaders } from '../transport/transport.ts'

/** What the gateway says itself of a reply that it hands on. */
const own: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'date',
  'cache-control',
  'x-accel-buffering',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-cache',
  'age',
])

/**
 * Relays those that the provider's type names, or all of them to who speaks its dialect, if the type or the dialect says so. A passed-through reply brings
 * its headers anyway.
 */
export function relayHeaders(exchange: Exchange, attempt: Attempt, headers: ReplyHeaders): void {
  const { provider } = attempt.target
  const { definition } = provider
  if (exchange.forward !== undefined) return
  const isNative = attempt.translation === undefined && (definition.relaysHeaders === true || provider.spoken(exchange.dialect)?.relaysHeaders === true)
  if (!isNative && definition.replyHeaders === undefined) return
  const flat = isNative ? all(headers) : named(definition.replyHeaders ?? [], headers)
  if (flat.length === 0) return
  exchange.replyHeaders.push(...flat)
  attempt.relayed = flat
}

/** Another attempt begins: those of the one before it do not leave. */
export function forgetRelayed(exchange: Exchange): void {
  if (exchange.replyHeaders.length === 0) return
  const attempt = exchange.attempts.findLast(({ relayed }) => relayed.length > 0)
  if (attempt === undefined) return
  const { relayed } = attempt
  const at = exchange.replyHeaders.findIndex((_, start) => relayed.every((text, index) => exchange.replyHeaders[start + index] === text))
  if (at >= 0) exchange.replyHeaders.splice(at, relayed.length)
  attempt.relayed = []
}

function named(names: readonly string[], headers: ReplyHeaders): readonly string[] {
  return names.flatMap(name => (typeof headers[name] === 'string' ? [name, headers[name]] : []))
}

function all(headers: ReplyHeaders): readonly string[] {
  return endToEnd(headers, isNotOwn)
}

function isNotOwn(name: string): boolean {
  return !own.has(name) && !name.startsWith('x-tapline-')
}
