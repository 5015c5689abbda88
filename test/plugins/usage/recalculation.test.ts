import { expect } from 'chai'
import { AdminGateway } from '../../support/admin.ts'
import { expectRefusal } from '../../support/admin-routes.ts'
import { priced } from '../../support/recorded.ts'
import { seed } from '../../support/usage.ts'

const march = { start_date: '2026-03-01', end_date: '2026-03-31' }
const noon = { timestamp: Date.UTC(2026, 2, 10, 12) }
const confirmed = { confirmation: 'recalculate', ...march }

describe('recalculating prices', () => {
  let gateway: AdminGateway
  beforeEach(async () => {
    gateway = await AdminGateway.start(priced)
  })
  afterEach(() => gateway[Symbol.asyncDispose]())

  const recalculate = async (more: object = {}) => (await gateway.call('POST', '/usage/recalculate-pricing', { body: { ...confirmed, ...more } })).json
  const entries = async () =>
    (await gateway.call('GET', '/usage/log?start_date=2026-03-01&end_date=2026-03-31&cache_mode=all')).json.entries as readonly {
      id: string
      total_cost: number | null
      cost_source: string | null
      costs_calculation_caveat: string | null
      input_tokens: number
    }[]
  const price = async (pricing: object) => {
    const answer = await gateway.call('PUT', '/model-pricing-overrides', { body: { selector: 'openai/gpt-test', pricing } })
    expect(answer.status, answer.text).to.be.oneOf([200, 201])
  }

  it('applies the prices that hold now, and says how many records have one', async () => {
    await seed(gateway.served, [
      { id: '1', ...noon },
      { id: '2', ...noon, model: 'gpt-free' },
      { id: '3', ...noon, cache_type: 'exact' },
    ])
    await price({ input_per_mtok: 100, output_per_mtok: 0 })
    expect(await recalculate()).to.deep.equal({ status: 'ok', matched: 3, recalculated: 3, with_pricing: 2, without_pricing: 1 })
    const costs = Object.fromEntries((await entries()).map(({ id, total_cost: cost }) => [id, cost]))
    expect(costs).to.deep.equal({ 1: 0.001, 2: null, 3: 0.001 })
    expect((await entries()).every(({ input_tokens: tokens }) => tokens === 10)).to.equal(true)
  })

  it('clears costs that no price stands for any more, keeps estimates marked, and brings the sums along', async () => {
    const kept = { ...noon, model: 'gpt-gone' }
    await seed(gateway.served, [
      { id: '1', ...kept },
      { id: '2', ...kept, estimated: true },
    ])
    expect(await recalculate()).to.include({ with_pricing: 0, without_pricing: 2 })
    expect(
      (await entries()).map(({ id, total_cost: cost, cost_source: source, costs_calculation_caveat: caveat }) => ({ id, cost, source, caveat })),
    ).to.have.deep.members([
      { id: '1', cost: null, source: null, caveat: null },
      { id: '2', cost: null, source: null, caveat: 'estimated usage' },
    ])
    const { json } = await gateway.call('GET', '/usage/summary?start_date=2026-03-01&end_date=2026-03-31')
    expect(json).to.include({ total_requests: 2, total_cost: null })
  })

  it('prices calls as such only where they were answered, as when they were recorded', async () => {
    await price({ per_request: 0.5, input_per_mtok: 0, output_per_mtok: 0 })
    const unanswered = { ...noon, input_tokens: null, output_tokens: null, total_tokens: null }
    await seed(gateway.served, [
      { id: '1', ...noon },
      { id: '2', ...unanswered, status: 'error' },
      { id: '3', ...unanswered, endpoint: '/v1/responses' },
    ])
    const costs = async () => Object.fromEntries((await entries()).map(({ id, total_cost: cost }) => [id, cost]))
    const before = await costs()
    expect(before).to.deep.equal({ 1: 0.5, 2: null, 3: null })
    await recalculate()
    expect(await costs()).to.deep.equal(before)
  })

  it('may be repeated', async () => {
    await seed(gateway.served, [{ id: '1', ...noon }])
    await recalculate()
    const before = await entries()
    expect(await recalculate()).to.include({ recalculated: 1 })
    expect(await entries()).to.deep.equal(before)
  })

  const filters: readonly [string, object, number][] = [
    ['days', { start_date: '2026-03-11' }, 1],
    ['a path', { user_path: '/acme' }, 1],
    ['a model', { model: 'gpt-free' }, 1],
    ['a provider', { provider: 'claude' }, 1],
    ['a label', { label: 'blue' }, 1],
    ['a selector of a model', { selector: 'gpt-free' }, 1],
    ["a selector of an instance's model", { selector: 'openai/gpt-test' }, 2],
    ['a selector of an instance', { selector: 'openai/' }, 3],
    ['a selector and the same model', { selector: 'openai/', model: 'gpt-free' }, 1],
    ['a selector and another model', { selector: 'openai/gpt-test', model: 'gpt-free' }, 0],
    ['a selector and another provider', { selector: 'openai/', provider: 'claude' }, 0],
    ['a selector and its provider', { selector: 'gpt-free', provider: 'openai' }, 1],
    ['a selector of an instance that is gone', { selector: 'claude/' }, 1],
    ["a selector of such an instance's model, in another case", { selector: 'CLAUDE/claude-x' }, 1],
    ['a selector of a model that nobody called', { selector: 'meta/llama' }, 0],
    ['a selector of everything', { selector: '/' }, 4],
    ['nothing', {}, 4],
  ]
  it('leaves records alone that the filters do not find', async () => {
    await seed(gateway.served, [
      { id: '1', ...noon, user_path: '/acme/a' },
      { id: '2', ...noon, model: 'gpt-free', labels: ['blue'] },
      { id: '3', timestamp: noon.timestamp + 86_400_000 },
      { id: '4', ...noon, provider: 'anthropic', provider_name: 'claude', model: 'claude-x' },
    ])
    for (const [what, filter, matched] of filters) expect(await recalculate(filter), what).to.include({ matched })
  })

  it('finds the records that a price of the same selector is for, however their model is spelled', async () => {
    const providers = { local: { type: 'ollama', base_url: '${OPENAI_BASE_URL}', models: ['llama3:latest'] } }
    await using spelled = await AdminGateway.start({ config: { providers } })
    const local = { ...noon, provider: 'ollama', provider_name: 'local' }
    await seed(spelled.served, [
      { id: '1', ...local, model: 'llama3' },
      { id: '2', ...local, model: 'llama3:latest' },
      { id: '3', ...local, model: 'llama3:70b' },
      { id: '4', ...noon, model: 'llama3:latest' },
    ])
    await spelled.call('PUT', '/model-pricing-overrides', { body: { selector: 'local/llama3', pricing: { input_per_mtok: 100, output_per_mtok: 0 } } })
    for (const [selector, matched, priced] of [
      ['local/llama3', 2, 2],
      ['LOCAL/llama3:latest', 2, 2],
      ['llama3', 2, 2],
      ['llama3:latest', 3, 2],
    ] as const) {
      const { json } = await spelled.call('POST', '/usage/recalculate-pricing', { body: { ...confirmed, selector } })
      expect(json, selector).to.include({ matched, with_pricing: priced })
    }
  })

  it('says what is wrong with a call also while it is switched off', async () => {
    await using off = await AdminGateway.start({ config: { usage: { pricing_recalculation_enabled: false } } })
    const refused = (more: object) => off.call('POST', '/usage/recalculate-pricing', { body: { ...confirmed, ...more } })
    expectRefusal(await refused({ end_date: '2026-02-01' }), 400, 'invalid_value', 'start_date')
    expectRefusal(await refused({ selector: 'nobody/' }), 400, 'invalid_value', 'selector')
    expectRefusal(await refused({}), 503, 'feature_unavailable')
  })

  it('goes on page by page', async () => {
    await seed(
      gateway.served,
      Array.from({ length: 1203 }, (_, i) => ({ id: String(i), ...noon, request_id: 'one' })),
    )
    await price({ input_per_mtok: 100, output_per_mtok: 0 })
    const answer = await recalculate()
    expect(answer.with_pricing).to.equal(answer.matched)
    expect(answer.matched).to.equal(1203)
  })

  it('runs once at a time', async () => {
    await seed(
      gateway.served,
      Array.from({ length: 600 }, (_, i) => ({ id: String(i), ...noon })),
    )
    const answers = await Promise.all([1, 2, 3].map(() => gateway.call('POST', '/usage/recalculate-pricing', { body: confirmed })))
    const statuses = answers.map(({ status }) => status)
    expect(statuses).to.include(200)
    expect(statuses.filter(status => status === 409).length).to.be.at.least(1)
    expect(answers.find(({ status }) => status === 409)?.json.error.code).to.equal('conflict')
  })
})
