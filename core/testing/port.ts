/** Ports of servers on this machine. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** The TCP port that a listening server was given. */
export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no TCP port')
  return address.port
}

/** Below those that a system gives to whoever names none: between finding one here and using it, nobody else is given it. */
const [lowest, count] = [20_000, 12_000]
/** Each process begins elsewhere, so that those of one machine seldom look at the same. */
let next = (process.pid * 7919) % count

/** A port of 127.0.0.1 on which nothing listens just now; another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + next
    next = (next + 1) % count
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

/** A base URL at which every connection is refused. */
export async function refusedUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}/v1`
}
