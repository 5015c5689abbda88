import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { Registry } from 'prom-client'
import { chatChunks, chatCompletion, errorBody, sampleStream } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { PrometheusMeter } from '../../plugins/metrics/prometheus-meter.ts'
import { configuration, hello, helloStream, Served, type ServeOptions } from '../support/serve.ts'
import { seed } from '../support/usage.ts'

const start = (metrics: object = {}, { config, ...options }: ServeOptions = {}) =>
  Served.start({ ...options, config: { metrics: { enabled: true, ...metrics }, resilience: { retry: { initial_backoff: '1ms' } }, ...config } })
const fine = { body: chatCompletion() }

/** The value of a series on the page, by its name and labels as they are written there. */
async function read(served: Served, series: string): Promise<number | undefined> {
  const line = (await page(served)).split('\n').find(one => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

async function page(served: Served, path = '/metrics'): Promise<string> {
  return (await served.call('GET', path)).body.toString()
}

const labels = 'provider="openai",model="gpt-test"'
const chat = 'endpoint="/v1/chat/completions"'

describe('the metrics page', () => {
  it('is served to anybody, as Prometheus wants it', async () => {
    await using served = await start()
    const answer = await served.call('GET', '/metrics', undefined, { authorization: '' })
    expect(answer.status).to.equal(200)
    expect(answer.headers['content-type']).to.match(/^text\/plain; version=0\.0\.4/)
    expect(answer.body.toString()).to.contain('tapline_event_loop_delay_seconds').and.to.contain('process_resident_memory_bytes')
  })

  it('asks for a credential when told to', async () => {
    await using served = await start({ require_auth: true })
    expect((await served.call('GET', '/metrics', undefined, { authorization: '' })).status).to.equal(401)
    expect((await served.call('GET', '/metrics')).status).to.equal(200)
  })

  it('moves, and takes another first word', async () => {
    await using served = await start({ endpoint: '/internal/stats', prefix: 'gomodel' })
    served.upstream.always(fine)
    await served.chat()
    expect(await page(served, '/internal/stats')).to.contain('gomodel_requests_total{')
    expect((await served.call('GET', '/metrics')).status).to.equal(404)
  })

  it('is not there unless it is switched on', async () => {
    await using served = await Served.start()
    expect((await served.call('GET', '/metrics')).status).to.equal(404)
  })

  for (const endpoint of ['metrics', '/', '/v1', '/v1/metrics', '/health', '/admin/metrics', '/p/x', '/mcp', '/version', '/swagger/x']) {
    it(`cannot be at ${endpoint}`, async () => {
      const failed = await start({ endpoint }).then(
        async served => {
          await served.close()
          return undefined
        },
        (cause: unknown) => cause as Error,
      )
      expect(failed?.message).to.contain('/metrics/endpoint')
    })
  }

  it('can be at /v1metrics', async () => {
    await using served = await start({ endpoint: '/v1metrics' })
    expect((await served.call('GET', '/v1metrics')).status).to.equal(200)
  })
})

describe('metrics of requests', () => {
  it('count one for a request that was repeated, and its repetition', async () => {
    await using served = await start()
    served.upstream.reply({ status: 503, body: errorBody('busy') }, fine)
    await served.chat()
    expect(await read(served, `tapline_requests_total{${labels},${chat},status_code="200",status_type="success",stream="false"}`)).to.equal(1)
    expect(await read(served, `tapline_request_duration_seconds_count{${labels},${chat},stream="false"}`)).to.equal(1)
    expect(await read(served, `tapline_time_to_first_byte_seconds_count{${labels}}`)).to.equal(1)
    expect(await read(served, `tapline_gateway_overhead_seconds_count{${chat}}`)).to.equal(1)
    expect(await read(served, 'tapline_retries_total{provider="openai"}')).to.equal(1)
  })

  const outcomes: readonly [string, object, object, string, string][] = [
    ["a provider's error", { status: 400, body: errorBody('bad') }, hello, 'status_code="400",status_type="error"', 'false'],
    ['a connection that failed', { refuse: true }, hello, 'status_code="network_error",status_type="error"', 'false'],
    ['a stream', { chunks: sampleStream }, helloStream, 'status_code="200",status_type="success"', 'true'],
    ['a stream that broke', { chunks: sampleStream.slice(0, 4), cutAfter: 1_000_000 }, helloStream, 'status_code="200",status_type="error"', 'true'],
  ]
  for (const [what, script, request, status, stream] of outcomes) {
    it(`say how ${what} ended`, async () => {
      await using served = await start({}, { config: { resilience: { retry: { max_retries: 0 } } } })
      served.upstream.always(script)
      await served.chat(request)
      expect(await read(served, `tapline_requests_total{${labels},${chat},${status},stream="${stream}"}`), await page(served)).to.equal(1)
    })
  }

  it('count what is in flight, up and down', async () => {
    await using served = await start()
    const gate = new Gate()
    served.upstream.reply({ chunks: sampleStream, gates: { beforeChunk: { 3: gate } } })
    const call = served.chat(helloStream)
    await gate.reached
    const series = `tapline_requests_in_flight{provider="openai",${chat},stream="true"}`
    expect(await read(served, series)).to.equal(1)
    gate.open()
    await call
    expect(await read(served, series)).to.equal(0)
  })

  const empty: readonly [string, object, string][] = [
    ['no choice', { ...chatCompletion(), choices: [] }, 'no_choices'],
    ['no output', chatCompletion({ usage: { prompt_tokens: 5, completion_tokens: 0 } }), 'no_output'],
    ['no usage', { ...chatCompletion(), usage: undefined }, 'no_usage'],
  ]
  for (const [what, body, reason] of empty) {
    it(`count an answer with ${what}`, async () => {
      await using served = await start()
      served.upstream.always({ body })
      await served.chat()
      expect(await read(served, `tapline_empty_responses_total{${labels},reason="${reason}"}`)).to.equal(1)
    })
  }

  it('do not know requests that were bound for nobody', async () => {
    await using served = await start({}, { config: { cache: { response: { simple: {} } } } })
    served.upstream.always(fine)
    await served.chat()
    await served.chat()
    await served.chat({ ...hello, model: 'unknown' })
    await served.call('GET', '/v1/models')
    const counted = (await page(served)).split('\n').filter(line => line.startsWith('tapline_requests_total{'))
    expect(counted).to.have.length(1)
    expect(counted[0]).to.match(/ 1$/)
  })

  it('do not know requests that no provider could take', async () => {
    await using served = await start(
      {},
      { config: { providers: { comp: { type: 'openai-compatible', api_key: 'k', base_url: '${OPENAI_BASE_URL}', models: ['m1'] } } } },
    )
    served.upstream.always(fine)
    expect((await served.call('POST', '/v1/responses', { model: 'comp/m1', input: 'hi', background: true })).status).to.equal(501)
    const text = await page(served)
    expect(text).to.not.include('tapline_requests_total{')
    expect(text).to.include('tapline_requests_in_flight{provider="comp",endpoint="/v1/responses",stream="false"} 0')
  })

  it('call a model that nobody listed "other"', async () => {
    await using served = await start()
    served.upstream.always(fine)
    await served.chat({ ...hello, model: 'openai/made-up-by-the-caller' })
    expect(await page(served))
      .to.contain('model="other"')
      .and.to.not.contain('made-up')
  })
})

describe('metrics of a provider that is gone', () => {
  const named = (name: string) => ({
    metrics: { enabled: true },
    providers: { [name]: { type: 'openai-compatible', api_key: 'k', base_url: '${OPENAI_BASE_URL}', models: ['m1'] } },
  })
  const rename = async (served: Served, name: string) => {
    await served.gateway.configure(configuration(named(name), served.completions))
    expect(await served.gateway.gateway.reload()).to.equal(true)
  }
  const call = async (served: Served, name: string) => expect((await served.chat({ ...hello, model: `${name}/m1` })).status).to.equal(200)

  it('go once its last call is over, and begin anew when it is back', async () => {
    await using served = await start({}, { config: named('old') })
    const gate = new Gate()
    served.upstream.reply(fine, { body: chatCompletion(), gates: { beforeHeaders: gate } }, fine)
    await call(served, 'old')
    const last = served.chat({ ...hello, model: 'old/m1' })
    await gate.reached
    await rename(served, 'new')
    expect(await read(served, 'tapline_circuit_breaker_state{provider="old"}')).to.equal(0)
    gate.open()
    expect((await last).status).to.equal(200)
    while ((await page(served)).includes('provider="old"')) await turn()
    expect(await read(served, 'tapline_circuit_breaker_state{provider="new"}')).to.equal(0)
    await rename(served, 'old')
    await call(served, 'old')
    expect(await read(served, `tapline_requests_total{provider="old",model="m1",${chat},status_code="200",status_type="success",stream="false"}`)).to.equal(1)
  })
})

describe('metrics of policy', () => {
  const guard = `
import { answer, block } from 'tapline'
export default {
  name: 'guard',
  setup: () => ({
    prompt({ conversation }) {
      if (conversation.some(text => text.includes('fail'))) throw new Error('failed')
      if (conversation.some(text => text.includes('respond'))) return answer('no')
      return conversation.some(text => text.includes('forbidden')) ? block('forbidden_word', 'no') : undefined
    },
    stream: { lookbehind: 10, text: text => text.includes('x') ? block('forbidden_text', 'no') : text },
  }),
}`
  const guarded = () => start({}, { files: { 'guard.ts': guard }, config: { pipelines: { inference: [{ insert: './guard.ts', after: 'guardrails' }] } } })

  const decisions: readonly [string, string][] = [
    ['hello', 'allow'],
    ['forbidden', 'block'],
    ['respond', 'respond'],
    ['fail', 'failure'],
  ]
  for (const [content, action] of decisions) {
    it(`count that a step decided to ${action}`, async () => {
      await using served = await guarded()
      served.upstream.always(fine)
      await served.chat({ ...hello, messages: [{ role: 'user', content }] })
      const counted = (await page(served)).split('\n').filter(line => line.startsWith('tapline_guardrail_decisions_total{') && line.includes('phase="prompt"'))
      expect(counted).to.deep.equal([`tapline_guardrail_decisions_total{instance="guard",phase="prompt",action="${action}"} 1`])
    })
  }

  it('count that a step ended a stream', async () => {
    await using served = await guarded()
    served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'x', 'b'] }) })
    await served.chat(helloStream)
    expect(await read(served, 'tapline_guardrail_decisions_total{instance="guard",phase="stream",action="block"}')).to.equal(1)
  })

  it('are not there without policy', async () => {
    await using served = await start()
    served.upstream.always(fine)
    await served.chat()
    expect(await page(served)).to.not.contain('tapline_guardrail_decisions_total{')
  })
})

