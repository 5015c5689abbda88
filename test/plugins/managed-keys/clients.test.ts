import Anthropic, { AuthenticationError as AnthropicRefusal } from '@anthropic-ai/sdk'
import OpenAI, { AuthenticationError } from 'openai'
import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../support/admin.ts'
import { expectError } from '../../support/answer.ts'
import { Folder } from '../../support/run-tapline.ts'
import { hello } from '../../support/serve.ts'

const messages = [{ role: 'user' as const, content: 'hello' }]

/** Says who calls, as later steps see it. */
const spotter = `
export default {
  name: 'spotter',
  setup: () => ({
    route(exchange) {
      const { caller, userPath, labels, request } = exchange
      exchange.replyHeaders.push('X-Seen', JSON.stringify({ method: caller.method, hash: caller.keyHash, userPath, labels, header: request.headers['x-tapline-user-path'] }))
    },
  }),
}`

describe('a managed key', () => {
  let gateway: AdminGateway
  before(async () => {
    gateway = await AdminGateway.start({
      files: { 'spotter.ts': spotter },
      config: { pipelines: { inference: [{ insert: './spotter.ts', before: 'models' }] } },
    })
    gateway.served.upstream.always({ body: chatCompletion({ content: 'Good day.' }) })
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
  })
  const make = async (body: object = {}): Promise<{ readonly id: string; readonly value: string }> =>
    (await gateway.call('POST', '/auth-keys', { body: { name: 'x', ...body } })).json
  const end = (id: string) => gateway.call('POST', `/auth-keys/${id}/deactivate`)

  it('serves the openai client, until it is deactivated', async () => {
    const { id, value } = await make()
    const client = new OpenAI({ baseURL: `${gateway.served.url}/v1`, apiKey: value, maxRetries: 0 })
    expect((await client.chat.completions.create({ model: 'gpt-test', messages })).choices[0]?.message.content).to.equal('Good day.')
    await end(id)
    expect(
      await client.chat.completions.create({ model: 'gpt-test', messages }).then(
        () => 'answered',
        (cause: unknown) => cause,
      ),
    ).to.be.instanceOf(AuthenticationError)
  })

  it('serves the anthropic client, until it is deactivated', async () => {
    const { id, value } = await make()
    const client = new Anthropic({ baseURL: gateway.served.url, apiKey: value, maxRetries: 0 })
    expect((await client.messages.create({ model: 'gpt-test', max_tokens: 9, messages })).content).to.deep.include({ type: 'text', text: 'Good day.' })
    await end(id)
    expect(
      await client.messages.create({ model: 'gpt-test', max_tokens: 9, messages }).then(
        () => 'answered',
        (cause: unknown) => cause,
      ),
    ).to.be.instanceOf(AnthropicRefusal)
  })

  it('says for whom the call is made, whatever the header says, and what it is counted under', async () => {
    const { value } = await make({ user_path: '/team/a', labels: ['blue', 'red'] })
    const answer = await gateway.served.chat(hello, { authorization: `Bearer ${value}`, 'x-tapline-user-path': '/team/b' })
    expect(answer.status).to.equal(200)
    const seen = JSON.parse(String(answer.headers['x-seen'])) as Record<string, unknown>
    expect(seen).to.deep.include({ method: 'api_key', userPath: '/team/a', labels: ['blue', 'red'], header: '/team/a' })
    expect(seen['hash']).to.match(/^[0-9a-f]{16}$/)
  })

  it('does not go on to the provider, nor does the path', async () => {
    const { value } = await make({ user_path: '/team/a' })
    await gateway.served.call('POST', '/p/openai/chat/completions', hello, {
      authorization: `Bearer ${value}`,
      'x-tapline-user-path': '/team/b',
      'x-gomodel-user-path': '/team/b',
    })
    const received = gateway.served.upstream.requests.at(-1)?.rawHeaders.join('\n') ?? ''
    expect(received).to.include('sk-upstream').and.to.not.include(value).and.to.not.match(/team/)
  })

  it('is asked for by routes that are not there', async () => {
    expectError(await gateway.served.call('GET', '/v1/nothing', undefined, { authorization: 'Bearer sk_tap_x' }), { code: 'invalid_api_key' })
  })
})

