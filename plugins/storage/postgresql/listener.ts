/** Hears of changes that other replicas make, over a connection of its own that is made again when it breaks. */

import { Client } from 'pg'
import type { Clock, Timer } from '../../../core/index.ts'
import { briefly } from './briefly.ts'
import { connectionTo } from './database.ts'

const firstPauseMs = 1_000
const longestPauseMs = 30_000

export interface ListenerOptions {
  readonly url: string
  readonly clock: Clock
  /** Something has changed, or may have while nobody listened. */
  readonly changed: () => void
}

export class Listener {
  readonly #options: ListenerOptions
  #client: Client | undefined
  #pauseMs = firstPauseMs
  #retry: Timer | undefined
  #isClosed = false

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  /** Never fails: without it, changes are looked for every second. */
  async listen(): Promise<void> {
    const client = (this.#client = new Client(connectionTo(this.#options.url)))
    client.on('notification', () => this.#options.changed())
    client.on('error', () => {}) // the end follows
    client.once('end', () => this.#again(client))
    try {
      await client.connect()
      await client.query('LISTEN tapline_changes')
      this.#pauseMs = firstPauseMs
      this.#options.changed()
    } catch {
      this.#again(client)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    if (this.#client !== undefined) await briefly(this.#options.clock, this.#client.end())
  }

  #again(client: Client): void {
    if (this.#isClosed || client !== this.#client) return
    this.#client = undefined
    client.end().catch(() => {})
    this.#retry = this.#options.clock.after(this.#pauseMs, () => void this.listen())
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }
}
