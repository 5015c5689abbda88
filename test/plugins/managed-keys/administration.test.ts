import { hash } from 'node:crypto'
import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { AdminGateway } from '../../support/admin.ts'
import { expectRefusal } from '../../support/admin-routes.ts'

const providers = { openai: { models: ['gpt-4o', 'gpt-4o-mini'] } }
const start = () => AdminGateway.start({ config: { providers }, env: { OPENAI_MODELS: '' } })

/** @returns the answer's body, with its `value` */
async function make(gateway: AdminGateway, body: object = {}, as?: string) {
  const answer = await gateway.call('POST', '/auth-keys', { body: { name: 'test', ...body }, ...(as === undefined ? {} : { as }) })
  expect(answer.status, answer.text).to.equal(201)
  return answer.json
}

const models = async (gateway: AdminGateway, token: string) =>
  (await gateway.served.call('GET', '/v1/models', undefined, { authorization: `Bearer ${token}` })).status
const list = async (gateway: AdminGateway, as?: string) => (await gateway.call('GET', '/auth-keys', as === undefined ? {} : { as })).json

describe('a key that is made', () => {
  let gateway: AdminGateway
  beforeEach(async () => {
    gateway = await start()
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
  })

  it('has a token that is shown once, and works at once', async () => {
    const { value, ...view } = await make(gateway, {
      name: ' mine ',
      labels: ['b', 'a', ' b '],
      allowed_models: ['OpenAI/*', 'x/y'],
      expires_at: '2999-01-01T00:00:00.5Z',
    })
    expect(value).to.match(/^sk_tap_[A-Za-z0-9_-]{43}$/)
    expect(view).to.deep.include({
      name: 'mine',
      description: '',
      user_path: null,
      user_id: null,
      labels: ['b', 'a'],
      allowed_models: ['openai/', 'x/y'],
      dashboard_access: false,
      enabled: true,
      active: true,
      imported_from: null,
      redacted_value: `sk_tap_...${value.slice(-4)}`,
      expires_at: '2999-01-01T00:00:00.500Z',
      deactivated_at: null,
      last_used_at: null,
      restricted: true,
      effective_models: ['openai/gpt-4o', 'openai/gpt-4o-mini'],
    })
    expect(await list(gateway)).to.deep.equal([view])
    expect(await models(gateway, value)).to.equal(200)
  })

  it('is refused as soon as it is deactivated, for good', async () => {
    const { id, value } = await make(gateway)
    expect(await models(gateway, value)).to.equal(200)
    expect((await gateway.call('POST', `/auth-keys/${id}/deactivate`)).status).to.equal(204)
    expect(await models(gateway, value)).to.equal(401)
    const [first] = await list(gateway)
    expect(first).to.include({ active: false, enabled: false })
    expect((await gateway.call('POST', `/auth-keys/${id}/deactivate`)).status).to.equal(204)
    expect((await list(gateway))[0].deactivated_at).to.equal(first.deactivated_at)
  })

  it('is refused as soon as it has expired', async () => {
    const clock = new TurnedClock()
    await using turned = await AdminGateway.start({ clock })
    const { value } = await make(turned, { expires_at: '2026-01-01T00:00:50Z' })
    expect(await models(turned, value)).to.equal(200)
    clock.advance(50_000)
    expect(await models(turned, value)).to.equal(401)
    expect((await list(turned))[0]).to.include({ active: false, enabled: true, deactivated_at: null })
  })

  it('is changed in place', async () => {
    const { id, value } = await make(gateway, { labels: ['x'], user_path: '/team' })
    const put = async (path: string, body: object) => (await gateway.call('PUT', `/auth-keys/${id}/${path}`, { body })).json
    expect(await put('labels', { labels: [] })).to.deep.include({ labels: [] })
    expect(await put('allowed-models', { allowed_models: ['openai/nothing'] })).to.deep.include({
      allowed_models: ['openai/nothing'],
      restricted: true,
      effective_models: [],
    })
    expect(await put('allowed-models', { allowed_models: [] })).to.deep.include({ allowed_models: [], restricted: false, effective_models: [] })
    expect(await put('dashboard-access', { dashboard_access: true })).to.include({ dashboard_access: true })
    expect((await gateway.served.call('GET', '/admin/access', undefined, { authorization: `Bearer ${value}` })).body.toString()).to.equal(
      '{"scope":"user_path","user_path":"/team"}',
    )
    const { id: user } = (await gateway.call('PUT', '/directory/users', { body: { name: 'ann' } })).json
    expect(await put('user', { user_id: ` ${user} ` })).to.include({ user_id: user, user_path: '/ann' })
    expect(await put('user', { user_id: '' })).to.include({ user_id: null, user_path: '/ann' })
  })

  it('is left alone by who has read another state of it', async () => {
    const { id } = await make(gateway)
    const first = await gateway.call('PUT', `/auth-keys/${id}/labels`, { body: { labels: ['a'] } })
    const tag = { headers: { 'if-match': String(first.headers['etag']) } }
    expect((await gateway.call('PUT', `/auth-keys/${id}/labels`, { ...tag, body: { labels: ['b'] } })).status).to.equal(200)
    expectRefusal(await gateway.call('PUT', `/auth-keys/${id}/labels`, { ...tag, body: { labels: ['c'] } }), 412, 'precondition_failed')
    expect((await list(gateway))[0].labels).to.deep.equal(['b'])
  })

  it('is changed by who has read this state of it, wherever, though it was used since', async () => {
    const clock = new TurnedClock()
    await using turned = await AdminGateway.start({ clock })
    const made = await turned.call('POST', '/auth-keys', { body: { name: 'test' } })
    const { id, value } = made.json as { id: string; value: string }
    const change = async (etag: unknown, label: string) =>
      await turned.call('PUT', `/auth-keys/${id}/labels`, { headers: { 'if-match': String(etag) }, body: { labels: [label] } })
    const first = await change(made.headers['etag'], 'as it was made')
    expect(first.status).to.equal(200)
    const listed = await turned.call('GET', '/auth-keys')
    await models(turned, value)
    clock.advance(1_000)
    while ((await list(turned))[0].last_used_at === null);
    const second = await change(listed.headers['etag'], 'as it was listed')
    expect(second.status).to.equal(200)
    expectRefusal(await change(listed.headers['etag'], 'as it was'), 412, 'precondition_failed')
    expect((await change(second.headers['etag'], 'as it was changed')).status).to.equal(200)
    const deactivate = async (etag: unknown) => await turned.call('POST', `/auth-keys/${id}/deactivate`, { headers: { 'if-match': String(etag) } })
    expectRefusal(await deactivate(second.headers['etag']), 412, 'precondition_failed')
    expect((await deactivate((await turned.call('GET', '/auth-keys')).headers['etag'])).status).to.equal(204)
  })

  it('shows when it was used', async () => {
    const clock = new TurnedClock()
    await using turned = await AdminGateway.start({ clock })
    const { value } = await make(turned)
    await models(turned, value)
    clock.advance(1_000)
    let lastUsedAt: unknown = null
    while (lastUsedAt === null) lastUsedAt = (await list(turned))[0].last_used_at
    expect(lastUsedAt).to.equal('2026-01-01T00:00:00.000Z')
  })

  it('has its labels renamed with those of others', async () => {
    await make(gateway, { labels: ['a', 'b'] })
    await make(gateway, { labels: ['b', 'c', 'a'], user_path: '/team/x' })
    await make(gateway, { labels: ['c'] })
    expect((await gateway.call('PUT', '/auth-keys/labels/rename', { body: { from: 'a', to: 'b' } })).json).to.deep.equal({ from: 'a', to: 'b', renamed: 2 })
    expect((await list(gateway)).map(({ labels }: { labels: string[] }) => labels)).to.have.deep.members([['c'], ['b', 'c'], ['b']])
  })
})

