import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { expectError } from '../support/answer.ts'
import { priced } from '../support/recorded.ts'
import { Served } from '../support/serve.ts'
import { seed } from '../support/usage.ts'

const noon = { timestamp: Date.UTC(2026, 2, 10, 12) }
const march = '/v1/usage?start_date=2026-03-01&end_date=2026-03-31'

describe('usage-report', () => {
  let served: Served
  let bound: { id: string; value: string }
  let free: { id: string; value: string }
  before(async () => {
    served = await Served.start(priced)
    const make = async (facts: object) =>
      JSON.parse((await served.call('POST', '/admin/auth-keys', { name: 'a', ...facts })).body.toString()) as { id: string; value: string }
    bound = await make({ user_path: '/acme' })
    free = await make({})
    await seed(served, [
      { id: '1', ...noon, user_path: '/acme/a', auth_key_id: bound.id },
      { id: '2', ...noon, user_path: '/acme', auth_key_id: 'another' },
      { id: '3', ...noon, user_path: '/acme', cache_type: 'exact' },
      { id: '4', ...noon, user_path: '/other', auth_key_id: free.id },
      { id: '5', ...noon, user_path: '/third' },
      { id: '6', timestamp: Date.now(), user_path: '/acme' },
    ])
  })
  after(() => served.close())

  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await served.call('GET', path, undefined, headers)
    expect(answer.status, answer.body.toString()).to.equal(200)
    return JSON.parse(answer.body.toString()) as {
      user_path: string
      server_time: string
      usage: Record<string, unknown>
      budgets: unknown
      rate_limits: unknown
    }
  }

  it('tells a caller what was used for his path and below, what caches answered aside', async () => {
    const said = await ask(march, { authorization: `Bearer ${bound.value}`, 'x-tapline-user-path': '/other' })
    expect(said).to.deep.include({ user_path: '/acme', budgets: [], rate_limits: [] })
    expect(said.usage).to.include({ start_date: '2026-03-01', end_date: '2026-03-31', total_requests: 2, total_input_tokens: 20, total_output_tokens: 10 })
    expect(said.usage['total_cost']).to.be.a('number')
    expect(Date.parse(said.server_time)).to.be.closeTo(Date.now(), 60_000)
  })

  it('tells of the call that was answered just now', async () => {
    await using own = await Served.start({ ...priced, config: { ...priced.config, usage: { flush_interval: '1h' } } })
    own.upstream.always({ body: chatCompletion() })
    await own.chat()
    const { usage } = JSON.parse((await own.call('GET', '/v1/usage')).body.toString()) as { usage: Record<string, unknown> }
    expect(usage).to.include({ total_requests: 1 })
  })

  it('tells a key without a path what the key used, whatever path it names', async () => {
    expect((await ask(march, { authorization: `Bearer ${free.value}`, 'x-tapline-user-path': '/acme' })).usage).to.include({ total_requests: 1 })
  })

  it('tells the master key of everything, or of the path that it names', async () => {
    expect((await ask(march)).usage).to.include({ total_requests: 4 })
    expect((await ask(march, { 'x-tapline-user-path': '/third' })).usage).to.include({ total_requests: 1 })
  })

  it('tells of the last 30 days where none are named', async () => {
    expect((await ask('/v1/usage', { authorization: `Bearer ${bound.value}` })).usage).to.include({ total_requests: 1 })
  })

  const refused: readonly [string, string, string][] = [
    ['more than a year', 'days=366', 'days'],
    ['more than a year by dates', 'start_date=2025-01-01&end_date=2026-03-01', 'start_date'],
    ['no days', 'days=0', 'days'],
    ['days that are no number', 'days=1e9', 'days'],
    ['a day that is none', 'start_date=2026-02-30', 'start_date'],
    ['days that end before they begin', 'start_date=2026-03-02&end_date=2026-03-01', 'start_date'],
  ]
  for (const [what, query, param] of refused) {
    it(`refuses ${what}`, async () => expectError(await served.call('GET', `/v1/usage?${query}`), { code: 'invalid_value', param }))
  }

  it('asks for a credential', async () => {
    expectError(await served.call('GET', '/v1/usage', undefined, { authorization: 'Bearer wrong' }), { code: 'invalid_api_key' })
  })

  it('serves nothing below', async () => {
    expectError(await served.call('GET', '/v1/usage/log'), { code: 'unknown_url' })
  })

  it('has nothing to tell where nothing is recorded', async () => {
    await using off = await Served.start({ config: { usage: { enabled: false } } })
    expect(JSON.parse((await off.call('GET', '/v1/usage')).body.toString())).to.deep.include({ user_path: '/', usage: null })
  })
})
