/** Connections that are on their way to a worker when it dies: Node forgets them, and their clients would wait for ever. */

import type { ChildProcess, SendHandle } from 'node:child_process'

/** What Node's cluster says of a connection, and what it is answered. */
interface Handover {
  readonly act?: string
  readonly seq?: number
  readonly ack?: number
}

/** Has such connections closed when the process ends, so that their clients may try again. */
export function closeUndelivered(child: ChildProcess): void {
  const onTheWay = new Map<number, { close(): void }>()
  const send = child.send.bind(child) as (message: unknown, handle?: unknown, ...rest: readonly unknown[]) => boolean
  const noted = (message: Handover, handle?: SendHandle, ...rest: readonly unknown[]) => {
    if (message.act === 'newconn' && message.seq !== undefined && handle !== undefined) onTheWay.set(message.seq, handle as { close(): void })
    return send(message, handle, ...rest)
  }
  child.send = noted as ChildProcess['send']
  child.on('internalMessage', ({ ack }: Handover) => { if (ack !== undefined) onTheWay.delete(ack) })
  child.once('exit', () => { for (const handle of onTheWay.values()) handle.close() })
}
