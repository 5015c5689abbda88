/** Finds out that the driver looks after its servers no more. It looks at each from time to time, and one look can hang for ever: the driver then waits for a socket to drain that was destroyed a moment before. */

import type { MongoClient } from 'mongodb'
import type { Clock, Timer } from '../../../core/index.ts'

/** On top of what a look may take by the driver's own limits. */
const slackMs = 1_000

export class Heartbeat {
  readonly #client: MongoClient
  readonly #clock: Clock
  readonly #stopped: (address: string) => void
  readonly #looks = new Map<string, Timer>()

  /** @param stopped called when a look at a server hangs */
  constructor(client: MongoClient, clock: Clock, stopped: (address: string) => void) {
    this.#client = client
    this.#clock = clock
    this.#stopped = stopped
    const { connectTimeoutMS } = client.options
    if (!(connectTimeoutMS > 0)) return // its looks have no limit
    client.on('serverHeartbeatStarted', ({ connectionId, awaited }) => this.#begin(connectionId, awaited))
    client.on('serverHeartbeatSucceeded', ({ connectionId }) => this.#end(connectionId))
    client.on('serverHeartbeatFailed', ({ connectionId }) => this.#end(connectionId))
    client.on('serverClosed', ({ address }) => this.#end(address))
  }

  close(): void {
    for (const address of this.#looks.keys()) this.#end(address)
  }

  /** A look may have to connect first, and to shake hands; and some servers answer only when they have something to say. */
  #begin(address: string, isAwaited: boolean): void {
    this.#end(address)
    const { connectTimeoutMS, heartbeatFrequencyMS } = this.#client.options
    const limitMs = 2 * connectTimeoutMS + (isAwaited ? heartbeatFrequencyMS : 0) + slackMs
    this.#looks.set(
      address,
      this.#clock.after(limitMs, () => {
        this.#looks.delete(address)
        this.#stopped(address)
      }),
    )
  }

  #end(address: string): void {
    this.#looks.get(address)?.cancel()
    this.#looks.delete(address)
  }
}
