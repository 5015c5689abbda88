import Anthropic, { InternalServerError } from '@anthropic-ai/sdk'
import { expect } from 'chai'
import type { Clock } from '../../../core/index.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Audited } from '../../support/audit.ts'
import { expectError } from '../../support/answer.ts'
import { configuration, hello, helloStream, masterKey, Served } from '../../support/serve.ts'
import { until } from '../../support/until.ts'

/** Two may be in progress. */
const two = { load_shed: { max_in_flight: 2 }, metrics: { enabled: true } }

describe('load-shed in the gateway', () => {
  let served: Served
  let held: Gate
  let running: Promise<unknown>[]

  const start = async (config: Readonly<Record<string, unknown>> = two, env: Readonly<Record<string, string>> = {}) => {
    held = new Gate()
    running = []
    served = await Served.start({ config, env })
    served.upstream.always({ body: chatCompletion(), gates: { beforeHeaders: held } })
  }
  /** Calls that wait at the provider. */
  const occupy = async (count: number, body: object = hello) => {
    for (let i = 0; i < count; i++) running.push(served.chat(body))
    await served.upstream.received(count)
  }
  afterEach(async () => {
    held.open()
    await Promise.all(running)
    await served.close()
  })

  const refusals: readonly (readonly [string, string, object])[] = [
    ['/v1/chat/completions', 'POST', hello],
    ['/v1/chat/completions', 'POST', helloStream],
    ['/v1/embeddings', 'POST', { model: 'gpt-test', input: 'a' }],
    ['/v1/responses', 'POST', { model: 'gpt-test', input: 'a' }],
    ['/p/openai/models', 'POST', {}],
    ['/v1/batches', 'POST', {}],
    ['/v1/conversations', 'POST', {}],
  ]
  it('turns further model requests away, with 503 and the time to come back', async () => {
    await start()
    await occupy(2)
    for (const [path, method, body] of refusals) {
      const answer = await served.call(method, path, body)
      expectError(answer, { code: 'overloaded', status: 503, type: 'provider_error' })
      expect(answer.headers['retry-after'], path).to.equal('1')
    }
  })

  it('speaks the dialect of the caller', async () => {
    await start()
    await occupy(2)
    const client = new Anthropic({ baseURL: served.url, apiKey: masterKey, maxRetries: 0 })
    const refused = await client.messages
      .create({ model: 'gpt-test', max_tokens: 1, messages: [{ role: 'user', content: 'a' }] })
      .catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(InternalServerError)
    expect((refused as { error: object }).error).to.nested.include({ 'error.type': 'overloaded_error' })
  })

  it('looks at nothing but the credential before', async () => {
    await start()
    await occupy(2)
    expectError(await served.chat('{"not json'), { code: 'overloaded' })
    expectError(await served.chat(hello, { 'x-tapline-user-path': '/../a' }), { code: 'overloaded' })
    expectError(await served.chat(hello, { authorization: 'Bearer wrong' }), { code: 'invalid_api_key' })
  })

  for (const path of ['/health', '/health/ready', '/metrics', '/admin/providers/status', '/v1/models', '/version']) {
    it(`answers ${path} as ever`, async () => {
      await start()
      await occupy(2)
      expect((await served.call('GET', path)).status).to.equal(200)
    })
  }

  it('counts what it turned away, and lets in again what has room', async () => {
    await start()
    await occupy(2)
    await served.chat()
    await served.chat()
    expect((await served.call('GET', '/metrics')).body.toString()).to.include('tapline_shed_total{reason="in_flight"} 2')
    held.open()
    await Promise.all(running)
    expect((await served.chat()).status).to.equal(200)
  })

  const endings: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['refused for its credential', () => served.chat(hello, { authorization: 'Bearer wrong' })],
    ['refused for its body', () => served.chat('{')],
    ['refused for its model', () => served.chat({ ...hello, model: 'nobody' })],
    [
      'whose caller left',
      async () => {
        const leaving = new AbortController()
        const call = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch(() => undefined)
        await served.upstream.received(1)
        leaving.abort()
        await call
        await until(() => served.gateway.gateway.current.inFlight === 0)
      },
    ],
  ]
  for (const [what, happen] of endings) {
    it(`is not worn by a request ${what}`, async () => {
      await start()
      for (let i = 0; i < 3; i++) await happen()
      held.open()
      expect((await Promise.all([served.chat(), served.chat()])).map(({ status }) => status)).to.deep.equal([200, 200])
    })
  }

  it('counts what began before a reload', async () => {
    await start()
    await occupy(2)
    await served.gateway.configure(configuration({ ...two, providers: { demo: { type: 'demo' } } }, served.completions))
    expect(await served.gateway.gateway.reload()).to.equal(true)
    expectError(await served.chat(), { code: 'overloaded' })
  })

  it('turns away while calls wait for a connection to one provider', async () => {
    await start({ http: { max_connections_per_origin: 1 }, load_shed: { max_queue_per_origin: 1 } })
    await occupy(1)
    running.push(served.chat())
    await until(() => [...served.gateway.gateway.current.providers.values()].some(({ queued }) => queued === 1))
    expectError(await served.chat(), { code: 'overloaded' })
  })

  it('takes its limits from the environment', async () => {
    await start({}, { LOAD_SHED_MAX_IN_FLIGHT: '1' })
    await occupy(1)
    expectError(await served.chat(), { code: 'overloaded' })
  })
})

describe('load-shed and the clock', () => {
  it('turns away while the event loop is late, and lets in again when it was not for five seconds', async () => {
    const clock = new TurnedClock()
    let lateMs = 0
    const late: Clock = { now: () => clock.now(), elapsed: () => clock.elapsed(), after: (ms, callback) => clock.after(ms === 20 ? ms + lateMs : ms, callback) }
    await using served = await Served.start({ clock: late, config: { load_shed: { event_loop_delay: '100ms' } } })
    served.upstream.always({ body: chatCompletion() })
    lateMs = 150
    clock.advance(1000)
    expectError(await served.chat(), { code: 'overloaded' })
    lateMs = 0
    clock.advance(5500)
    expect((await served.chat()).status).to.equal(200)
  })
})

describe('load-shed and the audit log', () => {
  it('writes ten rows a second of what was turned away', async () => {
    const clock = new TurnedClock()
    await using audited = await Audited.start({ clock, config: { load_shed: { max_in_flight: 1 } } })
    const held = new Gate()
    audited.served.upstream.always({ body: chatCompletion(), gates: { beforeHeaders: held } })
    const running = audited.served.chat()
    await audited.served.upstream.received(1)
    for (let i = 0; i < 15; i++) expectError(await audited.served.chat(), { code: 'overloaded' })
    clock.advance(1000)
    await audited.served.chat()
    held.open()
    await running
    clock.advance(5000)
    const rows = await audited.rows(12)
    expect(rows.filter(row => row.status_code === 503)).to.have.length(11)
  })
})
