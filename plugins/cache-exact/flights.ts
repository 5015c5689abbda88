/** Identical requests that miss at the same time: one leads and calls the provider, the others wait for its answer. */

import type { Exchange } from '../../core/index.ts'
import type { Entry } from '../shared/cache/entry.ts'

/** How waiting ended: with the leader's answer, in its place, or on one's own. */
export type Landing = Entry | 'lead' | 'alone'

interface Flight {
  leader: Exchange
  readonly waiting: Map<Exchange, (landing: Landing) => void>
}

export class Flights {
  readonly #flights = new Map<string, Flight>()

  /** @returns undefined if this exchange leads; it must `land` or `leave` */
  board(key: string, exchange: Exchange): Promise<Landing> | undefined {
    const flight = this.#flights.get(key)
    if (flight !== undefined)
      return new Promise(resolve => {
        flight.waiting.set(exchange, resolve)
      })
    this.#flights.set(key, { leader: exchange, waiting: new Map() })
    return undefined
  }

  /** The leader has an answer that is good for all. */
  land(key: string, exchange: Exchange, entry: Entry): void {
    const flight = this.#flights.get(key)
    if (flight?.leader === exchange) this.#end(key, flight, entry)
  }

  /**
   * An exchange is over, or cannot share its answer. If it led and its client is gone, a waiter leads in its place;
   * else all go on alone, since what failed for one may be its own fault.
   */
  leave(key: string, exchange: Exchange): void {
    const flight = this.#flights.get(key)
    if (flight === undefined) return
    if (flight.leader !== exchange) return void flight.waiting.delete(exchange)
    const [next] = flight.waiting
    if (!exchange.gone || next === undefined) return this.#end(key, flight, 'alone')
    const [successor, resolve] = next
    flight.leader = successor
    flight.waiting.delete(successor)
    resolve('lead')
  }

  #end(key: string, { waiting }: Flight, landing: Landing): void {
    this.#flights.delete(key)
    for (const resolve of waiting.values()) resolve(landing)
  }
}
