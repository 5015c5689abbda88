import { expect } from 'chai'
import { AdminGateway } from '../../../support/admin.ts'
import { describeRoutes, expectRefusal, type Malformed } from '../../../support/admin-routes.ts'
import { masterKey } from '../../../support/serve.ts'

const env = { OPENAI_MODELS: 'a,b,c' }
const config = {
  virtual_models: [
    { source: 'ours', target: 'a' },
    { source: 'theirs', target: 'kept' },
    { source: 'kept', strategy: 'failover', targets: [{ provider: 'openai', model: 'a' }, { model: 'b' }] },
  ],
}
const smart = { source: 'smart', targets: [{ provider: 'openai', model: 'a', weight: 2 }, { model: 'b' }] }
const policy = { source: 'openai/a', user_paths: ['/team'] }
const make = (body: object) => async (gateway: AdminGateway) => await gateway.call('PUT', '/virtual-models', { body })
const unknown = (path: string): Malformed => ({ name: 'an unknown parameter', path: `${path}?x=1`, code: 'unsupported_parameter', param: 'x' })

const wrong: readonly Malformed[] = [
  { name: 'no source', body: { targets: smart.targets }, code: 'missing_required_parameter', param: 'source' },
  { name: 'a source of blanks', body: { ...smart, source: ' ' }, param: 'source' },
  { name: 'an unknown member', body: { ...smart, sticky: true }, code: 'unsupported_parameter', param: 'sticky' },
  { name: 'an unknown provider', body: { ...smart, targets: [{ model: 'a' }, { provider: 'nobody', model: 'a' }] }, param: 'targets.1.provider' },
  { name: 'a model that nobody has', body: { ...smart, targets: [{ model: 'a' }, { model: 'openai/z' }] }, param: 'targets.1.model' },
  { name: 'a model of no provider', body: { ...smart, targets: [{ model: 'z' }] }, param: 'targets.0.model' },
  { name: 'a target without a model', body: { ...smart, targets: [{ provider: 'openai' }] }, code: 'missing_required_parameter', param: 'targets.0.model' },
  { name: 'a weight of nothing', body: { ...smart, targets: [{ model: 'a', weight: 0 }] }, param: 'targets.0.weight' },
  { name: 'two ways to name targets', body: { ...smart, target_model: 'a' }, param: 'target_model' },
  { name: 'a strategy that nobody knows', body: { ...smart, strategy: 'best' }, param: 'strategy' },
  { name: 'the strategy plugin without a plugin', body: { ...smart, strategy: 'plugin' }, param: 'strategy_plugin' },
  { name: 'a plugin that is not there', body: { ...smart, strategy: 'plugin', strategy_plugin: 'nobody' }, param: 'strategy_plugin' },
  {
    name: 'what a plugin does not take',
    body: { ...smart, strategy: 'plugin', strategy_plugin: 'cheapest_healthy', strategy_config: { prefer: 'best' } },
    param: 'strategy_config.prefer',
  },
  {
    name: 'what a plugin does not know',
    body: { ...smart, strategy: 'plugin', strategy_plugin: 'cheapest_healthy', strategy_config: { colour: 'red' } },
    param: 'strategy_config.colour',
  },
  { name: 'a user path that is none', body: { ...smart, user_paths: ['/a', '/a/../b'] }, param: 'user_paths.1' },
  { name: 'groups beside targets', body: { ...smart, groups: ['ops'] }, param: 'groups' },
  { name: 'a slowdown that is too little', body: { ...smart, slowdown: 0.05 }, param: 'slowdown' },
  { name: 'a slowdown that is too much', body: { ...smart, slowdown: 11 }, param: 'slowdown' },
  { name: 'a policy on a provider that is not there', body: { source: 'nobody/*', enabled: false }, param: 'source' },
  { name: 'a policy that routes', body: { source: 'openai/a', enabled: false, label_targets: true }, param: 'label_targets' },
]

