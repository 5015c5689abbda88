import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import { plainHead } from '../../../../core/http/plain/plain-head.ts'
import { portOf } from '../../../../core/testing/port.ts'
import { seededRandom } from '../../../../core/testing/seeded-random.ts'

const read = (text: string) => plainHead(Buffer.from(text, 'latin1'))

describe('the head of a plain request', () => {
  it('is read', () => {
    const text = 'POST /v1/a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nX-Bytes:\t\u00e9 \u00ff \r\nX-Empty:\r\n\r\n'
    expect(read(`${text}{}more`)).to.deep.equal({
      method: 'POST',
      url: '/v1/a?b=c',
      headers: { host: 'x', 'content-length': '2', 'x-bytes': '\u00e9 \u00ff', 'x-empty': '' },
      rawHeaders: ['Host', 'x', 'Content-Length', '2', 'X-Bytes', '\u00e9 \u00ff', 'X-Empty', ''],
      isLast: false,
      headBytes: text.length,
      bodyBytes: 2,
    })
  })

  it('says whether the connection goes on', () => {
    expect(read('GET / HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n')?.isLast).to.equal(false)
    expect(read('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')?.isLast).to.equal(true)
  })

  const others: readonly (readonly [string, string])[] = [
    ['is not all there', 'GET / HTTP/1.1\r\nHost: x\r\n'],
    ['is of another method', 'HEAD / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['is of a method in small letters', 'get / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['is of HTTP/1.0', 'GET / HTTP/1.0\r\nHost: x\r\n\r\n'],
    ['is of HTTP/2.0', 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'],
    ['names a whole URL', 'GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['has a letter beyond ASCII in its target', 'GET /\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['has two blanks', 'GET  / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['begins with an empty line', '\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['ends its lines with line feeds alone', 'GET / HTTP/1.1\nHost: x\n\n'],
    ['has one line that does', 'GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n'],
    ['has no headers', 'GET / HTTP/1.1\r\n\r\n'],
    ['names no host', 'GET / HTTP/1.1\r\nX: y\r\n\r\n'],
    ['has a folded header', 'GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n'],
    ['has a blank before a colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['has a control character', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\u0001\r\n\r\n'],
    ['has a header twice', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\r\nx: b\r\n\r\n'],
    ['has two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n'],
    ['has two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n'],
    ['has a list of lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\n'],
    ['has a length with a sign', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n'],
    ['has a length that no double keeps', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999\r\n\r\n'],
    ['has an empty length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n'],
    ['says something else of the connection', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, x\r\n\r\n'],
    ...['Expect: 100-continue', 'Set-Cookie: a', 'TE: trailers', 'Trailer: x', 'Transfer-Encoding: chunked', 'Upgrade: websocket', '__proto__: a'].map(
      header => [`has ${header}`, `POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`] as const,
    ),
    ['is too long', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ]
  for (const [what, text] of others) {
    it(`is Node's affair if it ${what}`, () => {
      expect(read(text)).to.equal(undefined)
    })
  }

  it('says what Node reads in it, whatever it is made of', async () => {
    const next = seededRandom(11)
    const any = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T
    const mostly = <T>(usual: readonly T[], unusual: readonly T[]): T => any(next() < 0.05 ? unusual : usual)
    const word = () => Array.from({ length: Math.floor(next() * 4) }, () => mostly(letters, unwanted)).join('')
    const end = () => mostly(['\r\n'], ['\n', '\r'])
    const heads = Array.from({ length: 3000 }, () => {
      const headers = Array.from(
        { length: Math.floor(next() * 4) },
        () => `${any(names)}${mostly([':', ': ', ':\t', ': '], [' :', ''])}${word()}${any(['', ' ', '\t'])}${end()}`,
      )
      const target = `${mostly(['/', '/a', '/a?b', '//'], ['*', 'a'])}${word()}`
      return `${mostly(['GET', 'POST'], ['PUT', 'get'])}${mostly([' '], ['  '])}${target} HTTP/${mostly(['1.1'], ['1.0'])}${end()}Host: x${end()}${headers.join('')}\r\n`
    })
    let plain = 0
    await using node = await NodeReading.start()
    for (const head of heads) {
      const mine = read(head)
      if (mine === undefined) continue
      plain += 1
      const { method, url, headers, rawHeaders } = mine
      expect({ method, url, headers, rawHeaders }, JSON.stringify(head)).to.deep.equal(await node.read(head))
    }
    expect(plain).to.be.above(500)
  })
})

const letters = ['a', 'Z', '0', '-', ':', ',', ';', '"', '%', '\\', '/', '~', '(', '=', '{']
const unwanted = [' ', '\t', '\u00e9', '\u00ff', '\u007f', '\u0000', '\r', '\n']
const names = ['X', 'x-y', 'Accept', 'COOKIE', 'Authorization', 'Content-Type', 'constructor', 'Range', 'age', 'Host', 'Set-Cookie', 'a b', '', '(']

/** What Node's own server reads. */
class NodeReading implements AsyncDisposable {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<NodeReading> {
    const server = createServer({ requireHostHeader: false }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new NodeReading(server)
  }

  /** @returns undefined if it refuses it */
  async read(head: string): Promise<object | undefined> {
    const socket = connect(portOf(this.#server), '127.0.0.1').on('error', () => {})
    const came = Promise.race([
      once(this.#server, 'request').then(([request]) => request as IncomingMessage),
      once(this.#server, 'clientError').then(() => undefined),
    ])
    socket.write(head, 'latin1')
    const request = await came
    socket.destroy()
    if (request === undefined) return undefined
    const { method, url, headers, rawHeaders } = request
    return { method, url, headers: { ...headers }, rawHeaders }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
