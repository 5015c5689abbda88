import { expect } from 'chai'
import { fileURLToPath } from 'node:url'
import { AdminGateway, type AdminCallOptions } from '../../support/admin.ts'
import { expectRefusal } from '../../support/admin-routes.ts'
import { until } from '../../support/until.ts'

const probe = fileURLToPath(new URL('../../fixtures/plugins/admin-probe.ts', import.meta.url))
/** The probe offers endpoints of budgets of its own: nobody else shall. */
const withoutBudgets = { inference: [{ remove: 'budgets' }], batches: [{ remove: 'budgets' }] }
const config = (more: object = {}) => ({ ...more, pipelines: { services: [{ insert: probe, after: 'admin' }], ...withoutBudgets } })

describe('the admin API', () => {
  let gateway: AdminGateway
  before(async () => {
    gateway = await AdminGateway.start({ config: config() })
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
  })
  const get = (path: string, options?: AdminCallOptions) => gateway.call('GET', `/probe${path}`, options)
  const put = (body: unknown, headers: Record<string, string> = {}) => gateway.call('PUT', '/probe/items', { body, headers })

  describe('reads a query', () => {
    const read: readonly [string, object][] = [
      ['', { limit: 50 }],
      [
        '?limit=7&ratio=-0.5&exact=true&since=2026-02-28&kind=b&text=a%20b',
        { limit: 7, ratio: -0.5, exact: true, since: '2026-02-28', kind: 'b', text: 'a b' },
      ],
      ['?exact=0', { limit: 50, exact: false }],
      ['?text=&limit=', { limit: 50 }],
      ["?text='%3B%20DROP%20TABLE%20x%3B--", { limit: 50, text: "'; DROP TABLE x;--" }],
      ['?text=17', { limit: 50, text: '17' }],
    ]
    for (const [query, expected] of read)
      it(`that says ${query === '' ? 'nothing' : query}`, async () => {
        expect((await get(`/query${query}`)).json).to.deep.equal(expected)
      })

    const refused: readonly [string, string, string][] = [
      ['?limit=0', 'invalid_value', 'limit'],
      ['?limit=201', 'invalid_value', 'limit'],
      ['?limit=1.5', 'invalid_type', 'limit'],
      ['?limit=ten', 'invalid_type', 'limit'],
      ['?limit=1e9', 'invalid_type', 'limit'],
      ['?limit=9007199254740991', 'invalid_value', 'limit'],
      ['?limit=99999999999999999999', 'invalid_value', 'limit'],
      ['?limit=1&limit=2', 'invalid_value', 'limit'],
      ['?exact=perhaps', 'invalid_type', 'exact'],
      ['?since=2026-02-30', 'invalid_value', 'since'],
      ['?since=yesterday', 'invalid_value', 'since'],
      ['?since=2026-13-01', 'invalid_value', 'since'],
      ['?kind=c', 'invalid_value', 'kind'],
      ['?text=a%00b', 'invalid_value', 'text'],
      ['?colour=red', 'unsupported_parameter', 'colour'],
      ['?__proto__=1', 'unsupported_parameter', '__proto__'],
      ['?text[$ne]=1', 'unsupported_parameter', 'text[$ne]'],
    ]
    for (const [query, code, param] of refused)
      it(`and refuses ${query}`, async () => {
        expectRefusal(await get(`/query${query}`), 400, code, param)
      })
  })

  describe('finds endpoints', () => {
    const found: readonly [string, object][] = [
      ['/words/special', { special: true }],
      ['/words/special/', { special: true }],
      ['/words/other', { word: 'other' }],
      ['/words/a%2Fb%20c', { word: 'a/b c' }],
      ['/words/__proto__', { word: '__proto__' }],
      ['/words/special/x', { kind: 'special', word: 'x' }],
    ]
    for (const [path, expected] of found)
      it(`at ${path}`, async () => {
        expect((await get(path)).json).to.deep.equal(expected)
      })

    for (const path of ['/nothing', '/words', '/words//x', '/words/a/b/c', ''])
      it(`and nothing at ${path === '' ? 'the prefix' : path}`, async () => {
        expectRefusal(await get(path), 404, 'unknown_url')
      })

    it('and says which methods a path takes', async () => {
      const answer = await gateway.call('DELETE', '/probe/items')
      expectRefusal(answer, 405, 'method_not_allowed')
      expect(answer.headers['allow']).to.equal('GET, POST, PUT')
    })

    it('for HEAD as for GET', async () => {
      expect((await gateway.call('HEAD', '/probe/words/x')).status).to.equal(200)
    })
  })

  describe('reads a body', () => {
    const refused: readonly [string, unknown, string, string | undefined][] = [
      ['no body', undefined, 'invalid_json', undefined],
      ['no JSON', '{"name":', 'invalid_json', undefined],
      ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'invalid_json', undefined],
      ['no object', '[]', 'invalid_type', undefined],
      ['a missing member', {}, 'missing_required_parameter', 'name'],
      ['an unknown member', { name: 'a', colour: 'red' }, 'unsupported_parameter', 'colour'],
      ['an unknown member further down', { name: 'a', tags: [{ key: 'k', value: 'v' }] }, 'unsupported_parameter', 'tags.0.value'],
      ['a member of another type', { name: 7 }, 'invalid_type', 'name'],
      ['a value out of range', { name: '' }, 'invalid_value', 'name'],
      ['a prototype', '{"name":"a","free":{"__proto__":{"isGlobal":true}}}', 'invalid_json', undefined],
      ['a deep nest', `{"name":"a","free":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, 'invalid_json', undefined],
    ]
    for (const [name, body, code, param] of refused)
      it(`and refuses ${name}`, async () => {
        expectRefusal(await put(body), 400, code, param)
      })

    it('and refuses more than a megabyte', async () => {
      expectRefusal(await put({ name: 'a'.repeat(1_000_001) }), 413, 'body_too_large')
    })

    it('and refuses what a form of another site could send', async () => {
      expectRefusal(await put('{"name":"a"}', { 'content-type': 'text/plain' }), 415, 'unsupported_content_type')
    })

    it('but needs none where it may be left out', async () => {
      expect((await gateway.call('POST', '/probe/perhaps')).json).to.deep.equal({ given: false })
      expect((await gateway.call('POST', '/probe/perhaps', { body: { name: 'a' } })).json).to.deep.equal({ given: true })
    })
  })

  describe('answers', () => {
    it('a value with the status of its endpoint', async () => {
      expect((await gateway.call('POST', '/probe/items', { body: { name: 'a' } })).status).to.equal(201)
    })

    it('nothing with 204, and no length', async () => {
      const { status, text, headers } = await gateway.call('DELETE', '/probe/items/a')
      expect([status, text, headers['content-length']]).to.deep.equal([204, '', undefined])
    })

    it('a reply of its own as it is', async () => {
      const { status, text, headers } = await get('/teapot')
      expect([status, text, headers['x-probe'], headers['cache-control']]).to.deep.equal([203, 'tea', 'yes', 'no-store'])
    })

    it('rows as they are read, all of them', async () => {
      const lines = (await get('/rows')).text.split('\n')
      expect(lines).to.have.lengthOf(2001)
      expect(lines[1999]).to.match(/^row 1999 /)
    })

    it('rows that break off with a connection that breaks off', async () => {
      expect(
        await get('/torn').then(
          () => 'whole',
          () => 'broken',
        ),
      ).to.equal('broken')
    })

    const failures: readonly [string, number, string][] = [
      ['/fails', 500, 'internal_error'],
      ['/conflict', 409, 'conflict'],
      ['/away', 503, 'feature_unavailable'],
      ['/refuses', 409, 'in_use'],
    ]
    for (const [path, status, code] of failures) {
      it(`${status} when ${path.slice(1)} happens, and tells no more`, async () => {
        const answer = await get(path)
        expectRefusal(answer, status, code)
        expect(answer.text).to.not.contain('postgres')
      })
    }
  })

  describe('checks If-Match', () => {
    it('and writes only what still is what the caller read', async () => {
      const first = await put({ name: 'm' })
      const tag = first.headers['etag'] as string
      expect((await put({ name: 'm', size: 1 }, { 'if-match': tag })).status).to.equal(200)
      expectRefusal(await put({ name: 'm', size: 2 }, { 'if-match': tag }), 412, 'precondition_failed')
    })

    it('against the listing that was read, too', async () => {
      const { headers } = await get('/items')
      expect((await put({ name: 'n' }, { 'if-match': headers['etag'] as string })).status).to.equal(200)
    })

    for (const tag of ['"x"', '*'])
      it(`of something that is not there: ${tag}`, async () => {
        expectRefusal(await put({ name: 'new' }, { 'if-match': tag }), 412, 'precondition_failed')
      })

    it('of something that has to be there', async () => {
      await put({ name: 'there' })
      expect((await put({ name: 'there', size: 1 }, { 'if-match': '*' })).status).to.equal(200)
    })
  })

  it('tells of every write that succeeded, with what was and what is', async () => {
    await put({ name: 'told' })
    await put({ name: 'told', size: 3 })
    await put({ name: '' })
    const { json } = await get('/changes')
    expect(json.slice(-2)).to.deep.equal([
      { method: 'PUT', path: '/probe/items', before: null, after: { name: 'told' } },
      { method: 'PUT', path: '/probe/items', before: { name: 'told' }, after: { name: 'told', size: 3 } },
    ])
  })

  it('checks the parameters before it says that a feature is off', async () => {
    expectRefusal(await get('/off?limit=0'), 400, 'invalid_value', 'limit')
    expectRefusal(await get('/off'), 503, 'feature_unavailable')
  })

  describe('counts days', () => {
    const zones: readonly [string, Record<string, string>, string][] = [
      ['in the zone that is named', { 'x-tapline-timezone': 'Europe/Berlin' }, 'Europe/Berlin'],
      ['in the zone of the older header', { 'x-gomodel-timezone': 'Asia/Tokyo' }, 'Asia/Tokyo'],
      ['in UTC without one', {}, 'UTC'],
      ['in UTC where nobody knows it', { 'x-tapline-timezone': 'Mars/Olympus' }, 'UTC'],
      ['in UTC where it is hostile', { 'x-tapline-timezone': "'; DROP" }, 'UTC'],
    ]
    for (const [name, headers, timeZone] of zones)
      it(name, async () => {
        expect((await get('/zone', { headers })).json).to.deep.equal({ timeZone })
      })
  })

  describe('confines a user path', () => {
    const paths: readonly [string, string, string][] = [
      ['to the root of the scope where none is named', '/team/a', ''],
      ['to one below it', '/team/a', '/team/a/b'],
    ]
    for (const [name, as, asked] of paths)
      it(name, async () => {
        expect((await get(`/path?user_path=${asked}`, { as })).json).to.deep.equal({ path: asked === '' ? as : asked })
      })
    for (const outside of ['/team', '/team/ab', '/']) {
      it(`and refuses ${outside} to an administrator of /team/a`, async () => {
        expectRefusal(await get(`/path?user_path=${outside}`, { as: '/team/a' }), 403, 'user_path_out_of_scope', 'user_path')
      })
    }
    it('and refuses one that is none', async () => {
      expectRefusal(await get('/path?user_path=/a/../b'), 400, 'invalid_user_path', 'user_path')
    })
    it('whatever the header says', async () => {
      expect((await get('/path', { as: '/team/a', headers: { 'x-tapline-user-path': '/' } })).json).to.deep.equal({ path: '/team/a' })
    })
  })

  it('shows what plugins switch on', async () => {
    expect((await gateway.call('GET', '/runtime/config')).json).to.include({ MCP_ENABLED: 'on', USER_PATH_HEADER: 'X-Path', DEMO_MODE: 'off' })
  })

  it('refreshes step after step, once for all who ask meanwhile', async () => {
    const both = [gateway.call('POST', '/runtime/refresh'), gateway.call('POST', '/runtime/refresh')]
    await until(() => gateway.served.gateway.gateway.current.inFlight === 2)
    await gateway.call('POST', '/probe/let-go')
    const [one, other] = await Promise.all(both)
    expect(one?.text).to.equal(other?.text)
    expect(one?.json).to.include({ status: 'partial', model_count: 7, provider_count: 2 })
    const steps = one?.json.steps.map(({ name, status }: { name: string; status: string }) => `${name} ${status}`) as string[]
    expect(steps.slice(0, 7)).to.deep.equal([
      'model_list skipped',
      'providers partial',
      'model_registry_cache skipped',
      'auth_keys ok',
      'virtual_models ok',
      'guardrails ok',
      'workflows ok',
    ])
    expect(steps).to.include.members(['custom ok', 'broken failed'])
    expect((await gateway.call('POST', '/probe/let-go')).json).to.deep.equal({ ran: 1 })
  })
})

describe('the older prefix /admin/api/v1', () => {
  const start = (more: object = {}) => AdminGateway.start({ config: config(more) })

  it('answers as the newer one, and says where that is', async () => {
    await using gateway = await start({ server: { base_path: '/g' } })
    const { json, headers } = await gateway.call('GET', '/api/v1/access')
    expect(json).to.deep.equal({ scope: 'global' })
    expect([headers['deprecation'], headers['link'], headers['sunset']]).to.deep.equal(['true', '</g/admin/access>; rel="successor-version"', undefined])
  })

  const moved: readonly [string, string, unknown, string, object][] = [
    ['GET', '/api/v1/dashboard/config', undefined, '/runtime/config', {}],
    ['PUT', '/api/v1/model-overrides/openai%2Fgpt-4o', { enabled: false }, '/model-overrides', { selector: 'openai/gpt-4o', enabled: false }],
    ['PUT', '/api/v1/budgets/%2Fteam%2Fa/daily', { amount: 10 }, '/budgets', { user_path: '/team/a', budget_key: { period: 'daily' }, amount: 10 }],
  ]
  for (const [method, path, body, now, expected] of moved) {
    it(`serves ${method} ${path}`, async () => {
      await using gateway = await start()
      const { json, headers } = await gateway.call(method, path, { body })
      expect(json).to.include.keys(Object.keys(expected).length === 0 ? ['DEMO_MODE'] : Object.keys(expected))
      if (Object.keys(expected).length > 0) expect(json).to.deep.equal(expected)
      expect(headers['link']).to.equal(`</admin${now}>; rel="successor-version"`)
    })
  }

  it('keeps who may do what', async () => {
    await using gateway = await start()
    expectRefusal(await gateway.call('GET', '/api/v1/runtime/settings', { as: '/team/a' }), 403, 'admin_scope_denied')
    const refused = await gateway.call('GET', '/api/v1/access', { headers: { authorization: '' } })
    expectRefusal(refused, 401, 'invalid_api_key')
    expect(refused.headers['deprecation']).to.equal('true')
  })

  it('says when it ends, where that is known', async () => {
    await using gateway = await start({ admin: { legacy_sunset: 'Fri, 01 Jan 2027 00:00:00 GMT' } })
    expect((await gateway.call('GET', '/api/v1/access')).headers['sunset']).to.equal('Fri, 01 Jan 2027 00:00:00 GMT')
  })

  it('is not there when it is switched off', async () => {
    await using gateway = await start({ admin: { legacy_api_v1: false } })
    const answer = await gateway.call('GET', '/api/v1/access')
    expectRefusal(answer, 404, 'unknown_url')
    expect(answer.headers['deprecation']).to.equal(undefined)
  })
})

describe('an open gateway', () => {
  const open = () => AdminGateway.start({ config: config({ server: { master_key: undefined } }) })

  it('lets callers on this machine administer', async () => {
    await using gateway = await open()
    expect((await gateway.call('GET', '/access', { headers: { authorization: '' } })).json).to.deep.equal({ scope: 'global' })
  })

  it('lets no page administer it whose name leads to this machine', async () => {
    await using gateway = await open()
    for (const [method, path] of [
      ['GET', '/access'],
      ['POST', '/auth-keys'],
    ] as const) {
      const answer = await gateway.call(method, path, {
        headers: { authorization: '', host: 'evil.example:8080', origin: 'http://evil.example:8080', 'sec-fetch-site': 'same-origin' },
      })
      expectRefusal(answer, 403, 'dashboard_access_denied')
    }
    expect((await gateway.call('GET', '/access', { headers: { authorization: '', host: 'localhost:8080' } })).status).to.equal(200)
  })

  it('lets no page of another site change it', async () => {
    await using gateway = await open()
    expectRefusal(
      await gateway.call('POST', '/runtime/refresh', { headers: { authorization: '', 'sec-fetch-site': 'cross-site' } }),
      403,
      'dashboard_access_denied',
    )
  })
})
