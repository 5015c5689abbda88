import { expect } from 'chai'
import { chatCompletion, errorBody, sampleStream } from '../../core/testing/chat-samples.ts'
import { refusedUrl } from '../../core/testing/port.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import type { ModelInventory } from '../../core/services/models.ts'
import type { ProviderInstance } from '../../core/upstream/provider/provider.ts'
import { Outcomes } from '../../plugins/provider-status/outcomes.ts'
import { RequestHealth } from '../../plugins/provider-status/request-health.ts'
import { overall, stateOf } from '../../plugins/provider-status/state.ts'
import { viewOf } from '../../plugins/provider-status/view.ts'
import { add, calls, localTo, removed, vendor } from '../support/added-providers.ts'
import { AdminGateway } from '../support/admin.ts'
import { describeRoutes, expectRefusal } from '../support/admin-routes.ts'
import { hello, helloStream } from '../support/serve.ts'

const unknown = (path: string) => ({ name: 'a parameter that it does not have', path: `${path}?x=1`, code: 'unsupported_parameter', param: 'x' })
const reset = '/providers/openai/circuit-breaker/reset'

describeRoutes([
  { method: 'GET', path: '/providers/status', scope: 'global', malformed: [unknown('/providers/status')] },
  { method: 'POST', path: reset, documented: '/providers/{name}/circuit-breaker/reset', scope: 'global', status: 204, malformed: [unknown(reset)] },
])

// eslint-disable-next-line typescript/no-explicit-any -- the test knows the shape
const statusOf = async (gateway: AdminGateway, name = 'openai'): Promise<any> =>
  (await gateway.call('GET', '/providers/status')).json.providers.find((provider: { name: string }) => provider.name === name)

describe('the state of a provider', () => {
  const inventory = (facts: Partial<ModelInventory>): ModelInventory => ({
    provider: undefined as never,
    state: 'fresh',
    isAsked: true,
    entries: new Map(),
    atAnyPrice: new Map(),
    lastFetch: {},
    ...facts,
  })
  const some = new Map([['m', { id: 'm' }]])
  const failed = { at: 2, error: 'no' }
  const fine = { at: 1, succeededAt: 1 }
  const cases: readonly [string, Partial<ModelInventory>, string][] = [
    ['models are configured and not asked for', { isAsked: false, entries: some }, 'healthy Healthy'],
    ['no models are configured nor asked for', { isAsked: false }, 'degraded Configured'],
    ['it was not asked yet', { state: 'loading' }, 'degraded Starting'],
    ['it was not asked yet and has configured models', { state: 'loading', entries: some }, 'degraded Starting'],
    ['it lists models', { entries: some, lastFetch: fine }, 'healthy Healthy'],
    ['it lists none', { lastFetch: fine }, 'degraded Configured'],
    ['it failed and an earlier list stands', { state: 'stale', entries: some, lastFetch: { ...failed, succeededAt: 1 } }, 'degraded Offline'],
    ['it failed and configured models stand', { entries: some, lastFetch: failed }, 'degraded Configured'],
    ['it failed and nothing stands', { state: 'stale', lastFetch: failed }, 'unhealthy Unhealthy'],
  ]
  for (const [name, facts, expected] of cases) {
    it(`is ${expected} when ${name}`, () => {
      const { status, status_label: label } = stateOf(inventory(facts), 'closed', false)
      expect(`${status} ${label}`).to.equal(expected)
    })
  }

  const worse: readonly [string, 'open' | 'half-open' | 'closed' | undefined, boolean, string][] = [
    ['its breaker is open', 'open', true, 'degraded Circuit Open'],
    ['its breaker is half open', 'half-open', false, 'degraded Recovering'],
    ['requests fail', 'closed', true, 'degraded Degraded'],
    ['it has no breaker', undefined, false, 'healthy Healthy'],
  ]
  for (const [name, circuit, flagged, expected] of worse) {
    it(`becomes ${expected} when ${name}`, () => {
      const { status, status_label: label } = stateOf(inventory({ entries: some, lastFetch: fine }), circuit, flagged)
      expect(`${status} ${label}`).to.equal(expected)
    })
  }

  it('is never bettered by requests', () => expect(stateOf(inventory({ state: 'stale', lastFetch: failed }), 'open', true).status).to.equal('unhealthy'))

  const together: readonly [readonly ('healthy' | 'degraded' | 'unhealthy')[], string][] = [
    [['healthy', 'healthy'], 'healthy'],
    [['unhealthy'], 'unhealthy'],
    [['healthy', 'unhealthy'], 'degraded'],
    [['degraded'], 'degraded'],
    [[], 'degraded'],
  ]
  for (const [states, expected] of together)
    it(`is ${expected} for ${states.length === 0 ? 'none' : states.join(' and ')} together`, () => {
      expect(overall(states)).to.equal(expected)
    })
})

