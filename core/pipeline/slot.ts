/** A typed place on an exchange where one plugin keeps its own state. */

import type { Exchange } from './exchange.ts'

export interface Slot<T> {
  get(exchange: Exchange): T | undefined
  set(exchange: Exchange, value: T): void
}

/**
 * Makes a slot, once per plugin or instance.
 * @example
 * const seen = slot<Set<string>>()
 * seen.set(exchange, new Set()); seen.get(exchange)?.add('x')
 */
export function slot<T>(): Slot<T> {
  const key = {}
  return {
    get({ slots }) {
      const at = slots.indexOf(key)
      return at < 0 ? undefined : (slots[at + 1] as T)
    },
    set({ slots }, value) {
      const at = slots.indexOf(key)
      if (at < 0) slots.push(key, value)
      else slots[at + 1] = value
    },
  }
}