describe('metrics of costs', () => {
  it('add up what calls cost once they are recorded, hits of the cache aside', async () => {
    const clock = new TurnedClock()
    const priced = { openai: { models: [{ id: 'gpt-test', metadata: { pricing: { input_per_mtok: 1000, output_per_mtok: 2000 } } }] } }
    await using served = await start({}, { clock, env: { OPENAI_MODELS: '' }, config: { providers: priced, cache: { response: { simple: {} } } } })
    served.upstream.always({ body: chatCompletion({ usage: { prompt_tokens: 100, completion_tokens: 50 } }) })
    await served.chat()
    await served.chat()
    while (!(await page(served)).includes('tapline_cost_usd_total{')) clock.advance(1000)
    expect(await read(served, `tapline_cost_usd_total{${labels}}`)).to.be.closeTo(0.2, 1e-9)
  })
})

describe('metrics of tokens', () => {
  it('add up those of calls that other plugins record, too', async () => {
    await using served = await start()
    served.upstream.always(fine)
    await served.chat()
    const before = await read(served, `tapline_tokens_total{${labels},direction="input"}`)
    await seed(served, [
      { id: 'background_1', input_tokens: 40, output_tokens: 30 },
      { id: 'hit', input_tokens: 7, output_tokens: 7, cache_type: 'exact' },
    ])
    expect(await read(served, `tapline_tokens_total{${labels},direction="input"}`)).to.equal((before ?? 0) + 40)
  })
})

