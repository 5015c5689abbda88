import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { portOf } from '../../../../../core/testing/port.ts'
import { ConnectionPool, type PoolOptions } from '../../../../../core/upstream/transport/http1/connection-pool.ts'
import { connectorTo, type Connector } from '../../../../../core/upstream/transport/http1/connector.ts'
import type { Call, ReplyListener } from '../../../../../core/upstream/transport/transport.ts'
import { until } from '../../../../support/until.ts'

const head = 'POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\n'
const body = Buffer.from('hi')
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho'

/** What a call heard. */
interface Heard {
  status?: number
  body: string
  error?: NodeJS.ErrnoException
}

describe('connections to one server', () => {
  let server: Server
  let pool: ConnectionPool
  let sockets: Socket[]
  /** Requests as they came, of all connections. */
  let received: string[]
  /** What the server does with each. */
  let answer: (socket: Socket, request: string) => void

  beforeEach(async () => {
    sockets = []
    received = []
    answer = socket => socket.write(ok)
    server = createServer(socket => {
      sockets.push(socket)
      socket
        .on('error', () => {})
        .on('data', (bytes: Buffer) => {
          received.push(bytes.toString('latin1'))
          answer(socket, bytes.toString('latin1'))
        })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    pool = poolWith({})
  })

  afterEach(() => {
    pool.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  function poolWith(options: Partial<PoolOptions>): ConnectionPool {
    return new ConnectionPool({
      connect: connectorTo(`http://127.0.0.1:${portOf(server)}`),
      connections: Infinity,
      keepAliveMs: 60_000,
      ...options,
    })
  }

  it('are used again, the last that became free first', async () => {
    await Promise.all([made(pool), made(pool)])
    await made(pool)
    await made(pool)
    expect(sockets).to.have.length(2)
    expect(received).to.have.length(4)
  })

  it('carry head and body as they are, long ones too', async () => {
    const long = Buffer.alloc(100_000, 'x')
    const request = `POST /\u00e9 HTTP/1.1\r\ncontent-length: ${long.length}\r\n\r\n`
    let came = ''
    answer = (socket, bytes) => {
      came += bytes
      if (came.length === request.length + long.length) socket.write(ok)
    }
    expect(await made(pool, request, long)).to.deep.include({
      status: 200,
      body: 'ho',
    })
    expect(came).to.equal(request + long.toString())
    came = ''
    answer = (socket, bytes) => {
      came += bytes
      socket.write(ok)
    }
    await made(pool, 'GET / HTTP/1.1\r\n\r\n', null)
    expect(came).to.equal('GET / HTTP/1.1\r\n\r\n')
  })

  it('are no more than they may be: who comes later waits, and is told of as waiting', async () => {
    pool = poolWith({ connections: 2 })
    const held: Socket[] = []
    answer = socket => held.push(socket)
    const calls = [made(pool), made(pool), made(pool), made(pool)]
    expect(pool.queued).to.equal(2)
    await until(() => held.length === 2)
    expect(pool.queued).to.equal(2)
    answer = socket => socket.write(ok)
    for (const socket of held) socket.write(ok)
    for (const heard of await Promise.all(calls)) expect(heard).to.deep.include({ status: 200, body: 'ho' })
    expect(pool.queued).to.equal(0)
    expect(sockets).to.have.length(2)
  })

  it('are left by who waits, and nobody else waits longer', async () => {
    pool = poolWith({ connections: 1 })
    const first = made(pool)
    const given = calling(pool)
    const last = made(pool)
    given.call.abort()
    expect(pool.queued).to.equal(1)
    await Promise.all([first, last])
    expect(received).to.have.length(2)
    expect(given.heard).to.deep.equal({ body: '' })
  })

  it('end with a call that is given up, and the next gets another', async () => {
    pool = poolWith({ connections: 1 })
    answer = () => {}
    const given = calling(pool)
    const next = made(pool)
    await until(() => received.length === 1)
    answer = socket => socket.write(ok)
    given.call.abort()
    expect(await next).to.deep.include({ status: 200 })
    expect(sockets).to.have.length(2)
    expect(given.heard).to.deep.equal({ body: '' })
  })

  it('stay when a call is given up before it has left', async () => {
    await made(pool)
    calling(pool).call.abort()
    await made(pool)
    expect(received).to.have.length(2)
    expect(sockets).to.have.length(1)
  })

  it('that the server ends while they are idle are not used again', async () => {
    await made(pool)
    sockets[0]?.end()
    await once(sockets[0] as Socket, 'close')
    expect(await made(pool)).to.deep.include({ status: 200, body: 'ho' })
    expect(sockets).to.have.length(2)
  })

  it('on which the server says what nobody asked for are not used again', async () => {
    await made(pool)
    sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
    await once(sockets[0] as Socket, 'close')
    expect(await made(pool)).to.deep.include({ status: 200, body: 'ho' })
  })

  it('that bring more than a reply are not used again', async () => {
    answer = socket => socket.write(`${ok}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`)
    expect(await made(pool)).to.deep.include({ body: 'ho' })
    answer = socket => socket.write(ok)
    expect(await made(pool)).to.deep.include({ body: 'ho' })
    expect(sockets).to.have.length(2)
  })

  it('that the server wants to end are not used again', async () => {
    answer = socket => socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    await Promise.all([made(pool), once(server, 'connection').then(([socket]) => once(socket as Socket, 'close'))])
    await made(pool)
    expect(sockets).to.have.length(2)
  })

  it('that the server keeps for too short a time are not used again', async () => {
    answer = socket => socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n')
    await made(pool)
    await made(pool)
    expect(sockets).to.have.length(2)
  })

  it('are kept while idle for so long', async () => {
    pool = poolWith({ keepAliveMs: 1 })
    await made(pool)
    await once(sockets[0] as Socket, 'close')
    await made(pool)
    expect(sockets).to.have.length(2)
  })

  for (const keepAliveMs of [0, Number.POSITIVE_INFINITY])
    it(`serve one call after the other where each is kept for ${keepAliveMs} ms`, async () => {
      pool = poolWith({ keepAliveMs, connections: 1 })
      for (const { body: came } of await Promise.all([made(pool), made(pool), made(pool)])) expect(came).to.equal('ho')
      expect(sockets).to.have.length(keepAliveMs === 0 ? 3 : 1)
    })

  it('answered before their request has left are not used again', async () => {
    answer = socket => {
      socket.removeAllListeners('data').pause()
      socket.write(ok)
    }
    const long = Buffer.alloc(32 * 1024 * 1024)
    expect(await made(pool, `POST / HTTP/1.1\r\ncontent-length: ${long.length}\r\n\r\n`, long)).to.deep.include({ status: 200, body: 'ho' })
    answer = socket => socket.write(ok)
    await made(pool)
    expect(sockets).to.have.length(2)
  })

  const broken: readonly (readonly [string, string, Partial<Heard>])[] = [
    ['before a reply', '', { body: '' }],
    ['amid a head', 'HTTP/1.1 200', { body: '' }],
    ['amid a body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe', { status: 200, body: 'he' }],
  ]
  for (const [when, bytes, heard] of broken) {
    it(`that end ${when} break the call`, async () => {
      answer = socket => socket.end(bytes)
      const { error, ...rest } = await made(pool)
      expect(rest).to.deep.equal(heard)
      expect(error?.code).to.equal('ECONNRESET')
    })
  }

  it('that are reset break the call', async () => {
    answer = socket => socket.resetAndDestroy()
    expect((await made(pool)).error?.code).to.equal('ECONNRESET')
  })

  it('that bring no HTTP break the call', async () => {
    answer = socket => socket.write('<html>\r\n\r\n')
    expect((await made(pool)).error?.code).to.equal('EBADMSG')
  })

  it('that end with the reply end it', async () => {
    answer = socket => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it')
    expect(await made(pool)).to.deep.equal({ status: 200, body: 'all of it' })
  })

  it('that cannot be opened fail each call that waits for one', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const origin = `http://127.0.0.1:${portOf(closed)}`
    closed.close()
    await once(closed, 'close')
    pool = poolWith({ connect: connectorTo(origin), connections: 2 })
    for (const { error } of await Promise.all([made(pool), made(pool), made(pool)])) expect(error?.code).to.equal('ECONNREFUSED')
    expect(pool.queued).to.equal(0)
  })

  it('hold back while their reader pauses, the end too', async () => {
    const seen: string[] = []
    const ended = Promise.withResolvers<void>()
    const call = pool.send(head, body, {
      onHead() {
        seen.push('head')
        call.pause()
      },
      onData: chunk => seen.push(chunk.toString()),
      onEnd: () => ended.resolve(),
      onError: ended.reject,
    })
    await until(() => seen.length === 1)
    // Another call goes by meanwhile.
    await made(pool)
    expect(seen).to.deep.equal(['head'])
    call.resume()
    await ended.promise
    expect(seen).to.deep.equal(['head', 'ho'])
  })

  it('bring all of a reply in chunks to who pauses at each of them, also where it ends with its connection', async () => {
    const chunks = Array.from({ length: 20 }, (_, at) => `${'x'.repeat(at + 1)}\r\n`)
    answer = socket =>
      socket.end(
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks.map(chunk => `${(chunk.length - 2).toString(16)}\r\n${chunk}`).join('')}0\r\n\r\n`,
      )
    let bytes = 0
    const ended = Promise.withResolvers<void>()
    const call = pool.send(head, body, {
      onHead() {},
      onData(chunk) {
        bytes += chunk.length
        call.pause()
        setImmediate(() => call.resume())
      },
      onEnd: () => ended.resolve(),
      onError: ended.reject,
    })
    await ended.promise
    expect(bytes).to.equal(210)
  })

  it('tell nothing to a call that was given up as they were closed', async () => {
    pool.close()
    const given = calling(pool)
    given.call.abort()
    expect((await made(pool)).error?.code).to.equal('ECONNRESET')
    expect(given.heard).to.deep.equal({ body: '' })
  })

  it('are no affair any more of a call that is over', async () => {
    const first = calling(pool)
    await first.over
    const second = calling(pool)
    first.call.pause()
    first.call.abort()
    expect(await second.over).to.deep.include({ status: 200, body: 'ho' })
    expect(sockets).to.have.length(1)
  })

  it('are closed with what runs on them, and none is opened again', async () => {
    pool = poolWith({ connections: 1 })
    answer = () => {}
    const calls = [made(pool), made(pool)]
    await until(() => received.length === 1)
    pool.close()
    for (const { error } of [...(await Promise.all(calls)), await made(pool)]) expect(error?.code).to.equal('ECONNRESET')
    expect(sockets).to.have.length(1)
  })
})

describe('a connection that breaks in the turn in which a call takes it', () => {
  const withPeers = ({ breaking = false } = {}) => {
    const peers: Peer[] = []
    const connect: Connector = opened => {
      const peer = new Peer()
      peers.push(peer)
      queueMicrotask(() => {
        opened(null, peer as unknown as Socket)
        if (breaking) peer.destroy()
      })
    }
    return { peers, pool: new ConnectionPool({ connect, connections: 1, keepAliveMs: 60_000 }) }
  }

  it('gives it to another, as nothing of it has left', async () => {
    const { peers, pool } = withPeers()
    expect(await made(pool)).to.deep.include({ body: 'ho' })
    const next = made(pool)
    peers[0]?.push(null)
    expect(await next).to.deep.include({ body: 'ho' })
    expect(peers.map(({ written }) => written)).to.deep.equal([`${head}hi`, `${head}hi`])
  })

  it('fails it where the next breaks, too, so that nobody tries for ever', async () => {
    const { peers, pool } = withPeers({ breaking: true })
    expect((await made(pool)).error?.code).to.equal('ECONNRESET')
    expect(peers).to.have.length(2)
  })

  class Peer extends Duplex {
    written = ''

    ref(): void {}

    unref(): void {}

    override _read(): void {}

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
      this.written += chunk.toString('latin1')
      done()
      this.push(ok)
    }
  }
})

function calling(pool: ConnectionPool, request = head, sent: Buffer | null = body): { call: Call; heard: Heard; over: Promise<Heard> } {
  const { promise, resolve } = Promise.withResolvers<Heard>()
  const heard: Heard = { body: '' }
  const listener: ReplyListener = {
    onHead(status) {
      heard.status = status
    },
    onData(chunk) {
      heard.body += chunk.toString('latin1')
    },
    onEnd: () => resolve(heard),
    onError(cause) {
      heard.error = cause
      resolve(heard)
    },
  }
  return {
    call: pool.send(request, sent ?? undefined, listener),
    heard,
    over: promise,
  }
}

function made(pool: ConnectionPool, request?: string, sent?: Buffer | null): Promise<Heard> {
  return calling(pool, request, sent).over
}