describeRoutes(
  [
    { method: 'GET', path: '/virtual-models', scope: 'global', prepare: make(smart), malformed: [unknown('/virtual-models')] },
    { method: 'PUT', path: '/virtual-models', scope: 'global', body: smart, malformed: wrong },
    { method: 'PUT', path: '/virtual-models', scope: 'global', body: { source: 'openai/a', enabled: true }, status: 204, malformed: [] },
    {
      method: 'DELETE',
      path: '/virtual-models',
      scope: 'global',
      body: { source: 'smart' },
      status: 204,
      prepare: make(smart),
      malformed: [{ name: 'no source', body: {}, code: 'missing_required_parameter', param: 'source' }],
    },
    {
      method: 'POST',
      path: '/virtual-models/suggest-failover',
      scope: 'global',
      body: { source: 'a' },
      malformed: [{ name: 'no source', body: {}, code: 'missing_required_parameter', param: 'source' }],
    },
    { method: 'GET', path: '/aliases', scope: 'global', prepare: make(smart), malformed: [unknown('/aliases')] },
    {
      method: 'PUT',
      path: '/aliases',
      scope: 'global',
      body: { name: 'quick', target_model: 'a', target_provider: 'openai' },
      malformed: [{ name: 'no target', body: { name: 'quick' }, code: 'missing_required_parameter', param: 'target_model' }],
    },
    {
      method: 'DELETE',
      path: '/aliases',
      scope: 'global',
      body: { name: 'smart' },
      status: 204,
      prepare: make(smart),
      malformed: [{ name: 'no name', body: {}, code: 'missing_required_parameter', param: 'name' }],
    },
    { method: 'GET', path: '/model-overrides', scope: 'global', prepare: make(policy), malformed: [unknown('/model-overrides')] },
    {
      method: 'PUT',
      path: '/model-overrides',
      scope: 'global',
      body: { selector: 'openai/*', user_paths: ['/team'] },
      malformed: [{ name: 'a provider that is not there', body: { selector: 'nobody/*', enabled: false }, param: 'source' }],
    },
    {
      method: 'DELETE',
      path: '/model-overrides',
      scope: 'global',
      body: { selector: 'openai/a' },
      status: 204,
      prepare: make(policy),
      malformed: [{ name: 'no selector', body: {}, code: 'missing_required_parameter', param: 'selector' }],
    },
    { method: 'GET', path: '/failover', scope: 'global', malformed: [unknown('/failover')] },
  ],
  { env, config },
)

