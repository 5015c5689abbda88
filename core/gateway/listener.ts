/** The socket that the gateway listens on, and the connections that came through it. */

import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** How often one that closes looks for connections that have nothing under way any more. */
const sweepMs = 20

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has it; --port, or server.port, chooses another',
  EACCES: 'only administrators may; --port, or server.port, chooses another',
  EADDRNOTAVAIL: 'this machine has no such address; --host, or server.host, chooses another',
}

export class Listener {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #address: AddressInfo | undefined

  /** @param server one that does not listen yet */
  constructor(server: Server) {
    this.#server = server
    server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** Where it listens, or did until it was closed. */
  get address(): AddressInfo {
    return this.#address as AddressInfo
  }

  /** @param host any address of this machine by default @throws Error that says why the system does not let it */
  async listen(port: number, host: string | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const refuse = (cause: NodeJS.ErrnoException) => reject(refusal(cause, host === undefined ? `port ${port}` : `port ${port} of ${host}`))
      this.#server.once('error', refuse)
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        this.#server.off('error', refuse)
        this.#address = this.#server.address() as AddressInfo
        resolve()
      })
    })
  }

  /** Takes no further connections. Resolves when the last one has nothing under way, and is closed. */
  async close(): Promise<void> {
    const sweeping = setInterval(() => this.#closeUnused(), sweepMs)
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
    })
    clearInterval(sweeping)
  }

  /** Closes all connections, whatever is under way. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Node takes a connection for busy on which nothing was ever sent. */
  #closeUnused(): void {
    this.#server.closeIdleConnections()
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}

function refusal(cause: NodeJS.ErrnoException, where: string): Error {
  const { code = '' } = cause
  const reason = reasons[code]
  return new Error(`cannot listen on ${where}: ${reason === undefined ? cause.message : `${reason} (${code})`}`, { cause })
}
