import { expect } from 'chai'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setImmediate as turn } from 'node:timers/promises'
import OpenAI, { APIError, toFile } from 'openai'
import { errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { portOf } from '../../core/testing/port.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { expectError } from '../support/answer.ts'
import { masterKey, Served, type ServeOptions } from '../support/serve.ts'
import { failureOf } from '../support/refusal-of.ts'

const boundary = 'b'
const formType = { 'content-type': `multipart/form-data; boundary=${boundary}` }

const mp3 = Buffer.from([0xff, 0xfb, 0x90, 0, ...Buffer.from('sound')])
const wav = () => toFile(Buffer.from('RIFF\r\n--sound'), 'speech.wav', { type: 'audio/wav' })
const image = { created: 1, data: [{ b64_json: 'aGk=' }], usage: { input_tokens: 3, output_tokens: 5, total_tokens: 8 } }

const start = (options: ServeOptions = {}) =>
  Served.start({ ...options, config: { resilience: { retry: { max_retries: 1, initial_backoff: '1ms', max_backoff: '1ms' } }, ...options.config } })

describe('the openai client', () => {
  let served: Served
  let client: OpenAI

  beforeEach(async () => {
    served = await start()
    client = served.client()
  })
  afterEach(() => served.close())

  const sent = () => JSON.parse(served.upstream.requests.at(-1)?.body.toString() ?? '') as unknown

  describe('audio.speech', () => {
    it("gets the provider's bytes, under the provider's type", async () => {
      served.upstream.always({ headers: { 'content-type': 'audio/mpeg' }, body: mp3 })
      const response = await client.audio.speech.create({ model: 'openai/gpt-test', input: 'hello', voice: 'alloy' })
      expect(Buffer.from(await response.arrayBuffer())).to.deep.equal(mp3)
      expect(response.headers.get('content-type')).to.equal('audio/mpeg')
      expect(response.headers.get('content-length')).to.equal(String(mp3.length))
      expect(response.headers.get('x-tapline-provider')).to.equal('openai')
      expect(served.upstream.requests[0]).to.include({ method: 'POST', path: '/v1/audio/speech' })
      expect(sent()).to.deep.equal({ model: 'gpt-test', input: 'hello', voice: 'alloy' })
    })

    it('gets them as they come', async () => {
      const gate = new Gate()
      served.upstream.always({ headers: { 'content-type': 'audio/opus' }, chunks: ['one', 'two'], gates: { beforeChunk: { 1: gate } } })
      const response = await client.audio.speech.create({ model: 'gpt-test', input: 'hello', voice: 'alloy' })
      const reader = response.body!.getReader()
      expect(Buffer.from((await reader.read()).value).toString()).to.equal('one')
      gate.open()
      expect(Buffer.from((await reader.read()).value).toString()).to.equal('two')
    })

    it('gets events when it asks for them', async () => {
      const events = [
        'data: {"type":"speech.audio.delta","audio":"aGk="}\n\n',
        'data: {"type":"speech.audio.done","usage":{"input_tokens":4,"output_tokens":9,"total_tokens":13}}\n\n',
      ]
      served.upstream.always({ chunks: events })
      const response = await client.audio.speech.create({ model: 'gpt-test', input: 'hello', voice: 'alloy', stream_format: 'sse' })
      expect(await response.text()).to.equal(events.join(''))
      expect(response.headers.get('content-type')).to.match(/^text\/event-stream/)
      expect((await served.completions.ended()).usage).to.deep.equal({ inputTokens: 4, outputTokens: 9, totalTokens: 13 })
    })

    it('is told of events that break off', async () => {
      served.upstream.always({ chunks: ['data: {"type":"speech.audio.delta","audio":"aGk="}\n\n'] })
      const text = await (await client.audio.speech.create({ model: 'gpt-test', input: 'hello', voice: 'alloy', stream_format: 'sse' })).text()
      expect(text).to.match(/"code":"stream_incomplete"\}\}\n\n$/)
    })

    for (const [what, script, status, code] of [
      ['an error as JSON with status 200', { body: { error: { message: 'no voice', code: 422 } } }, 422, '422'],
      ['JSON without audio', { body: { ok: true } }, 502, 'bad_upstream_response'],
      ['nothing', { headers: { 'content-type': 'audio/mpeg' }, body: '' }, 502, 'bad_upstream_response'],
      ['a page', { headers: { 'content-type': 'text/html' }, body: '<html>sk-</html>' }, 502, 'bad_upstream_response'],
      ['an error', { status: 400, body: errorBody('no such voice', 'invalid_request_error', 'bad_voice', 'voice') }, 400, 'bad_voice'],
    ] as const) {
      it(`gets an error as JSON when the provider answers with ${what}`, async () => {
        served.upstream.always(script)
        expectError(await served.call('POST', '/v1/audio/speech', { model: 'gpt-test', input: 'x', voice: 'y' }), {
          code,
          status,
          ...(status === 502 ? { type: 'provider_error' } : {}),
        })
      })
    }
  })

  for (const [operation, path] of [
    ['transcriptions', '/v1/audio/transcriptions'],
    ['translations', '/v1/audio/translations'],
  ] as const) {
    describe(`audio.${operation}`, () => {
      it('sends the form on, with the model that the provider knows', async () => {
        served.upstream.always({
          body: { text: 'hello', usage: { type: 'tokens', input_tokens: 14, output_tokens: 2, total_tokens: 16, input_token_details: { audio_tokens: 14 } } },
        })
        const { text } = await client.audio[operation].create({ file: await wav(), model: 'openai/gpt-test', prompt: 'names: Ångström', temperature: 0 })
        expect(text).to.equal('hello')
        const { parts, headers, path: asked } = received(served)
        expect(asked).to.equal(path)
        expect(headers).to.include({ authorization: 'Bearer sk-upstream', accept: '*/*' })
        expect(parts).to.deep.equal([
          ['file', 'speech.wav', 'audio/wav', 'RIFF\r\n--sound'],
          ['model', undefined, undefined, 'gpt-test'],
          ['prompt', undefined, undefined, 'names: Ångström'],
          ['temperature', undefined, undefined, '0'],
        ])
        expect((await served.completions.ended()).usage).to.deep.equal({ inputTokens: 14, outputTokens: 2, audioInputTokens: 14, totalTokens: 16 })
      })

      for (const format of ['text', 'srt', 'vtt'] as const) {
        it(`gets ${format} as the provider writes it`, async () => {
          served.upstream.always({ headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'héllo\n' })
          expect(await client.audio[operation].create({ file: await wav(), model: 'gpt-test', response_format: format })).to.equal('héllo\n')
        })
      }
    })
  }

  describe('audio.transcriptions, streamed,', () => {
    it('gets the events', async () => {
      served.upstream.always({
        chunks: ['data: {"type":"transcript.text.delta","delta":"hel"}\n\n', 'data: {"type":"transcript.text.done","text":"hello"}\n\n'],
      })
      const types: string[] = []
      for await (const event of await client.audio.transcriptions.create({ file: await wav(), model: 'gpt-test', stream: true })) types.push(event.type)
      expect(types).to.deep.equal(['transcript.text.delta', 'transcript.text.done'])
      expect((await served.completions.ended()).streamed).to.equal(true)
    })

    it('gets a whole answer as events', async () => {
      served.upstream.always({ body: { text: 'hello', usage: { type: 'duration', seconds: 1 } } })
      const events = []
      for await (const event of await client.audio.transcriptions.create({ file: await wav(), model: 'gpt-test', stream: true })) events.push(event)
      expect(events).to.deep.equal([
        { type: 'transcript.text.delta', delta: 'hello' },
        { type: 'transcript.text.done', text: 'hello', usage: { type: 'duration', seconds: 1 } },
      ])
    })
  })

  it('images.generate gets images, with the usage that the provider reports', async () => {
    served.upstream.always({ body: image })
    expect(await client.images.generate({ model: 'gpt-test', prompt: 'a cat', size: '1024x1024' })).to.deep.include({ data: image.data })
    expect(served.upstream.requests[0]?.path).to.equal('/v1/images/generations')
    expect((await served.completions.ended()).usage).to.deep.equal({ inputTokens: 3, outputTokens: 5, totalTokens: 8 })
  })

  it('images.generate gets images that are too large to be held', async () => {
    const body = JSON.stringify({ created: 1, data: [{ b64_json: 'a'.repeat(6 << 20) }] })
    served.upstream.always({ body })
    expect((await client.images.generate({ model: 'gpt-test', prompt: 'a cat' })).data?.[0]?.b64_json).to.have.length(6 << 20)
  })

  it('images.edit sends images and mask in their order, with their names and types', async () => {
    served.upstream.always({ body: image })
    const files = await Promise.all(['a', 'b'].map(name => toFile(Buffer.from(name), `${name}.png`, { type: 'image/png' })))
    await client.images.edit({
      model: 'openai/gpt-test',
      image: files,
      mask: await toFile(Buffer.from('m'), 'mask.webp', { type: 'image/webp' }),
      prompt: 'a hat',
    })
    expect(received(served).parts).to.deep.equal([
      ['model', undefined, undefined, 'gpt-test'],
      ['mask', 'mask.webp', 'image/webp', 'm'],
      ['prompt', undefined, undefined, 'a hat'],
      ['image[]', 'a.png', 'image/png', 'a'],
      ['image[]', 'b.png', 'image/png', 'b'],
    ])
    expect(served.upstream.requests[0]?.path).to.equal('/v1/images/edits')
  })

  it('images.createVariation is told that nothing is there', async () => {
    const error = await failureOf<APIError>(client.images.createVariation({ model: 'gpt-test', image: await toFile(Buffer.from('a'), 'a.png') }))
    expect(error).to.deep.include({ status: 404, code: 'unknown_url' })
  })

  describe('moderations', () => {
    const said = { id: 'modr-1', model: 'gpt-test', results: [{ flagged: false, categories: {}, category_scores: {} }] }

    it('gets the results', async () => {
      served.upstream.always({ body: said })
      expect(await client.moderations.create({ model: 'gpt-test', input: ['a', 'b'] })).to.deep.include(said)
      expect(sent()).to.deep.equal({ model: 'gpt-test', input: ['a', 'b'] })
    })

    for (const [what, moderations, env, model] of [
      ["OpenAI's own default", {}, { OPENAI_MODELS: 'omni-moderation-latest' }, 'omni-moderation-latest'],
      ['the configured model', { default_model: 'openai/gpt-test' }, {}, 'gpt-test'],
    ] as const)
      it(`gets ${what} where it names none`, async () => {
        await using own = await start({ config: { moderations }, env })
        own.upstream.always({ body: said })
        await own.client().moderations.create({ input: 'a' })
        expect(JSON.parse(own.upstream.requests[0]?.body.toString() ?? '')).to.deep.equal({ input: 'a', model })
      })
  })

  describe('models', () => {
    it("are listed in OpenAI's shape, and in Anthropic's for who names its version", async () => {
      expect((await client.models.list()).data.map(({ id, object, owned_by }) => [id, object, owned_by])).to.deep.equal([
        ['openai/gpt-test', 'model', 'openai'],
      ])
      const page = JSON.parse((await served.call('GET', '/v1/models', undefined, { 'anthropic-version': 'anything' })).body.toString()) as { data: object[] }
      expect(page).to.deep.include({ has_more: false, first_id: 'openai/gpt-test', last_id: 'openai/gpt-test' })
      expect(page.data[0]).to.include({ type: 'model', id: 'openai/gpt-test', display_name: 'openai/gpt-test' })
    })
  })

  it('is told 501 by a type that does not serve an operation, before any call', async () => {
    const calls: readonly [string, () => PromiseLike<unknown>][] = [
      ['speech', () => client.audio.speech.create({ model: 'chatty/m', input: 'a', voice: 'b' })],
      ['transcriptions', async () => await client.audio.transcriptions.create({ model: 'chatty/m', file: await wav() })],
      ['translations', async () => await client.audio.translations.create({ model: 'chatty/m', file: await wav() })],
      ['images', () => client.images.generate({ model: 'chatty/m', prompt: 'a' })],
      ['image_edits', async () => await client.images.edit({ model: 'chatty/m', prompt: 'a', image: await wav() })],
      ['moderations', () => client.moderations.create({ model: 'chatty/m', input: 'a' })],
      ['rerank', () => client.post('/rerank', { body: { model: 'chatty/m', query: 'a', documents: ['b'] } })],
    ]
    await using own = await start({ config: { providers: { chatty: { type: 'openai-compatible', base_url: served.upstream.url, models: ['m'] } } } })
    client = own.client()
    for (const [operation, call] of calls) {
      const error = await failureOf<APIError>(call())
      expect(error, operation).to.deep.include({ status: 501, code: 'unsupported_response_operation' })
      expect(error.message).to.include('openai-compatible').and.include(operation)
      expect(error.headers?.get('x-should-retry')).to.equal('false')
    }
    expect(served.upstream.requests).to.have.length(0)
  })
})

