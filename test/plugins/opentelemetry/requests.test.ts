import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { chatCompletion, errorBody, sampleStream } from '../../../core/testing/chat-samples.ts'
import { Collector, collected, observed, only } from '../../support/collector.ts'
import type { CollectedSpan } from '../../support/otlp.ts'
import { Semantic } from '../../support/semantic.ts'
import { hello, helloStream, masterKey, type Served, type ServeOptions } from '../../support/serve.ts'

const fine = { body: chatCompletion() }

async function requestSpans(calls: (served: Served) => Promise<unknown>, settings: object = {}, options: ServeOptions = {}): Promise<readonly CollectedSpan[]> {
  return (await collected(calls, settings, options)).spans.filter(({ kind }) => kind === 'SERVER')
}

describe('the span of a request', () => {
  const requests: readonly [string, string, string, object | undefined, number][] = [
    ['POST', '/v1/chat/completions', '/v1/chat/completions', hello, 200],
    ['GET', '/v1/models', '/v1/models', undefined, 200],
    ['GET', '/v1/models/gpt-test', '/v1/models/*id', undefined, 200],
    ['GET', '/v1/responses/resp_1', '/v1/responses/:id', undefined, 200],
    ['GET', '/v1/responses/resp_1/input_items', '/v1/responses/:id/input_items', undefined, 200],
    ['GET', '/p/openai/nothing?secret=1', '/p/:provider/*rest', undefined, 200],
    ['GET', '/admin/access', '/admin/*rest', undefined, 200],
    ['GET', '/version', '/version', undefined, 200],
    ['GET', '/v1/batches', '/v1/batches', undefined, 200],
  ]
  for (const [method, path, route, body, status] of requests) {
    it(`of ${method} ${path} says just this`, async () => {
      const span = only(
        await requestSpans(async served => {
          served.upstream.always(fine)
          await served.call(method, path, body)
        }),
      )
      expect(span.name).to.equal(`${method} ${route}`)
      expect(span.attributes).to.deep.equal({ 'http.request.method': method, 'http.route': route, 'url.scheme': 'http', 'http.response.status_code': status })
      expect([span.status, span.message, span.events]).to.deep.equal([0, '', 0])
    })
  }

  it('has no route where nothing is served', async () => {
    const span = only(await requestSpans(served => served.call('GET', '/nothing/here')))
    expect(span.name).to.equal('GET')
    expect(span.attributes).to.deep.equal({ 'http.request.method': 'GET', 'url.scheme': 'http', 'http.response.status_code': 404 })
  })

  it('is there for a request that no step has seen', async () => {
    const span = only(
      await requestSpans(served => served.call('POST', '/v1/chat/completions', Buffer.alloc(4096), {}), {}, { config: { server: { body_size_limit: '1K' } } }),
    )
    expect(span.attributes).to.include({ 'http.route': '/v1/chat/completions', 'http.response.status_code': 413 })
  })

  it('calls methods that nobody knows by one word', async () => {
    const span = only(await requestSpans(served => served.call('PROPFIND', '/v1/models')))
    expect([span.name, span.attributes['http.request.method']]).to.deep.equal(['HTTP', '_OTHER'])
  })

  for (const path of ['/health', '/health/ready', '/metrics']) {
    it(`is not made of ${path}`, async () => {
      expect(await requestSpans(served => served.call('GET', path), {}, { config: { metrics: { enabled: true } } })).to.deep.equal([])
    })
  }

  it('takes the scheme from a proxy that is trusted', async () => {
    const https = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' }
    const [trusted] = await requestSpans(
      served => served.call('GET', '/version', undefined, https),
      {},
      { config: { server: { trusted_proxies: ['loopback'] } } },
    )
    const [other] = await requestSpans(served => served.call('GET', '/version', undefined, https))
    expect([trusted?.attributes['url.scheme'], other?.attributes['url.scheme']]).to.deep.equal(['https', 'http'])
  })

  const ends: readonly [string, object, object, string | undefined, number][] = [
    ["a provider's refusal", { status: 400, body: errorBody('bad') }, hello, undefined, 0],
    ["a provider's failure", { status: 500, body: errorBody('bad') }, hello, '500', 2],
    ['a stream', { chunks: sampleStream }, helloStream, undefined, 0],
    ['a stream that broke', { chunks: sampleStream.slice(0, 4), cutAfter: 1_000_000 }, helloStream, 'stream_incomplete', 2],
  ]
  for (const [what, script, body, error, status] of ends) {
    it(`says how ${what} ended`, async () => {
      const span = only(
        await requestSpans(
          async served => {
            served.upstream.always(script)
            await served.chat(body)
          },
          {},
          { config: { resilience: { retry: { max_retries: 0 } } } },
        ),
      )
      expect([span.attributes['error.type'], span.status, span.message]).to.deep.equal([error, status, ''])
    })
  }

  it('lasts from the arrival until the last byte', async () => {
    const before = Date.now()
    const span = only(await requestSpans(served => served.call('GET', '/version')))
    expect(span.startMs).to.be.at.least(before - 1)
    expect(span.endMs)
      .to.be.at.least(span.startMs)
      .and.at.most(Date.now() + 1)
  })

  it('is made in every pipeline but those of health, metrics and profiles', () => {
    const directory = new URL('../../../pipelines/', import.meta.url)
    const pipelines = readdirSync(directory).map(
      file => parse(readFileSync(new URL(file, directory), 'utf8')) as { name: string; extends?: string; steps?: readonly string[] },
    )
    const without = pipelines.filter(({ extends: base, steps }) => base === undefined && steps?.[0] !== 'opentelemetry').map(({ name }) => name)
    expect(without.filter(name => !['health', 'metrics', 'profile', 'services'].includes(name))).to.deep.equal([])
  })
})

