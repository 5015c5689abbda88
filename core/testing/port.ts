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
const lowest = 20_000
/** Nor does another process of tests find it: each has a block of its own. */
const [blocks, blockSize] = [120, 100]

let own: Promise<number> | undefined
let next = 0

/** A port of 127.0.0.1 on which nothing listens just now; another one each time. */
export async function freePort(): Promise<number> {
  const first = await (own ??= claimBlock())
  for (;;) {
    const port = first + next
    next = (next + 1) % (blockSize - 1)
    const server = await listening(port)
    if (server === undefined) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

/** The block is this process's as long as it lives: it listens on the last port of it. Where all are taken, one is shared. @returns the first port */
async function claimBlock(): Promise<number> {
  for (let first = lowest; first < lowest + blocks * blockSize; first += blockSize) {
    const server = await listening(first + blockSize - 1)
    if (server === undefined) continue
    server.unref()
    return first
  }
  return lowest + (process.pid % blocks) * blockSize
}

/** @returns undefined where somebody else listens */
async function listening(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    return undefined
  }
  return server
}

/** A base URL at which every connection is refused. */
export async function refusedUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}/v1`
}
