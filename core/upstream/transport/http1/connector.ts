/** Opens connections to one server, plain or encrypted. */

import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectEncrypted } from 'node:tls'
import { unbracketed } from '../../../networks.ts'

/** Opens one; `opened` is called once. */
export type Connector = (opened: (...result: [cause: null, socket: Socket] | [cause: Error]) => void) => void

/** For the way to the server, and for its certificate. */
const connectMs = 10_000
const keepAliveProbeMs = 60_000

/** What is read, until it is copied: Node's own way takes new memory for each read, and asks after each whether to go on. */
const room = Buffer.allocUnsafeSlow(64 * 1024)

/** The server that took too long. */
export class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT'
}

/** A session of TLS is taken up again by the next connection. */
export function connectorTo(origin: string): Connector {
  const { protocol, hostname, port } = new URL(origin)
  const host = unbracketed(hostname)
  let session: Buffer | undefined
  const open = (): Socket => {
    if (protocol !== 'https:') return plainSocket(host, Number(port) || 80)
    const socket = connectEncrypted({
      host,
      port: Number(port) || 443,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(session === undefined ? {} : { session }),
    })
    return socket.on('session', given => {
      session = given
    })
  }
  return opened => {
    const socket = open().setNoDelay(true).setKeepAlive(true, keepAliveProbeMs)
    const timer = setTimeout(() => socket.destroy(new ConnectTimeout(`no connection to ${host} within ${connectMs / 1000} s`)), connectMs)
    const refused = (cause: Error) => {
      clearTimeout(timer)
      opened(cause)
    }
    socket.once('error', refused).once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', refused)
      opened(null, socket)
    })
  }
}

/** A socket that reads into the memory that all of them share. */
function plainSocket(host: string, port: number): Socket {
  const read = (length: number): true => {
    const bytes = Buffer.allocUnsafe(length)
    room.copy(bytes, 0, 0, length)
    socket.emit('data', bytes)
    return true
  }
  const socket = connectPlain({ host, port, onread: { buffer: room, callback: read } })
  return socket
}
