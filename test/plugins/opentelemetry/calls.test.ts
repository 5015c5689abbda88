import { expect } from 'chai'
import { chatCompletion, embeddings, errorBody, sampleStream } from '../../../core/testing/chat-samples.ts'
import type { Cue } from '../../../core/testing/script.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { vendorOf } from '../../../plugins/opentelemetry/vendors.ts'
import { collected, only } from '../../support/collector.ts'
import type { CollectedSpan } from '../../support/otlp.ts'
import { hello, helloStream, type ServeOptions } from '../../support/serve.ts'

const answer = chatCompletion({ content: 'a quiet word', model: 'gpt-test-2026', usage: { prompt_tokens: 12, completion_tokens: 3 } })
const fine = { body: answer }
const once = { resilience: { retry: { max_retries: 0 } } }

interface Call {
  readonly replies?: readonly Cue[]
  readonly path?: string
  readonly body?: object
  readonly settings?: object
  readonly options?: ServeOptions
}

/** The spans of the calls that one request made, in the order in which they began. */
async function callSpans({
  replies = [fine],
  path = '/v1/chat/completions',
  body = hello,
  settings = {},
  options = {},
}: Call): Promise<readonly CollectedSpan[]> {
  const { spans } = await collected(
    async served => {
      served.upstream.reply(...replies)
      await served.call('POST', path, body)
    },
    settings,
    options,
  )
  return spans.filter(({ kind }) => kind === 'CLIENT').toSorted((one, other) => one.startMs - other.startMs)
}

const always = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'gpt-test',
  'gen_ai.provider.name': 'openai',
  'tapline.provider.name': 'openai',
  'gen_ai.request.stream': false,
}
const answered = {
  ...always,
  'http.response.status_code': 200,
  'gen_ai.usage.input_tokens': 12,
  'gen_ai.usage.output_tokens': 3,
  'gen_ai.response.model': 'gpt-test-2026',
  'gen_ai.response.finish_reasons': ['stop'],
}

