/** How many model requests are in progress on one gateway, whichever configurations they began with. */

export class Presence {
  inFlight = 0
  /** All that were ever let in. */
  admitted = 0

  /** Counts one in. */
  enter(): void {
    this.inFlight += 1
    this.admitted += 1
  }

  leave(): void {
    this.inFlight -= 1
  }
}

const presences = new WeakMap<object, Presence>()

/** @param gateway what all configurations of one gateway share */
export function presenceOn(gateway: object): Presence {
  let presence = presences.get(gateway)
  if (presence === undefined) presences.set(gateway, (presence = new Presence()))
  return presence
}
