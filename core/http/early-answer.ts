/** Answers that leave before their request has come whole: the connection ends with them, as nobody reads what would have to come before a next request. */

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../services/clock.ts'

/** How long a client may go on sending. Who is cut off amid that gets a reset, and may not see the answer. */
export const lingerMs = 5_000

/** Has the connection end with this answer, and the answer say so (RFC 9110 15.5.9). To be called before its head is written. */
export function endConnectionWith(response: ServerResponse, clock: Clock): void {
  const { socket } = response.req
  response.shouldKeepAlive = false
  // What Node calls behind the last answer of a connection; it would close at once.
  socket.destroySoon = () => linger(socket, clock)
}

/** Node throws away what still comes of the request, until the client has heard that nothing more will be said, or for so long. */
export function linger(socket: Socket, clock: Clock): void {
  socket.end()
  const timer = clock.after(lingerMs, () => socket.destroy())
  socket.once('close', () => timer.cancel())
}