describe('the span of a call to a provider', () => {
  it('says which model was asked, and what it answered', async () => {
    const span = only(await callSpans({}))
    expect(span.name).to.equal('chat gpt-test')
    expect(span.attributes).to.deep.equal(answered)
    expect([span.status, span.events]).to.deep.equal([0, 0])
  })

  for (const [path, asked] of [
    ['/v1/responses', { input: 'hello' }],
    ['/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] }],
  ] as const) {
    it(`is of a chat, too, when ${path} is translated`, async () => {
      const span = only(
        await callSpans({ path, body: { model: 'gpt-test', ...asked }, options: { config: { providers: { openai: { native_dialects: ['openai-chat'] } } } } }),
      )
      expect(span.name).to.equal('chat gpt-test')
      expect(span.attributes).to.include({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 12 })
      expect(span.attributes['gen_ai.response.finish_reasons']).to.deep.equal([path === '/v1/messages' ? 'end_turn' : 'completed'])
    })
  }

  it('is of generate_content where that was called', async () => {
    await using google = await ScriptedUpstream.start()
    google.always({
      body: {
        candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6 },
      },
    })
    const span = only(
      await callSpans({
        body: { ...hello, model: 'google/gemini-x' },
        options: { config: { providers: { google: { type: 'gemini', api_key: 'k', base_url: google.url, models: ['gemini-x'] } } } },
      }),
    )
    expect(span.name).to.equal('generate_content gemini-x')
    expect(span.attributes).to.include({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'gcp.gemini',
      'tapline.provider.name': 'google',
      'gen_ai.usage.input_tokens': 5,
    })
  })

  it('is of embeddings', async () => {
    const span = only(
      await callSpans({
        path: '/v1/embeddings',
        body: { model: 'gpt-test', input: 'hello' },
        replies: [{ body: embeddings({ vectors: [[1, 2]], model: 'gpt-test' }) }],
      }),
    )
    expect(span.name).to.equal('embeddings gpt-test')
    expect(span.attributes).to.include({ 'gen_ai.operation.name': 'embeddings', 'gen_ai.response.model': 'gpt-test' })
  })

  const failures: readonly [what: string, reply: Cue, attributes: object, http?: object][] = [
    ['a status', { status: 418, body: errorBody('a word that nobody shall read') }, { 'error.type': '418', 'http.response.status_code': 418 }],
    ['a connection that failed', { refuse: true }, { 'error.type': 'network_error' }],
    ['a time that ran out', { silent: true }, { 'error.type': 'timeout' }, { timeout: 1, response_header_timeout: 1 }],
    ['an answer with nothing in it', { body: { ...answer, choices: [] } }, { 'error.type': 'empty_response' }],
  ]
  for (const [what, reply, attributes, http = {}] of failures) {
    for (const body of [hello, helloStream]) {
      if (body === helloStream && what.startsWith('an answer')) continue
      it(`tells ${what} of a ${body === hello ? 'plain call' : 'stream'}, and not in the provider's words`, async () => {
        const span = only(await callSpans({ replies: [reply], body, options: { config: { ...once, http } } }))
        expect(span.attributes).to.deep.equal({ ...always, 'gen_ai.request.stream': body === helloStream, ...attributes })
        expect([span.status, span.message, span.events]).to.deep.equal([2, '', 0])
      })
    }
  }

  it('tells a stream that ended before it began', async () => {
    const span = only(await callSpans({ replies: [{ chunks: [] }], body: helloStream, options: { config: once } }))
    expect(span.attributes).to.include({ 'error.type': 'empty_stream', 'gen_ai.request.stream': true })
  })

  for (const [what, chunks] of [
    ['flows', sampleStream],
    ['breaks once it flows', sampleStream.slice(0, 3)],
  ] as const) {
    it(`is not made of a stream that ${what}`, async () => {
      expect(await callSpans({ replies: [{ chunks, cutAfter: 1_000_000 }], body: helloStream })).to.deep.equal([])
    })
  }

  it('is made of a stream that nobody had asked for, as the provider was told of it', async () => {
    let parent: unknown
    const { spans } = await collected(async served => {
      served.upstream.always({ chunks: sampleStream })
      await served.call('POST', '/p/openai/chat/completions', hello)
      parent = (await served.upstream.received()).headers['traceparent']
    })
    const span = only(spans.filter(({ kind }) => kind === 'CLIENT'))
    expect(parent).to.equal(`00-${span.traceId}-${span.spanId}-01`)
    expect(span.attributes).to.include({ 'gen_ai.request.stream': true, 'http.response.status_code': 200 })
  })

  it('names no model where nobody knows of one', async () => {
    const span = only(await callSpans({ path: '/p/openai/things/gpt-test', body: { a: 1 } }))
    expect(span.name).to.equal('passthrough')
    expect(span.attributes).to.not.have.property('gen_ai.request.model')
  })

  it('has no more of a name that the caller made up than a name may have', async () => {
    const span = only(
      await callSpans({ body: { ...hello, model: `openai/${'m'.repeat(5000)}` }, options: { env: { CONFIGURED_PROVIDER_MODELS_MODE: 'fallback' } } }),
    )
    expect(span.attributes['gen_ai.request.model']).to.equal('m'.repeat(256))
    expect(span.name).to.equal(`chat ${'m'.repeat(256)}`)
  })

  it('is one for each time that a call was repeated', async () => {
    const spans = await callSpans({ replies: [{ status: 503, body: errorBody('busy') }, { status: 429, body: errorBody('slow') }, fine] })
    expect(spans.map(({ attributes }) => attributes['error.type'])).to.deep.equal(['503', '429', undefined])
    expect(spans[2]?.attributes).to.deep.equal(answered)
    expect(new Set(spans.map(({ parentSpanId }) => parentSpanId)).size).to.equal(1)
  })

  it('is one for each target that was tried', async () => {
    await using broken = await ScriptedUpstream.start()
    broken.always({ refuse: true })
    const other = { type: 'openai-compatible', base_url: broken.url, models: ['broken'] }
    const spans = await callSpans({
      body: { ...hello, model: 'other/broken' },
      options: { config: { ...once, providers: { other }, failover: { enabled: true, rules: { 'other/broken': ['openai/gpt-test'] } } } },
    })
    expect(
      spans.map(({ name, attributes }) => [name, attributes['tapline.provider.name'], attributes['gen_ai.provider.name'], attributes['error.type']]),
    ).to.deep.equal([
      ['chat broken', 'other', 'unknown', 'network_error'],
      ['chat gpt-test', 'openai', 'openai', undefined],
    ])
  })

  it('is not made of a call that a breaker kept back', async () => {
    const { spans } = await collected(
      async served => {
        served.upstream.always({ status: 500, body: errorBody('down') })
        await served.chat()
        await served.chat()
      },
      {},
      { config: { ...once, resilience: { retry: { max_retries: 0 }, circuit_breaker: { failure_threshold: 1 } } } },
    )
    expect(spans.map(({ kind }) => kind).toSorted()).to.deep.equal(['CLIENT', 'SERVER', 'SERVER'])
  })

  it('says that the caller left', async () => {
    const { spans } = await collected(async served => {
      served.upstream.always({ silent: true })
      const leaving = new AbortController()
      const call = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch(() => undefined)
      await served.upstream.received()
      leaving.abort()
      await Promise.all([call, served.completions.ended()])
    })
    expect(only(spans.filter(({ kind }) => kind === 'CLIENT')).attributes).to.include({ 'error.type': 'request_canceled' })
    expect(only(spans.filter(({ kind }) => kind === 'SERVER')).attributes).to.include({ 'http.response.status_code': 499 })
  })
})

