/** The end of an exchange: the `complete` taps, each on its own, and nobody waits for them. */

import type { Exchange } from './exchange.ts'

/**
 * Fires the taps on `complete`. Called once, just before the last bytes are handed over:
 * what a tap does before its first `await` is done before the caller has the reply.
 */
export function complete(exchange: Exchange): void {
  if (exchange.completed) return
  exchange.completed = true
  for (const tap of exchange.plan.complete) tap(exchange)
}