describe('a key that is imported', () => {
  const sha = (text: string) => hash('sha256', text)

  it('is recognised by the tokens of its gateway', async () => {
    await using gateway = await start()
    const take = async (body: object) => (await gateway.call('POST', '/auth-keys/import', { body: { name: 'old', ...body } })).json
    const secret = 'x'.repeat(43)
    expect(await take({ imported_from: 'litellm', secret_hash: sha('sk-1234').toUpperCase() }))
      .to.include({ imported_from: 'litellm', redacted_value: 'litellm ...', active: true })
      .and.to.not.have.property('value')
    expect(await take({ imported_from: 'gomodel', secret_hash: sha(secret), redacted_value: 'sk_gom_...xxxx', enabled: false })).to.include({
      redacted_value: 'sk_gom_...xxxx',
      active: false,
    })
    expect(await models(gateway, 'sk-1234')).to.equal(200)
    expect(await models(gateway, `sk_gom_${secret}`), 'not enabled').to.equal(401)
    expect(await models(gateway, secret)).to.equal(401)
  })

  it('is not taken twice, also when it is not there any more for use', async () => {
    await using gateway = await start()
    const body = { name: 'old', imported_from: 'litellm', secret_hash: sha('sk-1234') }
    const answers = await Promise.all([1, 2, 3].map(() => gateway.call('POST', '/auth-keys/import', { body })))
    expect(answers.map(({ status }) => status)).to.have.members([201, 409, 409])
    await gateway.call('POST', `/auth-keys/${(await list(gateway))[0].id}/deactivate`)
    expectRefusal(await gateway.call('POST', '/auth-keys/import', { body }), 409, 'auth_key_exists', 'secret_hash')
    expect((await gateway.call('POST', '/auth-keys/import', { body: { ...body, imported_from: 'gomodel' } })).status, 'another space').to.equal(201)
  })

  const tokens: readonly [string, string, string][] = [
    ['litellm', 'sk-1234', sha('sk-1234')],
    ['gomodel', 'sk_gom_abc', sha('abc')],
    ['gomodel', 'abc', sha('abc')],
    ['litellm', ' sk-1234 ', sha('sk-1234')],
  ]
  for (const [from, token, secretHash] of tokens)
    it(`of ${from} does not show its token ${JSON.stringify(token)}`, async () => {
      await using gateway = await start()
      const answer = await gateway.call('POST', '/auth-keys/import', {
        body: { name: 'old', imported_from: from, secret_hash: secretHash, redacted_value: token },
      })
      expectRefusal(answer, 400, 'invalid_value', 'redacted_value')
      expect(answer.text).to.not.include(token.trim())
    })
})

