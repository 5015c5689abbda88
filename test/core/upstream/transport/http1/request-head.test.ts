import { expect } from 'chai'
import { requestHead, type Asked } from '../../../../../core/upstream/transport/http1/request-head.ts'

const body = Buffer.from('12345')

describe('the head of a request', () => {
  it('is spelled with what every request carries', () => {
    expect(
      requestHead('api.example:8080', '/v1/chat?a=b', { method: 'POST', headers: ['Content-Type', 'application/json', 'X-Bytes', '\u00e9\ta'], body }),
    ).to.equal(
      'POST /v1/chat?a=b HTTP/1.1\r\nhost: api.example:8080\r\nconnection: keep-alive\r\nContent-Type: application/json\r\nX-Bytes: \u00e9\ta\r\ncontent-length: 5\r\n\r\n',
    )
  })

  const lengths: readonly (readonly [string, Buffer | undefined, string | undefined])[] = [
    ['POST', undefined, '0'],
    ['PUT', undefined, '0'],
    ['PATCH', Buffer.alloc(0), '0'],
    ['GET', undefined, undefined],
    ['DELETE', undefined, undefined],
  ]
  for (const [method, sent, length] of lengths) {
    it(`of ${method} ${sent === undefined ? 'without a body' : 'with an empty one'} says ${length === undefined ? 'no length' : `a length of ${length}`}`, () => {
      const text = requestHead('h', '/', { method, headers: [], body: sent })
      expect(text).to.contain(`${method} / HTTP/1.1\r\n`)
      expect(/content-length: (\d+)/.exec(text ?? '')?.[1]).to.equal(length)
    })
  }

  const others: readonly (readonly [string, Partial<Asked> & { readonly path?: string }])[] = [
    ['another method', { method: 'HEAD', body: undefined }],
    ['a method in small letters', { method: 'post' }],
    ['a body of GET', { method: 'GET' }],
    ['a blank in the path', { path: '/a b' }],
    ['a line end in the path', { path: '/a\r\nX: 1' }],
    ['a path that is none', { path: 'http://elsewhere/' }],
    ['a letter beyond ASCII in the path', { path: '/\u00e9' }],
    ...['Connection', 'content-length', 'EXPECT', 'Host', 'Keep-Alive', 'Proxy-Connection', 'TE', 'Trailer', 'transfer-encoding', 'Upgrade'].map(
      name => [`a header ${name}`, { headers: [name, 'x'] }] as const,
    ),
    ['a header without a name', { headers: ['', 'x'] }],
    ['a colon in a name', { headers: ['x:y', 'x'] }],
    ['a line end in a name', { headers: ['x\r\ny', 'x'] }],
    ['a line end in a value', { headers: ['x', 'a\r\nX-Evil: 1'] }],
    ['a line feed in a value', { headers: ['x', 'a\nX-Evil: 1'] }],
    ['a NUL in a value', { headers: ['x', 'a\u0000'] }],
    ['a character of more than a byte', { headers: ['x', '\u0142'] }],
    ['a value that is no text', { headers: ['x', 1 as unknown as string] }],
  ]
  for (const [what, { path = '/', ...differing }] of others) {
    it(`is left to others with ${what}`, () => {
      expect(requestHead('h', path, { method: 'POST', headers: [], body, ...differing })).to.equal(undefined)
    })
  }

  it('may name headers that begin like those about the connection', () => {
    expect(requestHead('h', '/', { method: 'GET', headers: ['Hosts', '1', 'Content-Length-Hint', '2', 'Tea', '3'] })).to.contain(
      'Hosts: 1\r\nContent-Length-Hint: 2\r\nTea: 3\r\n',
    )
  })
})
