/** Connections that are on their way to a worker that ends: Node forgets them, and their clients would wait for ever. */

import type { ChildProcess, SendHandle } from 'node:child_process'
import type { Clock, Timer } from '../services/clock.ts'

/** What Node's cluster says of a connection, and what it is answered. */
interface Handover {
  readonly act?: string
  readonly seq?: number
  readonly ack?: number
  readonly accepted?: boolean
}

interface Connection {
  close(): void
}

/** So long Node may look for another worker. */
const patienceMs = 5_000

/** Turned away by a worker that was about to end. Node hands them to another one, but to nobody where all end at the same time. */
const turnedAway = new Map<Connection, Timer>()

/** Has such connections closed, so that their clients may try again. */
export function closeUndelivered(child: ChildProcess, clock: Pick<Clock, 'after'>): void {
  const onTheWay = new Map<number, Connection>()
  const send = child.send.bind(child) as (message: unknown, handle?: unknown, ...rest: readonly unknown[]) => boolean
  const noted = (message: Handover, handle?: SendHandle, ...rest: readonly unknown[]) => {
    if (message.act === 'newconn' && message.seq !== undefined && handle !== undefined) {
      const connection = handle as Connection
      keep(connection)
      onTheWay.set(message.seq, connection)
    }
    return send(message, handle, ...rest)
  }
  child.send = noted as ChildProcess['send']
  // Before Node hears it, and hands the connection to the next.
  child.prependListener('internalMessage', ({ ack, accepted }: Handover) => {
    const connection = ack === undefined ? undefined : onTheWay.get(ack)
    if (ack === undefined || connection === undefined) return
    onTheWay.delete(ack)
    if (accepted === false) giveUpLater(connection, clock)
  })
  child.once('exit', () => {
    for (const connection of onTheWay.values()) connection.close()
  })
}

function keep(connection: Connection): void {
  turnedAway.get(connection)?.cancel()
  turnedAway.delete(connection)
}

function giveUpLater(connection: Connection, clock: Pick<Clock, 'after'>): void {
  turnedAway.set(
    connection,
    clock.after(patienceMs, () => {
      turnedAway.delete(connection)
      connection.close()
    }),
  )
}
