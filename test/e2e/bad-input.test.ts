import { expect } from 'chai'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { chatCompletion, embeddings } from '../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { expectError, expectIds, type Answer } from '../support/answer.ts'
import { openSocket, parseAnswer, readToEnd, sendRaw } from '../support/raw-http.ts'
import { hello, masterKey, Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

const routes = [
  ['POST', '/v1/chat/completions', JSON.stringify(hello)],
  ['POST', '/v1/embeddings', '{"model":"gpt-test","input":"a"}'],
  ['GET', '/v1/models', undefined],
  ['GET', '/v1/models/gpt-test', undefined],
  ['POST', '/p/openai/chat/completions', JSON.stringify(hello)],
  ['GET', '/p/openai/files', undefined],
  ['GET', '/no/such/route', undefined],
  ['POST', '/v1/responses', '{}'],
] as const

const jsonRoutes = [
  ['/v1/chat/completions', hello],
  ['/v1/embeddings', { model: 'gpt-test', input: 'a' }],
] as const

describe('bad input', () => {
  let served: Served
  before(async () => {
    served = await Served.start()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
    served.upstream.always(({ path }) => ({ body: path.endsWith('embeddings') ? embeddings({ vectors: [[1]] }) : chatCompletion() }))
  })

  const raw = (line: string, headers: readonly string[] = [], body = '') =>
    sendRaw(served.url, `${line}\r\n${[`Authorization: Bearer ${masterKey}`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n${body}`)
  const posted = (headers: readonly string[], body: string, path = '/v1/chat/completions') =>
    raw(`POST ${path} HTTP/1.1`, ['Host: x', `Content-Length: ${Buffer.byteLength(body)}`, ...headers], body)
  const nothingSent = () => expect(served.upstream.requests.map(({ path }) => path)).to.deep.equal([])

  describe('authentication', () => {
    for (const [method, path, body] of routes) {
      for (const [name, headers, message] of [
        ['no credential', { authorization: '' }, /Bearer <token>/],
        ['another scheme', { authorization: 'Basic c2s6' }, /expected "Bearer <token>"/],
        ['the scheme in lower case', { authorization: `bearer ${masterKey}` }, /expected "Bearer <token>"/],
        ['a bare token', { authorization: masterKey }, /expected "Bearer <token>"/],
        ['an empty token', { authorization: 'Bearer ' }, undefined],
        ['another key', { authorization: 'Bearer sk-other' }, undefined],
        ['the key with a space behind the scheme', { authorization: `Bearer  ${masterKey}` }, undefined],
        ['another key, and the right one where it is not read', { authorization: 'Bearer sk-other', 'x-api-key': masterKey }, undefined],
      ] as const) {
        it(`${method} ${path} with ${name} is 401`, async () => {
          expectError(await served.call(method, path, body, headers), { code: 'invalid_api_key', ...(message === undefined ? {} : { message }) })
          nothingSent()
        })
      }
    }

    it('takes x-api-key where there is no Authorization', async () => {
      const answer = await sendRaw(served.url, `GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${masterKey}\r\nConnection: close\r\n\r\n`)
      expect(answer.status).to.equal(200)
    })

    it('comes before the method', async () => {
      expectError(await served.call('DELETE', '/v1/chat/completions', undefined, { authorization: 'Bearer x' }), { code: 'invalid_api_key' })
    })

    for (const path of ['/health', '/health/ready', '/version']) {
      it(`is not asked for at ${path}`, async () => {
        expect((await served.call('GET', path, undefined, { authorization: 'nonsense' })).status).to.equal(200)
      })
    }
  })

  describe('request ids', () => {
    for (const [method, path, body] of [
      ...routes,
      ['GET', '/health', undefined],
      ['GET', '/health/ready', undefined],
      ['GET', '/version', undefined],
    ] as const) {
      it(`are on the answer to ${method} ${path}`, async () => expectIds(await served.call(method, path, body)))
    }

    for (const [given, isKept] of [
      ['req-1', true],
      ['a'.repeat(128), true],
      ['!~', true],
      ['a'.repeat(129), false],
      ['two words', false],
      ['é', false],
      ['', false],
    ] as const) {
      it(`${isKept ? 'are' : 'are not'} what the caller sent: "${given.slice(0, 20)}"`, async () => {
        const answer = await sendRaw(served.url, `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-ID:  ${given} \r\nConnection: close\r\n\r\n`)
        expectIds(answer)
        if (isKept) expect(answer.headers['x-request-id']).to.equal(given)
        else expect(answer.headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/)
      })
    }

    it('go on to the provider', async () => {
      await served.chat(hello, { 'x-request-id': 'req-7' })
      expect(served.upstream.requests[0]?.headers['x-client-request-id']).to.equal('req-7')
    })
  })

  describe('routes', () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/nothing'],
      ['POST', '/v1/completions'],
      ['GET', '/v1/chat/completions/chatcmpl-1'],
      ['GET', '/v1//models'],
      ['GET', '/v1/models//'],
      ['GET', '/metrics'],
      ['GET', '/v1/realtime'],
      ['POST', '/mcp'],
      ['GET', '/V1/CHAT/COMPLETIONS/X'],
    ] as const) {
      it(`${method} ${path} is 404 with its name`, async () => {
        const answer = await served.call(method, path)
        if (path === '/v1/models//') expectError(answer, { code: 'model_not_found', status: 404 })
        else expectError(answer, { code: 'unknown_url', message: new RegExp(`${method}.*${path}`) })
      })
    }

    for (const [method, path, meant] of [
      ['POST', '/chat/completions', '/v1/chat/completions'],
      ['POST', '/v1/v1/messages', '/v1/messages'],
      ['GET', '/models', '/v1/models'],
      ['POST', '/openai/v1/embeddings', '/v1/embeddings'],
    ] as const)
      it(`${method} ${path} is 404 with what was meant`, async () =>
        expectError(await served.call(method, path), { code: 'unknown_url', message: `nothing answers ${method} ${path}; did you mean ${meant}?` }))

    for (const [method, path, allow] of [
      ['GET', '/v1/chat/completions', 'POST'],
      ['PUT', '/v1/chat/completions', 'POST'],
      ['OPTIONS', '/v1/chat/completions', 'POST'],
      ['GET', '/v1/embeddings', 'POST'],
      ['PROPFIND', '/p/openai/files', 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'],
      ['PROPFIND', '/v1/models', 'GET, HEAD'],
      ['POST', '/v1/models', 'GET, HEAD'],
      ['GET', '/v1/responses/compact', 'POST'],
      ['DELETE', '/v1/responses/input_tokens/', 'POST'],
      ['PUT', '/v1/responses/compact', 'POST'],
      ['DELETE', '/v1/models/gpt-test', 'GET, HEAD'],
      ['POST', '/health', 'GET, HEAD'],
      ['POST', '/version', 'GET, HEAD'],
    ] as const) {
      it(`${method} ${path} is 405, and allows ${allow}`, async () => {
        const answer = await served.call(method, path)
        expectError(answer, { code: 'method_not_allowed' })
        expect(answer.headers.allow).to.equal(allow)
      })
    }

    for (const [path, status] of [
      ['/v1/models', 200],
      ['/v1/models/gpt-test', 200],
      ['/health', 200],
      ['/version', 200],
      ['/', 404],
      ['/v1/models/none', 404],
    ] as const) {
      it(`HEAD ${path} is ${status}, as GET without its body`, async () => {
        const get = await raw(`GET ${path} HTTP/1.1`, ['Host: x'])
        const head = await raw(`HEAD ${path} HTTP/1.1`, ['Host: x'])
        expect(head.status).to.equal(status).and.to.equal(get.status)
        expect(head.body).to.have.length(0)
        expectIds(head)
        expect(head.headers['content-type']).to.equal(get.headers['content-type'])
      })
    }

    for (const path of ['/v1/chat/completions/', '/v1/chat/completions?beta=true', '/v1/chat/completions/?x']) {
      it(`POST ${path} is served`, async () => {
        expect((await served.call('POST', path, hello)).status).to.equal(200)
        expect(served.upstream.requests[0]?.path).to.equal('/v1/chat/completions')
      })
    }
    for (const path of ['/v1/models/', '/v1/models/gpt-test/', '/v1/models/openai/gpt-test/', '/health/', '/health/ready/', '/version/']) {
      it(`GET ${path} is served`, async () => expect((await served.call('GET', path)).status).to.equal(200))
    }
  })

  describe('request targets', () => {
    const paths = [
      '/p/openai/../x',
      '/p/openai/x/..',
      '/p/openai/x/../y',
      '/p/openai/./x',
      '/p/openai/x/.',
      '/p/../v1/models',
      '/v1/../health',
      '/..',
      '/.',
      '/p/openai/%2e%2e/x',
      '/p/openai/%2E%2E/x',
      '/p/openai/.%2e/x',
      '/p/openai/%2e./x',
      '/p/openai/%2e/x',
      '/p/openai/x/%2e%2e',
      '/p/openai/%252e%252e/x',
      '/p/openai/%252E%252e/x',
      '/p/openai/.%252e/x',
      '/p/openai/%2e%252e/x',
      '/p/openai/..%2fx',
      '/p/openai/%2e%2e%2fx',
      '/p/openai/..%252fx',
      '/p/openai/x%2f..%2fy',
      '/p/openai/x%252f%252e%252e',
      '/p/openai/..\\x',
      '/p/openai\\..\\x',
      '/p/openai/x\\y',
      '/p/openai/x%5cy',
      '/p/openai/x%5Cy',
      '/p/openai/..%5cx',
      '/p/openai/..%255cx',
      '/p/openai/x%255cy',
      '/p/openai/x%00',
      '/p/openai/%00/x',
      '/p/openai/x%2500y',
      '/p/openai/..;/x',
      '/p/openai/..;a=b/x',
      '/p/openai/%0d%0ax',
      '/p/openai/x%0ay',
      '/p/openai/x%1fy',
      '/p/openai/x%7f',
      '/p/openai/%',
      '/p/openai/%2',
      '/p/openai/%zz',
      '/p/openai/x%u002e',
      '/%',
      '/p/openai//evil.example/x',
      '/p/openai//',
      '/p/openai/https://evil.example/x',
      '/p/openai/http:%2f%2fevil.example',
      '//evil.example/x',
      '///x',
    ]
    for (const path of paths) {
      it(`${path} is 400, and nothing leaves`, async () => {
        const answer = await raw(`GET ${path} HTTP/1.1`, ['Host: x'])
        expectIds(answer)
        expect(answer.status, answer.body.toString()).to.equal(400)
        expect(JSON.parse(answer.body.toString()).error.code).to.be.oneOf(['bad_request_target', 'invalid_value'])
        nothingSent()
      })
    }

    for (const [name, line, headers] of [
      ['in absolute form', 'GET http://evil.example/v1/models HTTP/1.1', ['Host: x']],
      ['in absolute form, of this host', 'GET http://x/v1/models HTTP/1.1', ['Host: x']],
      ['in asterisk form', 'OPTIONS * HTTP/1.1', ['Host: x']],
      ['traced', 'TRACE /v1/models HTTP/1.1', ['Host: x']],
      ['with two hosts', 'GET /v1/models HTTP/1.1', ['Host: x', 'Host: y']],
      ['with the same host twice', 'GET /v1/models HTTP/1.1', ['Host: x', 'host: x']],
      ['with no host', 'GET /v1/models HTTP/1.1', []],
    ] as const) {
      it(`${name} are 400`, async () => {
        expectError(await raw(line, headers), { code: 'bad_request_target' })
        nothingSent()
      })
    }

    for (const path of ['/v1/models?x=../..', '/v1/models?x=%2e%2e%5c%00', '/v1/models?%zz']) {
      it(`${path} is served: the query is the route's own affair`, async () => expect((await raw(`GET ${path} HTTP/1.1`, ['Host: x'])).status).to.equal(200))
    }

    for (const path of ['/p/openai/files/..a', '/p/openai/files/a..b', '/p/openai/files/...', '/p/openai/v1.2/.hidden', '/p/openai/100%25']) {
      it(`${path} is no traversal`, async () => {
        expect((await raw(`GET ${path} HTTP/1.1`, ['Host: x'])).status).to.equal(200)
        expect(served.upstream.requests).to.have.length(1)
      })
    }
  })

  describe('HTTP that is not well-formed', () => {
    for (const [name, bytes, status = 400] of [
      ['nonsense', 'nonsense\r\n\r\n'],
      ['a header without a colon', 'GET /health HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
      ['a space before the colon', 'GET /health HTTP/1.1\r\nHost : x\r\n\r\n'],
      ['a folded header', 'GET /health HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n'],
      ['another protocol', 'GET /health HTTX/1.1\r\nHost: x\r\n\r\n'],
      ['a NUL in the target', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['a control character in the target', 'GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['a length and chunks', 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['two lengths', 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
      ['a length that is no number', 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\n'],
      [
        'an unknown transfer encoding',
        `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nTransfer-Encoding: identity, chunkedx\r\n\r\n`,
      ],
      ['too many headers', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ] as const) {
      it(`is ${status}, in the envelope: ${name}`, async () => expectError(await sendRaw(served.url, bytes), { code: 'bad_request_target', status }))
    }

    for (const [path, envelope] of [
      ['/v1/chat/completions', 'error'],
      ['/v1/messages', 'type, error, request_id'],
      ['/p/openai/files', 'error'],
      ['/v1/images/edits', 'error'],
    ] as const) {
      for (const [place, headers, body] of [
        ['amid a body', ['Transfer-Encoding: chunked'], 'zz\r\n'],
        ['behind a part of a body', ['Transfer-Encoding: chunked'], '1\r\n{\r\nzz\r\n'],
        ['behind a whole one', ['Content-Length: 2'], '{}garbage\r\n\r\n'],
      ] as const) {
        it(`is 400 also ${place}, in the caller's dialect and on record: ${path}`, async () => {
          const answer = await sendRaw(
            served.url,
            `POST ${path} HTTP/1.1\r\n${['Host: x', `Authorization: Bearer ${masterKey}`, `Content-Type: ${/images/.test(path) ? 'multipart/form-data; boundary=x' : 'application/json'}`, ...headers].join('\r\n')}\r\n\r\n${body}`,
          )
          expectIds(answer)
          expect(answer.headers['connection']).to.equal('close')
          expect(Object.keys(JSON.parse(answer.body.toString()) as object).join(', ')).to.equal(envelope)
          const recorded = served.completions.all.find(({ id }) => id === answer.headers['x-request-id'])
          expect([answer.status, recorded?.status, recorded?.error?.code]).to.deep.equal([400, 400, 'bad_request_target'])
          nothingSent()
        })
      }
    }

    it('is 400 amid a body also where a plugin has answered before it', async () => {
      const asker = `import { answer, definePlugin } from 'tapline'
        export default definePlugin({ name: 'asker', setup: () => ({ request: () => answer('no') }) })`
      await using own = await Served.start({ files: { 'asker.ts': asker }, config: { pipelines: { inference: [{ insert: './asker.ts', before: 'auth' }] } } })
      const head = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
      expectError(await sendRaw(own.url, `${head}zz\r\n`), { code: 'bad_request_target', status: 400 })
    })

    it('is 417 for what nobody can expect', async () => {
      const answer = await raw('POST /v1/chat/completions HTTP/1.1', ['Host: x', 'Expect: the-unexpected', 'Content-Length: 0'])
      expect(answer.status).to.be.oneOf([400, 417])
      expectIds(answer)
    })

    it('is no matter if the client asks before it sends its body', async () => {
      const body = JSON.stringify(hello)
      const answer = await posted(['Expect: 100-continue'], body)
      expect(answer.status).to.equal(100)
      expect(answer.body.toString()).to.match(/^HTTP\/1.1 200/)
    })
  })

  describe('bodies', () => {
    for (const [path] of jsonRoutes) {
      for (const [name, body] of [
        ['nothing', ''],
        ['white space', ' \n'],
        ['half an object', '{"model":"sensitive"'],
        ['a value missing', '{"model":}'],
        ['something behind it', '{} sensitive'],
        ['single quotes', "{'model':'sensitive'}"],
        ['a comma too many', '{"model":"sensitive",}'],
        ['a comment', '{/* sensitive */}'],
        ['a list', '[]'],
        ['a text', '"sensitive"'],
        ['a number', '1'],
        ['null', 'null'],
        ['NaN', '{"model":NaN}'],
        ['a bare control character', '{"model":"sensi\ntive"}'],
        ['a bad escape', '{"model":"\\x"}'],
        ['a leading zero', '{"n":01}'],
      ] as const) {
        it(`${name} is 400 at ${path}, and not told again`, async () => {
          const answer = await posted([], body, path)
          expectError(answer, { code: 'invalid_json', message: /^invalid request body:/ })
          expect(answer.body.toString()).to.not.include('sensi')
          nothingSent()
        })
      }

      for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
        it(`invalid UTF-8 (${Buffer.from(bytes).toString('hex')}) is 400 at ${path}`, async () => {
          const body = Buffer.concat([
            Buffer.from('{"model":"gpt-test","input":"'),
            Buffer.from(bytes),
            Buffer.from('","messages":[{"role":"user","content":"hi"}]}'),
          ])
          expectError(await served.call('POST', path, body), { code: 'invalid_json', message: /^invalid request body:/ })
          nothingSent()
        })
      }

      for (const [depth, status] of [
        [512, 200],
        [513, 400],
        [100_000, 400],
      ] as const) {
        it(`${depth} levels are ${status} at ${path}`, async () => {
          const inner = depth - 1
          const body = `{"model":"gpt-test","input":"a","messages":[{"role":"user","content":"hi"}],"x":${'['.repeat(inner)}${']'.repeat(inner)}}`
          const answer = await served.call('POST', path, body)
          if (status === 200) expect(answer.status, answer.body.toString()).to.equal(200)
          else expectError(answer, { code: 'invalid_json', message: /^invalid request body:/ })
        })
      }
    }

    for (const [path, body, code, param] of [
      ['/v1/chat/completions', { messages: hello.messages }, 'missing_required_parameter', 'model'],
      ['/v1/chat/completions', { ...hello, model: null }, 'missing_required_parameter', 'model'],
      ['/v1/chat/completions', { ...hello, model: '' }, 'missing_required_parameter', 'model'],
      ['/v1/chat/completions', { ...hello, model: ' \t' }, 'missing_required_parameter', 'model'],
      ['/v1/chat/completions', { ...hello, model: 5 }, 'invalid_type', 'model'],
      ['/v1/chat/completions', { ...hello, model: ['gpt-test'] }, 'invalid_type', 'model'],
      ['/v1/chat/completions', { ...hello, model: 'gpt-none' }, 'model_not_found', 'model'],
      ['/v1/chat/completions', { ...hello, model: '/gpt-test' }, 'model_not_found', 'model'],
      ['/v1/chat/completions', { ...hello, model: 'openai/' }, 'model_not_found', 'model'],
      ['/v1/chat/completions', { ...hello, model: 'openai/ ' }, 'model_not_found', 'model'],
      ['/v1/chat/completions', { ...hello, model: 'openai/', provider: 'openai' }, 'model_not_found', 'model'],
      ['/v1/chat/completions', { ...hello, provider: 'nobody' }, 'model_not_found', 'provider'],
      ['/v1/chat/completions', { ...hello, provider: 1 }, 'invalid_type', 'provider'],
      ['/v1/chat/completions', { ...hello, provider: ['openai'] }, 'invalid_type', 'provider'],
      ['/v1/chat/completions', { model: 'gpt-test' }, 'missing_required_parameter', 'messages'],
      ['/v1/chat/completions', { model: 'gpt-test', messages: null }, 'missing_required_parameter', 'messages'],
      ['/v1/chat/completions', { model: 'gpt-test', messages: [] }, 'invalid_value', 'messages'],
      ['/v1/chat/completions', { model: 'gpt-test', messages: {} }, 'invalid_type', 'messages'],
      ['/v1/chat/completions', { model: 'gpt-test', messages: 'hi' }, 'invalid_type', 'messages'],
      ['/v1/chat/completions', { ...hello, stream: 'yes' }, 'invalid_type', 'stream'],
      ['/v1/chat/completions', { ...hello, stream: 1 }, 'invalid_type', 'stream'],
      ['/v1/chat/completions', { ...hello, stream: true, stream_options: true }, 'invalid_type', 'stream_options'],
      ['/v1/chat/completions', { ...hello, stream_options: [] }, 'invalid_type', 'stream_options'],
      ['/v1/embeddings', { input: 'a' }, 'missing_required_parameter', 'model'],
      ['/v1/embeddings', { model: 'gpt-test' }, 'missing_required_parameter', 'input'],
      ['/v1/embeddings', { model: 'gpt-test', input: null }, 'missing_required_parameter', 'input'],
      ['/v1/embeddings', { model: 'gpt-test', input: '' }, 'invalid_value', 'input'],
      ['/v1/embeddings', { model: 'gpt-test', input: [] }, 'invalid_value', 'input'],
      ['/v1/embeddings', { model: 'gpt-test', input: {} }, 'invalid_type', 'input'],
      ['/v1/embeddings', { model: 'gpt-test', input: 5 }, 'invalid_type', 'input'],
      ['/v1/embeddings', { model: 'gpt-test', input: 'a', encoding_format: 1 }, 'invalid_type', 'encoding_format'],
      ['/v1/embeddings', { model: 'gpt-test', input: 'a', dimensions: '3' }, 'invalid_type', 'dimensions'],
      ['/v1/embeddings', { model: 'gpt-none', input: 'a' }, 'model_not_found', 'model'],
    ] as const) {
      it(`${code} is said of ${param} in ${JSON.stringify(body)} at ${path}`, async () => {
        expectError(await served.call('POST', path, body), {
          code,
          param,
          status: 400,
          ...(code === 'model_not_found' && param === 'model' ? { message: `unsupported model: ${body.model}` } : {}),
        })
        nothingSent()
      })
    }

    for (const [provider, sent] of [
      ['', undefined],
      ['  ', undefined],
      ['openai', undefined],
      [null, null],
      [{ order: ['x'] }, { order: ['x'] }],
    ] as const) {
      it(`${JSON.stringify(provider)} is taken for provider`, async () => {
        expect((await served.chat({ ...hello, provider })).status).to.equal(200)
        const [asked] = served.upstream.requests
        expect(JSON.parse(String(asked?.body)) as object).to.deep.equal({ ...hello, ...(sent === undefined ? {} : { provider: sent }) })
      })
    }

    it('of which the client sent less than it promised are no request', async () => {
      const socket = await openSocket(served.url)
      socket.end(`POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nContent-Length: 100\r\n\r\n{"model":`)
      const bytes = await readToEnd(socket)
      if (bytes.length > 0) expect(parseAnswer(bytes).status).to.equal(400)
      nothingSent()
    })
  })

  describe('content types', () => {
    for (const [path, body] of jsonRoutes) {
      for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/vnd.api+json', 'application/json;', undefined]) {
        it(`${type ?? 'none'} is accepted at ${path}`, async () => {
          expect((await posted(type === undefined ? [] : [`Content-Type: ${type}`], JSON.stringify(body), path)).status).to.equal(200)
        })
      }
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/xml',
        'application/jsonx',
        'json',
        'text/json',
      ]) {
        it(`${type} is 415 at ${path}`, async () => {
          expectError(await posted([`Content-Type: ${type}`], JSON.stringify(body), path), { code: 'unsupported_content_type' })
          nothingSent()
        })
      }
    }
  })

  describe('content encodings', () => {
    for (const [path, body] of jsonRoutes) {
      const bytes = Buffer.from(JSON.stringify(body))
      for (const [encoding, encoded] of [
        ['gzip', gzipSync(bytes)],
        ['x-gzip', gzipSync(bytes)],
        ['GZIP', gzipSync(bytes)],
        ['deflate', deflateSync(bytes)],
        ['br', brotliCompressSync(bytes)],
        ['zstd', zstdCompressSync(bytes)],
        ['identity', bytes],
        ['Identity', bytes],
      ] as const) {
        it(`${encoding} is decoded at ${path}`, async () => {
          expect((await served.call('POST', path, encoded, { 'content-encoding': encoding })).status).to.equal(200)
          expect(served.upstream.requests[0]?.body).to.deep.equal(bytes)
          expect(served.upstream.requests[0]?.headers['content-encoding']).to.equal(undefined)
        })
      }
      for (const encoding of ['compress', 'gzip, gzip', 'base64', 'none', '__proto__', 'constructor']) {
        it(`${encoding} is 415 at ${path}`, async () => {
          expectError(await served.call('POST', path, bytes, { 'content-encoding': encoding }), { code: 'unsupported_content_encoding' })
          nothingSent()
        })
      }
      for (const encoding of ['gzip', 'deflate', 'br', 'zstd']) {
        it(`${encoding} of which it is none is 400 at ${path}`, async () => {
          expectError(await served.call('POST', path, bytes, { 'content-encoding': encoding }), { code: 'invalid_json', message: /^invalid request body:/ })
          nothingSent()
        })
      }
    }

    for (const path of ['/v1/conversations/conv_1/items', '/v1/batches']) {
      it(`gzip is decoded where the gateway itself answers: ${path}`, async () =>
        expectError(await served.call('POST', path, gzipSync('{}'), { 'content-encoding': 'gzip' }), { code: 'missing_required_parameter' }))
      it(`an unknown one is 415 where the gateway itself answers: ${path}`, async () =>
        expectError(await served.call('POST', path, '{}', { 'content-encoding': 'compress' }), { code: 'unsupported_content_encoding' }))
    }
  })

  describe('a WebSocket', () => {
    const upgrade = (path: string, headers: readonly string[] = []) =>
      raw(`GET ${path} HTTP/1.1`, [
        'Host: x',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      ])
    for (const path of ['/v1/models', '/v1/chat/completions', '/health']) {
      it(`is 426 at ${path}`, async () => expectError(await upgrade(path), { code: 'upgrade_required' }))
    }
    it('is 404 where nothing is', async () => expectError(await upgrade('/v1/realtime?model=x'), { code: 'unknown_url' }))
    it('is 501 on passthrough', async () => {
      expectError(await upgrade('/p/openai/realtime'), { code: 'unsupported_response_operation' })
      nothingSent()
    })
    it('is no matter if another protocol is offered', async () => {
      expect((await raw('GET /v1/models HTTP/1.1', ['Host: x', 'Connection: Upgrade', 'Upgrade: h2c'])).status).to.equal(200)
    })
  })

  describe('user paths', () => {
    for (const path of ['/a/../b', '.', '/team/./x', '/a:b']) {
      it(`"${path}" is 400`, async () => {
        expectError(await served.chat(hello, { 'x-tapline-user-path': path }), { code: 'invalid_user_path' })
        nothingSent()
      })
    }
    for (const [what, headers, isTaken] of [
      ['two headers that say different things', ['X-Tapline-User-Path: /a', 'X-GoModel-User-Path: /b'], false],
      ['two headers that say the same', ['X-Tapline-User-Path: /a', 'X-GoModel-User-Path: a/'], true],
      ['one header twice, with different paths', ['X-Tapline-User-Path: /a', 'X-Tapline-User-Path: /b'], false],
      ['one header twice, with the same path', ['X-Tapline-User-Path: /a', 'x-tapline-user-path: a/'], true],
      ['a path that is allowed, and one that is not', ['X-Tapline-User-Path: /a', 'X-Tapline-User-Path: /..'], false],
      ['a path with a comma', ['X-Tapline-User-Path: /a, b'], true],
    ] as const) {
      it(`${isTaken ? 'may be' : 'may not be'} ${what}`, async () => {
        const answer = await posted(headers, JSON.stringify(hello))
        if (isTaken) expect(answer.status).to.equal(200)
        else expectError(answer, { code: 'invalid_user_path' })
      })
    }
    it('come after authentication', async () =>
      expectError(await served.chat(hello, { 'x-tapline-user-path': '..', authorization: 'Bearer x' }), { code: 'invalid_api_key' }))
  })

  describe("the model list in Anthropic's shape", () => {
    for (const path of ['/v1/models', '/v1/models/gpt-test', '/v1/models/nope', '/v1/models?limit=0']) {
      it(`is told from OpenAI's by whoever keeps answers: ${path}`, async () => {
        for (const headers of [{}, { 'anthropic-version': '2023-06-01' }])
          expect((await served.call('GET', path, undefined, headers)).headers['vary']).to.equal('anthropic-version')
      })
    }
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=1.5', 'after_id=a&before_id=b']) {
      it(`refuses ${query}, in Anthropic's envelope`, async () => {
        const answer = await served.call('GET', `/v1/models?${query}`, undefined, { 'anthropic-version': '2023-06-01' })
        expect(answer.status).to.equal(400)
        expect(JSON.parse(answer.body.toString())).to.nested.include({
          type: 'error',
          'error.type': 'invalid_request_error',
          'error.details.error_code': 'invalid_value',
        })
      })
    }
  })
})