describe('the content of calls', () => {
  const body = {
    model: 'gpt-test',
    messages: [
      { role: 'system', content: 'be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a secret of mine' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ],
  }
  const called = chatCompletion({ toolCalls: [{ id: 'call_1', name: 'look_up', arguments: '{"where":"here"}' }] })

  it('is exported by nobody who did not ask for it', async () => {
    const { batches } = await collected(async served => {
      served.upstream.reply(fine, { status: 400, body: errorBody('it said: a secret of mine') }, { chunks: sampleStream })
      await served.chat(body)
      await served.chat(body)
      await served.chat({ ...body, stream: true })
    })
    const sent = Buffer.concat(batches.map(({ body }) => body)).toString('latin1')
    for (const word of ['secret', 'be kind', 'a quiet word', 'sk-', '127.0.0.1', 'localhost', 'user-agent', 'user_agent'])
      expect(sent, word).to.not.contain(word)
  })

  it('stands in the span of who did, with a warning at the start', async () => {
    let log: readonly Readonly<Record<string, unknown>>[] = []
    const { spans } = await collected(
      async served => {
        served.upstream.always({ body: called })
        await served.chat(body)
        log = served.gateway.log
      },
      { capture_message_content: true },
    )
    const { attributes } = only(spans.filter(({ kind }) => kind === 'CLIENT'))
    expect(JSON.parse(attributes['gen_ai.input.messages'] as string)).to.deep.equal([
      { role: 'system', parts: [{ type: 'text', content: 'be kind' }] },
      { role: 'user', parts: [{ type: 'text', content: 'a secret of mine' }, { type: 'image' }] },
    ])
    expect(JSON.parse(attributes['gen_ai.output.messages'] as string)).to.deep.equal([
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'look_up', arguments: '{"where":"here"}' }] },
    ])
    expect(log.filter(({ msg }) => String(msg).includes('prompts and answers are exported'))).to.have.length(1)
  })
})

describe('the content of a long conversation', () => {
  const captured = async (...messages: readonly string[]) => {
    const span = only(
      await callSpans({
        body: { model: 'gpt-test', messages: messages.map(content => ({ role: 'user', content })) },
        settings: { capture_message_content: true },
      }),
    )
    return span.attributes['gen_ai.input.messages'] as string | undefined
  }
  const long = 'x'.repeat(20_000)

  it('is exported from its end, so far as it fits into 32 KiB', async () => {
    const exported = await captured('first', long, long, 'last')
    expect(JSON.parse(exported ?? '')).to.deep.equal([long, 'last'].map(content => ({ role: 'user', parts: [{ type: 'text', content }] })))
  })

  it('is not exported where not even its last message fits', async () => {
    expect(await captured('first', long + long)).to.equal(undefined)
  })
})

describe('the vendor of a provider type', () => {
  const vendors: readonly [string, string][] = [
    ['openai', 'openai'],
    ['anthropic', 'anthropic'],
    ['bedrock', 'aws.bedrock'],
    ['vertex', 'gcp.vertex_ai'],
    ['gemini', 'gcp.gemini'],
    ['azure', 'azure.ai.openai'],
    ['xai', 'x_ai'],
    ['mistral', 'mistral_ai'],
    ['openrouter', 'openrouter'],
    ['openai-compatible', 'unknown'],
    ['ollama', 'unknown'],
    ['./my-own.ts', 'unknown'],
  ]
  for (const [type, vendor] of vendors) it(`of ${type} is ${vendor}`, () => expect(vendorOf(type)).to.equal(vendor))
})
