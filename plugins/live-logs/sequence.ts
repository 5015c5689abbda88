/** The numbers of events, and the name of whoever counts them: one for all configurations that a gateway serves one after the other. */

import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

export class Sequence {
  /** Another one after each start: the numbers begin anew, too. */
  readonly replicaId = `${hostname()}-${randomBytes(4).toString('hex')}`
  #last = 0

  /** The number of the latest event; 0 before the first one. */
  get last(): number {
    return this.#last
  }

  next(): number {
    this.#last += 1
    return this.#last
  }
}

const known = new WeakMap<object, Sequence>()

/** @param gateway what a gateway has one of */
export function sequenceOf(gateway: object): Sequence {
  const sequence = known.get(gateway) ?? new Sequence()
  known.set(gateway, sequence)
  return sequence
}