describe('a trace', () => {
  const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const trace = { traceparent: caller, tracestate: 'vendor=1', baggage: 'tenant=7' }

  /** The headers that the provider got, and the spans. */
  async function passedOn(headers: Readonly<Record<string, string>>, settings: object = {}, body: object = hello, path = '/v1/chat/completions') {
    let sent: Readonly<Record<string, unknown>> = {}
    const { spans } = await collected(async served => {
      served.upstream.always(body === hello ? fine : { chunks: sampleStream })
      await served.call('POST', path, body, headers)
      sent = (await served.upstream.received()).headers
    }, settings)
    return { sent, request: spans.find(({ kind }) => kind === 'SERVER'), call: spans.find(({ kind }) => kind === 'CLIENT') }
  }

  for (const path of ['/v1/chat/completions', '/p/openai/chat/completions']) {
    it(`is taken up from the caller and passed on by ${path}`, async () => {
      const { sent, request, call } = await passedOn(trace, {}, hello, path)
      expect([request?.traceId, request?.parentSpanId]).to.deep.equal([caller.slice(3, 35), caller.slice(36, 52)])
      expect([call?.traceId, call?.parentSpanId]).to.deep.equal([request?.traceId, request?.spanId])
      expect(sent).to.include({ traceparent: `00-${call?.traceId}-${call?.spanId}-01`, tracestate: 'vendor=1', baggage: 'tenant=7' })
    })
  }

  it('begins here where the caller has none', async () => {
    const { sent, request, call } = await passedOn({})
    expect(request?.parentSpanId).to.equal('')
    expect(sent['traceparent']).to.equal(`00-${request?.traceId}-${call?.spanId}-01`)
    expect(sent).to.not.have.any.keys('tracestate', 'baggage')
  })

  it('begins anew where the caller has written nonsense', async () => {
    const { sent, request } = await passedOn({ ...trace, traceparent: '00-zz-11-01' })
    expect([request?.parentSpanId, sent['tracestate']]).to.deep.equal(['', undefined])
    expect(sent['traceparent']).to.match(new RegExp(`^00-${request?.traceId}-`))
  })

  it('goes on from the request itself where the call is a stream', async () => {
    const { sent, request, call } = await passedOn(trace, {}, helloStream)
    expect(call).to.equal(undefined)
    expect(sent['traceparent']).to.equal(`00-${request?.traceId}-${request?.spanId}-01`)
  })

  it('goes on unrecorded where the caller decided so', async () => {
    const { sent, request, call } = await passedOn({ traceparent: caller.replace(/01$/, '00') })
    expect([request, call]).to.deep.equal([undefined, undefined])
    expect(sent['traceparent']).to.match(new RegExp(`^${caller.slice(0, 35)}-[0-9a-f]{16}-00$`))
  })

  const samplers: readonly [string, number | undefined, boolean][] = [
    ['always_on', undefined, true],
    ['always_off', undefined, false],
    ['traceidratio', 0, false],
    ['traceidratio', undefined, true],
    ['parentbased_always_off', undefined, false],
    ['parentbased_traceidratio', 1, true],
  ]
  for (const [sampler, ratio, isRecorded] of samplers) {
    it(`${isRecorded ? 'is' : 'is not'} recorded by ${sampler}${ratio === undefined ? '' : ` ${ratio}`}`, async () => {
      const { request } = await passedOn({}, { sampler, ...(ratio === undefined ? {} : { sampler_arg: ratio }) })
      expect(request !== undefined).to.equal(isRecorded)
    })
  }

  it('neither comes nor goes where only baggage is propagated', async () => {
    const { sent, request } = await passedOn(trace, { propagators: ['baggage'] })
    expect(request?.parentSpanId).to.equal('')
    expect([sent['traceparent'], sent['tracestate'], sent['baggage']]).to.deep.equal([undefined, undefined, 'tenant=7'])
  })

  it('goes on without baggage where that is not propagated', async () => {
    const { sent } = await passedOn(trace, { propagators: ['tracecontext'] })
    expect(sent).to.include.keys('traceparent').and.not.include.keys('baggage')
  })

  for (const settings of [{ enabled: false }, { traces_exporter: 'none' }]) {
    it(`goes by as it came with ${JSON.stringify(settings)}`, async () => {
      expect((await passedOn(trace, settings)).sent).to.include(trace)
    })
  }

  it('holds the calls that a guardrail makes to a model, which come from nobody', async () => {
    const { spans } = await collected(
      async served => {
        served.upstream.always({ body: chatCompletion({ content: '{"verdict":"allow"}' }) })
        await served.chat(hello, { traceparent: caller })
      },
      {},
      { config: { guardrails: { rules: [{ name: 'judge', type: 'llm_judge', config: { model: 'gpt-test', prompt: 'Is it fine?' } }] } } },
    )
    const request = only(spans.filter(({ kind }) => kind === 'SERVER'))
    const calls = spans.filter(({ kind }) => kind === 'CLIENT')
    expect(
      calls.map(({ parentSpanId }) => parentSpanId),
      'the judge is asked of the prompt and of the answer',
    ).to.deep.equal(Array(3).fill(request.spanId))
    expect(request.parentSpanId).to.equal(caller.slice(36, 52))
  })
})

it('holds the calls that the semantic cache makes for vectors', async () => {
  await using collector = await Collector.start()
  const { config = {} } = observed(collector)
  const semantic = await Semantic.start({ config })
  await semantic.ask('hello')
  await semantic[Symbol.asyncDispose]()
  const request = only(collector.spans.filter(({ kind }) => kind === 'SERVER'))
  const calls = collector.spans.filter(({ kind }) => kind === 'CLIENT')
  expect(calls.map(({ name, parentSpanId }) => [name.split(' ')[0], parentSpanId])).to.have.deep.members([
    ['embeddings', request.spanId],
    ['chat', request.spanId],
  ])
})

it('says nothing of the key that the caller showed', async () => {
  const { batches } = await collected(served => served.call('GET', '/v1/models'))
  expect(Buffer.concat(batches.map(({ body }) => body)).includes(masterKey)).to.equal(false)
})