describe('virtual models, for administrators', () => {
  let gateway: AdminGateway
  beforeEach(async () => {
    gateway = await AdminGateway.start({ env, config })
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
  })
  const put = (body: object, headers = {}) => gateway.call('PUT', '/virtual-models', { body, headers })
  const remove = (body: object) => gateway.call('DELETE', '/virtual-models', { body })
  const of = async (source: string) => (await gateway.call('GET', '/virtual-models')).json.find((model: { source: string }) => model.source === source)

  it('are shown with what they say, and where they lead now', async () => {
    await put(smart)
    expect(await of('smart')).to.deep.include({
      kind: 'redirect',
      scope_kind: 'model',
      strategy: 'round_robin',
      session_affinity: true,
      failover: true,
      slowdown: null,
      enabled: true,
      locked: false,
      managed: false,
      valid: true,
      resolved_model: 'openai/a',
      provider_type: 'openai',
      targets: [
        { provider: 'openai', model: 'a', weight: 2, available: true },
        { provider: null, model: 'b', weight: 1, available: true },
      ],
    })
    expect(await of('ours')).to.deep.include({ managed: true, created_at: null })
    await put(policy)
    expect(await of('openai/a')).to.deep.include({ kind: 'policy', scope_kind: 'exact', user_paths: ['/team'], resolved_model: null, valid: true })
  })

  it('keep what a write does not name', async () => {
    await put({ ...smart, strategy: 'failover', user_paths: ['//team/'], slowdown: 1 })
    const before = await of('smart')
    expect((await put({ source: 'smart', description: 'ours' })).json).to.deep.include({
      ...before,
      description: 'ours',
      user_paths: ['/team'],
      updated_at: (await of('smart')).updated_at,
    })
    expect((await put({ source: 'smart', slowdown: null })).json).to.include({ slowdown: null })
  })

  it('become policies only on purpose', async () => {
    await put(smart)
    expectRefusal(await put({ source: 'smart', targets: [] }), 409, 'conflict', 'targets')
    expect((await put({ source: 'smart', targets: [], clear_targets: true, user_paths: ['/a'] })).json).to.deep.include({ kind: 'policy', targets: [] })
  })

  it('are locked until somebody says otherwise', async () => {
    await put({ ...smart, locked: true })
    expectRefusal(await put({ source: 'smart', target_model: 'b' }), 409, 'locked', 'targets')
    expectRefusal(await put({ source: 'smart', strategy: 'failover' }), 409, 'locked', 'strategy')
    expect((await put({ source: 'smart', description: 'fine', targets: smart.targets })).json).to.include({ description: 'fine', locked: true })
    expect((await put({ source: 'smart', strategy: 'failover', unlock: true })).json).to.include({ strategy: 'failover', locked: true })
    expect((await put({ source: 'smart', strategy: 'cost', locked: false })).json).to.include({ strategy: 'cost', locked: false })
    expect((await put({ source: 'smart', target_model: 'c' })).status).to.equal(200)
  })

  it('are renamed in one step', async () => {
    const { created_at: created } = (await put(smart)).json
    expect((await put({ source: 'clever', old_source: 'smart' })).json).to.include({ source: 'clever', created_at: created })
    expect(await of('smart')).to.equal(undefined)
    expectRefusal(await put({ source: 'x', old_source: 'smart' }), 404, 'not_found', 'old_source')
    await put({ source: 'other', target_model: 'a' })
    expectRefusal(await put({ source: 'other', old_source: 'clever' }), 409, 'conflict', 'source')
    expectRefusal(await put({ source: 'ours', old_source: 'clever' }), 409, 'conflict', 'source')
    expect((await put({ source: 'c', old_source: 'clever' })).json).to.include({ source: 'c', kind: 'redirect' })
  })

  it('stay while others lead to them', async () => {
    await put(smart)
    await put({ source: 'outer', target_model: 'smart' })
    expectRefusal(await remove({ source: 'smart' }), 409, 'in_use', 'source')
    expectRefusal(await put({ source: 'clever', old_source: 'smart' }), 409, 'in_use', 'old_source')
    expectRefusal(await put({ source: 'smart', targets: [], clear_targets: true, user_paths: ['/a'] }), 409, 'in_use', 'targets')
    expect((await remove({ source: 'outer' })).status).to.equal(204)
    expect((await remove({ source: 'smart' })).status).to.equal(204)
    expectRefusal(await remove({ source: 'smart' }), 404, 'not_found', 'source')
  })

  const reach: readonly [string, object][] = [
    ['a key', { name: 'k', allowed_models: ['openai/b'] }],
    ['a user path', { user_path: '/team', allowed_models: ['openai/*'] }],
  ]
  for (const [who, body] of reach)
    it(`stay while ${who} that is kept to some models reaches them, unless forced`, async () => {
      await put(smart)
      await gateway.call(who === 'a key' ? 'POST' : 'PUT', who === 'a key' ? '/auth-keys' : '/users', { body })
      expectRefusal(await remove({ source: 'smart' }), 409, 'in_use', 'source')
      expect((await remove({ source: 'smart', force: true })).status).to.equal(204)
    })

  it('are deleted while they are off, whoever reached them', async () => {
    await gateway.call('PUT', '/users', { body: { user_path: '/team', allowed_models: ['*'] } })
    await put({ ...smart, enabled: false })
    expect((await remove({ source: 'smart' })).status).to.equal(204)
  })

  it('come to an end', async () => {
    await put({ source: 'x', target_model: 'a' })
    await put({ source: 'y', target_model: 'x' })
    const { status, json } = await put({ source: 'x', target_model: 'y' })
    expect([status, json.error.message, json.error.param]).to.deep.equal([400, 'virtual models lead in a circle: y → x → y', 'targets'])
    for (let index = 1; index < 8; index++) expect((await put({ source: `n${index}`, target_model: index === 1 ? 'x' : `n${index - 1}` })).status).to.equal(200)
    expect((await put({ source: 'n8', target_model: 'n7' })).json.error.message).to.match(/^virtual models are chained more than 8 deep: n8 → n7 → /)
  })

  it('of the configuration are left alone', async () => {
    for (const body of [
      { source: 'ours', target_model: 'b' },
      { source: 'mine', old_source: 'ours', target_model: 'b' },
    ])
      expectRefusal(await put(body), 409, 'managed_resource')
    expectRefusal(await remove({ source: 'ours' }), 409, 'managed_resource', 'source')
  })

  it('are left alone by who has read another state of them', async () => {
    const first = await put(smart)
    const tag = { 'if-match': String(first.headers['etag']) }
    expect((await put({ source: 'smart', description: 'one' }, tag)).status).to.equal(200)
    expectRefusal(await put({ source: 'smart', description: 'two' }, tag), 412, 'precondition_failed')
  })

  it('are there after a restart', async () => {
    await put(smart)
    await using other = await AdminGateway.start({ env, config: { storage: { sqlite: { path: `${gateway.served.gateway.directory}/tapline.db` } } } })
    expect((await other.call('GET', '/virtual-models')).json.map(({ source }: { source: string }) => source)).to.deep.equal(['smart'])
  })

  for (const [what, gone] of [
    ['a model', { model: 'b' }],
    ['a provider', { provider: 'groq', model: 'x' }],
  ] as const)
    it(`that lead to ${what} which is gone may be changed in all else`, async () => {
      await using before = await AdminGateway.start({ env, config: { providers: { groq: { api_key: 'k', models: ['x'] } } } })
      const targets = [{ model: 'a' }, gone]
      expect((await before.call('PUT', '/virtual-models', { body: { source: 'smart', targets } })).status).to.equal(200)
      const storage = { sqlite: { path: `${before.served.gateway.directory}/tapline.db` } }
      await using after = await AdminGateway.start({ env: { OPENAI_MODELS: 'a' }, config: { storage } })
      const write = (said: object) => after.call('PUT', '/virtual-models', { body: { source: 'smart', ...said } })
      expect((await write({ description: 'ours' })).json).to.include({ description: 'ours' })
      expect((await write({ enabled: false, targets })).json).to.include({ enabled: false })
      expect((await write({ targets: [gone] })).status).to.equal(400)
    })

  it('that close what is closed anyway are taken back', async () => {
    await put({ source: 'openai/a', enabled: false })
    expect(await of('openai/a')).to.include({ enabled: false })
    expect((await put({ source: 'openai/a', enabled: true })).status).to.equal(204)
    expect(await of('openai/a')).to.equal(undefined)
  })

  it('know a policy by every spelling of its selector', async () => {
    await put({ source: 'OPENAI/*', enabled: false })
    expect(await of('openai/')).to.include({ scope_kind: 'provider' })
    expect((await remove({ source: 'openai/*' })).status).to.equal(204)
  })

  describe('in older shapes', () => {
    it('are aliases, overrides and rules', async () => {
      await gateway.call('PUT', '/aliases', { body: { name: 'quick', target_model: 'a', target_provider: 'openai', description: 'fast' } })
      await gateway.call('PUT', '/model-overrides', { body: { selector: 'openai/c', enabled: false } })
      expect((await gateway.call('GET', '/aliases')).json.find(({ name }: { name: string }) => name === 'quick')).to.deep.include({
        target_model: 'a',
        target_provider: 'openai',
        description: 'fast',
        enabled: true,
        valid: true,
        resolved_model: 'openai/a',
      })
      expect(
        (await gateway.call('GET', '/model-overrides')).json.map(({ selector, enabled }: { selector: string; enabled: boolean }) => [selector, enabled]),
      ).to.deep.equal([['openai/c', false]])
      expect((await gateway.call('GET', '/failover')).json).to.deep.equal([{ model: 'kept', targets: ['openai/a', 'b'], enabled: true, managed: true }])
      expectRefusal(await gateway.call('DELETE', '/aliases', { body: { name: 'openai/c' } }), 404, 'not_found', 'name')
      expectRefusal(await gateway.call('PUT', '/model-overrides', { body: { selector: 'quick', enabled: false } }), 409, 'conflict', 'selector')
    })

    it('are found under the older prefix', async () => {
      const answer = await gateway.served.call(
        'PUT',
        `/admin/api/v1/model-overrides/${encodeURIComponent('openai/c')}`,
        { enabled: false },
        { authorization: `Bearer ${masterKey}` },
      )
      expect([answer.status, answer.headers['deprecation']]).to.deep.equal([200, 'true'])
      expect(await of('openai/c')).to.include({ enabled: false })
    })
  })
})
