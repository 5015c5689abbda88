import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { runPlugin } from '../../core/testing/run-plugin.ts'
import plugin from '../../plugins/header-edit/index.ts'
import { hello, helloStream, Served } from '../support/serve.ts'

const rules = (config: object, more: object = {}) => ({ guardrails: { rules: [{ name: 'headers', type: 'header_edit', config, ...more }] } })

describe('header-edit', () => {
  const replies: readonly [string, object, Readonly<Record<string, string | undefined>>][] = [
    ['sets headers of the reply', { response_set: { 'X-Team': 'blue' } }, { 'x-team': 'blue' }],
    ['sets a header in the place of the one that is there', { response_set: { 'X-Tapline-Provider': 'ours' } }, { 'x-tapline-provider': 'ours' }],
    ['removes headers of the reply, in whatever case', { response_remove: ['x-TAPLINE-provider'] }, { 'x-tapline-provider': undefined }],
    ['removes a header by setting it to nothing', { response_set: { 'x-tapline-provider': '' } }, { 'x-tapline-provider': undefined }],
    ['adds headers beside those of that name', { response_add: { 'X-Tapline-Provider': 'ours' } }, { 'x-tapline-provider': 'openai,ours' }],
  ]
  for (const [sentence, options, expected] of replies) {
    for (const request of [hello, helloStream]) {
      it(`${sentence}${request === hello ? '' : ', before a stream'}`, async () => {
        await using served = await Served.start({ config: rules(options) })
        const events = chatChunks({ pieces: ['Hi'] })
        served.upstream.always(request === hello ? { body: chatCompletion() } : { chunks: events })
        const { status, headers, body } = await served.chat(request)
        expect(status).to.equal(200)
        for (const [name, value] of Object.entries(expected)) expect(headers[name]?.toString()).to.equal(value)
        if (request !== hello) expect(body.toString()).to.contain(events[1])
      })
    }
  }

  it('sends headers to the provider, in the place of those of that name', async () => {
    await using served = await Served.start({ config: rules({ upstream_set: { 'X-Team': 'blue', accept: 'text/plain' } }) })
    served.upstream.always({ body: chatCompletion() })
    await served.chat()
    expect(served.upstream.requests[0]?.headers).to.include({ 'x-team': 'blue', accept: 'text/plain', authorization: 'Bearer sk-upstream' })
  })

  it('has the steps below see another request', async () => {
    await using served = await Served.start({ config: { ...rules({ request_set: { Traceparent: 'ours' }, request_remove: ['Baggage'] }) } })
    served.upstream.always({ body: chatCompletion() })
    await served.chat(hello, { traceparent: 'theirs', tracestate: 'kept', baggage: 'gone' })
    expect(served.upstream.requests[0]?.headers).to.include({ traceparent: 'ours', tracestate: 'kept' }).and.to.not.have.property('baggage')
  })

  it('changes what goes on to a provider by passthrough', async () => {
    await using served = await Served.start({
      config: rules({ request_set: { 'X-Mine': 'ours' }, request_remove: ['X-Other'], upstream_set: { 'X-Up': '1' } }),
    })
    served.upstream.always({ body: chatCompletion() })
    const { status } = await served.call('POST', '/p/openai/chat/completions', hello, { 'x-mine': 'theirs', 'x-other': 'gone', 'x-kept': 'kept' })
    expect(status).to.equal(200)
    expect(served.upstream.requests[0]?.headers).to.include({ 'x-mine': 'ours', 'x-kept': 'kept', 'x-up': '1' }).and.to.not.have.property('x-other')
  })

  for (const where of [{}, { phase: 'response' }, { phase: 'stream' }]) {
    it(`does not hold a stream ${JSON.stringify(where)}`, async () => {
      await using served = await Served.start({ config: rules({ response_set: { 'X-Team': 'blue' } }, where) })
      const [step] = [...served.gateway.gateway.current.plans.values()].flatMap(({ plan }) =>
        plan.name === 'chat' ? [plan.streamFrom(Number.POSITIVE_INFINITY, plan.dialect)] : [],
      )
      expect(step).to.include({ buffered: false, rule: undefined }).and.to.have.property('openTaps').with.length(1)
      served.upstream.always({ chunks: chatChunks({ pieces: ['Hi'] }) })
      expect((await served.chat(helloStream)).headers['x-team']).to.equal('blue')
    })
  }

  it('acts where its phase is', async () => {
    const { headers, exchange } = await runPlugin(plugin, { options: { response_set: { 'X-Team': 'blue' }, request_set: { 'X-Mine': 'ours' } } })
    expect([headers['x-team'], exchange.request.headers['x-mine']]).to.deep.equal(['blue', 'ours'])
    await using served = await Served.start({ config: rules({ response_set: { 'X-Team': 'blue' }, upstream_set: { 'X-Up': '1' } }, { phase: 'prompt' }) })
    served.upstream.always({ body: chatCompletion() })
    expect((await served.chat()).headers['x-team']).to.equal(undefined)
  })

  const refused: readonly [object, string][] = [
    [{ upstream_set: { Authorization: 'Bearer x' } }, 'upstream_set: Authorization carries credentials'],
    [{ request_set: { 'X-API-Key': 'x' } }, 'request_set: X-API-Key carries credentials'],
    [{ request_remove: ['cookie'] }, 'request_remove: cookie carries credentials'],
    [{ response_add: { 'set-cookie': 'x' } }, 'response_add: set-cookie carries credentials'],
    [{ response_remove: ['Content-Length'] }, 'response_remove: Content-Length belongs to the transport'],
    [{ upstream_set: { Host: 'x' } }, 'upstream_set: Host belongs to the transport'],
    [{ response_set: { 'X-Request-ID': 'x' } }, 'response_set: X-Request-ID belongs to the transport'],
    [{ response_set: { 'a b': 'x' } }, 'a b'],
    [{ response_set: { a: 'x\r\nb: y' } }, 'response_set'],
    [{ response: {} }, 'response'],
  ]
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      const failed = await runPlugin(plugin, { options: { ...options } }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed?.message).to.contain(message)
    })
  }
})
