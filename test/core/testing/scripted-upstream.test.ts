import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { brotliDecompressSync, createGunzip, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { expect } from 'chai'
import { Agent, request as send } from 'undici'
import { chatCompletion, sampleStream } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { refusedUrl } from '../../../core/testing/port.ts'
import type { Script } from '../../../core/testing/script.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { until } from '../../support/until.ts'

describe('ScriptedUpstream', () => {
  let upstream: ScriptedUpstream
  let dispatcher: Agent

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start()
    dispatcher = new Agent({ connections: 1 })
  })

  afterEach(async () => {
    await dispatcher.destroy()
    await upstream.close()
  })

  const post = (body: string | Buffer = '{}') => send(`${upstream.url}/chat/completions`, { method: 'POST', body, dispatcher })
  const reply = async (script: Script) => {
    upstream.reply(script)
    return post()
  }
  const bytesOf = async (script: Script) => Buffer.from(await (await reply(script)).body.arrayBuffer())
  /** What is written in each turn: who reads may find several pieces at once. */
  const writtenOf = async (script: Script) => {
    const reading = bytesOf(script)
    const request = await upstream.received()
    const ends = new Set([0])
    for (; request.state === 'open'; await turn()) ends.add(request.repliedBytes)
    const bytes = await reading
    return [...ends.add(request.repliedBytes)].map((end, at, all) => bytes.subarray(all[at - 1] ?? 0, end)).slice(1)
  }

  describe('the record', () => {
    it('holds method, path, headers as sent, and the body', async () => {
      upstream.always({ body: {} })
      await send(`${upstream.url}/embeddings?x=1`, { method: 'PUT', headers: ['X-One', 'a', 'x-one', 'b'], body: Buffer.from([0, 255]), dispatcher })
      const [request] = upstream.requests
      expect(request?.method).to.equal('PUT')
      expect(request?.path).to.equal('/v1/embeddings?x=1')
      expect(request?.headers['x-one']).to.equal('a, b')
      expect(request?.rawHeaders.join()).to.include('X-One,a,x-one,b')
      expect(request?.body).to.deep.equal(Buffer.from([0, 255]))
    })

    it('says when the n-th request has arrived whole', async () => {
      upstream.always({ body: {} })
      const second = upstream.received(2)
      await post('one')
      await post('two')
      expect((await second).body.toString()).to.equal('two')
      expect((await upstream.received()).body.toString()).to.equal('one')
    })

    it('says that a reply ended', async () => {
      await bytesOf({ body: 'x' })
      const [request] = upstream.requests
      await request?.ended
      expect(request?.state).to.equal('ended')
      expect(request?.repliedBytes).to.equal(1)
    })

    for (const [moment, script] of Object.entries<Script>({
      'before the headers': { silent: true },
      'amid the body': { chunks: ['a', 'b'], gates: { beforeChunk: { 1: new Gate() } } },
    })) {
      it(`says that the client left ${moment}`, async () => {
        upstream.reply(script)
        const leaving = new AbortController()
        const call = send(upstream.url, { method: 'POST', body: '{}', signal: leaving.signal, dispatcher })
          .then(({ body }) => body.text())
          .catch(() => 'left')
        const request = await upstream.received()
        expect(request.state).to.equal('open')
        leaving.abort()
        await request.aborted
        expect(request.state).to.equal('aborted')
        expect(await call).to.equal('left')
      })
    }

    it('says that the client left amid its own body', async () => {
      const socket = await rawClient(upstream)
      socket.write('POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf')
      while (upstream.requests.length === 0) await turn()
      socket.destroy()
      await upstream.requests[0]?.aborted
      expect(upstream.requests[0]?.body.toString()).to.equal('half')
    })

    it('counts connections', async () => {
      upstream.always({ body: {} })
      for (let i = 0; i < 3; i++) await (await post()).body.dump()
      expect(upstream.connections).to.equal(1)
    })
  })

  describe('the choice of a script', () => {
    it('takes queued replies in order, then the standing one', async () => {
      upstream.reply({ status: 500 }, { status: 429 }).always({ status: 204 })
      expect([(await post()).statusCode, (await post()).statusCode, (await post()).statusCode]).to.deep.equal([500, 429, 204])
    })

    it('asks a function, which sees the whole request', async () => {
      upstream.always(request => ({ body: request.body }))
      expect(await (await post('echo')).body.text()).to.equal('echo')
    })

    it('answers 501 when nothing is scripted', async () => {
      const { statusCode, body } = await post()
      expect(statusCode).to.equal(501)
      expect(await body.text()).to.include('no reply is scripted for POST /v1/chat/completions')
    })

    it('serves a model list apart from script and record', async () => {
      const withModels = await ScriptedUpstream.start({ models: ['gpt-a'] })
      const { body } = await send(`${withModels.url}/models`, { dispatcher })
      expect(await body.json()).to.have.nested.property('data[0].id', 'gpt-a')
      expect(withModels.requests).to.have.length(0)
      await withModels.close()
    })

    it('answers requests that come on one connection before the reply to the first has left', async () => {
      const gate = new Gate()
      upstream.reply({ body: 'one', gates: { beforeEnd: gate } }, { body: 'two' })
      const socket = await rawClient(upstream)
      let heard = ''
      socket.on('data', (bytes: Buffer) => {
        heard += bytes.toString()
      })
      socket.write('GET /v1/x HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2))
      await upstream.received(2)
      gate.open()
      await until(() => heard.endsWith('two'))
      socket.destroy()
    })

    it('reports what a function threw when it is closed', async () => {
      const failing = await ScriptedUpstream.start()
      failing.always(() => {
        throw new Error('bad test')
      })
      await send(failing.url, { dispatcher }).catch(() => {})
      const closed = await failing.close().catch(error => error.message)
      expect(closed).to.equal('bad test')
    })
  })

  describe('good replies', () => {
    it('sends JSON with its length', async () => {
      const { statusCode, headers, body } = await reply({ body: chatCompletion({ content: 'é' }) })
      expect([statusCode, headers['content-type'], Number(headers['content-length'])]).to.deep.equal([
        200,
        'application/json',
        Buffer.byteLength(JSON.stringify(chatCompletion({ content: 'é' }))),
      ])
      expect(await body.json()).to.have.nested.property('choices[0].message.content', 'é')
    })

    it('sends chunks as an event stream without a length', async () => {
      const { headers, body } = await reply({ chunks: sampleStream })
      expect([headers['content-type'], headers['content-length'], headers['transfer-encoding']]).to.deep.equal(['text/event-stream', undefined, 'chunked'])
      expect(await body.text()).to.equal(sampleStream.join(''))
    })

    it('sends headers by name or flat, and prefers them to its own', async () => {
      const named = await reply({ body: '<p>', headers: { 'Content-Type': 'text/html', 'set-cookie': ['a', 'b'] } })
      expect([named.headers['content-type'], named.headers['set-cookie']]).to.deep.equal(['text/html', ['a', 'b']])
      const flat = await reply({ body: 'x', headers: ['X-A', '1', 'x-a', '2', 'Content-Length', '1'] })
      expect([flat.headers['x-a'], flat.headers['content-length']]).to.deep.equal([['1', '2'], '1'])
    })

    it('splits at every byte, one byte per turn', async () => {
      const pieces = await writtenOf({ body: 'déjà', splitAt: 'every byte' })
      expect(pieces.map(piece => piece.length)).to.deep.equal([1, 1, 1, 1, 1, 1])
      expect(Buffer.concat(pieces).toString()).to.equal('déjà')
    })

    it('splits where it is told', async () => {
      expect((await writtenOf({ chunks: ['abc', 'def'], splitAt: [1, 4] })).map(String)).to.deep.equal(['a', 'bcd', 'ef'])
    })

    it('trickles one chunk per turn', async () => {
      expect(await writtenOf({ chunks: sampleStream, trickle: true })).to.have.length(37)
    })

    for (const [encoding, decode] of Object.entries({ gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync, zstd: zstdDecompressSync })) {
      it(`compresses with ${encoding}`, async () => {
        const big = 'x'.repeat(300_000)
        const script = { body: big, encoding: encoding as NonNullable<Script['encoding']> }
        const { headers } = await reply(script)
        expect(headers['content-encoding']).to.equal(encoding)
        expect(decode(await bytesOf(script)).toString()).to.equal(big)
      })
    }

    it('compresses a stream so that each chunk can be read when it has come', async () => {
      const gate = new Gate()
      const { body } = await reply({ chunks: ['one', 'two'], encoding: 'gzip', gates: { beforeChunk: { 1: gate } } })
      const decoded = body.pipe(createGunzip())[Symbol.asyncIterator]()
      expect(String((await decoded.next()).value)).to.equal('one')
      gate.open()
      expect(String((await decoded.next()).value)).to.equal('two')
    })

    it('stops writing while the client does not read', async () => {
      const piece = Buffer.alloc(64 * 1024)
      const endless = (function* () {
        for (;;) yield piece
      })()
      const { body } = await reply({ chunks: endless })
      const request = await upstream.received()
      await until(() => request.repliedBytes > 0)
      let before = -1
      for (let still = 0; still < 50; still = request.repliedBytes === before ? still + 1 : 0) {
        before = request.repliedBytes
        await turn()
      }
      expect(request.repliedBytes).to.be.within(1, 64 * 1024 * 1024)
      body.destroy()
      await request.aborted
    })
  })

  describe('gates', () => {
    it('hold the headers, a chunk, and the end', async () => {
      const [headers, chunk, end] = [new Gate(), new Gate(), new Gate()]
      upstream.reply({ chunks: ['a', 'b'], gates: { beforeHeaders: headers, beforeChunk: { 1: chunk }, beforeEnd: end } })
      const call = post()
      await headers.reached
      headers.open()
      const pieces = (await call).body[Symbol.asyncIterator]()
      expect(String((await pieces.next()).value)).to.equal('a')
      await chunk.reached
      chunk.open()
      expect(String((await pieces.next()).value)).to.equal('b')
      await end.reached
      expect(upstream.requests[0]?.state).to.equal('open')
      end.open()
      expect((await pieces.next()).done).to.equal(true)
    })

    it('let the headers through before the first chunk', async () => {
      const gate = new Gate()
      const { statusCode, body } = await reply({ chunks: ['a'], gates: { beforeChunk: { 0: gate } } })
      expect(statusCode).to.equal(200)
      gate.open()
      expect(await body.text()).to.equal('a')
    })
  })

  describe('bad replies', () => {
    for (const cut of ['reset', 'end'] as const) {
      for (const cutAfter of [0, 5, 100]) {
        it(`cut (${cut}) after ${cutAfter} of 8 bytes`, async () => {
          const { body } = await reply({ chunks: ['abcd', 'efgh'], trickle: true, cutAfter, cut })
          const [pieces, error] = await piecesUntilError(body)
          expect(Buffer.concat(pieces).toString()).to.equal('abcdefgh'.slice(0, cutAfter))
          expect(error?.code).to.equal(cut === 'reset' ? 'ECONNRESET' : 'UND_ERR_SOCKET')
          expect(upstream.requests[0]?.state).to.equal('cut')
        })
      }
    }

    it('reset a connection at once', async () => {
      const error = await reply({ refuse: true }).then(
        () => undefined,
        thrown => thrown,
      )
      expect(error?.code).to.equal('ECONNRESET')
      expect(upstream.requests).to.have.length(1)
    })

    it('are raw bytes instead of HTTP', async () => {
      const error = await reply({ malformed: 'SSH-2.0-OpenSSH\r\n' }).then(
        () => undefined,
        thrown => thrown,
      )
      expect(error).to.have.property('name', 'HTTPParserError')
    })

    it('may lie about their length', async () => {
      const { body } = await reply({ body: 'short', headers: { 'content-length': '10' }, cutAfter: 99, cut: 'end' })
      const [pieces] = await piecesUntilError(body)
      expect(Buffer.concat(pieces).toString()).to.equal('short')
    })

    it('come early, before the request is whole', async () => {
      upstream.reply({ status: 413, early: true, body: 'no' })
      const socket = await rawClient(upstream)
      socket.write('POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nhalf')
      const first = await socket.firstData
      expect(String(first)).to.match(/^HTTP\/1.1 413 /)
      socket.destroy()
    })
  })

  it('refuses connections at a refused URL', async () => {
    const error = await send(await refusedUrl(), { dispatcher }).then(
      () => undefined,
      thrown => thrown,
    )
    expect(error?.code).to.equal('ECONNREFUSED')
  })

  it('closes idle connections', async () => {
    const socket = await rawClient(upstream)
    upstream.reply({ body: 'x' })
    socket.write('GET /v1/x HTTP/1.1\r\nhost: x\r\n\r\n')
    await upstream.received()
    await upstream.requests[0]?.ended
    upstream.closeIdle()
    await socket.gone
  })

  it('breaks off what runs when it is closed, twice if need be, and calls that no abort', async () => {
    const call = reply({ silent: true }).catch(() => 'gone')
    const request = await upstream.received()
    await upstream.close()
    await upstream.close()
    expect(await call).to.equal('gone')
    expect(request.state).to.equal('cut')
  })
})

/** The pieces as they came: an iterator would join those that wait. */
function piecesUntilError(body: Readable): Promise<[Buffer[], (Error & { code?: string })?]> {
  const pieces: Buffer[] = []
  body.on('data', piece => pieces.push(piece))
  return finished(body).then(
    () => [pieces],
    error => [pieces, error],
  )
}

async function rawClient(upstream: ScriptedUpstream) {
  const socket: Socket = connect(Number(new URL(upstream.url).port), '127.0.0.1')
  await new Promise(resolve => socket.once('connect', resolve))
  return Object.assign(socket, {
    firstData: new Promise<Buffer>(resolve => socket.once('data', resolve)),
    gone: new Promise<void>(resolve => socket.resume().once('close', () => resolve())),
  })
}
