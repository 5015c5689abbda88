import { expect } from 'chai'
import { chatChunks, chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'
import plugin from '../../../plugins/usage/index.ts'
import { eventsOf } from '../../support/answer.ts'
import { hello, helloStream, Served } from '../../support/serve.ts'
import { UsageLab } from '../../support/usage.ts'

const usage = { prompt_tokens: 14, completion_tokens: 9, cached_tokens: 4, reasoning_tokens: 2 }
const asking = { stream_options: { include_usage: true } }
const lines = (served: Served) => served.gateway.log.filter(({ msg }) => msg === 'request')
const sent = (served: Served) => JSON.parse(served.upstream.requests[0]?.body.toString() ?? '') as Record<string, unknown>

describe('usage', () => {
  it('asks for the usage of a stream, and keeps the event that this causes from a caller who did not', async () => {
    await using served = await Served.start()
    const events = chatChunks({ pieces: ['a', 'b'], usage })
    served.upstream.always({ chunks: events })
    const answer = await served.chat(helloStream)
    expect(sent(served)).to.deep.equal({ ...helloStream, ...asking })
    expect(eventsOf(answer)).to.have.length(events.length - 1)
    expect(lines(served)[0]).to.include({ input_tokens: 14, output_tokens: 9, stream: true })
  })

  const untouched: readonly [string, object, Readonly<Record<string, unknown>>][] = [
    ['a plain call', hello, {}],
    ['a caller who asks himself', { ...helloStream, ...asking }, {}],
    ['a stream, when it is told not to', helloStream, { usage: { enforce_returning_usage_data: false } }],
    ['a stream, when it is switched off', helloStream, { usage: { enabled: false } }],
  ]
  for (const [what, request, config] of untouched) {
    it(`sends the body as it is for ${what}`, async () => {
      await using served = await Served.start({ config })
      served.upstream.always('stream' in request ? { chunks: chatChunks({ pieces: ['a'], usage }) } : { body: chatCompletion() })
      await served.chat(request)
      expect(sent(served)).to.deep.equal(request)
    })
  }

  it('does not ask a provider that reports unasked', async () => {
    await using deps = await UsageLab.start()
    const { upstream } = await runPlugin(plugin, { request: { stream: true }, services: deps.services })
    expect(upstream).to.not.have.property('stream_options')
  })

  it('asks nothing where the call is passed on as it is', async () => {
    await using served = await Served.start()
    served.upstream.always({ chunks: chatChunks({ pieces: ['a'] }) })
    await served.call('POST', '/p/openai/chat/completions', helloStream)
    expect(sent(served)).to.deep.equal(helloStream)
  })

  it('writes one line for each request, with its tokens', async () => {
    await using served = await Served.start()
    served.upstream.always({ body: chatCompletion({ usage }) })
    await served.chat(hello, { 'x-request-id': 'r-1', 'x-tapline-user-path': '/team/a' })
    expect(lines(served)).to.have.length(1)
    const [line] = lines(served)
    expect(line).to.include({
      level: 20,
      request_id: 'r-1',
      model: 'gpt-test',
      provider: 'openai',
      target_model: 'gpt-test',
      user_path: '/team/a',
      status: 200,
      stream: false,
      attempts: 1,
      input_tokens: 14,
      cached_tokens: 4,
      output_tokens: 9,
      reasoning_tokens: 2,
    })
    expect(line?.['duration_ms']).to.be.a('number').within(0, 60_000)
  })

  it('writes what a request failed with', async () => {
    await using served = await Served.start()
    served.upstream.always({ status: 500, body: errorBody('oops', 'server_error', 'broken') })
    await served.chat()
    expect(lines(served)[0]).to.include({ status: 500, error: 'broken', provider: 'openai' })
  })

  it('writes of a hit what the answer had cost, and counts nothing for it', async () => {
    await using served = await Served.start({ config: { metrics: { enabled: true }, cache: { response: { simple: {} } } } })
    served.upstream.always({ body: chatCompletion({ usage }) })
    await served.chat()
    await served.chat()
    expect(lines(served)[1]).to.include({ cache: 'hit', attempts: 0, input_tokens: 14, output_tokens: 9, provider: 'openai' })
    const page = (await served.call('GET', '/metrics')).body.toString()
    expect(page).to.contain('tapline_tokens_total{provider="openai",model="gpt-test",direction="input"} 14')
    expect(page).to.contain('tapline_tokens_total{provider="openai",model="gpt-test",direction="output"} 9')
  })

  it('is silent about requests that reach nobody', async () => {
    await using served = await Served.start()
    await served.chat({ ...hello, model: 'unknown' })
    await served.chat(hello, { authorization: 'Bearer wrong' })
    expect(lines(served)).to.have.length(0)
  })
})
