import { expect } from 'chai'
import { AdminGateway } from '../support/admin.ts'
import { describeRoutes, expectRefusal, type Malformed } from '../support/admin-routes.ts'

const config = {
  providers: {
    openai: { models: ['gpt-4o', 'text-embedding-3-small', { id: 'unheard-of', metadata: { display_name: 'Ours' } }] },
    local: {
      type: 'vllm',
      base_url: 'http://127.0.0.1:1',
      models: ['flux', { id: 'whisper-1', metadata: { modes: ['transcription'] } }, { id: 'ranker', metadata: { modes: ['rerank'] } }],
    },
  },
}
const env = { OPENAI_MODELS: '', CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist' }
const start = () => AdminGateway.start({ config, env })

const flux = { selector: 'local/flux', metadata: { categories: ['image'], capabilities: { vision: true }, context_window: 4096 } }

const wrongOverrides: readonly Malformed[] = [
  { name: 'metadata that says nothing', body: { ...flux, metadata: {} }, param: 'metadata' },
  {
    name: 'a capability that nobody knows',
    body: { ...flux, metadata: { capabilities: { telepathy: true } } },
    code: 'unsupported_parameter',
    param: 'metadata.capabilities.telepathy',
  },
  { name: 'a category that nobody knows', body: { ...flux, metadata: { categories: ['smell'] } }, param: 'metadata.categories.0' },
  { name: 'a window of nothing', body: { ...flux, metadata: { context_window: 0 } }, param: 'metadata.context_window' },
  { name: 'everything of a provider that is not there', body: { ...flux, selector: 'nobody/*' }, param: 'selector' },
  { name: 'a selector of blanks', body: { ...flux, selector: ' ' }, param: 'selector' },
  { name: 'a selector that is too long', body: { ...flux, selector: 'x'.repeat(257) }, param: 'selector' },
  { name: 'no selector', body: { metadata: flux.metadata }, code: 'missing_required_parameter', param: 'selector' },
]

describeRoutes(
  [
    {
      method: 'GET',
      path: '/models?category=embedding',
      scope: 'subtree',
      malformed: [{ name: 'a category that nobody knows', path: '/models?category=smell', param: 'category' }],
    },
    {
      method: 'GET',
      path: '/models/categories',
      scope: 'subtree',
      malformed: [{ name: 'an unknown parameter', path: '/models/categories?x=1', code: 'unsupported_parameter', param: 'x' }],
    },
    {
      method: 'GET',
      path: '/model-metadata-overrides',
      scope: 'global',
      prepare: gateway => gateway.call('PUT', '/model-metadata-overrides', { body: flux }),
      malformed: [{ name: 'an unknown parameter', path: '/model-metadata-overrides?x=1', code: 'unsupported_parameter', param: 'x' }],
    },
    { method: 'PUT', path: '/model-metadata-overrides', scope: 'global', body: flux, malformed: wrongOverrides },
    {
      method: 'DELETE',
      path: '/model-metadata-overrides',
      scope: 'global',
      body: { selector: flux.selector },
      status: 204,
      prepare: gateway => gateway.call('PUT', '/model-metadata-overrides', { body: flux }),
      malformed: [{ name: 'an unknown member', body: { selector: 'x', force: true }, code: 'unsupported_parameter', param: 'force' }],
    },
  ],
  { config, env },
)

describe('the models that administrators see', () => {
  it('are those of every provider, with what is known of them', async () => {
    await using gateway = await start()
    const { json } = await gateway.call('GET', '/models')
    expect(json.map(({ selector }: { selector: string }) => selector)).to.include.members([
      'openai/gpt-4o',
      'openai/unheard-of',
      'local/flux',
      'local/whisper-1',
    ])
    expect(json.find(({ selector }: { selector: string }) => selector === 'openai/unheard-of'))
      .to.deep.include({ provider_name: 'openai', provider_type: 'openai', stale: false, access: { enabled: true, policy: null, user_paths: [], groups: [] } })
      .and.nested.include({ 'model.id': 'unheard-of', 'model.metadata.display_name': 'Ours' })
  })

  it('come with their prices, and where those are from', async () => {
    await using gateway = await start()
    const { json } = await gateway.call('GET', '/models')
    const of = (wanted: string) => json.find(({ selector }: { selector: string }) => selector === wanted)
    expect(of('openai/gpt-4o').pricing).to.have.property('output_per_mtok', 10)
    expect(of('openai/gpt-4o').pricing_sources).to.have.property('output_per_mtok', 'catalogue')
    expect(of('local/flux')).to.deep.include({ pricing: {}, pricing_sources: {} })
  })

  it('are counted by what they are for', async () => {
    await using gateway = await start()
    const { json } = await gateway.call('GET', '/models/categories')
    expect(Object.fromEntries(json.map(({ category, count }: { category: string; count: number }) => [category, count]))).to.deep.equal({
      all: 6,
      text_generation: 3,
      embedding: 1,
      image: 0,
      audio: 1,
      video: 0,
      utility: 1,
    })
  })
})

describe('what administrators say of models', () => {
  const metadataOf = async (gateway: AdminGateway, wanted: string) =>
    (await gateway.call('GET', '/models')).json.find(({ selector }: { selector: string }) => selector === wanted).model.metadata

  it('counts over what else is known, and moves a model to its category', async () => {
    await using gateway = await start()
    const { json } = await gateway.call('PUT', '/model-metadata-overrides', { body: flux })
    expect(json).to.deep.include({ ...flux, scope_kind: 'exact' })
    expect((await gateway.call('GET', '/models?category=image')).json.map(({ selector }: { selector: string }) => selector)).to.deep.equal(['local/flux'])
    expect(await metadataOf(gateway, 'local/flux')).to.deep.include({ context_window: 4096, capabilities: { vision: true } })
    const listed = JSON.parse((await gateway.served.call('GET', '/v1/models/local/flux')).body.toString()) as { metadata: object }
    expect(listed.metadata).to.deep.include({ context_window: 4096 })
  })

  it('counts the more the more it says', async () => {
    await using gateway = await start()
    for (const [selector, name] of [
      ['local/flux', 'exact'],
      ['*', 'global'],
      ['local/*', 'provider'],
      ['flux', 'model'],
    ])
      await gateway.call('PUT', '/model-metadata-overrides', { body: { selector, metadata: { display_name: name } } })
    expect(
      [await metadataOf(gateway, 'local/flux'), await metadataOf(gateway, 'local/ranker'), await metadataOf(gateway, 'openai/gpt-4o')].map(
        ({ display_name: name }) => name as string,
      ),
    ).to.deep.equal(['exact', 'provider', 'global'])
  })

  it('is told once for all spellings of a selector', async () => {
    await using gateway = await start()
    const first = await gateway.call('PUT', '/model-metadata-overrides', { body: { ...flux, selector: 'LOCAL/flux' } })
    const second = await gateway.call('PUT', '/model-metadata-overrides', { body: flux })
    expect(second.json.created_at).to.equal(first.json.created_at)
    expect((await gateway.call('GET', '/model-metadata-overrides')).json).to.have.lengthOf(1)
  })

  it('is written only over what the caller saw', async () => {
    await using gateway = await start()
    const { headers } = await gateway.call('PUT', '/model-metadata-overrides', { body: flux })
    await gateway.call('PUT', '/model-metadata-overrides', { body: { ...flux, metadata: { context_window: 1 } } })
    expectRefusal(
      await gateway.call('PUT', '/model-metadata-overrides', { body: flux, headers: { 'if-match': headers['etag'] as string } }),
      412,
      'precondition_failed',
    )
  })

  it('is gone once it is taken back', async () => {
    await using gateway = await start()
    await gateway.call('PUT', '/model-metadata-overrides', { body: flux })
    expect((await gateway.call('DELETE', '/model-metadata-overrides', { body: { selector: flux.selector } })).status).to.equal(204)
    expect((await metadataOf(gateway, 'local/flux'))?.context_window).to.equal(undefined)
    expectRefusal(await gateway.call('DELETE', '/model-metadata-overrides', { body: { selector: flux.selector } }), 404, 'not_found')
  })
})

describe('POST /admin/runtime/refresh of models', () => {
  it('asks every provider, and says how many models there are', async () => {
    await using gateway = await start()
    const { json } = await gateway.call('POST', '/runtime/refresh')
    expect(json).to.include({ status: 'ok', model_count: 6, provider_count: 2 })
  })

  it('says which part failed, and goes on', async () => {
    await using gateway = await AdminGateway.start({
      config: { providers: { openai: { models: ['gpt-4o'] }, gone: { type: 'vllm', base_url: 'http://127.0.0.1:1' } } },
      env: { CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist' },
    })
    const { json } = await gateway.call('POST', '/runtime/refresh')
    expect(json.status).to.equal('partial')
    expect(json.steps.find(({ name }: { name: string }) => name === 'providers').status).to.equal('partial')
  })
})