describe('a Prometheus meter', () => {
  const make = () => {
    const registry = new Registry()
    return { registry, meter: new PrometheusMeter(registry, 'tapline') }
  }

  it('counts, sets and observes by label values in the order of the labels', async () => {
    const { registry, meter } = make()
    meter.counter('c_total', 'c', ['a', 'b'])(2, 'x', 'y')
    meter.gauge('g', 'g', [])(5)
    meter.histogram('h_seconds', 'h', ['a'], [1, 2])(1.5, 'x')
    const text = await registry.metrics()
    expect(text).to.contain('tapline_c_total{a="x",b="y"} 2').and.to.contain('tapline_g 5').and.to.contain('tapline_h_seconds_bucket{a="x",le="2"} 1')
  })

  it('gives the same metric to whoever asks again, and a new one for other labels', async () => {
    const { registry, meter } = make()
    meter.counter('c_total', 'c', ['a'])(1, 'x')
    meter.counter('c_total', 'c', ['a'])(1, 'x')
    expect(await registry.metrics()).to.contain('tapline_c_total{a="x"} 2')
    meter.counter('c_total', 'c', ['a', 'b'])(1, 'x', 'y')
    expect(await registry.metrics())
      .to.contain('tapline_c_total{a="x",b="y"} 1')
      .and.to.not.contain('{a="x"}')
  })

  it('drops the series of a provider by its name, and begins anew for who holds one of them', async () => {
    const { registry, meter } = make()
    const held = meter.histogram('h_seconds', 'h', ['provider'], [1]).of('gone')
    const failures = meter.counter('failures_total', 'f', ['provider', 'provider_name'])
    held(0.5)
    failures(1, 'openai', 'gone')
    failures(1, 'gone', 'openai')
    meter.counter('c_total', 'c', ['model'])(1, 'gone')
    meter.dropProvider('gone')
    const text = await registry.metrics()
    expect(text).to.not.contain('h_seconds_count{').and.to.not.contain('provider_name="gone"')
    expect(text).to.contain('{provider="gone",provider_name="openai"} 1').and.to.contain('{model="gone"} 1')
    held(0.25)
    held(0.25)
    expect(await registry.metrics()).to.contain('tapline_h_seconds_sum{provider="gone"} 0.5')
  })

  it('drops a series when the last who holds it lets go', async () => {
    const { registry, meter } = make()
    const gauge = meter.gauge('g', 'g', ['provider'])
    const [one, other] = [gauge.hold('p'), gauge.hold('p')]
    one.record(2)
    one.release()
    one.release()
    one.record(1)
    expect(await registry.metrics()).to.contain('tapline_g{provider="p"} 2')
    other.release()
    expect(await registry.metrics()).to.not.contain('tapline_g{')
    gauge(1, 'p')
    expect(await registry.metrics()).to.contain('tapline_g{provider="p"} 1')
  })

  it('counts everything beyond 2000 series as other', async () => {
    const { registry, meter } = make()
    const count = meter.counter('c_total', 'c', ['a'])
    for (let i = 0; i < 2010; i++) count(1, `v${i}`)
    count(1, 'v5')
    const text = await registry.metrics()
    expect(text.match(/^tapline_c_total\{/gm)).to.have.length(2001)
    expect(text).to.contain('tapline_c_total{a="other"} 10').and.to.contain('tapline_c_total{a="v5"} 2')
  })
})
