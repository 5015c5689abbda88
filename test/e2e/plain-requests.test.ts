/** The same bytes, on a connection that the gateway reads itself and on one that Node's server has: callers see no difference. */

import { expect } from 'chai'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { openSocket, readToEnd } from '../support/raw-http.ts'
import { hello, helloStream, masterKey, Served } from '../support/serve.ts'

/** What no plain request has, and what nobody looks at. */
const notPlain = 'X-Twice: 1\r\nX-Twice: 2\r\n'

describe('a plain request', () => {
  let served: Served

  before(async () => {
    served = await Served.start({ config: { server: { master_key: masterKey, body_size_limit: '1MB' } } })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.always({ body: chatCompletion({ content: 'hi' }) })
  })

  const post = (body: string, { path = '/v1/chat/completions', length = Buffer.byteLength(body), more = '' } = {}) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n${body}`
  const call = post(JSON.stringify(hello))
  const last = post(JSON.stringify(hello), { more: 'Connection: close\r\n' })
  const long = JSON.stringify({ ...hello, messages: [{ role: 'user', content: 'x'.repeat(300_000) }] })
  const streamed = JSON.stringify(helloStream)

  interface Case {
    readonly name: string
    /** What the client sends; each piece when all before it has been answered, or read. */
    readonly sends: readonly string[]
    /** Status codes of the answers. */
    readonly statuses: readonly number[]
    readonly stream?: boolean
  }
  const cases: readonly Case[] = [
    { name: 'is answered', sends: [last], statuses: [200] },
    { name: 'is answered, one after the other', sends: [call, call, last], statuses: [200, 200, 200] },
    { name: 'is answered as events', sends: [post(streamed), post(streamed, { more: 'Connection: close\r\n' })], statuses: [200, 200], stream: true },
    { name: 'is answered behind others that came at once', sends: [call + call + last], statuses: [200, 200, 200] },
    { name: 'is answered, long as it may be', sends: [post(long), last], statuses: [200, 200] },
    {
      name: 'is answered without a body of its own',
      sends: ['GET /health HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
      statuses: [200, 200],
    },
    { name: 'is refused without a key', sends: [last.replace(masterKey, 'wrong')], statuses: [401] },
    { name: 'is refused if it is no JSON', sends: [post('{'), post('{', { more: 'Connection: close\r\n' })], statuses: [400, 400] },
    { name: 'is refused if it is too long, before it has come', sends: [post('{', { length: 2_000_000 })], statuses: [413] },
    { name: 'is refused if its encoding is unknown', sends: [post('{}', { more: 'Content-Encoding: rot13\r\nConnection: close\r\n' })], statuses: [415] },
    { name: 'is refused where another is behind it that is no HTTP', sends: [`${call}nonsense\r\n\r\n`], statuses: [400] },
    {
      name: 'is answered where another is behind it that is no path',
      sends: [call, 'GET x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
      statuses: [200, 400],
    },
    { name: 'is answered behind one to a place where nothing is', sends: [call, 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n', last], statuses: [200, 401, 200] },
    {
      name: 'is answered behind one in chunks',
      sends: [
        call.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked').replace(/\{.*\}$/s, json => `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`),
        last,
      ],
      statuses: [200, 200],
    },
    {
      name: 'is answered before one in chunks',
      sends: [
        call,
        last.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked').replace(/\{.*\}$/s, json => `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`),
      ],
      statuses: [200, 200],
    },
  ]
  for (const { name, sends, statuses, stream = false } of cases) {
    it(`${name}, as Node's server would have it`, async () => {
      if (stream) served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }) })
      const mine = await spoken(sends, statuses)
      const nodes = await spoken([(sends[0] ?? '').replace('\r\n\r\n', `\r\n${notPlain}\r\n`), ...sends.slice(1)], statuses)
      expect(mine).to.equal(nodes)
      expect(statusesIn(mine)).to.deep.equal(statuses)
    })
  }

  it('is not heard behind the last', async () => {
    expect(statusesIn(await spoken([last + call], [200]))).to.deep.equal([200])
  })

  it('is the same in whatever pieces it comes', async () => {
    const whole = await spoken([last], [200])
    const head = last.indexOf('\r\n\r\n') + 4
    for (const at of [1, 20, head - 1, head, head + 1, last.length - 1]) {
      const socket = await openSocket(served.url)
      socket.setNoDelay(true).write(last.slice(0, at))
      await turned()
      socket.write(last.slice(at))
      expect(timeless((await readToEnd(socket)).toString()), String(at)).to.equal(whole)
    }
  })

  it('says which provider answered, whatever letters its name has', async () => {
    await using own = await Served.start({ config: { providers: { poč: { type: 'openai-compatible', base_url: served.upstream.url, models: ['m'] } } } })
    const { headers } = await own.call('POST', '/v1/chat/completions', { ...hello, model: 'po\u010d/m' })
    expect(headers['x-tapline-provider']).to.equal('po%C4%8D')
  })

  async function spoken(sends: readonly string[], statuses: readonly number[]): Promise<string> {
    const socket = await openSocket(served.url)
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
    })
    const closed = once(socket, 'close')
    socket.on('end', () => socket.end())
    for (const [at, send] of sends.entries()) {
      socket.write(send)
      if (at < sends.length - 1) await answered(socket, () => text, at + 1)
    }
    if (statuses.at(-1) === 413) socket.end()
    await closed
    return timeless(text)
  }
})

/** Until so many whole answers have come. */
async function answered(socket: Socket, text: () => string, count: number): Promise<void> {
  while (wholeAnswers(text()) < count) await once(socket, 'data')
}

function wholeAnswers(text: string): number {
  let at = 0
  let count = 0
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end < 0) return count
    const head = text.slice(at, end)
    const length = /content-length: (\d+)/i.exec(head)?.[1]
    const behind = length === undefined ? text.indexOf('\r\n0\r\n\r\n', end) + 7 : end + 4 + Number(length)
    if (behind > text.length || behind < end) return count
    at = behind
    count += 1
  }
}

function statusesIn(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))
}

/** Without what differs from call to call. */
function timeless(text: string): string {
  return text
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, 'ID')
    .replaceAll(/Date: [^\r]*/g, 'Date')
    .replaceAll(/"(timestamp|uptime\w*)":[^,}]*/g, '$1')
}

function turned(): Promise<void> {
  return new Promise(resolve => setImmediate(() => setImmediate(resolve)))
}