describe('outcomes', () => {
  const error = { status_code: 500, message: 'no', at: 0 }

  it('are counted for ten minutes', () => {
    const outcomes = new Outcomes()
    outcomes.add(0, error)
    outcomes.add(1000)
    expect(outcomes.count(599_999)).to.include({ requests: 2, errors: 1 })
    expect(outcomes.count(600_000)).to.include({ requests: 1, errors: 0 })
  })

  it('are counted up to 500', () => {
    const outcomes = new Outcomes()
    for (let i = 0; i < 600; i++) outcomes.add(i, i < 100 ? error : undefined)
    expect(outcomes.count(600)).to.include({ requests: 500, errors: 0 })
  })

  const flags: readonly [number, number, boolean][] = [
    [2, 2, false],
    [3, 3, true],
    [6, 3, true],
    [7, 3, false],
  ]
  for (const [requests, errors, flagged] of flags) {
    it(`are ${flagged ? '' : 'not '}flagged at ${errors} errors of ${requests}`, () => {
      const outcomes = new Outcomes()
      for (let i = 0; i < requests; i++) outcomes.add(i, i < errors ? error : undefined)
      expect(outcomes.count(10).flagged).to.equal(flagged)
    })
  }
})

describe('GET /admin/providers/status', () => {
  const resilience = { retry: { max_retries: 1, initial_backoff: '1ms' } }

  it('shows what is configured, without secrets', async () => {
    await using gateway = await AdminGateway.start({
      config: {
        resilience,
        providers: {
          local: {
            type: 'vllm',
            base_url: 'http://127.0.0.1:1/v1',
            api_key: 'sk-hidden',
            models: ['a'],
            resilience: { circuit_breaker: { failure_threshold: 2, timeout: '7s' } },
          },
        },
      },
    })
    const answer = await gateway.call('GET', '/providers/status')
    const { config } = await statusOf(gateway, 'local')
    expect(config).to.deep.include({ name: 'local', type: 'vllm', base_url: 'http://127.0.0.1:1', api_version: null, models: ['a'], session_sticky_keys: true })
    expect(config.resilience.retry).to.include({ max_retries: 1, initial_backoff_ms: 1 })
    expect(config.resilience.circuit_breaker).to.include({ failure_threshold: 2, timeout_ms: 7000 })
    expect(answer.text).to.not.contain('sk-hidden')
  })

  it('shows an address without a user, a password and a query', () => {
    const provider = {
      name: 'x',
      type: 'x',
      baseUrl: 'https://user:secret@host/v1?key=hidden',
      config: { models: [] },
      settings: {},
    } as unknown as ProviderInstance
    const { config } = viewOf({
      inventory: { provider, state: 'fresh', isAsked: true, entries: new Map(), atAnyPrice: new Map(), lastFetch: {} },
      health: new RequestHealth(new TurnedClock()),
      circuit: undefined,
      resilience: {},
      isInitialized: true,
    })
    expect(config.base_url).to.equal('https://host/v1')
  })

  it('tells how the model list was had', async () => {
    const clock = new TurnedClock()
    await using gateway = await AdminGateway.start({
      clock,
      config: { providers: { gone: { type: 'vllm', base_url: await refusedUrl() } } },
      env: { CONFIGURED_PROVIDER_MODELS_MODE: 'fallback', OPENAI_MODELS: '' },
    })
    await gateway.call('POST', '/runtime/refresh')
    expect((await statusOf(gateway)).runtime).to.deep.include({
      registered: true,
      registry_initialized: true,
      discovered_model_count: 1,
      inventory_stale: false,
      last_model_fetch_error: null,
      last_model_fetch_at: new Date(clock.now()).toISOString(),
    })
    const gone = await statusOf(gateway, 'gone')
    expect(gone).to.include({ status: 'unhealthy', status_label: 'Unhealthy' })
    expect(gone.last_error).to.be.a('string')
    expect((await gateway.call('GET', '/providers/status')).json.summary).to.deep.equal({
      total: 2,
      healthy: 1,
      degraded: 0,
      unhealthy: 1,
      overall_status: 'degraded',
    })
    await gateway.served.upstream.close()
    await gateway.call('POST', '/runtime/refresh')
    expect(await statusOf(gateway)).to.include({ status: 'degraded', status_label: 'Offline' })
  })

  it('counts requests and their failures, a repeated one once', async () => {
    await using gateway = await AdminGateway.start({ config: { resilience } })
    const { served } = gateway
    served.upstream.reply(
      { status: 503, body: errorBody('busy') },
      { body: chatCompletion() },
      { status: 400, body: errorBody('x'.repeat(300)) },
      { refuse: true },
      { refuse: true },
    )
    for (let i = 0; i < 3; i++) await served.chat()
    const { request_health: health } = await statusOf(gateway)
    expect(health).to.include({ window_seconds: 600, requests: 3, errors: 2, circuit_state: 'closed' })
    expect(health.models[0]).to.include({ model: 'gpt-test', requests: 3, errors: 2, flagged: false })
    expect(health.models[0].last_error.status_code).to.equal(502)
  })

  it('goes on counting when a provider is added or removed', async () => {
    await using upstream = await vendor()
    await using gateway = await AdminGateway.start({ config: { resilience } })
    const { served } = gateway
    const requests = async (name?: string) => (await statusOf(gateway, name)).request_health.requests
    served.upstream.always({ body: chatCompletion() })
    await served.chat()
    await add(gateway, localTo(upstream))
    await served.chat()
    expect(await calls(gateway)).to.equal(200)
    expect(await requests()).to.equal(2)
    expect(await requests('local')).to.equal(1)
    await removed(gateway, 'local')
    expect(await requests()).to.equal(2)
  })

  it('counts a stream that the provider broke', async () => {
    await using gateway = await AdminGateway.start({ config: { resilience } })
    gateway.served.upstream.reply({ chunks: sampleStream.slice(0, 2), cutAfter: 1e6 })
    await gateway.served.chat(helloStream)
    expect((await statusOf(gateway)).request_health).to.include({ requests: 1, errors: 1 })
  })

  it('calls a provider degraded whose requests fail, and lists no more than 25 models, the worst first', async () => {
    await using gateway = await AdminGateway.start({ config: { resilience: { retry: { max_retries: 0 }, circuit_breaker: { enabled: false } } } })
    gateway.served.upstream.always(({ body }) => (body.includes('"bad"') ? { status: 500, body: errorBody('down') } : { body: chatCompletion() }))
    for (let i = 0; i < 30; i++) await gateway.served.chat({ ...hello, model: `openai/m${i}` })
    for (let i = 0; i < 3; i++) await gateway.served.chat({ ...hello, model: 'openai/bad' })
    const {
      status_label: label,
      circuit_state: circuit,
      request_health: { models, requests },
    } = await statusOf(gateway)
    expect([label, circuit, models.length, requests, models[0].model]).to.deep.equal(['Degraded', undefined, 25, 33, 'bad'])
  })

  it('shows an open breaker, until it is reset', async () => {
    await using gateway = await AdminGateway.start({ config: { resilience: { retry: { max_retries: 0 }, circuit_breaker: { failure_threshold: 2 } } } })
    gateway.served.upstream.always({ status: 500, body: errorBody('down') })
    for (let i = 0; i < 3; i++) await gateway.served.chat()
    expect(await statusOf(gateway)).to.include({ status: 'degraded', status_label: 'Circuit Open', circuit_state: 'open' })
    expect((await statusOf(gateway)).request_health.requests).to.equal(2)
    expect((await gateway.call('POST', reset)).status).to.equal(204)
    expect((await statusOf(gateway)).circuit_state).to.equal('closed')
    gateway.served.upstream.always({ body: chatCompletion() })
    expect((await gateway.served.chat()).status).to.equal(200)
    expectRefusal(await gateway.call('POST', '/providers/nobody/circuit-breaker/reset'), 404, 'not_found')
  })

  it('counts no request whose caller left', async () => {
    await using gateway = await AdminGateway.start({ config: { resilience } })
    const leaving = new AbortController()
    gateway.served.upstream.always({ silent: true })
    const call = gateway.served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch(() => {})
    await gateway.served.upstream.received()
    leaving.abort()
    await call
    await gateway.served.completions.ended()
    expect((await statusOf(gateway)).request_health.requests).to.equal(0)
  })
})
