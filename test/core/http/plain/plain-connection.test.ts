import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { PlainConnection, type PlainDoor } from '../../../../core/http/plain/plain-connection.ts'
import type { PlainArrival } from '../../../../core/http/plain/plain-arrival.ts'
import { portOf } from '../../../../core/testing/port.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { openSocket, readToEnd } from '../../../support/raw-http.ts'

describe('a connection of plain requests', () => {
  const request = 'POST /plain HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'
  let server: Server
  let handedOver: string[]
  let arrived: PlainArrival[]
  let draining: boolean
  let connection: PlainConnection
  let caller: Socket

  beforeEach(async () => {
    handedOver = []
    arrived = []
    draining = false
    const door: PlainDoor = {
      clock: new TurnedClock(),
      firstRequestMs: 10_000,
      keepAliveMs: 75_000,
      get draining() {
        return draining
      },
      service: ({ url }) => (url === '/plain' ? { url, serve: arrival => arrived.push(arrival) } : undefined),
      handOver: ({ socket }) => socket.on('data', (bytes: Buffer) => handedOver.push(bytes.toString())),
    }
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    caller = await openSocket(`http://127.0.0.1:${portOf(server)}`)
    const [socket] = (await accepted) as [Socket]
    connection = new PlainConnection(socket, door)
  })
  afterEach(() => {
    caller.destroy()
    connection.socket.destroy()
    server.close()
  })

  /** Sends, until the gateway's side has read it. */
  async function sent(text: string): Promise<void> {
    const read = once(connection.socket, 'data')
    caller.write(text)
    await read
  }

  async function answer(arrival: PlainArrival | undefined): Promise<string> {
    const came = once(caller, 'data')
    arrival?.answer.writeHead(200, ['Content-Length', '2'])
    arrival?.answer.end([Buffer.from('ok')])
    return String((await came)[0])
  }

  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) connection.tick()
  }

  it('is told that no request came, when none does in time', async () => {
    pass(10)
    expect(connection.socket.writableEnded).to.equal(false)
    pass(1)
    const said = (await readToEnd(caller)).toString()
    expect(said)
      .to.match(/^HTTP\/1\.1 408 /)
      .and.to.contain('"body_timeout"')
      .and.to.match(/Connection: close/)
  })

  it('is kept for a while longer than its client is told, and no longer while nothing is under way', async () => {
    await sent(request)
    pass(1000)
    expect(await answer(arrived[0])).to.contain('Keep-Alive: timeout=75\r\n')
    pass(76)
    await sent(request)
    await answer(arrived[1])
    pass(76)
    expect(connection.socket.destroyed).to.equal(false)
    pass(1)
    expect(connection.socket.destroyed).to.equal(true)
  })

  it('is given up when its caller takes nothing of an answer for too long, and not when he does', async () => {
    await sent(request)
    arrived[0]?.answer.setTimeout(5_000)
    expect(connection.socket.timeout).to.equal(5_000)
    await answer(arrived[0])
    expect(connection.socket.timeout).to.equal(0)
    await sent(request)
    arrived[1]?.answer.setTimeout(5_000)
    connection.socket.emit('timeout')
    expect(connection.socket.destroyed).to.equal(true)
  })

  it('is given up when its caller has said all, and takes nothing of an answer', async () => {
    await sent(request)
    caller.pause()
    arrived[0]?.answer.writeHead(200, [])
    arrived[0]?.answer.write([Buffer.alloc(32 << 20)])
    const ended = once(connection.socket, 'end')
    caller.end()
    await ended
    expect(connection.socket.timeout).to.equal(5_000)
    connection.socket.emit('timeout')
    expect(connection.socket.destroyed).to.equal(true)
  })

  it('ends with an answer that begins while the gateway ends', async () => {
    await sent(request)
    draining = true
    expect(await answer(arrived[0])).to.contain('Connection: close\r\n')
  })

  it('is handed over with what comes that is not plain', async () => {
    await sent(request)
    await answer(arrived[0])
    await sent('GET /other HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(handedOver).to.deep.equal(['GET /other HTTP/1.1\r\nHost: x\r\n\r\n'])
    await sent(request)
    expect(handedOver).to.have.length(2)
    expect(arrived).to.have.length(1)
  })

  it('is handed over while the gateway ends, but not amid a request', async () => {
    await sent(request)
    draining = true
    await sent(request)
    expect(handedOver).to.deep.equal([])
    await answer(arrived[0])
    expect(handedOver).to.deep.equal([request])
  })

  it('is closed on demand while nothing is under way', async () => {
    await sent(request)
    connection.closeIfIdle()
    expect(connection.socket.destroyed).to.equal(false)
    await answer(arrived[0])
    connection.closeIfIdle()
    expect(connection.socket.destroyed).to.equal(true)
  })

  it('reads no more than it must keep', async () => {
    await sent(request.replace('2', '4'))
    expect(connection.socket.isPaused()).to.equal(true)
    const taken: string[] = []
    arrived[0]?.giveTo({ data: piece => taken.push(piece.toString()), end: () => taken.push('end'), left: () => taken.push('left') })
    expect(connection.socket.isPaused()).to.equal(false)
    await sent('ab')
    expect(taken).to.deep.equal(['{}', 'ab', 'end'])
    await sent(request)
    expect(connection.socket.isPaused()).to.equal(true)
    await answer(arrived[0])
    expect(connection.socket.isPaused()).to.equal(false)
    expect(arrived).to.have.length(2)
  })

  it('tells who takes a body, and who serves the request, that the caller has left', async () => {
    await sent(request.replace('2', '4'))
    const told: unknown[] = []
    arrived[0]?.whenOver(isAnswered => told.push(isAnswered))
    arrived[0]?.giveTo({ data() {}, end() {}, left: () => told.push('left') })
    const closed = once(connection.socket, 'close')
    caller.destroy()
    await closed
    expect(told).to.deep.equal([false, 'left'])
  })

  it('ends with an answer before the body has come, and hears nothing more', async () => {
    await sent(request.replace('2', '4'))
    expect(await answer(arrived[0])).to.contain('Connection: close\r\n')
    await sent(`ab${request}`)
    expect(arrived).to.have.length(1)
    expect(connection.socket.writableEnded).to.equal(true)
    caller.end()
    await once(connection.socket, 'close')
  })

  const bodies: readonly (readonly [string, number, string[], readonly (Buffer | string)[], RegExp])[] = [
    ['a length', 200, ['content-length', '4'], ['ab', 'cd'], /keep-alive\r\nKeep-Alive: timeout=75\r\n\r\nabcd$/],
    ['no length', 200, [], ['ab', 'cd'], /Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n$/],
    ['no length and no body', 200, [], [''], /Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n$/],
    ['a long piece', 200, [], ['x'.repeat(5000)], /chunked\r\n\r\n1388\r\nx{5000}\r\n0\r\n\r\n$/],
    ['status 204', 204, [], ['never'], /^HTTP\/1\.1 204 No Content\r\nDate: [^\r]+ GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=75\r\n\r\n$/],
    ['a status nobody knows', 799, ['X-Bytes', '\u00e9'], [''], /^HTTP\/1\.1 799 unknown\r\nX-Bytes: \u00e9\r\n/],
  ]
  for (const [name, status, headers, pieces, expected] of bodies) {
    it(`carries an answer with ${name}`, async () => {
      await sent(request.replace('POST', 'GET'))
      let said = ''
      caller.on('data', (bytes: Buffer) => {
        said += bytes.toString('latin1')
      })
      const over = new Promise<boolean>(resolve => {
        arrived[0]?.whenOver(resolve)
      })
      const answering = arrived[0]?.answer
      answering?.writeHead(status, headers)
      for (const piece of pieces.slice(0, -1)) answering?.write([Buffer.from(piece)])
      answering?.end([Buffer.from(pieces.at(-1) ?? '')])
      expect(await over).to.equal(true)
      caller.end()
      await once(connection.socket, 'close')
      expect(said).to.match(expected)
    })
  }
})
