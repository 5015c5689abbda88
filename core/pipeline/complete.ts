/** The end of an exchange: the `complete` taps, each on its own, and nobody waits for them; then those on `finished`. */

import type { Exchange } from './exchange.ts'

/**
 * Fires the taps on `complete`. Called once, just before the last bytes are handed over:
 * what a tap does before its first `await` is done before the caller has the reply.
 */
export function complete(exchange: Exchange): void {
  if (exchange.completed) return
  exchange.completed = true
  for (const tap of exchange.plan.complete) tap(exchange)
  if (exchange.hasLeft) fireFinished(exchange)
}

/** The last byte is out of the gateway's hands, or the caller is gone: fires the taps on `finished`, behind those on `complete`. */
export function finish(exchange: Exchange): void {
  if (exchange.hasLeft) return
  exchange.hasLeft = true
  if (exchange.completed) fireFinished(exchange)
}

function fireFinished(exchange: Exchange): void {
  for (const tap of exchange.plan.finished) tap(exchange)
  exchange.plan.onLeft?.()
}
