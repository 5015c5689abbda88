/** Puts labels to those that a call has: each once, where it came first, and no more than are kept of a call. */

import { slot, type Exchange } from '../../core/index.ts'

/** Labels of one call. */
const mostLabels = 64
/** Characters of one label. */
const longestLabel = 256

const hasWarned = slot<true>()

/** What is too much is left out, with one warning for a call. */
export function addLabels(exchange: Exchange, found: readonly string[]): void {
  const { labels } = exchange
  if (found.length === 0 && labels.length <= mostLabels && labels.every(isShort)) return
  const all = new Set([...labels, ...found])
  const kept = [...all].filter(isShort).slice(0, mostLabels)
  exchange.labels = kept
  if (kept.length < all.size) warn(exchange)
}

/** By characters as people count them, without counting those of a text that is far too long. */
function isShort(label: string): boolean {
  return label.length <= longestLabel || (label.length <= 2 * longestLabel && [...label].length <= longestLabel)
}

function warn(exchange: Exchange): void {
  if (hasWarned.get(exchange) === true) return
  hasWarned.set(exchange, true)
  exchange.log.warn(`a call has more than ${mostLabels} labels, or one of more than ${longestLabel} characters; the surplus is left out`)
}
