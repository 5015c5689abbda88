/** Prices that administrators set, through the admin API. */

import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { add, removed } from '../../support/added-providers.ts'
import { AdminGateway } from '../../support/admin.ts'
import { describeRoutes, expectRefusal, type Malformed } from '../../support/admin-routes.ts'
import { hello } from '../../support/serve.ts'

const config = {
  providers: {
    openai: { models: ['gpt-4o', 'gpt-test'] },
    'openai-eu': { type: 'openai', models: ['gpt-4o', { id: 'house', metadata: { pricing: { input_per_mtok: 7, output_per_mtok: 8 } } }] },
  },
}
const env = { OPENAI_MODELS: '', OPENAI_EU_API_KEY: 'sk-eu', CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist' }
const start = () => AdminGateway.start({ config, env })

const path = '/model-pricing-overrides'
const override = { selector: 'openai/gpt-4o', pricing: { input_per_mtok: 2.5 } }
const window = { label: 'night', utc_ranges: [{ days: ['sat', 0], start: '22:00', end: '06:00' }], pricing: { input_per_mtok: 1 } }

const wrong: readonly Malformed[] = [
  { name: 'prices that name none', body: { ...override, pricing: {} }, param: 'pricing' },
  { name: 'a currency alone', body: { ...override, pricing: { currency: 'USD' } }, param: 'pricing' },
  { name: 'tiers that are none', body: { ...override, pricing: { tiers: [] } }, param: 'pricing' },
  { name: 'hours that are none', body: { ...override, pricing: { time_windows: [], currency: 'USD' } }, param: 'pricing' },
  {
    name: 'a tier without a price',
    body: { ...override, pricing: { input_per_mtok: 1, tiers: [{ up_to_tokens: 9, input_per_mtok: 1 }, { up_to_tokens: 10 }] } },
    param: 'pricing.tiers.1',
  },
  {
    name: 'a tier with two limits',
    body: { ...override, pricing: { tiers: [{ up_to_tokens: 9, up_to_mtok: 1, input_per_mtok: 1 }] } },
    param: 'pricing.tiers.0.up_to_mtok',
  },
  { name: 'two tiers without a limit', body: { ...override, pricing: { tiers: [{ input_per_mtok: 1 }, { input_per_mtok: 2 }] } }, param: 'pricing.tiers.1' },
  {
    name: 'two tiers of one length',
    body: {
      ...override,
      pricing: {
        tiers: [
          { up_to_tokens: 200_000, input_per_mtok: 1 },
          { up_to_mtok: 0.2, input_per_mtok: 2 },
        ],
      },
    },
    param: 'pricing.tiers.1',
  },
  { name: 'another currency', body: { ...override, pricing: { input_per_mtok: 1, currency: 'EUR' } }, param: 'pricing.currency' },
  { name: 'a negative price', body: { ...override, pricing: { input_per_mtok: -1 } }, param: 'pricing.input_per_mtok' },
  { name: 'a price that is a text', body: { ...override, pricing: { input_per_mtok: '1' } }, code: 'invalid_type', param: 'pricing.input_per_mtok' },
  {
    name: 'a price that nobody knows',
    body: { ...override, pricing: { input_per_smile: 1 } },
    code: 'unsupported_parameter',
    param: 'pricing.input_per_smile',
  },
  {
    name: 'a time that is none',
    body: { ...override, pricing: { time_windows: [{ ...window, utc_ranges: [{ start: '25:00', end: '06:00' }] }] } },
    param: 'pricing.time_windows.0.utc_ranges.0.start',
  },
  {
    name: 'a day that is none',
    body: { ...override, pricing: { time_windows: [{ ...window, utc_ranges: [{ days: ['payday'], start: '22:00', end: '06:00' }] }] } },
    param: 'pricing.time_windows.0.utc_ranges.0.days.0',
  },
  { name: 'everything of a provider that is not there', body: { ...override, selector: 'nobody/*' }, param: 'selector' },
  { name: 'a selector of blanks', body: { ...override, selector: ' ' }, param: 'selector' },
  { name: 'a selector that is too long', body: { ...override, selector: 'x'.repeat(257) }, param: 'selector' },
  { name: 'no prices', body: { selector: 'gpt-4o' }, code: 'missing_required_parameter', param: 'pricing' },
]

const put = (gateway: AdminGateway, selector = override.selector, pricing: object = override.pricing) =>
  gateway.call('PUT', path, { body: { selector, pricing } })

describeRoutes(
  [
    {
      method: 'GET',
      path,
      scope: 'global',
      prepare: gateway => put(gateway),
      malformed: [{ name: 'an unknown parameter', path: `${path}?x=1`, code: 'unsupported_parameter', param: 'x' }],
    },
    { method: 'PUT', path, scope: 'global', body: override, malformed: wrong },
    {
      method: 'DELETE',
      path,
      scope: 'global',
      body: { selector: override.selector },
      status: 204,
      prepare: gateway => put(gateway),
      malformed: [{ name: 'an unknown member', body: { selector: 'x', force: true }, code: 'unsupported_parameter', param: 'force' }],
    },
  ],
  { config, env },
)

describe('the prices that administrators set', () => {
  it('are shown as they are stored, with what their selectors mean', async () => {
    await using gateway = await start()
    for (const selector of ['OPENAI/gpt-4o', 'openai/*', 'meta-llama/Llama-3', '*'])
      expect((await put(gateway, selector, { input_per_mtok: 1, tiers: [{ up_to_mtok: 0.2, input_per_mtok: 2 }], time_windows: [window] })).status).to.equal(
        200,
      )
    const { json } = await gateway.call('GET', path)
    expect(json.map(({ selector, scope_kind: kind }: { selector: string; scope_kind: string }) => [selector, kind])).to.deep.equal([
      ['/', 'global'],
      ['meta-llama/Llama-3', 'model'],
      ['openai/', 'provider'],
      ['openai/gpt-4o', 'exact'],
    ])
    expect(json[0].pricing.time_windows).to.deep.equal([window])
  })

  it('may take the prices by length or hour of other sources away', async () => {
    await using gateway = await start()
    expect((await put(gateway, 'gpt-4o', { input_per_mtok: 1, tiers: [], time_windows: [] })).status).to.equal(200)
  })

  it('keep when they were made, and say when they were changed', async () => {
    await using gateway = await start()
    const { json: first } = await put(gateway)
    const { json: second } = await put(gateway, override.selector, { output_per_mtok: 3 })
    expect(second).to.deep.include({ created_at: first.created_at, pricing: { output_per_mtok: 3 } })
    expect(Date.parse(second.updated_at)).to.be.at.least(Date.parse(first.updated_at))
  })

  it('hold at once, and no longer when they are taken back', async () => {
    await using gateway = await start()
    const priced = async () => (await gateway.call('GET', '/models')).json.find(({ selector }: { selector: string }) => selector === 'openai/gpt-4o')
    await put(gateway, override.selector, { input_per_mtok: 77 })
    expect(await priced()).to.nested.include({
      'pricing.input_per_mtok': 77,
      'pricing.output_per_mtok': 10,
      'pricing_sources.input_per_mtok': 'override',
      'pricing_sources.output_per_mtok': 'catalogue',
    })
    await gateway.call('DELETE', path, { body: { selector: override.selector } })
    expect(await priced()).to.nested.include({ 'pricing.input_per_mtok': 2.5, 'pricing_sources.input_per_mtok': 'catalogue' })
  })

  it('are not written over by who read something older', async () => {
    await using gateway = await start()
    const { headers } = await put(gateway)
    await put(gateway, override.selector, { input_per_mtok: 3 })
    expectRefusal(await gateway.call('PUT', path, { body: override, headers: { 'if-match': headers['etag'] ?? '' } }), 412, 'precondition_failed')
  })

  it('cannot be taken back where there are none', async () => {
    await using gateway = await start()
    expectRefusal(await gateway.call('DELETE', path, { body: { selector: 'gpt-4o' } }), 404, 'not_found')
  })
})

describe('the prices of a provider that is gone', () => {
  let gateway: AdminGateway
  let upstream: ScriptedUpstream
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start({ models: ['large', 'gone/large'] })
    upstream.always({ body: chatCompletion({ usage: { prompt_tokens: 1_000_000, completion_tokens: 0 } }) })
    const other = {
      type: 'openai-compatible',
      api_key: 'k',
      base_url: upstream.url,
      models: [{ id: 'gone/large', metadata: { pricing: { input_per_mtok: 1 } } }],
    }
    gateway = await AdminGateway.start({ config: { providers: { other } } })
    await add(gateway, provider())
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
    await upstream.close()
  })

  const provider = (more: object = {}) => ({ name: 'gone', type: 'openai-compatible', base_url: upstream.url, models: ['large'], api_keys: ['k'], ...more })
  const costOf = async (model: string) => {
    await gateway.served.chat({ ...hello, model })
    return (await gateway.call('GET', '/usage/log?limit=1')).json.entries[0].input_cost
  }
  const recalculate = (more: object = {}) => gateway.call('POST', '/usage/recalculate-pricing', { body: { confirmation: 'recalculate', ...more } })
  const listed = async () =>
    (await gateway.call('GET', path)).json.map(({ selector, scope_kind: kind }: { readonly selector: string; readonly scope_kind: string }) => [selector, kind])

  const ends: readonly [how: string, () => Promise<unknown>][] = [
    ['removed', () => removed(gateway, 'gone')],
    ['switched off', () => add(gateway, provider({ enabled: false }))],
  ]
  for (const [how, end] of ends) {
    for (const selector of ['gone/large', 'gone/*']) {
      it(`stay those of its records, and become nobody else's: ${selector}, ${how}`, async () => {
        await put(gateway, selector, { input_per_mtok: 7, output_per_mtok: 0 })
        expect(await costOf('gone/large')).to.equal(7)
        const before = await listed()
        await end()
        expect(await listed()).to.deep.equal(before)
        expect((await recalculate()).json).to.include({ matched: 1, with_pricing: 1 })
        expect((await gateway.call('GET', '/usage/summary')).json.total_cost).to.equal(7)
        expect(await costOf('other/gone/large')).to.equal(1)
      })
    }
  }

  it('stay those of its records however these spell the model', async () => {
    await add(gateway, provider({ name: 'ollama', type: 'ollama', models: ['llama3:latest'] }))
    await put(gateway, 'ollama/llama3', { input_per_mtok: 7, output_per_mtok: 0 })
    expect(await costOf('ollama/llama3:latest')).to.equal(7)
    await removed(gateway, 'ollama')
    expect((await recalculate({ selector: 'ollama/llama3' })).json).to.include({ matched: 1, with_pricing: 1 })
    expect((await gateway.call('GET', '/usage/summary')).json.total_cost).to.equal(7)
  })

  it('can be changed and removed, in any spelling', async () => {
    for (const selector of ['gone/large', 'gone/*']) await put(gateway, selector, { input_per_mtok: 7 })
    await removed(gateway, 'gone')
    expect((await put(gateway, 'GONE/large', { input_per_mtok: 8 })).json).to.include({ selector: 'gone/large', scope_kind: 'exact' })
    expect((await put(gateway, 'gone/*', { input_per_mtok: 8 })).json).to.include({ selector: 'gone/', scope_kind: 'provider' })
    for (const selector of ['gone/*', 'gone/large']) expect((await gateway.call('DELETE', path, { body: { selector } })).status, selector).to.equal(204)
    expect(await listed()).to.deep.equal([])
    expectRefusal(await put(gateway, 'gone/*', { input_per_mtok: 8 }), 400, 'invalid_value', 'selector')
  })

  it('are told from those of an id that begins with its name, also when it comes back', async () => {
    await removed(gateway, 'gone')
    expect((await put(gateway, 'GONE/large', { input_per_mtok: 9 })).json).to.include({ selector: 'GONE/large', scope_kind: 'model' })
    await add(gateway, provider())
    expect(await listed()).to.deep.equal([['GONE/large', 'model']])
    expect((await put(gateway, 'gone/large', { input_per_mtok: 7 })).json).to.include({ scope_kind: 'exact' })
    expect((await gateway.call('DELETE', path, { body: { selector: 'GONE/large' } })).status).to.equal(204)
    expect(await listed()).to.deep.equal([['gone/large', 'exact']])
  })
})
