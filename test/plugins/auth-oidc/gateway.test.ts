import { expect } from 'chai'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Issuer } from '../../support/issuer.ts'

const claims = { user_path: 'team', labels: 'groups', admin_scope: 'admin' }

/** The same refusal in the dialects of both vendors. */
const dialects: readonly [
  string,
  string,
  (body: {
    readonly error: { readonly type: string; readonly message: string; readonly code?: string; readonly details?: { readonly error_code: string } }
  }) => unknown,
][] = [
  ['OpenAI', '/v1/chat/completions', ({ error: { type, message, code } }) => [type, message, code]],
  ['Anthropic', '/v1/messages', ({ error: { type, message, details } }) => [type, message, details?.error_code]],
]

describe('a gateway that trusts an issuer', () => {
  const clock = new TurnedClock()
  let issuer: Issuer
  let gateway: TestGateway
  before(async () => {
    issuer = await Issuer.start()
    gateway = await startTestGateway({
      clock,
      env: { OIDC_ISSUER: issuer.url, TAPLINE_OIDC_AUDIENCE: 'me', COMPAT_WARN: 'false' },
      config: { auth: { oidc: { claims } }, server: { auth_verify_enabled: true }, logging: { enabled: true } },
    })
  })
  after(async () => {
    await gateway.close()
    await issuer.close()
  })

  const token = (more: Readonly<Record<string, unknown>> = {}, header = {}) =>
    issuer.sign({ iss: issuer.url, aud: 'me', team: '/acme/a', exp: clock.now() / 1000 + 60, ...more }, header)
  const call = (path: string, given: string | undefined, init: RequestInit = {}) =>
    fetch(gateway.url + path, {
      ...init,
      headers: {
        'content-type': 'application/json',
        ...(given === undefined ? {} : { authorization: `Bearer ${given}` }),
        ...(init.headers as Record<string, string>),
      },
    })
  const chat = (path: string, given: string | undefined, headers: Readonly<Record<string, string>> = {}) =>
    call(path, given, { method: 'POST', headers, body: JSON.stringify({ model: 'demo-chat', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] }) })
  const verified = async (given: string): Promise<unknown> => await (await call('/v1/auth/verify', given)).json()

  for (const [vendor, path, facts] of dialects) {
    it(`answers whom it vouches for, on the routes of ${vendor}`, async () => {
      expect((await chat(path, await token())).status).to.equal(200)
      expect((await chat(path, undefined, { 'x-api-key': await token() })).status).to.equal(200)
    })

    it(`says in the dialect of ${vendor} that a token is not good, and not why`, async () => {
      const bad = [
        await token({ exp: clock.now() / 1000 - 60 }),
        await token({ aud: 'another' }),
        await token({ iss: 'https://elsewhere.example' }),
        await token({ team: 'a:b' }),
        'a.b.c',
        'nonsense',
      ]
      for (const given of bad) {
        const response = await chat(path, given)
        expect([response.status, response.headers.get('www-authenticate'), facts((await response.json()) as never)]).to.deep.equal([
          401,
          'Bearer',
          ['authentication_error', 'authentication failed', 'invalid_api_key'],
        ])
      }
    })

    it(`says in the dialect of ${vendor} that a token cannot be checked now`, async () => {
      await issuer.add(`later-${vendor}`)
      issuer.isDown = true
      clock.advance(10_000)
      const response = await chat(path, await token({}, { kid: `later-${vendor}` }))
      const [, message, code] = facts((await response.json()) as never) as string[]
      expect([response.status, response.headers.get('retry-after'), message, code]).to.deep.equal([
        503,
        '1',
        'this credential cannot be checked now',
        'not_ready',
      ])
      expect((await chat(path, await token())).status).to.equal(200)
      issuer.isDown = false
      clock.advance(5_000)
      expect((await chat(path, await token({}, { kid: `later-${vendor}` }))).status).to.equal(200)
    })
  }

  it('asks for a credential, though there is no key', async () => {
    expect((await chat('/v1/chat/completions', undefined)).status).to.equal(401)
    expect((await call('/admin/runtime/config', undefined)).status).to.equal(401)
    expect((await call('/nowhere', undefined)).status).to.equal(401)
  })

  it('binds calls to the path of the token, whatever their header says', async () => {
    expect(await verified(await token())).to.deep.equal({ valid: true, method: 'extension', user_path: '/acme/a' })
    const response = await chat('/v1/chat/completions', await token({ team: 'acme//b' }), { 'x-tapline-user-path': '/root', 'x-request-id': 'bound' })
    expect(response.status).to.equal(200)
    const row = await auditRow('bound')
    expect(row).to.include({ auth_method: 'extension', user_path: '/acme/b' })
  })

  it('says in its records who called, by the subject of the token', async () => {
    await chat('/v1/chat/completions', await token({ sub: 'auth0|jane', team: '/acme/c' }), { 'x-request-id': 'jane' })
    expect(await auditRow('jane')).to.include({ principal_id: 'auth0|jane' })
    const { entries } = (await (await call('/admin/usage/log?user_path=/acme/c', await token({ admin: '/' }))).json()) as {
      readonly entries: readonly Readonly<Record<string, unknown>>[]
    }
    expect(entries[0]).to.include({ user_id: 'auth0|jane' })
  })

  it('says that it was a user of the directory, where one stands at the path', async () => {
    const made = await call('/admin/directory/users', await token({ admin: '/' }), { method: 'PUT', body: JSON.stringify({ name: 'ann' }) })
    const { id } = (await made.json()) as { readonly id: string }
    await chat('/v1/chat/completions', await token({ sub: 'auth0|ann', team: '/ann' }), { 'x-request-id': 'ann' })
    expect(await auditRow('ann')).to.include({ principal_id: id })
  })

  it('writes why a token was refused into the audit log, and never the token', async () => {
    const bad = await token({ exp: clock.now() / 1000 - 60 })
    await chat('/v1/chat/completions', bad, { 'x-request-id': 'expired' })
    const { id } = (await auditRow('expired')) ?? {}
    const row = (await (await call(`/admin/audit/detail?log_id=${String(id)}`, await token({ admin: '/' }))).json()) as { readonly data: object }
    expect(row).to.include({ auth_method: 'extension' })
    expect(row.data).to.include({ error_message: 'the token has expired' })
    for (const part of bad.split('.')) expect(JSON.stringify([row, gateway.log])).to.not.include(part)
  })

  const scopes: readonly [string, unknown, number, number][] = [
    ['everything', '/', 200, 200],
    ['a path', '/acme', 403, 200],
    ['no path', undefined, 403, 403],
    ['something else', { everything: true }, 403, 403],
  ]
  for (const [what, admin, toAll, toOwn] of scopes) {
    it(`lets administer what the claim says: ${what}`, async () => {
      const given = await token({ admin })
      expect([(await call('/admin/providers/status', given)).status, (await call('/admin/auth-keys', given)).status]).to.deep.equal([toAll, toOwn])
    })
  }

  /** By an administrator of everything. */
  async function auditRow(requestId: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    for (;;) {
      const { entries } = (await (await call(`/admin/audit/log?request_id=${requestId}`, await token({ admin: '/' }))).json()) as {
        readonly entries: readonly Readonly<Record<string, unknown>>[]
      }
      if (entries.length > 0) return entries[0]
      clock.advance(1_000)
    }
  }
})

