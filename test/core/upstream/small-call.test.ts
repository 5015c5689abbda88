import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect } from 'chai'
import { portOf, freePort } from '../../../core/testing/port.ts'
import { smallCall } from '../../../core/upstream/small-call.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'

const timeoutMs = 10_000

describe('a small call', () => {
  let upstream: ScriptedUpstream
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start()
  })
  afterEach(() => upstream.close())

  const failure = (call: Promise<unknown>) =>
    call.then(
      () => 'none',
      (cause: unknown) => (cause instanceof Error ? 'an error' : 'something else'),
    )

  it('brings status and body, whatever the status', async () => {
    upstream.reply({ status: 418, body: 'short' })
    const url = `${upstream.url}/x?y=1`
    expect(await smallCall({ method: 'POST', url, headers: { a: 'b' }, body: 'asked', timeoutMs }))
      .to.deep.include({ status: 418, body: 'short' })
      .and.nested.include({ 'headers.content-length': '5' })
    const [request] = upstream.requests
    expect([request?.method, request?.path, request?.headers['a'], request?.body.toString()]).to.deep.equal(['POST', '/v1/x?y=1', 'b', 'asked'])
  })
  it('follows no redirect', async () => {
    upstream.reply({ status: 302, headers: { location: `${upstream.url}/elsewhere` }, body: '' })
    expect((await smallCall({ method: 'GET', url: upstream.url, timeoutMs })).status).to.equal(302)
    expect(upstream.requests).to.have.length(1)
  })
  it('fails without an answer', async () => {
    upstream.reply({ refuse: true })
    expect(await failure(smallCall({ method: 'GET', url: upstream.url, timeoutMs }))).to.equal('an error')
    expect(await failure(smallCall({ method: 'GET', url: `http://127.0.0.1:${await freePort()}`, timeoutMs, connectMs: 1000 }))).to.equal('an error')
  })
  it('fails with an answer that is too long', async () => {
    upstream.reply({ body: 'x'.repeat(1024 * 1024 + 1) })
    expect(await failure(smallCall({ method: 'GET', url: upstream.url, timeoutMs }))).to.equal('an error')
  })
  it('goes through a proxy', async () => {
    const asked: string[] = []
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('through')
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    try {
      const reply = await smallCall({ method: 'GET', url: 'http://somewhere.test/v1', timeoutMs, proxyUrl: `http://127.0.0.1:${portOf(proxy)}` })
      expect([reply.body, asked]).to.deep.equal(['through', ['http://somewhere.test/v1']])
    } finally {
      proxy.close()
      proxy.closeAllConnections()
    }
  })
})
