import { expect } from 'chai'
import { chatCompletion, errorBody, sampleStream } from '../../../core/testing/chat-samples.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { collected, only } from '../../support/collector.ts'
import type { CollectedSeries } from '../../support/otlp.ts'
import { hello, helloStream, type Served, type ServeOptions } from '../../support/serve.ts'

const fine = { body: chatCompletion() }
const once = { config: { resilience: { retry: { max_retries: 0 } } } }

async function series(calls: (served: Served) => Promise<unknown>, options: ServeOptions = {}): Promise<(name: string) => readonly CollectedSeries[]> {
  const collector = await collected(calls, {}, options)
  return name => collector.series.filter(one => one.name === name)
}

const requests = 'http.server.request.duration'
const calls = 'gen_ai.client.operation.duration'
const firstChunks = 'gen_ai.client.operation.time_to_first_chunk'
const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-test', 'gen_ai.provider.name': 'openai', 'tapline.provider.name': 'openai' }

describe('metrics for a collector', () => {
  it('measure requests, and the bodies of both ways', async () => {
    const sent = JSON.stringify(hello).length
    const reply = JSON.stringify(fine.body).length
    const of = await series(async served => {
      served.upstream.always(fine)
      await served.chat()
      await served.chat()
    })
    const attributes = { 'http.request.method': 'POST', 'http.route': '/v1/chat/completions', 'url.scheme': 'http', 'http.response.status_code': 200 }
    expect(only(of(requests))).to.deep.include({ attributes, count: 2, unit: 's' })
    expect(only(of('http.server.request.body.size'))).to.deep.include({ attributes, sum: 2 * sent, unit: 'By' })
    expect(only(of('http.server.response.body.size'))).to.deep.include({ attributes, sum: 2 * reply, unit: 'By' })
  })

  it('count the bytes of a stream, and know no body where none came', async () => {
    const of = await series(async served => {
      served.upstream.always({ chunks: sampleStream })
      await served.chat({ ...helloStream, stream_options: { include_usage: true } })
      await served.call('GET', '/version')
      await served.call('GET', '/v1/conversations/none')
      await served.call('POST', '/v1/conversations', Buffer.alloc(0))
    })
    expect(of('http.server.request.body.size')).to.have.length(1)
    expect(of('http.server.response.body.size').find(({ attributes }) => attributes['http.route'] === '/v1/chat/completions')?.sum).to.equal(
      sampleStream.join('').length,
    )
  })

  it('know nothing of health and metrics', async () => {
    const of = await series(
      async served => {
        await served.call('GET', '/health')
        await served.call('GET', '/metrics')
      },
      { config: { metrics: { enabled: true } } },
    )
    expect(of(requests)).to.deep.equal([])
  })

  it('measure plain calls, failed ones by why they failed', async () => {
    const of = await series(async served => {
      served.upstream.reply(fine, { status: 400, body: errorBody('bad') }, { refuse: true })
      for (let i = 0; i < 3; i++) await served.chat()
    }, once)
    expect(of(calls).map(({ attributes, count }) => [attributes, count])).to.have.deep.members([
      [call, 1],
      [{ ...call, 'error.type': '400' }, 1],
      [{ ...call, 'error.type': 'network_error' }, 1],
    ])
    expect(of(firstChunks)).to.deep.equal([])
  })

  it('measure streams until their first event, and those without one as failed calls', async () => {
    const clock = new TurnedClock()
    const gate = new Gate()
    const of = await series(
      async served => {
        served.upstream.reply({ chunks: sampleStream, gates: { beforeChunk: { 0: gate } } }, { refuse: true })
        const first = served.chat(helloStream)
        await gate.reached
        clock.advance(250)
        gate.open()
        await first
        await served.chat(helloStream)
      },
      { ...once, clock },
    )
    expect(only(of(firstChunks))).to.deep.include({ attributes: call, count: 1, sum: 0.25, unit: 's' })
    expect(only(of(calls))).to.deep.include({ attributes: { ...call, 'error.type': 'network_error' }, count: 1 })
  })

  it('have one series for all models that no provider lists', async () => {
    const of = await series(
      async served => {
        served.upstream.always(fine)
        await served.chat({ ...hello, model: 'openai/made-up-1' })
        await served.chat({ ...hello, model: 'openai/made-up-2' })
      },
      { env: { CONFIGURED_PROVIDER_MODELS_MODE: 'fallback' } },
    )
    expect(only(of(calls))).to.deep.include({ attributes: { ...call, 'gen_ai.request.model': 'other' }, count: 2 })
  })

  it('have the buckets of the conventions', async () => {
    const of = await series(async served => {
      served.upstream.reply(fine, { chunks: sampleStream })
      await served.chat()
      await served.chat(helloStream)
    })
    expect(of(requests)[0]?.bounds.slice(0, 3)).to.deep.equal([0.005, 0.01, 0.025])
    expect(of(calls)[0]?.bounds.at(-1)).to.equal(81.92)
    expect(of(firstChunks)[0]?.bounds[0]).to.equal(0.001)
  })
})
