import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { AdminGateway } from '../support/admin.ts'
import { describeRoutes, expectRefusal } from '../support/admin-routes.ts'
import { hello, helloStream } from '../support/serve.ts'

const config = { cache: { response: { simple: {} } } }
const clear = '/cache?confirmation=clear'

describeRoutes(
  [
    {
      method: 'GET',
      path: '/cache/overview',
      scope: 'global',
      malformed: [
        { name: 'a day that is none', path: '/cache/overview?start_date=2026-02-30', param: 'start_date' },
        { name: 'days that end before they begin', path: '/cache/overview?start_date=2026-02-02&end_date=2026-02-01', param: 'start_date' },
      ],
      off: { config: { usage: { enabled: false } }, status: 200 },
    },
    {
      method: 'DELETE',
      path: clear,
      documented: '/cache',
      scope: 'global',
      status: 204,
      malformed: [
        { name: 'no confirmation', path: '/cache', code: 'missing_required_parameter', param: 'confirmation' },
        { name: 'another word than clear', path: '/cache?confirmation=yes', param: 'confirmation' },
        { name: 'an empty model', path: '/cache?confirmation=clear&model=', param: 'model' },
        { name: 'a layer that nobody knows', path: `${clear}&layer=onion`, param: 'layer' },
      ],
      off: { config: { cache: {} }, status: 503, code: 'feature_unavailable' },
    },
  ],
  { config },
)

describe('clearing the cache', () => {
  const start = async (): Promise<AdminGateway> => {
    const gateway = await AdminGateway.start({
      config: { ...config, providers: { other: { type: 'vllm', base_url: 'http://127.0.0.1:1', models: ['x'] } } },
      env: { OPENAI_MODELS: 'gpt-test,gpt-other' },
    })
    gateway.served.upstream.always({ body: chatCompletion() })
    return gateway
  }
  const isHit = async (gateway: AdminGateway, model: string) => (await gateway.served.chat({ ...hello, model })).headers['x-cache'] !== undefined

  const cases: readonly [string, string, boolean, boolean][] = [
    ['forgets everything', clear, false, false],
    ['forgets the answers of one layer', `${clear}&layer=exact`, false, false],
    ['forgets the answers of a model', `${clear}&model=gpt-test`, false, true],
    ['forgets the answers of a model of a provider', `${clear}&model=openai/gpt-test`, false, true],
    ['forgets nothing of a model of another provider', `${clear}&model=other/gpt-test`, true, true],
  ]
  for (const [name, path, one, other] of cases) {
    it(name, async () => {
      await using gateway = await start()
      for (const model of ['gpt-test', 'gpt-other']) await isHit(gateway, model)
      expect((await gateway.call('DELETE', path)).status).to.equal(204)
      expect([await isHit(gateway, 'gpt-test'), await isHit(gateway, 'gpt-other')]).to.deep.equal([one, other])
    })
  }

  for (const [what, body, reply] of [
    ['an answer', hello, { body: chatCompletion() }],
    ['a stream', helloStream, { chunks: chatChunks() }],
  ] as const) {
    it(`keeps ${what} out that was under way`, async () => {
      await using gateway = await start()
      const { served } = gateway
      const isKept = async () => (await served.chat(body)).headers['x-cache'] !== undefined
      const gate = new Gate()
      served.upstream.always({ ...reply, gates: { beforeHeaders: gate } })
      const asked = isKept()
      await served.upstream.received(1)
      expect((await gateway.call('DELETE', clear)).status).to.equal(204)
      gate.open()
      expect([await asked, await isKept(), await isKept()]).to.deep.equal([false, false, true])
    })
  }

  const own = {
    'in place of cache-store': { ...config, pipelines: { services: [{ replace: 'cache-store', with: './small-store.ts' }] } },
    'named as a store': { cache: { response: { simple: { ...config.cache.response.simple, store: './small-store.ts' } } } },
  }
  for (const [how, named] of Object.entries(own)) {
    it(`says when the store cannot forget: ${how}`, async () => {
      const store =
        "const kept = new Map(); export default { name: 'small-store', provides: 'cache', setup: () => ({ service: { get: key => kept.get(key), set: (key, value) => { kept.set(key, value) }, delete: key => { kept.delete(key) } } }) }"
      await using gateway = await AdminGateway.start({
        files: { 'small-store.ts': store },
        config: named,
      })
      expectRefusal(await gateway.call('DELETE', clear), 503, 'feature_unavailable')
    })
  }

  it('says when there is no such cache', async () => {
    await using gateway = await start()
    expectRefusal(await gateway.call('DELETE', `${clear}&layer=semantic`), 503, 'feature_unavailable')
  })
})

describe('the overview of the cache', () => {
  it('adds up what hits saved, in all and by day of the caller', async () => {
    const clock = new TurnedClock(Date.UTC(2026, 5, 1, 22, 30))
    await using gateway = await AdminGateway.start({ clock, config })
    await gateway.call('PUT', '/model-pricing-overrides', { body: { selector: 'gpt-test', pricing: { input_per_mtok: 1, output_per_mtok: 2 } } })
    gateway.served.upstream.always({ body: chatCompletion({ usage: { prompt_tokens: 100, completion_tokens: 50 } }) })
    for (let i = 0; i < 3; i++) await gateway.served.chat()
    const read = async (timeZone: string) => (await gateway.call('GET', '/cache/overview', { headers: { 'x-tapline-timezone': timeZone } })).json
    let seen = await read('UTC')
    while (seen.summary.total_hits < 2) {
      clock.advance(1000)
      seen = await read('UTC')
    }
    const tokens = { input_tokens: 200, output_tokens: 100, total_tokens: 300 }
    expect(seen.summary).to.deep.equal({
      total_hits: 2,
      exact_hits: 2,
      semantic_hits: 0,
      total_input_tokens: 200,
      total_output_tokens: 100,
      total_tokens: 300,
      total_saved_cost: 0.0004,
    })
    expect(seen.daily).to.deep.equal([{ date: '2026-06-01', hits: 2, exact_hits: 2, semantic_hits: 0, ...tokens, saved_cost: 0.0004 }])
    expect((await read('Europe/Berlin')).daily.map(({ date }: { date: string }) => date)).to.deep.equal(['2026-06-02'])
  })

  it('is zero where nothing was hit', async () => {
    await using gateway = await AdminGateway.start({ config })
    const { json } = await gateway.call('GET', '/cache/overview')
    expect(json.summary).to.include({ total_hits: 0, total_tokens: 0, total_saved_cost: 0 })
    expect(json.daily).to.deep.equal([])
  })

  it('says how the caches are configured', async () => {
    await using gateway = await AdminGateway.start({ config: { cache: { response: { simple: { redis: { ttl: 60 } }, streaming: { enabled: false } } } } })
    const { json } = await gateway.call('GET', '/cache/overview')
    expect(json.layers).to.deep.equal([{ layer: 'exact', ttl_seconds: 60, max_entry_bytes: 2 * 1024 * 1024, streams: false }])
  })
})

describe('GET /admin/runtime/config of caches', () => {
  for (const [given, expected] of [
    [config, 'on'],
    [{}, 'off'],
  ] as const) {
    it(`says that the cache is ${expected}`, async () => {
      await using gateway = await AdminGateway.start({ config: given })
      expect((await gateway.call('GET', '/runtime/config')).json).to.include({ CACHE_ENABLED: expected, SEMANTIC_CACHE_ENABLED: 'off' })
    })
  }
})
