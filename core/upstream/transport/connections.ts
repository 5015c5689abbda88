/** Connections to one server: straight to it, or through a proxy. */

import type { LookupFunction, Socket } from 'node:net'
import type { buildConnector, Dispatcher, Pool } from 'undici'
import { joinWrites } from '../../joined-writes.ts'
import { unbracketed } from '../../networks.ts'
import { undici } from './undici.ts'

export interface ConnectionOptions {
  /** As many as are needed, by default. */
  readonly connections?: number
  /** How long they are kept while nothing runs. */
  readonly keepAliveMs?: number
  /** For the way to the server; undici's own limit by default. */
  readonly connectMs?: number
  /** `http:`, `https:`, `socks5:` or `socks5h:`; a proxy of SOCKS gets the server's name as it is and looks it up itself. */
  readonly proxyUrl?: string | undefined
  /** Where no proxy stands between. */
  readonly lookup?: LookupFunction
}

const longestKeepAliveMs = 600_000
const socksMs = 10_000

/**
 * Opens nothing before the first call.
 * @param made told of the pool that calls go through, whenever it is another one
 * @throws Error if the proxy's user or password is spelled wrongly
 */
export function connectionsTo(
  origin: string,
  { connections, keepAliveMs, connectMs, proxyUrl, lookup }: ConnectionOptions,
  made: (pool: Pool) => void = () => {},
): Dispatcher {
  const options = {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(connections === undefined ? {} : { connections }),
    ...(keepAliveMs === undefined ? {} : { keepAliveTimeout: keepAliveMs, keepAliveMaxTimeout: Math.max(keepAliveMs, longestKeepAliveMs) }),
  }
  const timeout = connectMs === undefined ? {} : { timeout: connectMs }
  const pool = (to: string | URL, more: Pool.Options) => {
    const opened = new (undici().Pool)(to, { ...options, ...more })
    made(opened)
    return opened
  }
  if (proxyUrl === undefined) return pool(origin, { connect: joining(undici().buildConnector({ ...timeout, ...(lookup === undefined ? {} : { lookup }) })) })
  if (/^socks5h?:/i.test(proxyUrl)) return pool(origin, { connect: joining(throughSocks(proxyUrl, connectMs)) })
  return new (undici().ProxyAgent)({
    ...options,
    uri: proxyUrl,
    factory: (to, more) => pool(to, more),
    ...(connectMs === undefined ? {} : { connectTimeout: connectMs }),
  })
}

function joining(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      if (options.protocol === 'http:') joinWrites(socket)
      callback(null, socket)
    })
}

/** The name goes to the proxy unresolved. */
function throughSocks(proxyUrl: string, connectMs = socksMs): buildConnector.connector {
  const url = new URL(proxyUrl)
  const [userId, password] = [url.username, url.password].map(decodeURIComponent)
  const proxy = {
    type: 5 as const,
    host: unbracketed(url.hostname),
    port: Number(url.port) || 1080,
    ...(userId === '' && password === '' ? {} : { userId, password }),
  }
  const secured = undici().buildConnector({ timeout: connectMs })
  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80)
    tunnel({ proxy, command: 'connect', timeout: connectMs, destination: { host: unbracketed(options.hostname), port } }).then(
      socket => (options.protocol === 'https:' ? secured({ ...options, httpSocket: socket }, callback) : callback(null, socket)),
      (cause: Error) => callback(cause, null),
    )
  }
}

/** @throws Error without what the library adds to it: the proxy's password */
async function tunnel(options: import('socks').SocksClientOptions): Promise<Socket> {
  const { SocksClient } = await import('socks')
  try {
    const { socket } = await SocksClient.createConnection(options)
    return socket.setNoDelay(true)
  } catch (cause) {
    throw Object.assign(new Error(`SOCKS: ${(cause as Error).message}`), { code: 'ERR_SOCKS' })
  }
}
