/** Outbound proxies of the two kinds, on free ports of this machine. They alone know where the hosts of a test are. */

import { once } from 'node:events'
import { createServer as createHttpServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { portOf } from '../../core/testing/port.ts'
import { certificate } from './certificate/certificate.ts'

/** What a proxy was asked for: `CONNECT upstream.invalid:443`, `GET http://upstream.invalid/v1/models`, `SOCKS name upstream.invalid:443`. */
export interface Asked {
  readonly what: string
  /** `user:password`. */
  readonly credentials: string | undefined
}

export interface ProxyOptions {
  /** Ports of 127.0.0.1 by `host:port`. What is not named here is not reached. */
  readonly hosts: Readonly<Record<string, number>>
  /** Whom it serves; everyone by default. */
  readonly credentials?: string
}

abstract class TestProxy {
  readonly asked: Asked[] = []
  readonly #sockets = new Set<Duplex>()
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
    server.on('connection', socket => {
      this.keep(socket)
    })
  }

  get port(): number {
    return portOf(this.#server)
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }

  keep<T extends Duplex>(socket: T): T {
    this.#sockets.add(socket)
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket))
    return socket
  }
}

/** A proxy of HTTP: tunnels for `CONNECT`, forwards whole requests. */
export class HttpProxy extends TestProxy {
  readonly #options: ProxyOptions

  private constructor(server: HttpServer, options: ProxyOptions) {
    super(server)
    this.#options = options
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => this.#forward(incoming, response))
    server.on('connect', (incoming: IncomingMessage, socket: Socket) => this.#tunnel(incoming, socket))
  }

  /** @param secure whether it is spoken to by https */
  static async start(options: ProxyOptions, secure = false): Promise<HttpProxy> {
    return await new HttpProxy(secure ? createHttpsServer(certificate) : createHttpServer(), options).listen()
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    if (!this.#admits(incoming)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end('who are you?')
    const url = new URL(incoming.url ?? '')
    const { 'proxy-authorization': _own, 'proxy-connection': _hop, ...headers } = incoming.headers
    const onward = request(
      { host: '127.0.0.1', port: this.#options.hosts[`${url.hostname}:${url.port || 80}`], method: incoming.method, path: url.pathname + url.search, headers },
      answer => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  }

  #tunnel(incoming: IncomingMessage, socket: Socket): void {
    this.keep(socket)
    if (!this.#admits(incoming)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n')
    const port = this.#options.hosts[incoming.url ?? '']
    if (port === undefined) return void socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
    const onward = this.keep(
      connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      }),
    )
    join(socket, onward)
  }

  #admits({ method, url, headers }: IncomingMessage): boolean {
    const said = headers['proxy-authorization']
    const credentials = said === undefined ? undefined : Buffer.from(said.replace(/^Basic /, ''), 'base64').toString()
    this.asked.push({ what: `${method} ${url}`, credentials })
    return this.#options.credentials === undefined || this.#options.credentials === credentials
  }
}

/** Whatever ends one ends the other. */
function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    from.on('close', () => to.destroy()).pipe(to)
}

const kinds: Readonly<Record<number, string>> = { 1: 'address', 3: 'name', 4: 'address' }

/** A proxy of SOCKS 5 (RFC 1928, 1929). */
export class SocksProxy extends TestProxy {
  readonly #options: ProxyOptions

  private constructor(options: ProxyOptions) {
    const server = createServer(socket => {
      void this.#serve(socket).catch(() => socket.destroy())
    })
    super(server)
    this.#options = options
  }

  static async start(options: ProxyOptions): Promise<SocksProxy> {
    return await new SocksProxy(options).listen()
  }

  async #serve(socket: Socket): Promise<void> {
    const reader = new Reader(socket)
    const [, count = 0] = await reader.take(2)
    const methods = await reader.take(count)
    const credentials = methods.includes(2) ? await this.#credentials(socket, reader) : undefined
    if (credentials === undefined) socket.write(Buffer.from([5, this.#options.credentials === undefined ? 0 : 0xff]))
    if (this.#options.credentials !== undefined && this.#options.credentials !== credentials)
      return void socket.end(Buffer.from(credentials === undefined ? [] : [1, 1]))
    if (credentials !== undefined) socket.write(Buffer.from([1, 0]))
    const [, , , kind = 0] = await reader.take(4)
    const host = await hostFrom(reader, kind)
    const to = `${host}:${(await reader.take(2)).readUInt16BE()}`
    this.asked.push({ what: `SOCKS ${kinds[kind]} ${to}`, credentials })
    const port = this.#options.hosts[to]
    const answer = (code: number) => {
      socket.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
    }
    if (port === undefined) return answer(4)
    reader.release()
    const onward = this.keep(connect(port, '127.0.0.1', () => answer(0)))
    join(socket, onward)
  }

  async #credentials(socket: Socket, reader: Reader): Promise<string> {
    socket.write(Buffer.from([5, 2]))
    const [, userLength = 0] = await reader.take(2)
    const user = await reader.take(userLength)
    const [length = 0] = await reader.take(1)
    return `${user.toString()}:${(await reader.take(length)).toString()}`
  }
}

async function hostFrom(reader: Reader, kind: number): Promise<string> {
  if (kind === 1) return [...(await reader.take(4))].join('.')
  if (kind === 4) return (await reader.take(16)).toString('hex')
  const [length = 0] = await reader.take(1)
  return (await reader.take(length)).toString()
}

/** Reads so many bytes from a socket, however they come. */
class Reader {
  readonly #socket: Socket
  #bytes = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#add).on('close', this.#wake)
  }

  async take(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) {
      if (this.#socket.destroyed) throw new Error('the client has left')
      await new Promise<void>(resolve => {
        this.#woken = resolve
      })
    }
    const taken = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(count)
    return taken
  }

  release(): void {
    this.#socket.pause().off('data', this.#add).off('close', this.#wake)
  }

  #woken = () => {}
  readonly #wake = () => this.#woken()
  readonly #add = (chunk: Buffer) => {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    this.#woken()
  }
}
