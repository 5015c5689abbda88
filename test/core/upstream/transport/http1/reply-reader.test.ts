import { expect } from 'chai'
import { MalformedReply, ReplyReader } from '../../../../../core/upstream/transport/http1/reply-reader.ts'
import type { ReplyHeaders } from '../../../../../core/upstream/transport/transport.ts'

/** What was heard of a reply. */
interface Heard {
  status?: number
  headers?: ReplyHeaders
  body: string
  ended: boolean
  malformed: boolean
}

const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`

describe('a reply of HTTP/1.1', () => {
  interface Whole {
    readonly name: string
    readonly bytes: string
    readonly status?: number
    readonly headers?: ReplyHeaders
    readonly body: string
    readonly keepsAlive: boolean
    /** Whether the end of the connection is its end. */
    readonly byClose?: boolean
  }
  const wholes: readonly Whole[] = [
    {
      name: 'with a length',
      bytes: `${ok}Content-Length: 5\r\n\r\nhello`,
      headers: { 'content-length': '5' },
      body: 'hello',
      keepsAlive: true,
    },
    {
      name: 'with a length of nothing',
      bytes: `${ok}Content-Length: 0\r\n\r\n`,
      body: '',
      keepsAlive: true,
    },
    {
      name: 'with blanks around the length',
      bytes: `${ok}Content-Length: \t 5 \r\n\r\nhello`,
      headers: { 'content-length': '5' },
      body: 'hello',
      keepsAlive: true,
    },
    {
      name: 'without a reason',
      bytes: 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi',
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'with an empty reason',
      bytes: 'HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi',
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'with a reason in Latin-1',
      bytes: 'HTTP/1.1 200 \u00e9\r\nContent-Length: 2\r\n\r\nhi',
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'of a status nobody knows',
      bytes: 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n',
      status: 999,
      body: '',
      keepsAlive: true,
    },
    {
      name: 'behind an empty line',
      bytes: `\r\n${ok}Content-Length: 2\r\n\r\nhi`,
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'that ends with its connection',
      bytes: `${ok}\r\nhi there`,
      headers: {},
      body: 'hi there',
      keepsAlive: false,
      byClose: true,
    },
    {
      name: 'that ends the connection',
      bytes: `${ok}Connection: Close\r\nContent-Length: 2\r\n\r\nhi`,
      body: 'hi',
      keepsAlive: false,
    },
    {
      name: 'that ends the connection, among other words',
      bytes: `${ok}Connection: x, close\r\nContent-Length: 2\r\n\r\nhi`,
      body: 'hi',
      keepsAlive: false,
    },
    {
      name: 'of HTTP/1.0',
      bytes: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi',
      body: 'hi',
      keepsAlive: false,
    },
    {
      name: 'of HTTP/1.0 that keeps it',
      bytes: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi',
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'in chunks',
      bytes: `${chunked}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`,
      body: 'hello!',
      keepsAlive: true,
    },
    {
      name: 'in long chunks',
      bytes: `${chunked}1a\r\n${'x'.repeat(26)}\r\n1A\r\n${'y'.repeat(26)}\r\n0\r\n\r\n`,
      body: 'x'.repeat(26) + 'y'.repeat(26),
      keepsAlive: true,
    },
    {
      name: 'in no chunk',
      bytes: `${chunked}0\r\n\r\n`,
      body: '',
      keepsAlive: true,
    },
    {
      name: 'in chunks with zeros before their sizes',
      bytes: `${chunked}${'0'.repeat(30)}5\r\nhello\r\n000\r\n\r\n`,
      body: 'hello',
      keepsAlive: true,
    },
    {
      name: 'in chunks with extensions',
      bytes: `${chunked}5;a="b;c" ; d\r\nhello\r\n0;x\r\n\r\n`,
      body: 'hello',
      keepsAlive: true,
    },
    {
      name: 'in chunks with trailers',
      bytes: `${chunked}5\r\nhello\r\n0\r\nX-A: 1\r\nX-B:2\r\n\r\n`,
      body: 'hello',
      keepsAlive: true,
    },
    {
      name: 'in chunks, as any name of them',
      bytes: `${ok}transfer-encoding:gzip , CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'in chunks, told by two headers',
      bytes: `${ok}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'of another coding',
      bytes: `${ok}Transfer-Encoding: chunked, gzip\r\n\r\n2\r\nhi`,
      body: '2\r\nhi',
      keepsAlive: false,
      byClose: true,
    },
    {
      name: 'of status 204',
      bytes: 'HTTP/1.1 204 No Content\r\n\r\n',
      status: 204,
      body: '',
      keepsAlive: true,
    },
    {
      name: 'of status 204 that claims a body',
      bytes: 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello',
      status: 204,
      body: '',
      keepsAlive: false,
    },
    {
      name: 'of status 304 that tells a length',
      bytes: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      status: 304,
      body: '',
      keepsAlive: false,
    },
    {
      name: 'behind provisional ones',
      bytes: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
      headers: { 'content-length': '2' },
      body: 'hi',
      keepsAlive: true,
    },
    {
      name: 'with bytes behind it',
      bytes: `${ok}Content-Length: 2\r\n\r\nhi${ok}`,
      body: 'hi',
      keepsAlive: false,
    },
    {
      name: 'with headers of all kinds',
      bytes: `${ok}Set-Cookie: a\r\nset-cookie: b\r\nX-List: 1\r\nX-LIST: 2\r\nx-list: 3\r\nX-Empty:\r\nX-Bytes: \u00e9\u00ff\r\nX-Tab: a\tb\r\n__proto__: p\r\nconstructor: c\r\nContent-Length: 0\r\n\r\n`,
      headers: Object.fromEntries([
        ['set-cookie', ['a', 'b']],
        ['x-list', ['1', '2', '3']],
        ['x-empty', ''],
        ['x-bytes', '\u00e9\u00ff'],
        ['x-tab', 'a\tb'],
        ['__proto__', 'p'],
        ['constructor', 'c'],
        ['content-length', '0'],
      ]),
      body: '',
      keepsAlive: true,
    },
  ]
  for (const { name, bytes, status = 200, headers, body, keepsAlive, byClose = false } of wholes) {
    it(`${name} is read, however it is cut`, () => {
      for (const pieces of cuts(bytes)) {
        const { heard, reader } = read(pieces)
        expect(heard.malformed).to.equal(false)
        expect(heard.status).to.equal(status)
        if (headers !== undefined) expect(heard.headers).to.deep.equal(headers)
        expect(heard.ended).to.equal(!byClose)
        expect(reader.finish()).to.equal(true)
        expect(heard.ended).to.equal(true)
        expect(heard.body).to.equal(body)
        // Bytes behind it that come later are for whoever has the connection to see.
        if (pieces.length === 1) expect(reader.keepsAlive).to.equal(keepsAlive)
      }
    })
  }

  const truncated: readonly (readonly [string, string])[] = [
    ['amid its head', `${ok}Content-Le`],
    ['amid its body', `${ok}Content-Length: 50\r\n\r\nhello`],
    ['amid a chunk', `${chunked}5\r\nhel`],
    ['between chunks', `${chunked}5\r\nhello\r\n`],
    ['before its last line', `${chunked}5\r\nhello\r\n0\r\n`],
  ]
  for (const [name, bytes] of truncated) {
    it(`that ends ${name} is not whole`, () => {
      for (const pieces of cuts(bytes)) expect(read(pieces).reader.finish()).to.equal(false)
    })
  }

  const malformed: readonly (readonly [string, string])[] = [
    ['is another protocol', '<html>hello</html>\r\n\r\n'],
    ['is HTTP/2.0', `HTTP/2.0 200 OK\r\n\r\n`],
    ['names HTTP in small letters', 'http/1.1 200 OK\r\n\r\n'],
    ['has two blanks before its status', 'HTTP/1.1  200 OK\r\n\r\n'],
    ['has a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['has a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['changes the protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['has a length and chunks', `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['has the same length twice', `${ok}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
    ['has a list of lengths', `${ok}Content-Length: 5, 5\r\n\r\nhello`],
    ['has a length with a sign', `${ok}Content-Length: +5\r\n\r\nhello`],
    ['has a length in hexadecimal digits', `${ok}Content-Length: 0x5\r\n\r\nhello`],
    ['has a length without digits', `${ok}Content-Length:\r\n\r\nhello`],
    ['has a length that no double keeps', `${ok}Content-Length: 99999999999999999999\r\n\r\nhello`],
    ['has a folded header', `${ok}X-A: one\r\n two\r\n\r\n`],
    ['has a fold for its first header', `${ok} X-A: one\r\n\r\n`],
    ['has a blank before a colon', `${ok}X-A : one\r\n\r\n`],
    ['has a header without a colon', `${ok}X-A\r\n\r\n`],
    ['has a header without a name', `${ok}: one\r\n\r\n`],
    ['has a control character in a header', `${ok}X-A: a\u0001b\r\n\r\n`],
    ['has a NUL in a header', `${ok}X-A: a\u0000b\r\n\r\n`],
    ['ends a header with a line feed alone', `${ok}X-A: 1\nX-B: 2\r\n\r\n`],
    ['ends a header with a carriage return alone', `${ok}X-A: 1\rX-B: 2\r\n\r\n`],
    ['has a chunk without a size', `${chunked}\r\nhello\r\n0\r\n\r\n`],
    ['has a size that is no number', `${chunked}xyz\r\nhello\r\n0\r\n\r\n`],
    ['has a size with 0x', `${chunked}0x5\r\nhello\r\n0\r\n\r\n`],
    ['has a blank before a size', `${chunked} 5\r\nhello\r\n0\r\n\r\n`],
    ['has a blank behind a size', `${chunked}5 \r\nhello\r\n0\r\n\r\n`],
    ['ends a size with a line feed alone', `${chunked}5\nhello\r\n0\r\n\r\n`],
    ['has a size that no double keeps', `${chunked}${'f'.repeat(16)}\r\n`],
    ['has a chunk that is longer than its size', `${chunked}3\r\nhello\r\n0\r\n\r\n`],
    ['ends a chunk with a line feed alone', `${chunked}5\r\nhello\n0\r\n\r\n`],
    ['has a malformed trailer', `${chunked}0\r\nX A 1\r\n\r\n`],
    ['has a head that does not end', `${ok}X-A: ${'a'.repeat(20_000)}`],
    ['has an extension that does not end', `${chunked}5;${'a'.repeat(20_000)}`],
  ]
  for (const [name, bytes] of malformed) {
    it(`that ${name} is refused, however it is cut`, () => {
      for (const pieces of bytes.length > 1000 ? [[bytes]] : cuts(bytes)) expect(read(pieces).heard.malformed).to.equal(true)
    })
  }

  it('that breaks amid its chunks is told as far as it is sound', () => {
    expect(read([`${chunked}5\r\nhello\r\n3\r\nyou!\r\n`]).heard).to.deep.include({ body: 'helloyou', malformed: true })
  })

  it('says how long its connection is kept', () => {
    expect(read([`${ok}Keep-Alive: max=100, timeout=5\r\nContent-Length: 0\r\n\r\n`]).reader.keepAliveSeconds).to.equal(5)
    expect(read([`${ok}Keep-Alive: max=100\r\nContent-Length: 0\r\n\r\n`]).reader.keepAliveSeconds).to.equal(undefined)
  })

  it('tells each chunk as a piece of its own, also of those that come at once', () => {
    const pieces: string[] = []
    const reader = new ReplyReader()
    reader.begin({ onHead() {}, onData: chunk => pieces.push(chunk.toString('latin1')), onEnd() {} })
    reader.read(Buffer.from(`${chunked}1\r\na\r\n2\r\nbc\r\n3\r\nde`, 'latin1'))
    reader.read(Buffer.from('f\r\n0\r\n\r\n', 'latin1'))
    expect(pieces).to.deep.equal(['a', 'bc', 'de', 'f'])
  })

  it('follows another on the same connection', () => {
    const reader = new ReplyReader()
    const seen: (number | string)[] = []
    const taker = {
      onHead: (status: number) => seen.push(status),
      onData: (chunk: Buffer) => seen.push(chunk.toString()),
      onEnd: () => seen.push('end'),
    }
    reader.begin(taker)
    reader.read(Buffer.from(`${ok}Connection: close\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nhi`))
    reader.begin(taker)
    reader.read(Buffer.from('HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'))
    expect(seen).to.deep.equal([200, 'hi', 'end', 404, 'no', 'end'])
    expect(reader).to.include({
      keepsAlive: true,
      keepAliveSeconds: undefined,
    })
  })
})

describe('a reply whose reader pauses', () => {
  const bytes = `${ok}Content-Length: 5\r\n\r\nhello`

  for (const at of ['head', 'data'] as const) {
    it(`at its ${at} is kept until they go on`, () => {
      const seen: string[] = []
      const reader = new ReplyReader()
      const hear = (what: string) => {
        seen.push(what)
        if (what === at) reader.pause()
      }
      reader.begin({
        onHead: () => hear('head'),
        onData: () => hear('data'),
        onEnd: () => hear('end'),
      })
      reader.read(Buffer.from(bytes))
      expect(seen.at(-1)).to.equal(at)
      reader.read(Buffer.alloc(0))
      expect(seen.at(-1)).to.equal(at)
      reader.resume()
      expect(seen).to.deep.equal(['head', 'data', 'end'])
    })
  }

  it('and goes on at once is told in its order', () => {
    const seen: string[] = []
    const reader = new ReplyReader()
    const hear = (what: string) => {
      reader.pause()
      reader.resume()
      seen.push(what)
    }
    reader.begin({
      onHead: () => hear('head'),
      onData: chunk => hear(chunk.toString()),
      onEnd: () => hear('end'),
    })
    for (const byte of `${chunked}2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`) reader.read(Buffer.from(byte))
    expect(seen).to.deep.equal(['head', 'a', 'b', 'c', 'end'])
  })

  it('is told to its end when its connection ends', () => {
    const { heard, reader } = read([`${ok}\r\nhi`], { pausesAtHead: true })
    expect(heard).to.deep.include({ status: 200, body: '', ended: false })
    expect(reader.finish()).to.equal(true)
    expect(heard).to.deep.include({ body: 'hi', ended: true })
  })

  it('or leaves hears nothing more', () => {
    const seen: string[] = []
    const reader = new ReplyReader()
    reader.begin({
      onHead: () => {
        seen.push('head')
        reader.leave()
      },
      onData: () => seen.push('data'),
      onEnd: () => seen.push('end'),
    })
    reader.read(Buffer.from(bytes))
    expect(seen).to.deep.equal(['head'])
  })
})

function read(pieces: readonly string[], { pausesAtHead = false } = {}): { readonly heard: Heard; readonly reader: ReplyReader } {
  const heard: Heard = { body: '', ended: false, malformed: false }
  const reader = new ReplyReader()
  reader.begin({
    onHead(status, headers) {
      Object.assign(heard, { status, headers })
      if (pausesAtHead) reader.pause()
    },
    onData(chunk) {
      heard.body += chunk.toString('latin1')
    },
    onEnd() {
      heard.ended = true
    },
  })
  try {
    for (const piece of pieces) reader.read(Buffer.from(piece, 'latin1'))
  } catch (cause) {
    if (!(cause instanceof MalformedReply)) throw cause
    heard.malformed = true
  }
  return { heard, reader }
}

/** In one, in two at each place, and byte by byte. */
function cuts(bytes: string): readonly (readonly string[])[] {
  return [[bytes], ...Array.from(bytes, (_, at) => [bytes.slice(0, at), bytes.slice(at)]), [...bytes]]
}
