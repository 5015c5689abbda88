/** Asks once for each text of a request, however often it stands there; what failed is asked for again. */

import type { Exchange } from '../../../core/pipeline/exchange.ts'
import { slot } from '../../../core/pipeline/slot.ts'

/** @returns what asks, unless the same text of the same request was asked about before */
export function onceEach<Found>(): (exchange: Exchange, text: string, ask: () => Promise<Found>) => Promise<Found> {
  const asked = slot<Map<string, Promise<Found>>>()
  return (exchange, text, ask) => {
    const known = asked.get(exchange) ?? new Map<string, Promise<Found>>()
    asked.set(exchange, known)
    const found = known.get(text) ?? forgotIfItFails(known, text, ask())
    known.set(text, found)
    return found
  }
}

function forgotIfItFails<Found>(known: Map<string, Promise<Found>>, text: string, found: Promise<Found>): Promise<Found> {
  found.catch(() => {
    known.delete(text)
  })
  return found
}
