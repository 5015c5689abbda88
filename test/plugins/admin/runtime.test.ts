import { expect } from 'chai'
import { AdminGateway } from '../../support/admin.ts'

describe('GET /admin/access', () => {
  const cases: readonly [string, string | undefined, object][] = [
    ['the master key', undefined, { scope: 'global' }],
    ['a key that is bound to the root', '/', { scope: 'global' }],
    ['a key that is bound to a path', '/team/a', { scope: 'user_path', user_path: '/team/a' }],
  ]
  for (const [who, as, expected] of cases) {
    it(`tells ${who} what it may administer`, async () => {
      await using gateway = await AdminGateway.start()
      expect((await gateway.call('GET', '/access', as === undefined ? {} : { as })).json).to.deep.equal(expected)
    })
  }
})

describe('GET /admin/version', () => {
  it('says what runs, and that nobody looks for newer ones', async () => {
    await using gateway = await AdminGateway.start()
    const { json } = await gateway.call('GET', '/version')
    expect(json).to.include({ app: 'tapline', latest: null, update_available: false, checked_at: null, enabled: false })
  })
})

describe('GET /admin/runtime/health', () => {
  it('says whether the process is ready, and how many records it lost', async () => {
    await using gateway = await AdminGateway.start()
    expect((await gateway.call('GET', '/runtime/health')).json).to.deep.include({ status: 'ready', lost_records: { usage: 0, audit: 0 } })
  })
})

describe('GET /admin/runtime/config', () => {
  it('calls off what no plugin speaks for', async () => {
    await using gateway = await AdminGateway.start()
    expect((await gateway.call('GET', '/runtime/config')).json).to.include({ MCP_ENABLED: 'off', REDIS_URL: 'off', DEMO_MODE: 'off' })
  })
})

describe('GET /admin/runtime/configuration', () => {
  it('says of every setting where it comes from, and tells no secret', async () => {
    const config = {
      cache: { response: { simple: { enabled: false, store: 'memory', redis: { url: 'redis://user:topsecret@127.0.0.1:1' } } } },
      providers: { other: { type: 'openai', base_url: 'http://127.0.0.1:1/v1', api_key: 'topsecret' } },
      state: { backend: 'memory' },
      version_check: { url: 'https://user:topsecret@127.0.0.1/latest' },
    }
    await using gateway = await AdminGateway.start({ config, env: { TAPLINE_KEY_PEPPER: 'topsecret-and-long', BUDGETS_ENABLED: 'false' } })
    const { json, text } = await gateway.call('GET', '/runtime/configuration')
    const settings = new Map((json.settings as { key: string; value: unknown; source: string }[]).map(({ key, ...setting }) => [key, setting]))
    expect(settings.get('budgets.enabled')).to.deep.equal({ value: false, source: 'env:BUDGETS_ENABLED' })
    expect(settings.get('state.backend')).to.deep.include({ value: 'memory' })
    expect(settings.get('state.backend')?.source).to.match(/^yaml:\d+$/)
    expect(settings.get('usage.enabled')).to.deep.equal({ value: true, source: 'default' })
    expect(settings.get('server.key_pepper')?.value).to.equal('<redacted>')
    expect(settings.get('version_check.url')?.value).to.equal('https://<redacted>@127.0.0.1/latest')
    expect(text).not.to.include('topsecret')
  })
})

describe('what is switched on', () => {
  const cases: readonly [string, object, object][] = [
    [
      'by default',
      {},
      {
        FAILOVER_ENABLED: 'on',
        GUARDRAILS_ENABLED: 'on',
        PLUGINS_ENABLED: 'on',
        USAGE_ENABLED: 'on',
        PER_CHILD_QUOTAS_ENABLED: 'on',
        ENCRYPTION_KEY: 'off',
        USER_PATH_HEADER: 'X-Tapline-User-Path',
        VIRTUAL_MODEL_STRATEGIES: 'round_robin,cost,failover,adaptive,plugin:cheapest_healthy',
      },
    ],
    [
      'as configured',
      { failover: { enabled: false }, guardrails: { enabled: false }, usage: { enabled: false }, server: { user_path_header: 'X-Team' } },
      { FAILOVER_ENABLED: 'off', GUARDRAILS_ENABLED: 'off', USAGE_ENABLED: 'off', USER_PATH_HEADER: 'X-Team' },
    ],
    ['with a key for secrets', { storage: { encryption_key: 'sixteen or more of them' } }, { ENCRYPTION_KEY: 'on' }],
    ['with budgets that do not hold, as rate limits do', { budgets: { enabled: false } }, { BUDGETS_ENABLED: 'off', PER_CHILD_QUOTAS_ENABLED: 'on' }],
    ['without quotas of any kind', { budgets: { enabled: false }, rate_limits: { enabled: false } }, { PER_CHILD_QUOTAS_ENABLED: 'off' }],
    [
      'with a Redis, but not where that is',
      { cache: { response: { simple: { enabled: false, store: 'memory', redis: { url: 'redis://user:secret@127.0.0.1:1' } } } }, state: { backend: 'memory' } },
      { REDIS_URL: 'on' },
    ],
  ]
  for (const [name, config, expected] of cases) {
    it(`is shown ${name}`, async () => {
      await using gateway = await AdminGateway.start({ config: { ...config } })
      expect((await gateway.call('GET', '/runtime/config')).json).to.include(expected)
    })
  }
})

describe('settings that can be changed at runtime', () => {
  it('are none without plugins that have some', async () => {
    await using gateway = await AdminGateway.start()
    expect((await gateway.call('GET', '/runtime/settings')).json).to.deep.equal({ settings: [] })
    const answer = await gateway.call('PUT', '/runtime/settings/colour', { body: { value: 'red' } })
    expect([answer.status, answer.json.error.code]).to.deep.equal([404, 'runtime_setting_not_found'])
  })
})