describe('the first key', () => {
  it('closes an open gateway at once, but not for its operator', async () => {
    await using gateway = await AdminGateway.start({ config: { server: { master_key: undefined } } })
    const open = { authorization: '' }
    gateway.served.upstream.always({ body: chatCompletion() })
    expect((await gateway.served.chat(hello, open)).status).to.equal(200)
    const { id, value } = (await gateway.call('POST', '/auth-keys', { body: { name: 'first' }, headers: open })).json
    expectError(await gateway.served.chat(hello, { authorization: 'Bearer sk-any' }), { code: 'invalid_api_key' })
    expect((await gateway.served.chat(hello, { authorization: `Bearer ${value}` })).status).to.equal(200)
    const recovered = await fetch(`${gateway.served.url}/admin/auth-keys/${id}/deactivate`, { method: 'POST' })
    expect(recovered.status).to.equal(204)
    expectError(await gateway.served.chat(hello, { authorization: `Bearer ${value}` }), { code: 'invalid_api_key' })
    expect((await fetch(`${gateway.served.url}/v1/models`)).status, 'still closed').to.equal(401)
  })

  it('has the gateway listen to other machines from the next start on, and warn', async () => {
    await using folder = await Folder.make()
    const start = () =>
      AdminGateway.start({ config: { server: { master_key: undefined, host: '0.0.0.0' }, storage: { sqlite: { path: `${folder.path}/keys.db` } } } })
    const addressOf = ({ served }: AdminGateway) => served.gateway.gateway.address.address
    const warned = ({ served }: AdminGateway) => served.gateway.log.some(({ level, msg }) => level === 40 && /managed keys and no master key/.test(String(msg)))
    await using first = await start()
    expect(addressOf(first)).to.match(/^(127\.0\.0\.1|::1)$/)
    expect(warned(first)).to.equal(false)
    await first.call('POST', '/auth-keys', { body: { name: 'first' }, headers: { authorization: '' } })
    await using second = await start()
    expect(addressOf(second)).to.equal('0.0.0.0')
    expect(warned(second)).to.equal(true)
  })
})

describe('the secrets of keys', () => {
  it('are in no log, in no list and in no refusal', async () => {
    await using gateway = await AdminGateway.start({ env: { TAPLINE_KEY_PEPPER: 'pepper-of-the-test' } })
    gateway.served.upstream.always({ body: chatCompletion() })
    const { id, value } = (await gateway.call('POST', '/auth-keys', { body: { name: 'x' } })).json as { id: string; value: string }
    const secret = value.slice('sk_tap_'.length)
    const said = [
      await gateway.served.chat(hello, { authorization: `Bearer ${value}` }),
      await gateway.served.chat(hello, { authorization: `Bearer ${value}x` }),
      await gateway.served.chat(hello, { authorization: `Basic ${value}` }),
      await gateway.served.call('GET', '/admin/auth-keys'),
      await gateway.served.call('GET', '/admin/runtime/config'),
      await gateway.served.call('PUT', `/admin/auth-keys/${id}/labels`, { labels: [] }),
      await gateway.served.call('POST', `/admin/auth-keys/${id}/deactivate`),
      await gateway.served.chat(hello, { authorization: `Bearer ${value}` }),
    ].map(({ status, headers, body }) => `${status} ${JSON.stringify(headers)} ${body.toString()}`)
    for (const text of [...said, JSON.stringify(gateway.served.gateway.log)])
      expect(text)
        .to.not.include(secret)
        .and.to.not.include('pepper-of-the-test')
        .and.to.not.match(/secret_hash/)
  })

  it('are in no audit record, though it keeps bodies', async () => {
    await using gateway = await AdminGateway.start({ config: { logging: { log_bodies: true, only_model_interactions: false } } })
    const { value } = (await gateway.call('POST', '/auth-keys', { body: { name: 'x' } })).json as { value: string }
    await gateway.served.chat(hello, { authorization: `Bearer ${value}x` })
    const recorded = async () => (await gateway.call('GET', '/audit/log?limit=100')).json.entries as { id: string; path: string }[]
    let entries = await recorded()
    while (!entries.some(({ path }) => path === '/v1/chat/completions') || !entries.some(({ path }) => path === '/admin/auth-keys')) entries = await recorded()
    const details = await Promise.all(entries.map(async ({ id }) => (await gateway.call('GET', `/audit/detail?log_id=${id}`)).text))
    expect(details.join()).to.include('managed key unknown').and.to.not.include(value.slice('sk_tap_'.length))
  })
})