describe('an administrator of a path', () => {
  let gateway: AdminGateway
  let foreign: string
  beforeEach(async () => {
    gateway = await start()
    foreign = (await make(gateway, { user_path: '/team/b' })).id
    await make(gateway)
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
  })

  it('makes keys for the path, unless they are for one below', async () => {
    expect((await make(gateway, {}, '/team/a')).user_path).to.equal('/team/a')
    expect((await make(gateway, { user_path: '/team/a/x' }, '/team/a')).user_path).to.equal('/team/a/x')
    expect((await list(gateway, '/team/a')).map(({ user_path: path }: { user_path: string }) => path)).to.have.deep.members(['/team/a/x', '/team/a'])
  })

  const outside: readonly [string, object][] = [
    ['another path', { user_path: '/team/b' }],
    ['one above', { user_path: '/team' }],
    ['everything', { user_path: '/' }],
    ['one that begins alike', { user_path: '/team/ab' }],
    ['a user', { user_id: 'u1' }],
  ]
  for (const [what, body] of outside)
    it(`makes no key for ${what}`, async () => {
      expectRefusal(await gateway.call('POST', '/auth-keys', { body: { name: 'x', ...body }, as: '/team/a' }), 403, 'user_path_out_of_scope')
      expect(await list(gateway)).to.have.length(2)
    })

  it('imports no key for another path', async () => {
    expectRefusal(
      await gateway.call('POST', '/auth-keys/import', {
        body: { name: 'x', imported_from: 'litellm', secret_hash: 'a'.repeat(64), user_path: '/team/b' },
        as: '/team/a',
      }),
      403,
      'user_path_out_of_scope',
    )
  })

  it('does not learn whether a key of others is there', async () => {
    const writes: readonly [string, string, object?][] = [
      ['PUT', 'labels', { labels: [] }],
      ['PUT', 'allowed-models', { allowed_models: [] }],
      ['PUT', 'dashboard-access', { dashboard_access: true }],
      ['PUT', 'user', { user_id: '' }],
      ['POST', 'deactivate'],
    ]
    for (const [method, path, body] of writes) {
      const [there, not] = await Promise.all(
        [foreign, '00000000-0000-8000-8000-000000000000'].map(id => gateway.call(method, `/auth-keys/${id}/${path}`, { body, as: '/team/a' })),
      )
      expect(there?.status, path).to.equal(404)
      expect(there?.text).to.equal(not?.text)
    }
    expect(await list(gateway, '/team/a')).to.deep.equal([])
  })

  it('renames labels of the path only', async () => {
    await gateway.call('PUT', `/auth-keys/${foreign}/labels`, { body: { labels: ['a'] } })
    await make(gateway, { labels: ['a'] }, '/team/a')
    expect((await gateway.call('PUT', '/auth-keys/labels/rename', { body: { from: 'a', to: 'b' }, as: '/team/a' })).json.renamed).to.equal(1)
    expect((await list(gateway, '/team/b'))[0].labels).to.deep.equal(['a'])
  })
})

describe('ids of keys', () => {
  const hostile = ['x', "'%20OR%201=1--", '%7B%22$ne%22%3A1%7D', '__proto__', 'constructor', 'x'.repeat(4_000)]
  it('that are none are not found, whatever they are', async () => {
    await using gateway = await start()
    for (const id of hostile) expectRefusal(await gateway.call('POST', `/auth-keys/${id}/deactivate`), 404, 'not_found')
  })
})
