/** Writes of administrators to things of one kind: one after the other, each made of what stands by then. */

import { Conflict } from '../../../core/storage/records.ts'
import { Turns } from '../../../core/turns.ts'
import { refuseContention } from './refuse-conflict.ts'

/** Writers of other processes may come in the way so often. */
const mostTries = 20

export class WriteTurns {
  readonly #what: string
  readonly #turns = new Turns()

  /** @param what is written, for people */
  constructor(what: string) {
    this.#what = what
  }

  /**
   * @param write compares what stands with what its caller means, and writes; called again if another process wrote first
   * @throws GatewayError `conflict` if others write all the time, and whatever `write` throws
   */
  take<T>(write: () => Promise<T>): Promise<T> {
    return this.#turns.take(() => written(write).catch(refuseContention(this.#what)))
  }
}

async function written<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (cause) {
      if (!(cause instanceof Conflict) || tries === mostTries) throw cause
    }
  }
}
