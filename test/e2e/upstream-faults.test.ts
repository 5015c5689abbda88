import { expect } from 'chai'
import { chatChunks, chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { refusedUrl } from '../../core/testing/port.ts'
import type { Script } from '../../core/testing/script.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { eventsOf, expectError, expectIds, type ExpectedError } from '../support/answer.ts'
import { judge, redact } from '../support/guardrails.ts'
import { hello, helloStream, Served } from '../support/serve.ts'
import { streamTexts } from '../support/stream-texts.ts'
import { until } from '../support/until.ts'

const once = { resilience: { retry: { max_retries: 0 }, circuit_breaker: { enabled: false } } }
const guarded = { pipelines: { inference: [{ insert: { use: './redact.ts', options: { word: 'secret' } }, before: 'retry' }] } }
const sse = { 'content-type': 'text/event-stream' }
const html = '<html><head><style>p{}</style><title>502 Bad Gateway</title></head><body><h1>Bad &amp; Gateway</h1><script>alert(1)</script></body></html>'

describe('a provider that fails', () => {
  let served: Served
  before(async () => {
    served = await Served.start({
      config: {
        ...once,
        providers: {
          dead: { type: 'openai-compatible', base_url: await refusedUrl(), models: ['m'] },
          nowhere: { type: 'openai-compatible', base_url: 'http://nowhere.invalid/v1', models: ['m'] },
        },
      },
    })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  const reply = (script: Script, body: object = hello) => {
    served.upstream.always(script)
    return served.chat(body)
  }

  const faults: Readonly<Record<string, readonly [Script, ExpectedError]>> = {
    'resets the connection': [{ refuse: true }, { code: 'upstream_unreachable' }],
    'closes without an answer': [{ malformed: '' }, { code: 'upstream_unreachable' }],
    'answers nonsense': [{ malformed: 'nonsense\r\n\r\n' }, { code: 'upstream_unreachable' }],
    'answers another protocol': [{ malformed: 'SSH-2.0-OpenSSH\r\n' }, { code: 'upstream_unreachable' }],
    'breaks off amid its headers': [{ malformed: 'HTTP/1.1 200 OK\r\ncontent-type: appl' }, { code: 'upstream_unreachable' }],
    'sends a header without a colon': [{ malformed: 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}' }, { code: 'upstream_unreachable' }],
    'answers with HTML of a proxy': [
      { status: 502, headers: { 'content-type': 'text/html' }, body: html },
      { code: null, status: 502, type: 'provider_error', message: /Bad Gateway/ },
    ],
    'answers 401, and repeats the key': [
      { status: 401, body: errorBody('bad key: sk-upstream', 'invalid_request_error', 'invalid_api_key') },
      { code: 'invalid_api_key', status: 401, message: /bad key: <redacted>$/ },
    ],
    'answers 401': [
      { status: 401, body: errorBody('bad key', 'invalid_request_error', 'invalid_api_key') },
      { code: 'invalid_api_key', status: 401, message: /openai.*bad key/ },
    ],
    'answers 402': [
      { status: 402, body: { error: { message: 'pay' } } },
      { code: null, status: 402, type: 'invalid_request_error', message: 'pay' },
    ],
    'answers 403': [
      { status: 403, body: { error: { message: 'no' } } },
      { code: null, status: 403, type: 'permission_error' },
    ],
    'answers 404': [
      { status: 404, body: { error: { message: 'no', code: 'model_not_found' } } },
      { code: 'model_not_found', status: 404, type: 'not_found_error' },
    ],
    'answers 409': [
      { status: 409, body: { error: { message: 'no' } } },
      { code: null, status: 409, type: 'invalid_request_error' },
    ],
    'answers 418': [
      { status: 418, body: { error: { message: 'no', param: 'tea', code: 7 } } },
      { code: '7', status: 418, type: 'invalid_request_error', param: 'tea' },
    ],
    'answers 429': [
      { status: 429, body: { error: { message: 'slow' } } },
      { code: null, status: 429, type: 'rate_limit_error' },
    ],
    'answers 500': [
      { status: 500, body: { error: { message: 'ouch' } } },
      { code: null, status: 500, type: 'provider_error', message: 'ouch' },
    ],
    'answers 501': [
      { status: 501, body: { error: { message: 'ouch' } } },
      { code: null, status: 501, type: 'provider_error' },
    ],
    'answers 503 with nothing': [
      { status: 503, body: '' },
      { code: null, status: 503, type: 'provider_error', message: /503/ },
    ],
    'answers 529': [
      { status: 529, body: { error: { message: 'full' } } },
      { code: null, status: 529, type: 'provider_error' },
    ],
    redirects: [{ status: 302, headers: { location: '/v1/elsewhere' }, body: '' }, { code: 'bad_upstream_response' }],
    'redirects for good': [{ status: 308, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, { code: 'bad_upstream_response' }],
    'says not modified': [{ status: 304 }, { code: 'bad_upstream_response' }],
    'answers an odd status': [{ malformed: 'HTTP/1.1 700 Odd\r\ncontent-length: 0\r\n\r\n' }, { code: 'bad_upstream_response' }],
    'says its error as a text': [
      { status: 400, body: { error: 'just text' } },
      { code: null, status: 400, message: 'just text', type: 'invalid_request_error' },
    ],
    'says its error as plain text': [
      { status: 400, headers: { 'content-type': 'text/plain' }, body: 'plain words' },
      { code: null, status: 400, message: 'plain words', type: 'invalid_request_error' },
    ],
    'says what another said': [
      { status: 400, body: { error: { message: 'Provider returned error', metadata: { raw: 'the real one' } } } },
      { code: null, status: 400, message: 'the real one', type: 'invalid_request_error' },
    ],
    'answers nothing': [{ body: '' }, { code: 'bad_upstream_response', message: /empty response/ }],
    'answers 204': [{ status: 204 }, { code: 'bad_upstream_response' }],
    'answers white space': [{ body: ' \n' }, { code: 'bad_upstream_response' }],
    'answers what is no JSON': [{ body: '{"choices":[' }, { code: 'bad_upstream_response' }],
    'answers HTML with 200': [{ headers: { 'content-type': 'text/html' }, body: html }, { code: 'bad_upstream_response' }],
    'answers a list': [{ body: '[]' }, { code: 'bad_upstream_response' }],
    'answers null': [{ body: 'null' }, { code: 'bad_upstream_response' }],
    'answers without choices': [{ body: { id: 'x', object: 'chat.completion' } }, { code: 'bad_upstream_response' }],
    'answers with no choice': [{ body: { ...chatCompletion(), choices: [] } }, { code: 'bad_upstream_response' }],
    'answers with null for choices': [{ body: { ...chatCompletion(), choices: null } }, { code: 'bad_upstream_response' }],
    'answers with no choice, but an error': [
      { body: { ...chatCompletion(), choices: [], error: { message: 'slow down', code: 429 } } },
      { code: '429', status: 429, message: 'slow down' },
    ],
    'hides an error with a status in 200': [{ body: { error: { message: 'slow down', code: 429 } } }, { code: '429', status: 429, message: 'slow down' }],
    'hides an error with a code in 200': [
      { body: { error: { message: 'odd', code: 'odd_code', param: 'p' } } },
      { code: 'odd_code', status: 502, message: 'odd', param: 'p' },
    ],
    'hides an error in 200 as a text': [{ body: { error: 'odd' } }, { code: null, status: 502, message: 'odd' }],
    'hides an error beyond statuses in 200': [{ body: { error: { message: 'odd', code: 200 } } }, { code: '200', status: 502 }],
    'sends gzip that is none': [{ headers: { 'content-encoding': 'gzip' }, body: JSON.stringify(chatCompletion()) }, { code: 'bad_upstream_response' }],
    'hides an error in the encoding': [
      { status: 400, encoding: 'gzip', body: { error: { message: 'squeezed' } } },
      { code: null, status: 400, message: 'squeezed', type: 'invalid_request_error' },
    ],
  }
  for (const [name, [script, expected]] of Object.entries(faults)) {
    for (const stream of [false, true]) {
      it(`and ${name} is ${expected.status ?? expected.code} to a ${stream ? 'streamed' : 'plain'} call`, async () => {
        expectError(await reply(script, { ...hello, stream }), expected)
        expect(served.upstream.requests).to.have.length(1)
      })
    }
  }

  for (const [path, request] of [
    ['/v1/chat/completions', { messages: hello.messages }],
    ['/v1/responses', { input: 'a' }],
    ['/v1/embeddings', { input: 'a' }],
    ['/v1/moderations', { input: 'a' }],
  ] as const) {
    const answerTo = (body: object) => {
      served.upstream.always({ body })
      return served.call('POST', path, { model: 'gpt-test', ...request })
    }

    it(`and answers without a result is 502 at ${path}`, async () => expectError(await answerTo({ object: 'list' }), { code: 'bad_upstream_response' }))

    it(`and hides in 200 what another said is heard at ${path}`, async () => {
      const error = { message: 'Provider returned error', code: 503, metadata: { raw: 'the real one' } }
      expectError(await answerTo({ error }), { code: '503', status: 503, message: 'the real one' })
    })
  }

  for (const model of ['dead/m', 'nowhere/m']) {
    for (const stream of [false, true]) {
      it(`and cannot be reached (${model}) is 502 to a ${stream ? 'streamed' : 'plain'} call`, async () => {
        const answer = await served.chat({ ...hello, model, stream })
        expectError(answer, { code: 'upstream_unreachable' })
        expect(answer.headers['x-tapline-provider']).to.equal(model.split('/')[0])
      })
    }
  }

  for (const cut of ['reset', 'end'] as const) {
    it(`and breaks off amid a plain answer (${cut}) is 502`, async () => {
      const body = JSON.stringify(chatCompletion())
      for (const cutAfter of [0, 1, 100, body.length - 1])
        expectError(await reply({ body, cutAfter, cut }), { code: 'bad_upstream_response', message: 'openai broke off its answer' })
    })
  }

  it('says no more than 4 KiB of its own text', async () => {
    const answer = await reply({ status: 400, headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(100_000) })
    expect(answer.status).to.equal(400)
    expect(answer.body.length).to.be.below(4500)
  })

  it('says no HTML, no scripts', async () => {
    const { body } = await reply({ status: 502, headers: { 'content-type': 'text/html' }, body: html })
    expect(body.toString()).to.not.match(/[<>]|alert|p\{\}/)
  })

  it('is waited for no longer than 64 KiB of an error', async () => {
    const gate = new Gate()
    const chunks = Array.from({ length: 10 }, () => 'x'.repeat(20_000))
    const answer = await reply({ status: 500, headers: { 'content-type': 'text/plain' }, chunks, gates: { beforeChunk: { 4: gate } } })
    expect(answer.status).to.equal(500)
    await served.upstream.requests[0]?.aborted
  })

  for (const headers of [
    { 'retry-after': '7' },
    { 'retry-after-ms': '1500', 'retry-after': '2' },
    { 'x-should-retry': 'false' },
    { 'x-should-retry': 'true' },
  ]) {
    it(`and says ${JSON.stringify(headers)} is heard by the caller`, async () => {
      const answer = await reply({ status: 429, headers, body: errorBody('slow', 'rate_limit') })
      expect(answer.headers).to.include(headers)
    })
  }

  describe('but not really', () => {
    it('for it sends early hints first', async () => {
      const body = JSON.stringify(chatCompletion())
      const answer = await reply({
        malformed: `HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      })
      expect(answer.body.toString()).to.equal(body)
    })
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd'] as const) {
      it(`for it answers in ${encoding} that nobody asked for`, async () => {
        const body = JSON.stringify(chatCompletion())
        const answer = await reply({ body, encoding })
        expect(answer.body.toString()).to.equal(body)
        expect(answer.headers['content-encoding']).to.equal(undefined)
      })
      it(`for it streams in ${encoding} that nobody asked for`, async () => {
        const chunks = chatChunks({ pieces: ['a', 'b'] })
        const answer = await reply({ chunks, encoding }, helloStream)
        expect(answer.body.toString()).to.equal(chunks.join(''))
        expect(answer.headers['content-encoding']).to.equal(undefined)
      })
    }
    it('for it hides null where others hide errors', async () => {
      const body = JSON.stringify({ error: null, ...chatCompletion() })
      expect((await reply({ body })).body.toString()).to.equal(body)
    })
    it('for it says an error beside a result', async () => {
      const body = JSON.stringify({ error: { message: 'odd' }, ...chatCompletion() })
      expect((await reply({ body })).body.toString()).to.equal(body)
    })
    it('for it sends JSON under another name', async () => {
      const body = JSON.stringify(chatCompletion())
      expect((await reply({ headers: { 'content-type': 'text/plain' }, body })).body.toString()).to.equal(body)
    })
  })
})

describe('a stream that fails', () => {
  for (const [what, options] of Object.entries({
    'bytes go by': { config: once },
    'a guardrail reads': { config: { ...once, ...guarded }, files: { 'redact.ts': redact } },
  })) {
    describe(`where ${what}`, () => {
      let served: Served
      before(async () => {
        served = await Served.start(options)
      })
      after(() => served.close())
      beforeEach(() => {
        served.upstream.requests.length = 0
      })

      const stream = (script: Script) => {
        served.upstream.reply(script)
        return served.chat(helloStream)
      }
      const events = chatChunks({ pieces: ['Good', ' day'] })
      const whole = events.join('')

      for (const [name, script, expected] of [
        ['has nothing in it', { chunks: [], headers: sse }, { code: 'bad_upstream_response', message: /empty stream/ }],
        ['has only its end', { chunks: ['data: [DONE]\n\n'] }, { code: 'bad_upstream_response', message: /empty stream/ }],
        ['has only comments and its end', { chunks: [': one\n\n', 'data: [DONE]\n\n'] }, { code: 'bad_upstream_response' }],
        ['has only comments', { chunks: [': one\n\n', ': two\n\n'] }, { code: 'bad_upstream_response' }],
        ['has only blank lines', { chunks: ['\n\n\n\n'] }, { code: 'bad_upstream_response' }],
        ['breaks before its first event', { chunks: [whole], cutAfter: 20 }, { code: 'bad_upstream_response' }],
        ['closes before its first event', { chunks: [whole], cutAfter: 20, cut: 'end' }, { code: 'bad_upstream_response' }],
        [
          'begins with an error',
          { chunks: ['data: {"error":{"message":"full","type":"x","code":"busy","param":"q"}}\n\n', 'data: [DONE]\n\n'] },
          { code: 'busy', status: 502, message: 'full', param: 'q' },
        ],
        ['begins with an error that has a status', { chunks: ['data: {"error":{"message":"slow","code":429}}\n\n'] }, { code: '429', status: 429 }],
        [
          'begins with a comment and an error',
          { chunks: [': hi\n\n', 'data: {"error":{"message":"slow","code":503}}\n\n'] },
          { code: '503', status: 503, type: 'provider_error' },
        ],
        ['begins with an error that is a text', { chunks: ['data: {"error":"odd"}\n\n'] }, { code: null, status: 502, message: 'odd' }],
        [
          'begins with an error by name',
          { chunks: ['event: error\ndata: {"message":"odd","code":500}\n\n'] },
          { code: '500', status: 500, type: 'provider_error' },
        ],
      ] as const satisfies readonly (readonly [string, Script, ExpectedError])[]) {
        it(`and ${name} is an ordinary error`, async () => expectError(await stream(script), expected))
      }

      const finishAt = whole.indexOf('"finish_reason":"stop"')
      for (const cut of ['end', 'reset'] as const) {
        it(`is cut at every byte (${cut}): one error event, no forged end`, async () => {
          const offsets = [...Buffer.from(whole).keys()].filter(at => at > 0 && (cut === 'end' || at % 7 === 0 || whole.slice(0, at).endsWith('\n\n')))
          const seen = new Set<string>()
          for (const cutAfter of offsets) {
            const answer = await stream({ chunks: [whole], cutAfter, cut })
            if (answer.status !== 200) {
              expectError(answer, { code: 'bad_upstream_response' })
              expect(cutAfter).to.be.at.most((events[0] as string).length)
              seen.add('refused')
              continue
            }
            expectIds(answer)
            const { errors, dones, finishReasons } = streamTexts(answer.body)
            const isFinished = finishReasons.length > 0
            if (isFinished) expect(cutAfter).to.be.above(finishAt)
            expect(
              errors.map(({ code, type }) => ({ code, type })),
              `cut after ${cutAfter}`,
            ).to.deep.equal(isFinished ? [] : [{ code: 'stream_incomplete', type: 'provider_error' }])
            expect(dones).to.equal(whole.slice(0, cutAfter).endsWith('[DONE]\n\n') ? 1 : 0)
            if (!isFinished) expect(eventsOf(answer).at(-1)).to.match(/^data: \{"error"/)
            expect(answer.body.toString().endsWith('\n\n') || isFinished).to.equal(true)
            seen.add(isFinished ? 'finished' : 'broken')
          }
          expect([...seen].sort()).to.deep.equal(['broken', 'finished', 'refused'])
        }).timeout(180_000)
      }

      it('and says its own error is relayed with it, and with no second one', async () => {
        const own = 'data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":"busy"}}\n\n'
        for (const cut of ['end', 'reset'] as const) {
          const chunks = [...events.slice(0, 2), own]
          const { body } = await stream({ chunks, cutAfter: 1 << 20, cut })
          const { errors, dones } = streamTexts(body)
          expect(errors).to.deep.equal([{ message: 'overloaded', type: 'server_error', param: null, code: 'busy' }])
          expect(dones).to.equal(0)
        }
      })

      it('and is not SSE but a whole answer becomes a stream', async () => {
        const usage = { prompt_tokens: 5, completion_tokens: 2 }
        const { body, headers, status } = await stream({ body: chatCompletion({ content: 'Good day', usage }) })
        expect(status).to.equal(200)
        expect(headers['content-type']).to.match(/^text\/event-stream/)
        expect(streamTexts(body)).to.deep.include({ texts: { '0/content': 'Good day' }, finishReasons: ['stop'], errors: [], dones: 1 })
        expect(body.toString()).to.not.include('"usage":{')
      })

      it('and is not SSE but a whole answer becomes a stream with its usage, if that was asked for', async () => {
        served.upstream.reply({ body: chatCompletion({ content: 'Good day', usage: { prompt_tokens: 5, completion_tokens: 2 } }) })
        const { body } = await served.chat({ ...helloStream, stream_options: { include_usage: true } })
        expect(body.toString()).to.include('"total_tokens":7')
      })

      it('and is not SSE but a tool call becomes a stream', async () => {
        const { body } = await stream({ body: chatCompletion({ toolCalls: [{ name: 'f', arguments: '{"a":1}' }] }) })
        expect(streamTexts(body)).to.deep.include({ texts: { '0/tool_calls/0': '{"a":1}' }, finishReasons: ['tool_calls'], dones: 1 })
      })

      const huge = `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(17 << 20)}"},"finish_reason":null}]}\n\n`
      it('for it has a huge event passes where nobody reads, and else ends with an error', async () => {
        const chunks = [...events.slice(0, 2), huge, ...events.slice(2)]
        const { status, body } = await stream({ chunks })
        expect(status).to.equal(200)
        if (what === 'bytes go by') return expect(body.equals(Buffer.from(chunks.join('')))).to.equal(true)
        const { errors, dones } = streamTexts(body)
        expect(errors.map(({ code }) => code)).to.deep.equal(['event_too_large'])
        return expect(dones).to.equal(0)
      })

      it('for it begins with a huge event passes where nobody reads, and else is refused', async () => {
        const answer = await stream({ chunks: [huge, ...events] })
        if (what === 'bytes go by') expect(answer.body.equals(Buffer.from(huge + whole))).to.equal(true)
        else expectError(answer, { code: 'event_too_large' })
      })
    })
  }
})

describe('a provider that is silent', () => {
  const limits = { http: { response_header_timeout: '5s', timeout: '20s', stream_idle_timeout: '7s' } }
  let clock: TurnedClock
  let served: Served
  beforeEach(async () => {
    clock = new TurnedClock()
    served = await Served.start({ clock, config: limits })
  })
  afterEach(() => served.close())

  for (const stream of [false, true]) {
    it(`is given up when its headers do not come, and not called again${stream ? ' (streamed)' : ''}`, async () => {
      served.upstream.always({ silent: true })
      const call = served.chat({ ...hello, stream })
      const received = await served.upstream.received()
      clock.advance(4_999)
      expect(received.state).to.equal('open')
      clock.advance(1)
      expectError(await call, { code: 'upstream_timeout' })
      await received.aborted
      expect(served.upstream.requests).to.have.length(1)
    })
  }

  it('is given up when a plain answer is not whole in time, counted from the start', async () => {
    const gate = new Gate()
    served.upstream.always({ headers: { 'content-type': 'application/json' }, chunks: ['{', '}'], gates: { beforeChunk: { 1: gate } } })
    const call = served.chat(hello)
    await gate.reached
    await until(() => clock.waitsMs.includes(20_000))
    clock.advance(19_999)
    const received = await served.upstream.received()
    expect(received.state).to.equal('open')
    clock.advance(1)
    expectError(await call, { code: 'upstream_timeout', message: /20 s/ })
    await received.aborted
  })

  it('is cut amid a stream, with one error event', async () => {
    const gate = new Gate()
    const chunks = chatChunks({ pieces: ['a', 'b'] })
    served.upstream.always({ chunks, gates: { beforeChunk: { 2: gate } } })
    const answer = await served.open('POST', '/v1/chat/completions', helloStream)
    await gate.reached
    await until(() => clock.waitsMs.includes(7_000))
    clock.advance(7_000)
    const body = Buffer.from(await answer.body.arrayBuffer())
    expect(streamTexts(body).errors.map(({ code }) => code)).to.deep.equal(['stream_incomplete'])
    expect(streamTexts(body).dones).to.equal(0)
    await (
      await served.upstream.received()
    ).aborted
  })

  it('ends a stream by failing, with one error event', async () => {
    const [first = '', second = ''] = chatChunks({ pieces: ['a'] })
    served.upstream.always({ chunks: [first, second, 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}\n\n'] })
    const answer = await served.open('POST', '/v1/chat/completions', helloStream)
    const { errors, dones } = streamTexts(Buffer.from(await answer.body.arrayBuffer()))
    expect([errors.map(({ message, code }) => [message, code]), dones]).to.deep.equal([
      [['openai: provider ended the answer with insufficient_system_resource', 'bad_upstream_response']],
      0,
    ])
  })

  it('is a timeout while nothing of a stream has come', async () => {
    const gate = new Gate()
    served.upstream.always({ chunks: [': hi\n\n', 'data: x'], gates: { beforeChunk: { 1: gate } } })
    const call = served.chat(helloStream)
    await gate.reached
    await until(() => clock.waitsMs.includes(7_000))
    clock.advance(7_000)
    expectError(await call, { code: 'upstream_timeout' })
  })

  for (const [name, path] of [
    ['of a stream', '/v1/chat/completions'],
    ['of a stream that is passed through', '/p/openai/v1/chat/completions'],
  ] as const) {
    it(`has as long for the first byte ${name} as for its headers`, async () => {
      await using patient = await Served.start({ clock, config: { http: { response_header_timeout: '9s', stream_idle_timeout: '7s' } } })
      const gate = new Gate()
      patient.upstream.always({ chunks: chatChunks({ pieces: ['a'] }), gates: { beforeChunk: { 0: gate } } })
      const call = patient.call('POST', path, helloStream)
      await gate.reached
      // By the time that this is answered, the headers are there.
      await patient.call('GET', '/health')
      clock.advance(9_000)
      expectError(await call, { code: 'upstream_timeout', message: /within 9 s/ })
    })
  }

  it('is a timeout while a guardrail waits for the whole of a stream, and nothing of it has left', async () => {
    await using guarded = await Served.start({
      clock,
      config: { ...limits, pipelines: { inference: [{ insert: { use: './judge.ts', options: { word: 'x' } }, before: 'retry' }] } },
      files: { 'judge.ts': judge },
    })
    const gate = new Gate()
    guarded.upstream.always({ chunks: chatChunks({ pieces: ['a', 'b'] }), gates: { beforeChunk: { 2: gate } } })
    const call = guarded.chat(helloStream)
    await gate.reached
    await until(() => clock.waitsMs.includes(7_000) && clock.waitsMs.includes(15_000))
    clock.advance(7_000)
    expectError(await call, { code: 'upstream_timeout', message: 'openai sent nothing for 7 s' })
  })

  it('is a timeout while a guardrail that reads along has let nothing leave, and one error event once it has', async () => {
    const holding = `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'holding', setup: () => ({ stream: { observe: event => event.data.includes('go') ? undefined : 'drop' } }) })\n`
    await using guarded = await Served.start({
      clock,
      config: { ...limits, pipelines: { inference: [{ insert: { use: './holding.ts' }, before: 'retry' }] } },
      files: { 'holding.ts': holding },
    })
    for (const [pieces, isHeld] of [
      [['a', 'b'], true],
      [['go', 'b'], false],
    ] as const) {
      const gate = new Gate()
      const [, ...chunks] = chatChunks({ pieces })
      guarded.upstream.reply({ chunks, gates: { beforeChunk: { 1: gate } } })
      const call = guarded.chat(helloStream)
      await gate.reached
      await until(() => clock.waitsMs.includes(7_000))
      clock.advance(7_000)
      const answer = await call
      if (isHeld) expectError(answer, { code: 'upstream_timeout', message: 'openai sent nothing for 7 s' })
      else expect(streamTexts(answer.body).errors.map(({ code }) => code)).to.deep.equal(['stream_incomplete'])
      expect(guarded.gateway.log.findLast(({ msg }) => msg === 'request')).to.include({ status: isHeld ? 504 : 200 })
    }
  })

  it('is not silent while it sends comments', async () => {
    const gates = [new Gate(), new Gate(), new Gate()]
    const chunks = [...chatChunks({ pieces: ['a'] }).slice(0, 2), ': still here\n\n', ': still here\n\n', ...chatChunks({ pieces: ['a'] }).slice(2)]
    served.upstream.always({ chunks, gates: { beforeChunk: { 2: gates[0] as Gate, 3: gates[1] as Gate, 4: gates[2] as Gate } } })
    const answer = await served.open('POST', '/v1/chat/completions', helloStream)
    let arrived = 0
    const parts: Buffer[] = []
    answer.body.on('data', (part: Buffer) => {
      parts.push(part)
      arrived += part.length
    })
    const ended = new Promise(resolve => answer.body.once('end', resolve))
    for (const [index, gate] of gates.entries()) {
      await gate.reached
      const sent = chunks.slice(0, index + 2).join('').length
      await until(() => arrived >= sent)
      clock.advance(6_000)
      gate.open()
    }
    await ended
    expect(Buffer.concat(parts).toString()).to.equal(chunks.join(''))
  })
})

describe('what follows a failure', () => {
  const backup = { failover: { rules: { 'gpt-test': ['backup/b'] } } }
  const withBackup = (served: Served) => ({
    ...once,
    ...backup,
    providers: { backup: { type: 'openai-compatible', base_url: served.upstream.url, models: ['b'] } },
  })

  for (const [name, script] of [
    ['no choice', { body: { ...chatCompletion(), choices: [] } }],
    ['an empty answer', { body: '' }],
    ['500', { status: 500, body: errorBody('ouch', 'server_error') }],
    ['429', { status: 429, body: errorBody('slow', 'rate') }],
    ['404 for the model', { status: 404, body: errorBody('The model does not exist', 'invalid_request_error') }],
    ['a reset', { refuse: true }],
    ['a reset amid its answer', { headers: { 'content-length': '100' }, body: '{"id":', cutAfter: 6 }],
    ['an empty stream', { chunks: [], headers: sse }],
    ['an error as the first event', { chunks: ['data: {"error":{"message":"full","code":503}}\n\n'] }],
  ] as const) {
    for (const stream of [false, true]) {
      it(`is the next target's answer after ${name}${stream ? ', streamed' : ''}`, async () => {
        await using other = await Served.start()
        await using served = await Served.start({ config: withBackup(other) })
        served.upstream.always(script)
        other.upstream.always(stream ? { chunks: chatChunks({ pieces: ['from the other'] }) } : { body: chatCompletion({ content: 'from the other' }) })
        const answer = await served.chat({ ...hello, stream })
        expect(answer.status, answer.body.toString()).to.equal(200)
        expect(answer.body.toString()).to.include('from the other')
        expect(answer.headers['x-tapline-provider']).to.equal('backup')
        expect(JSON.parse(other.upstream.requests[0]?.body.toString() ?? '').model).to.equal('b')
      })
    }
  }

  it('is the error of the last target, if all fail', async () => {
    await using other = await Served.start()
    await using served = await Served.start({ config: withBackup(other) })
    served.upstream.always({ status: 500, body: errorBody('first', 'x') })
    other.upstream.always({ status: 503, body: errorBody('last', 'x') })
    expectError(await served.chat(), { code: null, status: 503, type: 'provider_error', message: 'last' })
  })

  it('is no other target for a fault of the caller', async () => {
    await using other = await Served.start()
    await using served = await Served.start({ config: withBackup(other) })
    served.upstream.always({ status: 400, body: errorBody('bad', 'invalid_request_error') })
    expectError(await served.chat(), { code: null, status: 400, type: 'invalid_request_error' })
    expect(other.upstream.requests).to.have.length(0)
  })

  it('is an open circuit after enough failures, and a Retry-After', async () => {
    await using served = await Served.start({
      clock: new TurnedClock(),
      config: { resilience: { retry: { max_retries: 0 }, circuit_breaker: { failure_threshold: 2 } } },
    })
    served.upstream.always({ status: 500, body: errorBody('ouch', 'x') })
    await served.chat()
    await served.chat()
    const answer = await served.chat()
    expectError(answer, { code: 'circuit_open', type: 'provider_error' })
    expect(answer.headers['retry-after']).to.equal('30')
    expect(served.upstream.requests).to.have.length(2)
  })

  it('is no repetition after an answer that was broken off: it has been generated', async () => {
    await using served = await Served.start({ clock: new TurnedClock() })
    served.upstream.always({ headers: { 'content-length': '100' }, body: '{"id":', cutAfter: 6 })
    expectError(await served.chat(), { code: 'bad_upstream_response', message: 'openai broke off its answer' })
    expect(served.upstream.requests).to.have.length(1)
  })

  it('is a repetition after a wait, with the same bytes', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ clock })
    served.upstream.reply({ status: 503, headers: { 'retry-after': '3' }, body: errorBody('busy', 'x') }, { body: chatCompletion() })
    const call = served.chat('{"model":"openai/gpt-test","messages":[{"role":"user","content":"hi"}],"n":1.0}')
    await served.upstream.received()
    await until(() => clock.waitsMs.includes(3_000))
    clock.advance(3_000)
    expect((await call).status).to.equal(200)
    const [first, second] = served.upstream.requests
    expect(second?.body).to.deep.equal(first?.body)
  })

  it('is no repetition if the provider asks for more than may be waited', async () => {
    await using served = await Served.start({ clock: new TurnedClock() })
    served.upstream.always({ status: 503, headers: { 'retry-after': '31' }, body: errorBody('busy', 'x') })
    const answer = await served.chat()
    expect(answer.status).to.equal(503)
    expect(answer.headers['retry-after']).to.equal('31')
    expect(served.upstream.requests).to.have.length(1)
  })
})