describe('a body over the limit', () => {
  const limit = 1024
  const large = JSON.stringify({ ...hello, user: 'x'.repeat(2 * limit) })
  let served: Served
  before(async () => {
    served = await Served.start({ config: { server: { body_size_limit: '1K' } } })
    served.upstream.always({ body: chatCompletion() })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  for (const [method, path] of [...routes.map(([method, path]) => [method, path] as const), ['GET', '/health'], ['DELETE', '/p/openai/files/1']] as const) {
    it(`that is declared is 413 at ${method} ${path}`, async () => {
      const answer = await sendRaw(
        served.url,
        `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nConnection: close\r\nContent-Length: ${limit + 1}\r\n\r\n${'x'.repeat(limit + 1)}`,
      )
      expectError(answer, { code: 'body_too_large' })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  for (const path of ['/v1/chat/completions', '/p/openai/chat/completions']) {
    it(`that comes in chunks is 413 at ${path}`, async () => {
      const answer = await sendRaw(
        served.url,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(large)}`,
      )
      expectError(answer, { code: 'body_too_large' })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  for (const [encoding, encode] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    it(`when it is decoded (${encoding}) is 413`, async () => {
      expectError(await served.chat(encode(Buffer.from(large)), { 'content-encoding': encoding }), { code: 'body_too_large' })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  it('does not end the connection for those who behave', async () => {
    expectError(await served.chat(large), { code: 'body_too_large' })
    expect((await served.chat(hello)).status).to.equal(200)
  })

  it('is not the one that is just as large', async () => {
    const body = JSON.stringify({ ...hello, user: '' })
    expect((await served.chat(body.replace('"user":""', `"user":"${'x'.repeat(limit - body.length)}"`))).status).to.equal(200)
  })
})

describe('a request that is refused before it has come whole', () => {
  const size = 16 << 20
  let clock: TurnedClock
  let served: Served
  beforeEach(async () => {
    clock = new TurnedClock()
    served = await Served.start({ clock })
  })
  afterEach(() => served.close())

  const send = async (length = size, path = '/v1/chat/completions', key = masterKey) => {
    const socket = await openSocket(served.url)
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: ${length}\r\n\r\n{`)
    return socket
  }

  for (const [what, length, path, key, code] of [
    ['too large', size, '/v1/chat/completions', masterKey, 'body_too_large'],
    ['by a stranger', 100, '/v1/chat/completions', 'sk-wrong', 'invalid_api_key'],
    ['for nothing that is there', 100, '/v1/nothing', masterKey, 'unknown_url'],
  ] as const) {
    it(`is the last on its connection: ${what}`, async () => {
      const answer = parseAnswer(await readToEnd(await send(length, path, key)))
      expectError(answer, { code })
      expect(answer.headers['connection']).to.equal('close')
    })
  }

  it('is answered to a client that sends all of it first, and another request behind it, which is not heard', async () => {
    const socket = await send()
    socket.pause().write(Buffer.alloc(size - 1, 'x'))
    await new Promise<void>(resolve => {
      socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n', () => resolve())
    })
    const text = (await readToEnd(socket)).toString()
    expect(text.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 413'])
    expect(text).to.include('body_too_large')
  })

  it('has its connection cut if the client goes on sending for seconds', async () => {
    // So that no wait that began before is taken for that for the client.
    clock.advance(7)
    const socket = await send()
    expectError(
      parseAnswer(
        await new Promise<Buffer>(resolve => {
          socket.once('data', answer => {
            socket.pause()
            resolve(answer)
          })
        }),
      ),
      { code: 'body_too_large' },
    )
    await until(() => clock.waitsMs.includes(5_000))
    socket.write('x')
    clock.advance(5_000)
    await until(() => {
      socket.write('x')
      return socket.destroyed
    })
  })
})

describe('a body that comes too slowly', () => {
  for (const path of ['/v1/chat/completions', '/p/openai/chat/completions']) {
    it(`is 408 after 30 seconds at ${path}`, async () => {
      const clock = new TurnedClock()
      await using served = await Served.start({ clock })
      const before = clock.pending
      const socket = await openSocket(served.url)
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nContent-Length: 100\r\n\r\n{"model":`)
      await clock.armed(before + 1)
      clock.advance(29_999)
      clock.advance(1)
      const answer: Answer = parseAnswer(await readToEnd(socket))
      expectError(answer, { code: 'body_timeout' })
      expect(answer.headers['connection']).to.equal('close')
      expect(served.upstream.requests).to.have.length(0)
    })
  }
})

describe('a base path', () => {
  let served: Served
  before(async () => {
    served = await Served.start({ config: { server: { base_path: '/gx' } } })
  })
  after(() => served.close())
  const get = (path: string) =>
    sendRaw(new URL(served.url).origin, `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${masterKey}\r\nConnection: close\r\n\r\n`)

  for (const path of ['/gx/v1/models', '/gx/v1/models/', '/gx/v1/models/gpt-test', '/gx/health', '/gx/health/?x=1', '/gx/version']) {
    it(`serves ${path}`, async () => expect((await get(path)).status).to.equal(200))
  }
  for (const path of ['/', '/v1/models', '/health', '/gxx/health', '/g', '/GX/health', '/gx', '/gx/', '/gx?x', '/gx/gx/health']) {
    it(`does not serve ${path}`, async () => expectError(await get(path), { code: 'unknown_url' }))
  }
  it('says where a path below it should have led', async () =>
    expectError(await get('/gx/models'), { code: 'unknown_url', message: 'nothing answers GET /models; did you mean /gx/v1/models?' }))
  for (const path of ['/gx/%', '/%/gx', '/gx/%zz', '/gx/../gx/health', '/gx/%2e%2e/health', '/gx%2f..%2fhealth']) {
    it(`refuses ${path}`, async () => expectError(await get(path), { code: 'bad_request_target' }))
  }
  it("refuses in Anthropic's envelope what is below its routes", async () =>
    expect(JSON.parse((await get('/gx/v1/messages/%zz')).body.toString())).to.nested.include({
      type: 'error',
      'error.details.error_code': 'bad_request_target',
    }))
})

describe('a gateway that is not ready', () => {
  it('says so while no provider has listed its models', async () => {
    await using slow = await ScriptedUpstream.start()
    slow.always({ silent: true })
    await using served = await Served.start({ config: { providers: { slow: { type: 'openai-compatible', base_url: slow.url } } } })
    await slow.received()
    const answer = await served.chat({ ...hello, model: 'something' })
    expectError(answer, { code: 'not_ready' })
    expect(answer.headers['retry-after']).to.equal('1')
    served.upstream.always({ body: chatCompletion() })
    expect((await served.chat(hello)).status).to.equal(200)
    await slow.close()
  })
})

function chunked(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
}
