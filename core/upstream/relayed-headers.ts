/** Headers of a provider's reply that the caller gets, too. */

import type { Attempt } from '../pipeline/attempt.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import { endToEnd } from './raw-body.ts'
import type { ReplyHeaders } from './transport.ts'

/** What the gateway says itself of a reply that it hands on. */
const own: ReadonlySet<string> = new Set(['content-type', 'content-length', 'content-encoding', 'date', 'cache-control', 'x-accel-buffering', 'retry-after', 'retry-after-ms', 'x-should-retry'])

const relayed = new WeakMap<Exchange, readonly string[]>()

/**
 * Relays those that the provider's type names, or all of them to who speaks its dialect, if the type says so; of several attempts, those of
 * the last. A passed-through reply brings its headers anyway.
 */
export function relayHeaders(exchange: Exchange, { target: { provider: { definition } }, translation }: Attempt, headers: ReplyHeaders): void {
  if (exchange.forward !== undefined) return
  if (exchange.replyHeaders.length > 0) forgetEarlier(exchange)
  const isNative = definition.relaysHeaders === true && translation === undefined
  if (!isNative && definition.replyHeaders === undefined) return
  const flat = isNative ? all(headers) : named(definition.replyHeaders ?? [], headers)
  if (flat.length === 0) return
  exchange.replyHeaders.push(...flat)
  relayed.set(exchange, flat)
}

function forgetEarlier(exchange: Exchange): void {
  const [first, ...others] = relayed.get(exchange) ?? []
  if (first === undefined) return
  exchange.replyHeaders.splice(exchange.replyHeaders.indexOf(first), 1 + others.length)
  relayed.delete(exchange)
}

function named(names: readonly string[], headers: ReplyHeaders): readonly string[] {
  return names.flatMap(name => typeof headers[name] === 'string' ? [name, headers[name]] : [])
}

function all(headers: ReplyHeaders): readonly string[] {
  return endToEnd(Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name) && !name.startsWith('x-tapline-'))))
}