describe('requests that are refused', () => {
  let served: Served
  before(async () => {
    served = await start()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  for (const [path, body, param, code = 'missing_required_parameter'] of [
    ['/v1/audio/speech', { input: 'a', voice: 'b' }, 'model'],
    ['/v1/audio/speech', { model: 'gpt-test', voice: 'b' }, 'input'],
    ['/v1/audio/speech', { model: 'gpt-test', input: 'b' }, 'voice'],
    ['/v1/audio/speech', { model: 'gpt-test', input: 7, voice: 'b' }, 'input', 'invalid_type'],
    ['/v1/audio/speech', { model: 'gpt-test', input: 'a', voice: 'b', stream_format: 1 }, 'stream_format', 'invalid_type'],
    ['/v1/images/generations', { model: 'gpt-test' }, 'prompt'],
    ['/v1/images/generations', { prompt: 'a' }, 'model'],
    ['/v1/images/generations', { model: 'gpt-test', prompt: 'a', stream: true }, 'stream', 'invalid_value'],
    ['/v1/rerank', { model: 'gpt-test', documents: ['a'] }, 'query'],
    ['/v1/rerank', { model: 'gpt-test', query: 'a' }, 'documents'],
    ['/v1/rerank', { model: 'gpt-test', query: 'a', documents: [] }, 'documents', 'invalid_value'],
    ['/v1/rerank', { model: 'gpt-test', query: 'a', documents: ['a', 1] }, 'documents[1]', 'invalid_type'],
    ['/v1/rerank', { model: 'gpt-test', query: 'a', documents: ['a'], top_n: 0 }, 'top_n', 'invalid_value'],
    ['/v1/rerank', { model: 'gpt-test', query: 'a', documents: ['a'], return_documents: 'yes' }, 'return_documents', 'invalid_type'],
    ['/v1/moderations', { model: 'gpt-test' }, 'input'],
    ['/v1/moderations', { model: 'gpt-test', input: [] }, 'input', 'invalid_value'],
    ['/v1/moderations', { model: 5, input: 'a' }, 'model', 'invalid_type'],
    ['/v1/moderations', { model: null, input: 'a' }, 'model', 'model_not_found'],
  ] as const) {
    it(`${path} ${JSON.stringify(body)}`, async () => {
      expectError(await served.call('POST', path, body), { code, param })
      expect(served.upstream.requests).to.have.length(0)
    })
  }

  const fields = (...given: readonly (readonly [string, string, string?])[]) => given
  const model = ['model', 'gpt-test'] as const
  const file = ['file', 'sound', 'a.mp3'] as const
  for (const [what, path, form, param, code = 'invalid_value'] of [
    ['no model', '/v1/audio/transcriptions', fields(file), 'model', 'missing_required_parameter'],
    ['a blank model', '/v1/audio/transcriptions', fields(file, ['model', ' ']), 'model', 'missing_required_parameter'],
    ['a model nobody serves', '/v1/audio/transcriptions', fields(['model', 'nope'], file), 'model', 'model_not_found'],
    ['an unknown provider', '/v1/audio/transcriptions', fields(['provider', 'nope'], model, file), 'provider', 'model_not_found'],
    ['two models', '/v1/audio/transcriptions', fields(model, model, file), 'model'],
    ['no file', '/v1/audio/transcriptions', fields(model), 'file', 'missing_required_parameter'],
    ['two files', '/v1/audio/transcriptions', fields(model, file, file), 'file'],
    ['a language to translate from', '/v1/audio/translations', fields(model, ['language', 'de'], file), 'language'],
    ['granularities to translate with', '/v1/audio/translations', fields(model, ['timestamp_granularities[]', 'word'], file), 'timestamp_granularities[]'],
    ['a language behind the file', '/v1/audio/translations', fields(model, file, ['language', 'de']), 'language'],
    ['no image', '/v1/images/edits', fields(model, ['prompt', 'a']), 'image', 'missing_required_parameter'],
    ['no prompt', '/v1/images/edits', fields(model, ['image', 'a', 'a.png']), 'prompt', 'missing_required_parameter'],
    ['a stream of images', '/v1/images/edits', fields(model, ['stream', 'true'], ['prompt', 'a'], ['image', 'a', 'a.png']), 'stream'],
    [
      'seventeen images',
      '/v1/images/edits',
      fields(model, ['prompt', 'a'], ...Array.from({ length: 17 }, (_, i) => ['image[]', 'a', `${i}.png`] as const)),
      'image',
    ],
  ] as const) {
    it(`a form with ${what}`, async () => {
      served.upstream.always({ body: { text: 'it went through' } })
      expectError(await served.call('POST', path, formOf(form), formType), { code, param })
    })
  }

  for (const [what, type, body, code] of [
    ['JSON', 'application/json', '{"model":"gpt-test"}', 'unsupported_content_type'],
    ['no boundary', 'multipart/form-data', formOf([model, file]).toString(), 'unsupported_content_type'],
    ['a cut form', formType['content-type'], formOf([model, file]).subarray(0, -5).toString(), 'invalid_value'],
    ['no form under its name', formType['content-type'], 'model=gpt-test', 'invalid_value'],
  ] as const) {
    it(`${what} where a form is expected`, async () => {
      served.upstream.always({ body: { text: 'it went through' } })
      expectError(await served.call('POST', '/v1/audio/transcriptions', body, { 'content-type': type }), { code })
    })
  }

  it('a form, where JSON is expected', async () => {
    expectError(await served.call('POST', '/v1/audio/speech', formOf([model]), formType), { code: 'unsupported_content_type' })
  })

  it('a form in an encoding that nobody knows', async () => {
    expectError(await served.call('POST', '/v1/audio/transcriptions', formOf([model, file]), { ...formType, 'content-encoding': 'rot13' }), {
      code: 'unsupported_content_encoding',
    })
  })
})

describe('a form', () => {
  const model = ['model', 'gpt-test'] as const

  it('is larger than any other body may be, up to a limit of its own', async () => {
    await using served = await start({ config: { server: { body_size_limit: '1K', upload_size_limit: '64K' } } })
    served.upstream.always({ body: { text: 'ok' } })
    const form = (size: number) => formOf([model, ['file', 'x'.repeat(size), 'a.mp3']])
    expect((await served.call('POST', '/v1/audio/transcriptions', form(50_000), formType)).status).to.equal(200)
    expectError(await served.call('POST', '/v1/audio/transcriptions', form(70_000), formType), { code: 'body_too_large' })
    expectError(await chunked(served, form(70_000)), { code: 'body_too_large' })
    expect(served.upstream.requests.filter(({ state }) => state === 'ended')).to.have.length(1)
  })

  it('may be encoded', async () => {
    const { gzipSync } = await import('node:zlib')
    await using served = await start()
    served.upstream.always({ body: { text: 'ok' } })
    const form = formOf([model, ['file', 'x'.repeat(100_000), 'a.mp3']])
    expect((await served.call('POST', '/v1/audio/transcriptions', gzipSync(form), { ...formType, 'content-encoding': 'gzip' })).status).to.equal(200)
    expect(served.upstream.requests[0]?.body.equals(form)).to.equal(true)
    expect(served.upstream.requests[0]?.headers['content-encoding']).to.equal(undefined)
    expectError(await served.call('POST', '/v1/audio/transcriptions', Buffer.from('no gzip'), { ...formType, 'content-encoding': 'gzip' }), {
      code: 'invalid_json',
    })
  })

  it('reaches the provider that it names, which is not told', async () => {
    await using served = await start()
    served.upstream.always({ body: { text: 'ok' } })
    await served.call(
      'POST',
      '/v1/audio/transcriptions',
      formOf([
        ['provider', 'openai'],
        ['model', 'unlisted'],
        ['file', 'x', 'a.mp3'],
      ]),
      formType,
    )
    expect(received(served).parts.map(([name]) => name)).to.deep.equal(['model', 'file'])
  })

  it('is sent again after a failure, if all of it was held', async () => {
    await using served = await start()
    served.upstream.reply({ status: 503, body: errorBody('busy', 'server_error') }, { body: { text: 'ok' } })
    const form = formOf([['file', 'x', 'a.mp3'], model])
    expect((await served.call('POST', '/v1/audio/transcriptions', form, formType)).status).to.equal(200)
    expect(served.upstream.requests.map(({ body }) => body.equals(form))).to.deep.equal([true, true])
  })

  it('is sent once, if it has flowed', async () => {
    await using served = await start()
    served.upstream.reply({ status: 503, body: errorBody('busy', 'server_error') }, { body: { text: 'ok' } })
    const answer = await served.call('POST', '/v1/audio/transcriptions', formOf([model, ['file', 'x'.repeat(300_000), 'a.mp3']]), formType)
    expect(answer.status).to.equal(503)
    expect(served.upstream.requests).to.have.length(1)
  })

  it('is answered by an error that comes while it is under way, and so is the call behind it', async () => {
    await using served = await start()
    served.upstream.always({ status: 400, body: errorBody('too long', 'invalid_request_error', 'too_long'), early: true })
    const form = formOf([model, ['file', 'x'.repeat(4_000_000), 'a.mp3']])
    expectError(await served.call('POST', '/v1/audio/transcriptions', form, formType), { code: 'too_long', status: 400 })
    served.upstream.always({ body: { text: 'ok' } })
    expect((await served.call('POST', '/v1/audio/transcriptions', form, formType)).status).to.equal(200)
  })

  it('that falls silent is given up, and so is its call', async () => {
    const clock = new TurnedClock()
    await using served = await start({ clock })
    served.upstream.always({ silent: true, early: true })
    const form = formOf([model, ['file', 'x'.repeat(200_000), 'a.mp3']])
    const upload = openUpload(served)
    upload.write(form.subarray(0, 150_000))
    const received = await requestOf(served)
    while (received.body.length < 150_000) await turn()
    clock.advance(30_000)
    const [response] = (await once(upload, 'response')) as [IncomingMessage]
    expect(response.statusCode).to.equal(408)
    await received.aborted
    upload.destroy()
  })

  it('that its sender gives up ends the call', async () => {
    await using served = await start()
    served.upstream.always({ silent: true, early: true })
    const upload = openUpload(served)
    upload.on('error', () => {})
    upload.write(formOf([model, ['file', 'x'.repeat(200_000), 'a.mp3']]).subarray(0, 150_000))
    const received = await requestOf(served)
    while (received.body.length < 150_000) await turn()
    upload.destroy()
    await received.aborted
    expect((await served.completions.ended()).status).to.equal(499)
  })

  it('of a hundred megabytes flows at the pace of the provider, and little of it is held', async function () {
    this.timeout(180_000)
    const chunk = randomFillSync(Buffer.alloc(64 * 1024))
    const count = 1600
    let arrived = 0
    let release = () => {}
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    const slow = createServer((incoming, response) => {
      incoming.on('data', (bytes: Buffer) => {
        arrived += bytes.length
      })
      incoming.pause()
      void released.then(() => incoming.resume())
      incoming.on('end', () => response.setHeader('content-type', 'application/json').end('{"text":"ok"}'))
    }).listen(0, '127.0.0.1')
    await once(slow, 'listening')
    await using _ = {
      [Symbol.asyncDispose]: async () => {
        slow.closeAllConnections()
        slow.close()
        await once(slow, 'close')
      },
    }
    await using served = await start({
      config: { providers: { slow: { type: 'openai', api_key: 'k', base_url: `http://127.0.0.1:${portOf(slow)}/v1`, models: ['m'] } } },
    })
    const upload = openUpload(served)
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    upload.write(
      '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nslow/m\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
    )
    const before = held()
    // As long as the provider takes nothing, the sender is stopped: by what sockets hold, and little more.
    let drained = true
    upload.on('drain', () => {
      drained = true
    })
    let written = 0
    for (let quiet = 0; quiet < 200 && written < count; quiet++) {
      while (drained && written < count) {
        drained = upload.write(chunk)
        written++
        quiet = 0
      }
      await turn()
    }
    expect(written * chunk.length).to.be.below(40 << 20)
    expect(arrived).to.be.below(1 << 20)
    expect(held() - before).to.be.below(8 << 20)
    release()
    let most = 0
    while (written < count) {
      if (!upload.write(chunk)) await once(upload, 'drain')
      written++
      if (written % 100 === 0) most = Math.max(most, held() - before)
    }
    upload.end('\r\n--b--\r\n')
    const [response] = await answered
    expect(response.statusCode).to.equal(200)
    response.resume()
    expect(arrived).to.be.above(count * chunk.length)
    expect(most).to.be.below(32 << 20)
  })
})

function formOf(parts: readonly (readonly [name: string, content: string, filename?: string])[]): Buffer {
  return Buffer.from(
    `${parts.map(([name, content, filename]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n${content}\r\n`).join('')}--${boundary}--\r\n`,
  )
}

/** The bytes of all buffers that somebody still holds. */
function held(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().arrayBuffers
}

/** Opens a request whose body a test writes. */
function openUpload(served: Served) {
  const { hostname, port } = new URL(served.url)
  return httpRequest({ hostname, port, method: 'POST', path: '/v1/audio/transcriptions', headers: { ...formType, authorization: `Bearer ${masterKey}` } })
}

async function chunked(served: Served, body: Buffer) {
  const upload = openUpload(served)
  upload.on('error', () => {})
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>
  upload.end(body)
  const [response] = await answered
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }
}

/** The first request at the provider, as soon as its headers have come. */
async function requestOf(served: Served) {
  while (served.upstream.requests[0] === undefined) await turn()
  return served.upstream.requests[0]
}

/** What the provider received last, with the parts of its form: name, file name, type, content. */
function received(served: Served) {
  const request = served.upstream.requests.at(-1)!
  const border = /boundary=(.*)$/.exec(String(request.headers['content-type']))![1]
  const texts = request.body.toString().split(`--${border}`).slice(1, -1)
  const parts = texts.map(text => {
    const at = text.indexOf('\r\n\r\n')
    const head = text.slice(0, at)
    return [/ name="([^"]*)"/.exec(head)?.[1], /filename="([^"]*)"/.exec(head)?.[1], /content-type: (.*)/i.exec(head)?.[1], text.slice(at + 4, -2)]
  })
  return { ...request, headers: request.headers, path: request.path, parts }
}
