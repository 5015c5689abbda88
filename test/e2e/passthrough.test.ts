import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { chatChunks, chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { refusedUrl } from '../../core/testing/port.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { expectError, expectIds } from '../support/answer.ts'
import { redact } from '../support/guardrails.ts'
import { speakers, speakersEnv, spokenReply, spokenStream } from '../support/model-streams.ts'
import { recorded } from '../support/recorded.ts'
import { openSocket, parseAnswer, readToEnd, sendRaw } from '../support/raw-http.ts'
import { hello, helloStream, masterKey, Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

const bytes = randomBytes(100_000)
const binary = { 'content-type': 'application/octet-stream' }

describe('passthrough', () => {
  let served: Served
  before(async () => {
    served = await Served.start()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
    served.upstream.always({ body: { ok: true } })
  })
  const last = () => served.upstream.requests.at(-1) as ReceivedRequest

  describe('of a request', () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']) {
      it(`sends ${method} on`, async () => {
        const answer = await served.call(method, '/p/openai/files?limit=2')
        expect(answer.status).to.equal(200)
        expect(last()).to.include({ method, path: '/v1/files?limit=2' })
        expect(answer.body.toString()).to.equal(method === 'HEAD' ? '' : '{"ok":true}')
      })
    }

    for (const [path, sent] of [
      ['/p/openai/v1/files', '/v1/files'],
      ['/p/openai/v1/v1/files', '/v1/v1/files'],
      ['/p/openai/v1beta/files', '/v1/v1beta/files'],
      ['/p/openai/a%2Fb/c%20d', '/v1/a%2Fb/c%20d'],
      ['/p/openai/%E6%97%A5', '/v1/%E6%97%A5'],
      ['/p/openai/files/', '/v1/files/'],
      ['/p/openai/a/b/c/d?x', '/v1/a/b/c/d?x'],
      ['/p/openai/files?a=%20b&c=d+e&&f&=g&a=%zz', '/v1/files?a=%20b&c=d+e&&f&=g&a=%zz'],
      ['/p/openai/files?', '/v1/files?'],
      ['/p/openai/files?x=https://y/../z', '/v1/files?x=https://y/../z'],
      ['/p/openai/files?key=mine&x=1&api-key=mine', '/v1/files?key=mine&x=1&api-key=mine'],
      ['/p/openai/files?monkey=1', '/v1/files?monkey=1'],
      ['/p/openai/models', '/v1/models'],
      ['/p/openai/x:generate', '/v1/x:generate'],
      ["/p/openai/a,b;c=d'e(f)!*", "/v1/a,b;c=d'e(f)!*"],
      ['/p/openai/{model}/x', '/v1/{model}/x'],
    ] as const) {
      it(`sends ${path} on to ${sent}`, async () => {
        await sendRaw(served.url, `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
        expect(last().path).to.equal(sent)
      })
    }

    for (const path of ['/p/openai', '/p/openai/', '/p/openai?x']) {
      it(`refuses ${path}: there is nothing behind the provider`, async () => {
        expectError(await served.call('GET', path), { code: 'invalid_value', param: 'path', message: /below the provider is empty/ })
        expect(served.upstream.requests).to.have.length(0)
      })
    }

    it('keeps the body, whatever it is', async () => {
      await served.call('POST', '/p/openai/files', bytes, binary)
      expect(last().body.equals(bytes)).to.equal(true)
      expect(last().headers['content-length']).to.equal(String(bytes.length))
    })

    it('keeps a body that is encoded', async () => {
      const encoded = gzipSync(bytes)
      await served.call('POST', '/p/openai/files', encoded, { ...binary, 'content-encoding': 'gzip' })
      expect(last().body.equals(encoded)).to.equal(true)
      expect(last().headers['content-encoding']).to.equal('gzip')
    })

    it('keeps an encoding that nobody knows', async () => {
      await served.call('POST', '/p/openai/files', bytes, { ...binary, 'content-encoding': 'x-own' })
      expect(last().headers['content-encoding']).to.equal('x-own')
    })

    it('keeps JSON that is none', async () => {
      await served.call('POST', '/p/openai/chat/completions', '{"model":')
      expect(last().body.toString()).to.equal('{"model":')
    })

    it('keeps the bytes of a chat, its model too', async () => {
      const body = '{ "model":"openai/gpt-test", "stream":true,"messages":[{"role":"user","content":"hi"}],"n":1.0}'
      served.upstream.always({ chunks: chatChunks({ pieces: ['a'] }) })
      await served.call('POST', '/p/openai/chat/completions', body)
      expect(last().body.toString()).to.equal(body)
    })

    it("removes what is not the provider's, and adds its key", async () => {
      const removed = {
        'x-api-key': 'a',
        'api-key': 'b',
        'x-goog-api-key': 'c',
        'xi-api-key': 'd',
        'x-auth-token': 'e',
        'x-amz-security-token': 'f',
        'x-tapline-key': 'g',
        cookie: 'd=e',
        forwarded: 'for=1.2.3.4',
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-host': 'h',
        'proxy-authorization': 'Basic x',
        te: 'trailers',
        'x-tapline-user-path': '/a',
        'x-gomodel-user-path': '/a',
        'keep-alive': 'timeout=5',
        'x-hop': 'mine',
      }
      const kept = {
        'openai-beta': 'assistants=v2',
        'openai-organization': 'org',
        'anthropic-version': '2023-06-01',
        'user-agent': 'me/1',
        accept: 'text/x',
        'accept-encoding': 'gzip',
        'x-own': 'é',
        'idempotency-key': 'k',
        'if-none-match': '"x"',
        range: 'bytes=0-9',
        traceparent: '00-x',
      }
      const lines = Object.entries({ ...removed, ...kept }).map(([name, value]) => `${name}: ${value}`)
      await sendRaw(
        served.url,
        Buffer.from(
          `GET /p/openai/files HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer ${masterKey}\r\nConnection: close, X-Hop\r\nX-Request-ID: req-9\r\n${lines.join('\r\n')}\r\n\r\n`,
          'latin1',
        ),
      )
      const { headers } = last()
      for (const name of Object.keys(removed)) expect(headers, name).to.not.have.property(name)
      expect(headers).to.include({ ...kept, authorization: 'Bearer sk-upstream', 'x-client-request-id': 'req-9', host: new URL(served.upstream.url).host })
      expect(JSON.stringify(last().rawHeaders)).to.not.include(masterKey)
    })

    it('keeps repeated headers, and their spelling', async () => {
      await sendRaw(
        served.url,
        `GET /p/openai/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nConnection: close\r\nX-Two: a\r\nX-Two: b\r\n\r\n`,
      )
      expect(last().rawHeaders.join()).to.include('X-Two,a,X-Two,b')
    })
  })

  describe('of an answer', () => {
    for (const status of [200, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 409, 418, 422, 429, 500, 501, 599]) {
      it(`brings ${status} back as it is`, async () => {
        const hasBody = status !== 204 && status !== 304
        served.upstream.always({
          status,
          headers: { 'x-own': 'a', location: 'https://elsewhere.example/', 'content-type': 'text/x' },
          ...(hasBody ? { body: 'as it is' } : {}),
        })
        const answer = await served.call('POST', '/p/openai/things')
        expect(answer).to.deep.include({ status, body: Buffer.from(hasBody ? 'as it is' : '') })
        expect(answer.headers).to.include({ 'x-own': 'a', location: 'https://elsewhere.example/', 'content-type': 'text/x', 'x-tapline-provider': 'openai' })
        expect(served.upstream.requests).to.have.length(1)
      })
    }

    it('removes what belongs to the connection, cookies and what lets web pages in; renames request ids', async () => {
      served.upstream.always({
        headers: [
          'Set-Cookie',
          'a=b',
          'X-Request-ID',
          'theirs',
          'Connection',
          'X-Hop',
          'X-Hop',
          '1',
          'Keep-Alive',
          'timeout=1',
          'Proxy-Authenticate',
          'x',
          'Access-Control-Allow-Origin',
          '*',
          'X-Two',
          'a',
          'X-Two',
          'b',
          'openai-version',
          '2020',
        ],
        body: '{}',
      })
      const answer = await served.call('GET', '/p/openai/files')
      expect(answer.headers).to.not.have.any.keys('set-cookie', 'x-hop', 'proxy-authenticate', 'access-control-allow-origin')
      expect(answer.headers).to.deep.include({ 'x-upstream-request-id': 'theirs', 'openai-version': '2020', 'x-two': ['a', 'b'] })
      expectIds(answer)
      expect(answer.headers['x-request-id']).to.not.equal('theirs')
    })

    it('names its own provider, also where that is a gateway like this one', async () => {
      served.upstream.always({ headers: { 'X-Tapline-Provider': 'behind' }, body: '{}' })
      expect((await served.call('GET', '/p/openai/files')).headers['x-tapline-provider']).to.equal('openai')
    })

    it('shows a request id once that the provider says under two names', async () => {
      served.upstream.always({ headers: { 'X-Request-ID': 'theirs', 'request-id': 'theirs' }, body: '{}' })
      expect((await served.call('GET', '/p/openai/files')).headers['x-upstream-request-id']).to.equal('theirs')
    })

    it('shows the request id of AWS under its own name, and where those of others are', async () => {
      served.upstream.always({ headers: { 'x-amzn-RequestId': 'theirs' }, body: '{}' })
      const answer = await served.call('GET', '/p/openai/files')
      expect(answer.headers).to.include({ 'x-upstream-request-id': 'theirs', 'x-amzn-requestid': 'theirs' })
      expectIds(answer)
    })

    it('keeps bytes, their encoding and their length', async () => {
      const encoded = gzipSync(bytes)
      served.upstream.always({ headers: { ...binary, 'content-encoding': 'gzip' }, body: encoded })
      const answer = await served.call('GET', '/p/openai/files/1/content')
      expect(answer.body.equals(encoded)).to.equal(true)
      expect(answer.headers).to.include({ 'content-encoding': 'gzip', 'content-length': String(encoded.length) })
    })

    it('keeps a chat answer, plain and streamed, with its headers', async () => {
      const body = `{ "n":1.0,${JSON.stringify(chatCompletion()).slice(1)}`
      const chunks = chatChunks({ pieces: ['a'], usage: { prompt_tokens: 1, completion_tokens: 1 } })
      served.upstream.reply(
        { body, headers: { 'openai-version': '2020' } },
        { chunks, headers: { 'content-type': 'text/event-stream; charset=utf-8', 'openai-version': '2020' } },
      )
      const plain = await served.call('POST', '/p/openai/chat/completions', hello)
      expect(plain.body.toString()).to.equal(body)
      expect(plain.headers['openai-version']).to.equal('2020')
      const stream = await served.call('POST', '/p/openai/chat/completions', helloStream)
      expect(stream.body.toString()).to.equal(chunks.join(''))
      expect(stream.headers['openai-version']).to.equal('2020')
    })

    for (const body of ['', 'not JSON', '{"choices":[]}', '{"error":{"message":"in 200"}}', '[]']) {
      it(`keeps what a chat would be refused for: ${body || 'nothing'}`, async () => {
        served.upstream.always({ body })
        const answer = await served.call('POST', '/p/openai/chat/completions', hello)
        expect(answer.status).to.equal(200)
        expect(answer.body.toString()).to.equal(body)
      })
    }

    it('keeps the head of HEAD', async () => {
      served.upstream.always(({ method }) => ({ headers: { 'content-length': '1234', etag: '"x"' }, ...(method === 'HEAD' ? {} : { body: 'x' }) }))
      const answer = await served.call('HEAD', '/p/openai/files/1')
      expect(answer.headers).to.include({ 'content-length': '1234', etag: '"x"' })
      expect(answer.body).to.have.length(0)
    })

    it('sends each chunk on when it comes', async () => {
      const gate = new Gate()
      served.upstream.always({ chunks: ['data: 1\n\n', 'data: 2\n\n'], gates: { beforeChunk: { 1: gate } } })
      const answer = await served.open('POST', '/p/openai/things', '{}')
      const parts: string[] = []
      answer.body.on('data', (part: Buffer) => parts.push(part.toString()))
      await until(() => parts.join('') === 'data: 1\n\n')
      gate.open()
      await until(() => parts.join('') === 'data: 1\n\ndata: 2\n\n')
    })

    it('breaks off where the provider does', async () => {
      served.upstream.always({ headers: binary, chunks: ['abc', 'def'], cutAfter: 4 })
      const answer = await served.open('GET', '/p/openai/files/1/content')
      let broke = false
      await answer.body.arrayBuffer().catch(() => {
        broke = true
      })
      expect(broke).to.equal(true)
    })

    it('counts the tokens of a chat', async () => {
      served.completions.all.length = 0
      served.upstream.always({ body: chatCompletion({ usage: { prompt_tokens: 3, completion_tokens: 4 } }) })
      await served.call('POST', '/p/openai/chat/completions', hello)
      expect(served.completions.all[0]?.usage).to.include({ inputTokens: 3, outputTokens: 4 })
    })
  })

  for (const name of ['nobody', 'anthropic', 'OpenAI', '__proto__']) {
    it(`refuses the provider "${name}", and says which are there`, async () => {
      expectError(await served.call('GET', `/p/${name}/files`), { code: 'invalid_value', message: /enabled: openai/ })
    })
  }
})

describe('passthrough as configured', () => {
  it('reaches an instance by its name, and by its type the first', async () => {
    await using other = await Served.start()
    await using served = await Served.start({
      env: { OPENAI_SECOND_API_KEY: 'sk-second', OPENAI_SECOND_BASE_URL: other.upstream.url, OPENAI_SECOND_MODELS: 'm' },
    })
    served.upstream.always({ body: 'first' })
    other.upstream.always({ body: 'second' })
    expect((await served.call('GET', '/p/openai-second/files')).body.toString()).to.equal('second')
    expect(other.upstream.requests[0]?.headers.authorization).to.equal('Bearer sk-second')
    expect((await served.call('GET', '/p/openai/files')).body.toString()).to.equal('first')
  })

  it('keeps v1/ where the base URL does not end in it', async () => {
    await using served = await Served.start({ env: {} })
    const base = served.upstream.url.replace(/\/v1$/, '/api')
    await using other = await Served.start({ config: { providers: { bare: { type: 'openai', api_key: 'k', base_url: base, models: ['m'] } } } })
    served.upstream.always({ body: '{}' })
    await other.call('GET', '/p/bare/v1/files')
    expect(served.upstream.requests[0]?.path).to.equal('/api/v1/files')
  })

  it('is 404 when it is off, but only for callers who are known', async () => {
    await using served = await Served.start({ env: { ENABLE_PASSTHROUGH_ROUTES: 'false' } })
    expectError(await served.call('GET', '/p/openai/files'), { code: 'unknown_url' })
    expectError(await served.call('GET', '/p/openai/files', undefined, { authorization: 'Bearer x' }), { code: 'invalid_api_key' })
  })

  it('refuses a type that is not enabled', async () => {
    await using served = await Served.start({ env: { ENABLED_PASSTHROUGH_PROVIDERS: 'anthropic' } })
    expectError(await served.call('GET', '/p/openai/files'), { code: 'invalid_value', message: /enabled: none/ })
  })

  it('refuses the alias when that is off, and says what to write', async () => {
    await using served = await Served.start({ env: { ALLOW_PASSTHROUGH_V1_ALIAS: 'false' } })
    expectError(await served.call('GET', '/p/openai/v1/files'), { code: 'invalid_value', message: /\/files/ })
  })

  it("does not repeat what a refusal teaches: the call is not the gateway's to respell", async () => {
    const vendor = `
      import { defineProvider } from 'tapline'
      export default defineProvider({
        name: 'teacher', needs: ['base_url'], dialects: ['openai-chat'], operations: { chat: 'POST /chat/completions' },
        learn: ({ status }) => status === 400 ? 'lesson' : undefined,
      })
    `
    await using served = await Served.start({
      files: { 'vendor.ts': vendor },
      config: { providers: { teacher: { type: './vendor.ts', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] } } },
      env: { ENABLED_PASSTHROUGH_PROVIDERS: './vendor.ts' },
    })
    served.upstream.always({ status: 400, body: errorBody('no') })
    expect((await served.call('POST', '/p/teacher/chat/completions', hello)).body.toString()).to.equal(JSON.stringify(errorBody('no')))
    expect(served.upstream.requests).to.have.length(1)
    await served.chat({ ...hello, model: 'teacher/m' })
    expect(served.upstream.requests).to.have.length(3)
  })

  it('is served below a base path', async () => {
    await using served = await Served.start({ config: { server: { base_path: '/gx' } } })
    served.upstream.always({ body: '{}' })
    expect((await served.call('GET', '/p/openai/files')).status).to.equal(200)
    expect(served.upstream.requests[0]?.path).to.equal('/v1/files')
  })

  it('makes errors of its own in the envelope', async () => {
    await using served = await Served.start({
      config: { resilience: { retry: { max_retries: 0 } }, providers: { dead: { type: 'openai', api_key: 'k', base_url: await refusedUrl(), models: ['m'] } } },
    })
    expectError(await served.call('GET', '/p/dead/files'), { code: 'upstream_unreachable' })
  })

  for (const [method, headers, isRepeated] of [
    ['GET', {}, true],
    ['GET', { 'content-type': 'multipart/form-data; boundary=x' }, true],
    ['HEAD', {}, true],
    ['OPTIONS', {}, true],
    ['PUT', {}, true],
    ['POST', {}, false],
    ['PATCH', {}, false],
    ['DELETE', {}, false],
    ['POST', { 'idempotency-key': 'k' }, true],
  ] as const) {
    it(`${isRepeated ? 'repeats' : 'does not repeat'} ${method}${Object.keys(headers)
      .map(name => ` with a ${name}`)
      .join()} after 503`, async () => {
      const clock = new TurnedClock()
      await using served = await Served.start({ clock })
      served.upstream.reply({ status: 503, body: errorBody('busy') }, { body: 'ok' })
      const call = served.call(method, '/p/openai/things', undefined, headers)
      if (isRepeated) {
        await served.upstream.received()
        // The store looks for changes in exactly a second.
        await until(() => clock.waitsMs.some(ms => ms >= 900 && ms <= 1_100 && ms !== 1_000))
        clock.advance(1_100)
      }
      expect((await call).status).to.equal(isRepeated ? 200 : 503)
    })
  }
})

describe('passthrough of a form that is too large to be held', () => {
  const form = Buffer.from(`--x\r\nContent-Disposition: form-data; name="data"; filename="part"\r\n\r\n${'y'.repeat(20_000)}\r\n--x--\r\n`)
  const type = { 'content-type': 'multipart/form-data; boundary=x' }
  const limits = { server: { body_size_limit: '1K', upload_size_limit: '64K' } }
  let served: Served
  afterEach(() => served.close())
  const last = () => served.upstream.requests.at(-1) as ReceivedRequest
  const head = (headers: readonly string[], path = '/p/openai/uploads/1/parts') =>
    `POST ${path} HTTP/1.1\r\n${['Host: x', `Authorization: Bearer ${masterKey}`, 'Content-Type: multipart/form-data; boundary=x', ...headers].join('\r\n')}\r\n\r\n`
  const inChunks = (bytes: Buffer) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')])

  it('lets it flow, its bytes and its length as they are', async () => {
    served = await Served.start({ config: limits })
    served.upstream.always({ body: { ok: true } })
    const answer = await served.call('POST', '/p/openai/uploads/1/parts', form, type)
    expect(answer.body.toString()).to.equal('{"ok":true}')
    expect(last().body.equals(form)).to.equal(true)
    expect(last().headers).to.include({ 'content-length': String(form.length), ...type })
  })

  it('lets no JSON flow that says it is one, plain or encoded: nobody would know its model', async () => {
    served = await Served.start({ config: limits })
    const json = Buffer.from(JSON.stringify({ model: 'gpt-5', prompt: randomBytes(2000).toString('hex') }))
    for (const lengthHeader of [`Content-Length: ${json.length}`, 'Transfer-Encoding: chunked']) {
      const body = lengthHeader.startsWith('C') ? json : inChunks(json)
      const answer = await sendRaw(served.url, Buffer.concat([Buffer.from(head([lengthHeader, 'Connection: close'], '/p/openai/completions')), body]))
      expectError(answer, { code: 'invalid_value' })
    }
    expectError(await served.call('POST', '/p/openai/completions', gzipSync(json), { ...type, 'content-encoding': 'gzip' }), { code: 'body_too_large' })
    expect(served.upstream.requests.every(({ body }) => body.length === 0)).to.equal(true)
  })

  it('lets it flow as it comes where its length is not known', async () => {
    served = await Served.start({ config: limits })
    served.upstream.always({ body: { ok: true } })
    const socket = await openSocket(served.url)
    socket.write(head(['Transfer-Encoding: chunked', 'Connection: close']) + '3\r\n--x\r\n')
    await until(() => served.upstream.requests[0]?.body.toString() === '--x')
    socket.write(inChunks(form.subarray(3)))
    expect(parseAnswer(await readToEnd(socket)).status).to.equal(200)
    expect(last().body.equals(form)).to.equal(true)
  })

  it('refuses one beyond the limit of uploads, and anything else beyond that of bodies', async () => {
    served = await Served.start({ config: limits })
    const large = Buffer.concat(Array<Buffer>(4).fill(form))
    expectError(await served.call('POST', '/p/openai/uploads/1/parts', large, type), { code: 'body_too_large' })
    expectError(await served.call('POST', '/p/openai/uploads/1/parts', form, binary), { code: 'body_too_large' })
    expect(served.upstream.requests).to.have.length(0)
    const answer = await sendRaw(served.url, Buffer.concat([Buffer.from(head(['Transfer-Encoding: chunked', 'Connection: close'])), inChunks(large)]))
    expectError(answer, { code: 'body_too_large' })
  })

  it('is not made again once its bytes have left', async () => {
    served = await Served.start({ config: limits })
    served.upstream.always({ status: 503, body: errorBody('busy', 'server_error') })
    expect((await served.call('PUT', '/p/openai/uploads/1', form, type)).status).to.equal(503)
    expect(served.upstream.requests).to.have.length(1)
  })

  it('is refused where a guardrail applies', async () => {
    served = await Served.start({
      config: { ...limits, pipelines: { inference: [{ insert: { use: './redact.ts', options: { word: 'secret' } }, after: 'budgets' }] } },
      files: { 'redact.ts': redact },
    })
    expectError(await served.call('POST', '/p/openai/chat/completions', form, type), { code: 'passthrough_guardrails_unsupported' })
    expect(served.upstream.requests).to.have.length(0)
    served.upstream.always({ body: { ok: true } })
    expect((await served.call('GET', '/p/openai/vector_stores', undefined, type)).status, 'only its type says that there is one').to.equal(200)
  })

  it('ends with its caller', async () => {
    served = await Served.start({ config: limits })
    const socket = await openSocket(served.url)
    socket.write(head([`Content-Length: ${form.length}`]) + '--x')
    await until(() => served.upstream.requests[0]?.body.toString() === '--x')
    socket.destroy()
    await last().aborted
    expect((await served.completions.ended()).status).to.equal(499)
  })
})

describe('passthrough of a model that is not for everybody', () => {
  const closed = JSON.stringify({ ...hello, model: 'closed' })
  const json = { 'content-type': 'application/json' }
  let served: Served
  before(async () => {
    served = await Served.start({
      config: {
        server: { enabled_passthrough_providers: ['openai', 'gemini', 'azure'] },
        providers: {
          gem: { type: 'gemini', base_url: '${OPENAI_BASE_URL}', api_key: 'g', models: ['pro'] },
          az: { type: 'azure', base_url: '${OPENAI_BASE_URL}', api_key: 'a', models: ['pro'] },
        },
        virtual_models: ['openai/closed', 'gem/pro', 'az/pro'].map(source => ({ source, user_paths: ['/team'] })),
        rate_limits: { models: [{ model: 'scarce', limits: [{ period: 'day', max_requests: 1 }] }] },
      },
    })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
    served.upstream.always({ body: '{}' })
  })

  for (const [name, path, body, headers] of [
    ['in a chat', '/p/openai/chat/completions', closed, json],
    ['in an operation that nobody reads', '/p/openai/completions', '{"model":"closed","prompt":"x"}', json],
    ['in an operation without a dialect', '/p/openai/images/generations', '\n{"model":"closed"}', json],
    ['under another path', '/p/openai/chat//complet%69ons/', closed, json],
    ['under another type', '/p/openai/chat/completions', closed, { 'content-type': 'text/plain' }],
    ['under a type in capitals', '/p/openai/chat/completions', closed, { 'content-type': 'Application/JSON' }],
    ['in what is no chat', '/p/openai/chat/completions', '{"model":"closed","messages":"x"}', json],
    ['named twice', '/p/openai/chat/completions', `{"model":"gpt-test",${closed.slice(1, -1)},"model":"closed"}`, json],
    ['encoded in no way', '/p/openai/chat/completions', closed, { ...json, 'content-encoding': 'identity' }],
    ['encoded', '/p/openai/chat/completions', gzipSync(closed), { ...json, 'content-encoding': 'gzip' }],
    ['encoded in a way that nobody knows', '/p/openai/chat/completions', closed, { ...json, 'content-encoding': 'secret' }],
    ['encoded, so it says', '/p/openai/chat/completions', closed, { ...json, 'content-encoding': 'br' }],
    ['in the path, where the body names another', '/p/gem/models/pro:generateContent', '{"model":"flash"}', json],
    ['in the path, for a method that is not of chats', '/p/gem/%6dodels//pro:countTokens', '{"model":"flash"}', json],
    ['in the path, of a vendor who deploys models', '/p/az/deployments/pro/chat/completions', '{"model":"flash"}', json],
    [
      'in a form',
      '/p/openai/audio/transcriptions',
      '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nclosed\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
    ],
  ] as const) {
    it(`is refused ${name}, but to those whom it is for`, async () => {
      expectError(await served.call('POST', path, body, { ...headers, 'x-tapline-user-path': '/other' }), { code: 'model_access_denied' })
      expect(served.upstream.requests).to.have.length(0)
      expect((await served.call('POST', path, body, { ...headers, 'x-tapline-user-path': '/team/a' })).status).to.equal(200)
    })
  }

  it('is no matter where there is no body', async () => {
    expect((await served.call('GET', '/p/openai/files', undefined, { 'x-tapline-user-path': '/other' })).status).to.equal(200)
  })

  it('counts under the rules of its model', async () => {
    const ask = async (path: string) => (await served.call('POST', path, '{"model":"scarce"}', json)).status
    expect([await ask('/p/openai/completions'), await ask('/p/openai/images/generations')]).to.deep.equal([200, 429])
  })
})

describe('passthrough of a model whose id has a slash', () => {
  const form = (model: string) => `--b\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n--b--\r\n`
  const typed = { 'content-type': 'multipart/form-data; boundary=b' }

  for (const [name, closed, status] of [
    ['refused if the id is closed at any provider', 'org/denied', 400],
    ['refused if the model is closed at this one', 'openai/org/denied', 400],
    ['passed on if a model of another provider is closed', 'other/denied', 200],
  ] as const) {
    it(`is ${name}, and nobody can tell the model of the call`, async () => {
      await using served = await Served.start({
        config: {
          providers: { other: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'o', models: ['denied'] } },
          virtual_models: [{ source: closed, enabled: false }],
        },
      })
      served.upstream.always({ body: '{}' })
      expect((await served.call('POST', '/p/openai/audio/transcriptions', form('org/denied'), typed)).status).to.equal(status)
    })
  }
})

describe('passthrough that nobody reads', () => {
  const json = { 'content-type': 'application/json' }
  const chat = JSON.stringify(hello)
  const counts = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 }
  const answered = JSON.stringify({ ...chatCompletion(), usage: counts })
  const messages = '{"usage":{"input_tokens":9,"output_tokens":3}}'
  let served: Served
  beforeEach(async () => {
    served = await Served.start({ config: { storage: { sqlite: { path: ':memory:' } } } })
  })
  afterEach(() => served.close())
  const counted = async () => (await recorded(served, 1))[0]

  for (const [name, path, body, headers, answer] of [
    ['a path with escapes', '/p/openai/%63hat/completions', chat, json, answered],
    ['a path that ends in a slash', '/p/openai/chat/completions/', chat, json, answered],
    ['a path with a slash twice', '/p/openai/chat//completions', chat, json, answered],
    ['a path with parameters', '/p/openai/chat/completions;x=1', chat, json, answered],
    ['another type', '/p/openai/chat/completions', chat, { 'content-type': 'text/plain' }, answered],
    ['an encoding', '/p/openai/chat/completions', gzipSync(chat), { ...json, 'content-encoding': 'gzip' }, answered],
    ['a byte order mark', '/p/openai/chat/completions', `\uFEFF${chat}`, json, answered],
    ['a stream that is none', '/p/openai/chat/completions', `${chat.slice(0, -1)},"stream":"x"}`, json, answered],
    ['an operation of old', '/p/openai/completions', '{"model":"gpt-test","prompt":"x"}', json, answered],
    ['the answer of another dialect', '/p/openai/unheard/of', '{"model":"gpt-test"}', json, messages],
  ] as const) {
    it(`is counted in spite of ${name}`, async () => {
      served.upstream.always({ body: answer })
      await served.call('POST', path, body, headers)
      expect(await counted()).to.include({ requested_model: 'gpt-test', input_tokens: 9, output_tokens: 3, estimated: false })
    })
  }

  it('is counted if the answer is encoded', async () => {
    served.upstream.always({ body: gzipSync(answered), headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' } })
    const { body } = await served.call('POST', '/p/openai/completions', '{"model":"gpt-test"}', { ...json, 'accept-encoding': 'gzip' })
    expect(body.equals(gzipSync(answered))).to.equal(true)
    expect(await counted()).to.include({ input_tokens: 9, output_tokens: 3 })
  })

  it('is counted by the last events of a stream', async () => {
    served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b', 'c'], usage: counts }) })
    await served.call('POST', '/p/openai/completions', '{"model":"gpt-test","stream":true}', json)
    expect(await counted()).to.include({ input_tokens: 9, output_tokens: 3, estimated: false })
  })

  it('is estimated where a stream tells nothing', async () => {
    served.upstream.always({ chunks: chatChunks({ pieces: ['four score ', 'and seven years'] }) })
    await served.call('POST', '/p/openai/chat/completions', gzipSync(JSON.stringify(helloStream)), { ...json, 'content-encoding': 'gzip' })
    const { estimated, input_tokens: input, output_tokens: output } = (await counted()) as unknown as Record<string, number>
    expect([estimated, input! > 0, output! > 0]).to.deep.equal([true, true, true])
  })

  for (const stream of [false, true]) {
    it(`is estimated where ${stream ? 'the stream of ' : ''}an operation of old tells nothing`, async () => {
      const chunk = (text: string) =>
        `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', model: 'gpt-test', choices: [{ index: 0, text, logprobs: null, finish_reason: null }] })}\n\n`
      served.upstream.always(
        stream
          ? { chunks: [...Array.from({ length: 20 }, () => chunk('four score and ')), 'data: [DONE]\n\n'] }
          : { body: JSON.parse(chunk('four score and ').slice(6)) as object },
      )
      await served.call('POST', '/p/openai/completions', { model: 'gpt-test', prompt: 'four score', stream })
      const { estimated, input_tokens: input, output_tokens: output } = (await counted()) as unknown as Record<string, number>
      expect([estimated, input! > 0]).to.deep.equal([true, true])
      if (stream) expect(output).to.be.within(70, 80)
    })
  }

  it('is not counted where nothing was sent: what was made earlier was counted then', async () => {
    served.upstream.always({ body: answered })
    await served.call('GET', '/p/openai/responses/resp_1')
    expect(await counted()).to.include({ input_tokens: null, output_tokens: null })
  })
})

describe("passthrough to a vendor's own dialect", () => {
  const calls = {
    gemini: ['/models/m:generateContent', '/models/m:streamGenerateContent?alt=sse'],
    'bedrock-converse': ['/model/m/converse', '/model/m/converse-stream'],
    cohere: ['/v2/chat', '/v2/chat'],
  } as const
  let served: Served
  beforeEach(async () => {
    served = await Served.start({
      env: speakersEnv,
      config: {
        providers: speakers,
        storage: { sqlite: { path: ':memory:' } },
        server: { master_key: masterKey, enabled_passthrough_providers: ['gemini', 'bedrock', 'cohere'] },
      },
    })
  })
  afterEach(() => served.close())

  for (const [vendor, paths] of Object.entries(calls) as [keyof typeof calls, readonly string[]][]) {
    for (const [i, path] of paths.entries()) {
      it(`is counted by what ${vendor} says of it${i === 1 ? ', in a stream' : ''}`, async () => {
        const speech = { pieces: ['four score', ' and seven'] }
        const { contentType, events } = spokenStream(vendor, speech)
        served.upstream.always(i === 1 ? { chunks: events, headers: { 'content-type': contentType } } : { body: spokenReply(vendor, speech) })
        expect((await served.call('POST', `/p/${vendor}${path}`, { model: 'm', contents: [] })).status).to.equal(200)
        expect((await recorded(served, 1))[0]).to.include({ requested_model: 'm', input_tokens: 20, output_tokens: 10, estimated: false })
      })
    }
  }

  it('is counted by a list that Gemini streams', async () => {
    const reply = spokenReply('gemini', { pieces: ['four score'] })
    served.upstream.always({ body: `[{"candidates":[]}\n,\n${reply}]`, headers: { 'content-type': 'application/json' } })
    await served.call('POST', '/p/gemini/models/m:streamGenerateContent', { contents: [] })
    expect((await recorded(served, 1))[0]).to.include({ input_tokens: 20, output_tokens: 10 })
  })
})

describe('passthrough where a guardrail applies', () => {
  const secret = JSON.stringify(chatCompletion({ content: 'the secret' }))
  const guarded = {
    files: { 'redact.ts': redact },
    config: { pipelines: { inference: [{ insert: { use: './redact.ts', options: { word: 'secret' } }, before: 'retry' }] } },
  }

  for (const [name, path, body, headers] of [
    ['in a dialect that nobody reads', '/p/openai/responses', '{"input":"a secret"}', {}],
    ['that is no JSON', '/p/openai/chat/completions', 'secret', {}],
    ['that is encoded', '/p/openai/chat/completions', gzipSync(JSON.stringify(hello)), { 'content-encoding': 'gzip' }],
    [
      'that has the shape of a message, and is one of a thread',
      '/p/openai/threads/t/messages',
      '{"role":"user","content":"secret","model":"gpt-test","max_tokens":1,"messages":[{"role":"user","content":"x"}]}',
      {},
    ],
    ['whose messages are none', '/p/openai/chat/completions', '{"model":"gpt-test","messages":"secret"}', {}],
  ] as const) {
    it(`refuses a body ${name}`, async () => {
      await using served = await Served.start(guarded)
      expectError(await served.call('POST', path, body, headers), { code: 'passthrough_guardrails_unsupported' })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  it('lets it pass if the operator allows it', async () => {
    await using served = await Served.start({ ...guarded, env: { ALLOW_UNGUARDED_PASSTHROUGH: 'true' } })
    served.upstream.always({ body: '{}' })
    expect((await served.call('POST', '/p/openai/responses', '{"input":"a secret"}')).status).to.equal(200)
  })

  for (const path of ['/p/openai/chat/completions', '/p/openai/v1/chat/completions']) {
    it(`works on a chat, there and back: ${path}`, async () => {
      await using served = await Served.start(guarded)
      const body = '{"model":"gpt-test","n":1.0,"messages":[{"role":"user","content":"a secret"}]}'
      served.upstream.reply(
        { body: chatCompletion({ content: 'the secret' }), headers: { 'openai-version': '2020' } },
        { chunks: chatChunks({ pieces: ['the sec', 'ret is out'] }) },
      )
      const answer = await served.call('POST', path, body)
      expect(served.upstream.requests[0]?.body.toString()).to.equal(body.replace('secret', '[redacted]'))
      expect(answer.body.toString()).to.include('the [redacted]').and.not.include('secret')
      expect(answer.headers).to.include({ 'openai-version': '2020', 'content-length': String(answer.body.length) })
      const stream = await served.call('POST', path, body.replace('"n"', '"stream":true,"n"'))
      expect(stream.body.toString()).to.not.include('sec')
    })
  }

  for (const type of ['application/json', 'Application/JSON', 'text/plain', 'application/octet-stream', undefined]) {
    it(`works on an answer of type ${type}`, async () => {
      await using served = await Served.start(guarded)
      const headers = type === undefined ? ['Connection', 'keep-alive'] : ['Content-Type', type]
      served.upstream.always({ malformed: `HTTP/1.1 200 OK\r\n${headers[0]}: ${headers[1]}\r\nContent-Length: ${secret.length}\r\n\r\n${secret}` })
      const { body } = await served.call('POST', '/p/openai/chat/completions', hello)
      expect(body.toString()).to.include('[redacted]').and.not.include('secret')
    })

    it(`lets no stream of type ${type} pass unseen`, async () => {
      await using served = await Served.start(guarded)
      const events = [...chatChunks({ pieces: ['the secret'] })].join('')
      served.upstream.always({
        malformed: `HTTP/1.1 200 OK\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}Content-Length: ${events.length}\r\n\r\n${events}`,
      })
      expect((await served.call('POST', '/p/openai/chat/completions', helloStream)).body.toString()).to.not.include('secret')
    })
  }

  for (const encoding of ['compress', 'gzip, identity']) {
    it(`lets no answer pass unseen whose encoding is ${encoding}`, async () => {
      await using served = await Served.start(guarded)
      const headers = { 'content-encoding': encoding }
      served.upstream.reply(
        { body: gzipSync([...chatChunks({ pieces: ['the secret'] })].join('')), headers: { ...headers, 'content-type': 'text/event-stream' } },
        { body: gzipSync(secret), headers: { ...headers, 'content-type': 'application/json' } },
      )
      for (const body of [helloStream, hello])
        expectError(await served.call('POST', '/p/openai/chat/completions', body), { code: 'bad_upstream_response', message: /policy cannot read/ })
    })
  }

  it('works on a stream whose type is in capitals', async () => {
    await using served = await Served.start(guarded)
    served.upstream.always({ chunks: chatChunks({ pieces: ['the secret'] }), headers: { 'content-type': 'Text/Event-Stream' } })
    const { status, body } = await served.call('POST', '/p/openai/chat/completions', helloStream)
    expect(status).to.equal(200)
    expect(body.toString()).to.include('[redacted]').and.not.include('secret')
  })

  it('works on embeddings', async () => {
    await using served = await Served.start(guarded)
    served.upstream.always({ body: '{"data":[]}' })
    await served.call('POST', '/p/openai/embeddings', '{"model":"gpt-test","input":"a secret"}')
    expect(served.upstream.requests[0]?.body.toString()).to.equal('{"model":"gpt-test","input":"a [redacted]"}')
  })

  for (const [method, path] of [
    ['GET', '/p/openai/responses/resp_1'],
    ['POST', '/p/openai/v1/responses/resp_1/cancel'],
    ['GET', '/p/openai/Respons%65s//resp_1'],
    ['GET', '/p/openai/conversations/conv_1/items'],
    ['GET', '/p/openai/chat/completions/chatcmpl-1'],
    ['GET', '/p/openai/files/file-1/content'],
    ['GET', '/p/openai/messages/batches/b/results/'],
  ] as const) {
    it(`refuses to bring what was said earlier: ${method} ${path}`, async () => {
      await using served = await Served.start(guarded)
      expectError(await served.call(method, path), { code: 'passthrough_guardrails_unsupported' })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  it('lets calls without a body pass', async () => {
    await using served = await Served.start(guarded)
    served.upstream.always({ body: '{"data":[]}' })
    expect((await served.call('GET', '/p/openai/files')).body.toString()).to.equal('{"data":[]}')
  })
})