describe('a gateway that trusts an issuer and names no claim for administrators', () => {
  it('lets nobody administer whom the issuer vouches for', async () => {
    await using issuer = await Issuer.start()
    await using gateway = await startTestGateway({ config: { auth: { oidc: { issuer: issuer.url, audience: 'me' } } } })
    const given = await issuer.sign({ iss: issuer.url, aud: 'me', exp: Date.now() / 1000 + 60 })
    const statuses = await Promise.all(
      ['/v1/models', '/admin/runtime/config', '/admin/auth-keys'].map(
        async path => (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${given}` } })).status,
      ),
    )
    expect(statuses).to.deep.equal([200, 403, 403])
  })

  it('trusts a second one where the step stands twice', async () => {
    await using issuer = await Issuer.start()
    await using other = await Issuer.start()
    const second = {
      insert: { use: 'auth-oidc', name: 'partners', options: { issuer: other.url, audience: 'us', claims: { user_path: 'sub' } } },
      after: 'auth-oidc',
    }
    await using gateway = await startTestGateway({
      config: { server: { auth_verify_enabled: true }, auth: { oidc: { issuer: issuer.url, audience: 'me' } }, pipelines: { services: [second] } },
    })
    const verified = async (by: Issuer, aud: string): Promise<unknown> => {
      const given = await by.sign({ iss: by.url, sub: 'jane', aud, exp: Date.now() / 1000 + 60 })
      const response = await fetch(`${gateway.url}/v1/auth/verify`, { headers: { authorization: `Bearer ${given}` } })
      return response.ok ? await response.json() : response.status
    }
    expect(await verified(issuer, 'me')).to.deep.equal({ valid: true, method: 'extension' })
    expect(await verified(other, 'us')).to.deep.equal({ valid: true, method: 'extension', user_path: '/jane' })
    expect([await verified(issuer, 'us'), await verified(other, 'me')]).to.deep.equal([401, 401])
  })

  it('does not start where the settings are not whole', async () => {
    const failure = await startTestGateway({ config: { auth: { oidc: { issuer: 'https://id.example' } } } }).then(
      async gateway => await gateway.close(),
      String,
    )
    expect(failure).to.include('set auth.oidc.audience')
  })
})
