import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import { withoutSecretMembers, withoutSecrets } from '../../../plugins/audit/redaction.ts'
import { Audited } from '../../support/audit.ts'
import { hello, masterKey } from '../../support/serve.ts'

/** What must never stand in the log; each is sent in a way of its own. */
const secrets = [
  'sk-upstream',
  masterKey,
  'sk-wrong-key-1',
  'sk-x-api-key-1',
  'sid=cookie-1',
  'tok-1-aaaa',
  'acc-1-aaaa',
  'prox-1-aaaa',
  'own-1-aaaa',
  'my-secret-1',
  'cred-1-aaaa',
  'goog-1-aaaa',
  'set-cookie-1',
  'query-key-1',
  'session-token-1',
]

const headers = {
  cookie: 'sid=cookie-1',
  'x-auth-token': 'tok-1-aaaa',
  'x-access-token': 'acc-1-aaaa',
  'proxy-authorization': 'Basic prox-1-aaaa',
  'x-tapline-key': 'own-1-aaaa',
  'x-gomodel-key': 'own-1-aaaa',
  'x-my-secret': 'my-secret-1',
  'x-aws-credentials': 'cred-1-aaaa',
  'x-goog-api-key': 'goog-1-aaaa',
  'x-amz-security-token': 'session-token-1',
}

describe('the audit log holds no secret', () => {
  it("of headers, keys, queries, providers' echoes, or administrators' writes", async () => {
    await using audited = await Audited.start({ config: { resilience: { retry: { max_retries: 0 } } } }, { only_model_interactions: false })
    const { served, admin } = audited
    served.upstream.always(({ headers: sent }) => ({
      status: 401,
      headers: { 'set-cookie': 'set-cookie-1' },
      body: errorBody(`no such key: ${String(sent['authorization'])}`),
    }))
    await served.chat(hello, headers)
    await served.chat(hello, { ...headers, authorization: 'Bearer sk-wrong-key-1' })
    await served.call('POST', '/v1/messages', { model: 'gpt-test', max_tokens: 1, messages: [] }, { authorization: '', 'x-api-key': 'sk-x-api-key-1' })
    await served.call('GET', '/p/openai/files?key=query-key-1', undefined, headers)
    const made = await admin.call('POST', '/auth-keys', { body: { name: 'one' } })
    const token = made.json.value as string
    expect(token).to.match(/^sk_tap_/)
    served.upstream.always({ body: chatCompletion({ content: `your key is ${token}` }) })
    await served.chat(hello, { authorization: `Bearer ${token}` })

    const rows = await audited.rows(6)
    const texts = [
      ...rows.map(row => JSON.stringify(row)),
      (await audited.read('/audit/export')).text,
      (await audited.read('/audit/export?format=ndjson')).text,
      JSON.stringify(served.gateway.log),
    ]
    for (const secret of [...secrets, token]) for (const text of texts) expect(text).to.not.include(secret)
    expect(rows.filter(({ path }) => path === '/v1/chat/completions')).to.have.length(3)
    expect(JSON.stringify(rows)).to.include('your key is [REDACTED]').and.include('no such key: Bearer [REDACTED]')
  })

  const members: readonly [given: unknown, kept: unknown][] = [
    [
      { api_key: 'k', api_keys: ['a', 'b'], name: 'n' },
      { api_key: '[REDACTED]', api_keys: ['[REDACTED]', '[REDACTED]'], name: 'n' },
    ],
    [
      { value: 'sk_tap_1', redacted_value: 'sk…1' },
      { value: '[REDACTED]', redacted_value: 'sk…1' },
    ],
    [
      { settings: [{ client_secret: 's', max_tokens: 5, accessToken: 't' }] },
      { settings: [{ client_secret: '[REDACTED]', max_tokens: 5, accessToken: '[REDACTED]' }] },
    ],
    [
      { service_account_json: { private_key: 'p' }, credentials: { a: ['x'] }, password: '' },
      { service_account_json: { private_key: '[REDACTED]' }, credentials: { a: ['[REDACTED]'] }, password: '' },
    ],
    [undefined, undefined],
    [null, null],
    ['text', 'text'],
    [
      [1, 'a'],
      [1, 'a'],
    ],
  ]
  for (const [given, kept] of members) it(`in ${JSON.stringify(given)}`, () => expect(withoutSecretMembers(given)).to.deep.equal(kept))

  it('in headers, whose other values stay', () => {
    expect(
      withoutSecrets({
        authorization: 'a',
        'X-Other': 'b',
        'set-cookie': ['a', 'b'],
        accept: ['c', 'd'],
        'api-key': 'e',
        'www-authenticate': 'Bearer',
        gone: undefined,
      }),
    ).to.deep.equal({
      authorization: '[REDACTED]',
      'X-Other': 'b',
      'set-cookie': '[REDACTED]',
      accept: ['c', 'd'],
      'api-key': '[REDACTED]',
      'www-authenticate': 'Bearer',
    })
  })
})

describe('a write of an administrator', () => {
  it('is in the log with who made it, what stood there, and what stands there now', async () => {
    await using audited = await Audited.start()
    const made = await audited.admin.call('POST', '/auth-keys', { body: { name: 'one', labels: ['a'] }, headers: { 'x-tapline-user-path': '/ops' } })
    await audited.admin.call('PUT', `/auth-keys/${made.json.id}/labels`, { body: { labels: ['b'] } })
    await audited.admin.call('PUT', `/auth-keys/${made.json.id}/labels`, { body: {} })
    const [first, second] = await audited.rows(2)
    expect(first).to.include({ method: 'POST', path: '/admin/auth-keys', status_code: 201, auth_method: 'master_key' })
    expect(first?.data.event_type).to.equal('admin_write')
    expect(first?.data.event).to.deep.include({ method: 'POST', endpoint: '/admin/auth-keys', before: null })
    expect(first?.data.event.after).to.include({ name: 'one' })
    expect(second?.data.event).to.deep.include({ method: 'PUT', endpoint: '/admin/auth-keys/:id/labels' })
    expect([second?.data.event.before.labels, second?.data.event.after.labels]).to.deep.equal([['a'], ['b']])
    expect((await audited.read('/audit/log')).json.total).to.equal(2)
  })
})
