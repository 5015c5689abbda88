import { expect } from 'chai'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { chatChunks, chatCompletion, errorBody, sse } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { judge } from '../support/guardrails.ts'
import { openSocket, parseAnswer, readToEnd } from '../support/raw-http.ts'
import { hello, helloStream, masterKey, Served } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'
import { until } from '../support/until.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const head = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

/** Hangs in one phase, once. */
const hanging = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'hanging',
  schema: { type: 'object', properties: { phase: { type: 'string' } }, required: ['phase'] },
  setup: ({ options: { phase } }) => ({ [phase]: exchange => { exchange.log.info({ hangs: phase }); return new Promise(() => {}) }, ...(phase === 'response' ? { stream: 'pass' } : {}) }),
})
`

describe('a client that leaves', () => {
  let clock: TurnedClock
  let served: Served
  let socket: Socket | undefined
  beforeEach(() => {
    clock = new TurnedClock()
  })
  afterEach(async () => {
    socket?.destroy()
    await served.close()
  })

  const send = async (body: object, path = '/v1/chat/completions') => {
    const text = JSON.stringify(body)
    socket = await openSocket(served.url)
    socket.write(head(path, text.length) + text)
    return socket
  }
  const expectGone = async (n = 1) => {
    const exchange = await served.completions.ended(n)
    expect(exchange.status).to.equal(499)
    return exchange
  }

  for (const path of ['/v1/chat/completions', '/p/openai/chat/completions', '/v1/embeddings']) {
    it(`while its body is read calls nobody: ${path}`, async () => {
      served = await Served.start({ clock })
      const before = clock.pending
      socket = await openSocket(served.url)
      socket.write(`${head(path, 100)}{"model":`)
      await clock.armed(before + 1)
      socket.destroy()
      await expectGone()
      expect(served.upstream.requests).to.have.length(0)
      expect(clock.pending).to.equal(before)
    })
  }

  for (const phase of ['request', 'route', 'prompt', 'lookup', 'attempt']) {
    it(`while a plugin thinks in ${phase} calls nobody`, async () => {
      served = await Served.start({
        clock,
        files: { 'hanging.ts': hanging },
        config: { pipelines: { chat: [{ insert: { use: './hanging.ts', options: { phase } }, after: 'auth' }] } },
      })
      const leaving = await send(hello)
      await until(() => served.gateway.log.some(line => line['hangs'] === phase))
      leaving.destroy()
      await expectGone()
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  it('while a plugin thinks over the answer is done with', async () => {
    served = await Served.start({
      clock,
      files: { 'hanging.ts': hanging },
      config: { pipelines: { chat: [{ insert: { use: './hanging.ts', options: { phase: 'response' } }, after: 'auth' }] } },
    })
    served.upstream.always({ body: chatCompletion() })
    const leaving = await send(hello)
    await until(() => served.gateway.log.some(line => line['hangs'] === 'response'))
    leaving.destroy()
    await expectGone()
  })

  for (const [what, body, path] of [
    ['plain', hello, '/v1/chat/completions'],
    ['streamed', helloStream, '/v1/chat/completions'],
    ['passed through', hello, '/p/openai/chat/completions'],
    ['passed through unread', { x: 1 }, '/p/openai/responses'],
  ] as const) {
    it(`before the headers of a ${what} answer aborts the call`, async () => {
      served = await Served.start({ clock })
      served.upstream.always({ silent: true })
      const before = clock.pending
      const leaving = await send(body, path)
      const received = await served.upstream.received()
      leaving.destroy()
      await received.aborted
      const exchange = await expectGone()
      expect(exchange.attempts.map(({ outcome }) => outcome)).to.deep.equal(['cancelled'])
      expect(clock.pending).to.equal(before)
    })

    it(`amid a ${what} answer aborts the call`, async () => {
      served = await Served.start({ clock })
      const gate = new Gate()
      const chunks = chatChunks({ pieces: ['a', 'b'] })
      served.upstream.always(
        what === 'plain'
          ? { headers: { 'content-type': 'application/json' }, chunks: ['{', '}'], gates: { beforeChunk: { 1: gate } } }
          : { chunks, gates: { beforeChunk: { 2: gate } } },
      )
      const before = clock.pending
      const leaving = await send(body, path)
      await gate.reached
      if (what !== 'plain' && path.startsWith('/v1'))
        await new Promise(resolve => {
          leaving.once('data', resolve)
        })
      leaving.destroy()
      await (
        await served.upstream.received()
      ).aborted
      await expectGone()
      expect(clock.pending).to.equal(before)
    })
  }

  it('amid a stream ends what taps keep of it, before they record it', async () => {
    const ending = `
      import { definePlugin, slot } from 'tapline'
      const said = slot()
      export default definePlugin({
        name: 'ending', edits: false,
        setup: ({ log }) => ({
          stream: { open: exchange => exchange, observe() {}, end: exchange => said.set(exchange, 'over') },
          complete: exchange => log.info({ stream: said.get(exchange) }),
        }),
      })`
    served = await Served.start({ files: { 'ending.ts': ending }, config: { pipelines: { inference: [{ insert: './ending.ts', before: 'retry' }] } } })
    const gate = new Gate()
    served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: gate } } })
    const leaving = await send(helloStream)
    await once(leaving, 'data')
    leaving.destroy()
    await expectGone()
    expect(served.gateway.log.filter(line => line['stream'] === 'over')).to.have.length(1)
  })

  it('with bytes that are no HTTP, amid its answer, finds none of an answer to them in it', async () => {
    served = await Served.start({ clock })
    served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: new Gate() } } })
    const leaving = await send(helloStream)
    const begun = await new Promise<Buffer>(resolve => {
      leaving.once('data', resolve)
    })
    leaving.write('no HTTP\r\n\r\n')
    const text = begun.toString() + (await readToEnd(leaving)).toString()
    expect(text.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 200'])
    await expectGone()
  })

  it('amid a stream that policy collects aborts the call', async () => {
    served = await Served.start({
      clock,
      files: { 'judge.ts': judge },
      config: { pipelines: { chat: [{ insert: { use: './judge.ts', options: { word: 'x' } }, before: 'retry' }] } },
    })
    const gate = new Gate()
    served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: gate } } })
    const leaving = await send(helloStream)
    await gate.reached
    leaving.destroy()
    await (
      await served.upstream.received()
    ).aborted
    await expectGone()
  })

  it('while the gateway waits before it tries again is not tried for again', async () => {
    served = await Served.start({ clock })
    served.upstream.always({ status: 503, body: errorBody('busy') })
    const before = clock.pending
    const leaving = await send(hello)
    await served.upstream.received()
    // The store looks for changes in exactly a second.
    await until(() => clock.waitsMs.some(ms => ms >= 900 && ms <= 1_100 && ms !== 1_000))
    leaving.destroy()
    await expectGone()
    clock.advance(60_000)
    await turn()
    expect(served.upstream.requests).to.have.length(1)
    // By then records were stored, too, and the store has answered.
    await until(() => clock.pending === before)
  })

  it('is not failed over, and is no failure of the provider', async () => {
    await using other = await Served.start()
    served = await Served.start({
      clock,
      config: {
        resilience: { circuit_breaker: { failure_threshold: 1 } },
        failover: { rules: { 'gpt-test': ['backup/b'] } },
        providers: { backup: { type: 'openai-compatible', base_url: other.upstream.url, models: ['b'] } },
      },
    })
    served.upstream.reply({ silent: true }, { body: chatCompletion({ content: 'well' }) })
    const leaving = await send(hello)
    const received = await served.upstream.received()
    leaving.destroy()
    await received.aborted
    await expectGone()
    expect(other.upstream.requests).to.have.length(0)
    expect((await served.chat()).body.toString()).to.include('well')
  })

  it('is written down with what it had used so far', async () => {
    served = await Served.start({ clock })
    const gate = new Gate()
    const [first = '', second = '', ...rest] = chatChunks({ pieces: ['a', 'b'] })
    served.upstream.always({
      chunks: [first, second.replace('"choices"', '"usage":{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8},"choices"'), ...rest],
      gates: { beforeChunk: { 2: gate } },
    })
    const leaving = await send(helloStream)
    await gate.reached
    await new Promise(resolve => {
      leaving.once('data', resolve)
    })
    leaving.destroy()
    await expectGone()
    await until(() => served.gateway.log.some(line => line['msg'] === 'request'))
    expect(served.gateway.log.find(line => line['msg'] === 'request')).to.include({ status: 499, input_tokens: 7, output_tokens: 1 })
  })
})

describe('a client that is slow', () => {
  const piece = sse({ choices: [{ index: 0, delta: { content: 'x'.repeat(64 * 1024) }, finish_reason: null }] })
  function* endless(): Generator<string> {
    for (;;) yield piece
  }
  const stallMs = 60_000
  /** So that no wait that began with the gateway is taken for that for the client. */
  const apartMs = 7
  /** What two pairs of sockets and the gateway may hold. */
  const boundBytes = 48 * 1024 * 1024

  for (const [what, path, body] of [
    ['a stream', '/v1/chat/completions', helloStream],
    ['a stream passed through', '/p/openai/responses', {}],
  ] as const) {
    it(`pauses the provider, and is given up when it takes nothing for a minute: ${what}`, async () => {
      const clock = new TurnedClock()
      await using served = await Served.start({ clock })
      clock.advance(apartMs)
      served.upstream.always({ chunks: endless() })
      const text = JSON.stringify(body)
      const socket = await openSocket(served.url)
      socket.pause()
      socket.write(head(path, text.length) + text)
      const received = await served.upstream.received()
      for (let i = 0; i < 200; i++) await turn()
      expect(received.repliedBytes).to.be.below(boundBytes)
      await until(() => clock.waitsMs.includes(stallMs))
      expect(received.repliedBytes).to.be.below(boundBytes)
      clock.advance(stallMs - 1)
      expect(received.state).to.equal('open')
      clock.advance(1)
      await received.aborted
      expect((await served.completions.ended()).status).to.equal(499)
      socket.destroy()
    })
  }

  it('gets everything when it goes on', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ clock })
    clock.advance(apartMs)
    const chunks = [...Array.from({ length: 400 }, () => piece), ...chatChunks({ pieces: ['end'] }).slice(1)]
    served.upstream.always({ chunks })
    const text = JSON.stringify(helloStream)
    const socket = await openSocket(served.url)
    socket.pause()
    socket.write(head('/v1/chat/completions', text.length).replace('Host: x', 'Host: x\r\nConnection: close') + text)
    await until(() => clock.waitsMs.includes(stallMs))
    clock.advance(stallMs - 1)
    const answer = parseAnswer(await readToEnd(socket))
    const body = dechunked(answer.body)
    expect(body.length).to.equal(chunks.join('').length)
    expect(streamTexts(body.subarray(-2000)).dones).to.equal(1)
    expect((await served.completions.ended()).status).to.equal(200)
  })

  it('gets the whole of a large plain answer', async () => {
    await using served = await Served.start()
    const body = JSON.stringify(chatCompletion({ content: 'x'.repeat(20 << 20) }))
    served.upstream.always({ body })
    const answer = await served.open('POST', '/v1/chat/completions', hello)
    await turn()
    expect((await answer.body.text()).length).to.equal(body.length)
  })
})

describe('a client that sends more than its request', () => {
  it('has two requests answered in their order', async () => {
    await using served = await Served.start()
    const gate = new Gate()
    served.upstream.reply({ body: chatCompletion({ content: 'first' }), gates: { beforeHeaders: gate } }, { body: chatCompletion({ content: 'second' }) })
    const text = JSON.stringify(hello)
    const socket = await openSocket(served.url)
    socket.write(
      head('/v1/chat/completions', text.length) + text + (head('/v1/chat/completions', text.length).replace('Host: x', 'Host: x\r\nConnection: close') + text),
    )
    const bytes = readToEnd(socket)
    await served.upstream.received()
    gate.open()
    const said = (await bytes).toString()
    expect(said.indexOf('first')).to.be.above(0).and.below(said.indexOf('second'))
  })

  it('has no nonsense put into its stream', async () => {
    await using served = await Served.start()
    const gate = new Gate()
    served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: gate } } })
    const text = JSON.stringify(helloStream)
    const socket = await openSocket(served.url)
    const bytes = readToEnd(socket)
    socket.write(head('/v1/chat/completions', text.length) + text)
    await gate.reached
    socket.write('nonsense behind it\r\n\r\n')
    await (
      await served.upstream.received()
    ).aborted
    gate.open()
    expect((await bytes).toString().match(/HTTP\/1\.1/g) ?? []).to.have.length.at.most(1)
  })
})

describe('a client that keeps its connection', () => {
  it('keeps nothing of the call that was answered on it', async () => {
    await using served = await Served.start()
    served.upstream.always({ body: chatCompletion() })
    const text = JSON.stringify(hello)
    const socket = await openSocket(served.url)
    let isClosed = false
    socket.once('close', () => {
      isClosed = true
    })
    socket.write(head('/v1/chat/completions', text.length) + text)
    await once(socket, 'data')
    const kept = served.completions.all.splice(0).flatMap(exchange => [new WeakRef<object>(exchange), new WeakRef<object>(exchange.bytes ?? exchange)])
    await until(() => {
      collectGarbage()
      return isClosed || kept.every(held => held.deref() === undefined)
    })
    expect([kept.length, isClosed]).to.deep.equal([2, false])
    socket.destroy()
  })
})

/** Undoes chunked framing. */
function dechunked(body: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at)
    const length = parseInt(body.subarray(at, end).toString(), 16)
    if (!(length > 0)) return Buffer.concat(pieces)
    pieces.push(body.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
}
