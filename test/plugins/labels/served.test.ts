/** What labels do in a whole gateway: what goes on to the provider, what is recorded, what is charged. */

import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../support/admin.ts'
import { Audited } from '../../support/audit.ts'
import { capped, Limited } from '../../support/limits.ts'
import { message } from '../../support/messages.ts'
import { recorded } from '../../support/recorded.ts'
import { hello, masterKey, Served } from '../../support/serve.ts'

const tagging = {
  headers: [
    { header: 'X-Team', do_not_pass: true },
    { header: 'X-Cost', prefix: 'cc-' },
  ],
}
const said = { 'x-team': 'team', 'x-cost': 'cc-7', 'x-litellm-tags': 'lite' }
const usage = { prompt_tokens: 1, completion_tokens: 1 }

describe('labels in a gateway', () => {
  let gateway: AdminGateway
  let served: Served
  beforeEach(async () => {
    gateway = await AdminGateway.start({ config: { tagging } })
    served = gateway.served
    served.upstream.always({ body: chatCompletion({ usage }) })
  })
  afterEach(() => gateway[Symbol.asyncDispose]())
  const makeKey = async (labels: readonly string[]) =>
    (await gateway.call('POST', '/auth-keys', { body: { name: 'k', labels } })).json as { readonly value: string }

  it('are those of the key, of headers, of x-litellm-tags, of tags and of metadata.tags, in this order and each once', async () => {
    const { value } = await makeKey(['key', 'lite'])
    await served.chat({ ...hello, tags: 'body,team', metadata: { tags: ['meta', 'key'] } }, { ...said, authorization: `Bearer ${value}` })
    const [record] = await recorded(served, 1)
    expect(record?.labels).to.deep.equal(['key', 'lite', 'team', '7', 'body', 'meta'])
  })

  it('are what usage is found and summed up by', async () => {
    await served.chat({ ...hello, tags: ['a', 'b'] })
    await served.chat({ ...hello, tags: ['b'] })
    await recorded(served, 2)
    expect((await gateway.call('GET', '/usage/log?label=a')).json.total).to.equal(1)
    expect(
      (await gateway.call('GET', '/usage/labels')).json.map(({ label, requests }: { readonly label: string; readonly requests: number }) => [label, requests]),
    ).to.have.deep.members([
      ['a', 1],
      ['b', 2],
    ])
  })

  const bodies: readonly (readonly [what: string, given: string, sent: string])[] = [
    [
      'in the middle',
      '{ "model":"gpt-test" , "tags" : ["a", "b"],"messages":[{"role":"user","content":"\\u0068i"}],"x":1.0 }',
      '{ "model":"gpt-test" ,"messages":[{"role":"user","content":"\\u0068i"}],"x":1.0 }',
    ],
    [
      'at the end',
      '{"messages":[{"role":"user","content":"hi"}],"model":"gpt-test","x":1e2,\n"tags":"a"\n}',
      '{"messages":[{"role":"user","content":"hi"}],"model":"gpt-test","x":1e2\n}',
    ],
    [
      'twice',
      '{"tags":["a"],"model":"gpt-test","messages":[{"role":"user","content":"hi"}],"tags":["b"]}',
      '{"model":"gpt-test","messages":[{"role":"user","content":"hi"}]}',
    ],
    [
      'in metadata',
      '{"model":"gpt-test","messages":[{"role":"user","content":"hi"}],"metadata":{"n":"1" ,"tags":["a"], "m":"2"}}',
      '{"model":"gpt-test","messages":[{"role":"user","content":"hi"}],"metadata":{"n":"1" , "m":"2"}}',
    ],
  ]
  for (const [what, given, sent] of bodies) {
    it(`go no further, and leave every other byte as it was: ${what}`, async () => {
      expect((await served.chat(given)).status).to.equal(200)
      expect(served.upstream.requests[0]?.body.toString()).to.equal(sent)
    })
  }

  it('let the very bytes of the client pass where there are none', async () => {
    const given = '{ "model" : "gpt-test","messages":[{"role":"user","content":"hi"}],"metadata":{"tags":"x"},"tags":{"own":1} }'
    await served.chat(given, said)
    expect(served.upstream.requests[0]?.body.toString()).to.equal(given)
  })

  const passed: readonly (readonly [what: string, path: string])[] = [
    ['that is read', '/p/openai/chat/completions'],
    ['that nobody reads', '/p/openai/threads'],
  ]
  for (const [what, path] of passed) {
    it(`keep the headers that shall not pass from a passthrough ${what}`, async () => {
      await served.call('POST', path, hello, said)
      expect(served.upstream.requests[0]?.headers).to.include({ 'x-cost': 'cc-7', 'x-litellm-tags': 'lite' }).and.to.not.have.property('x-team')
    })
  }

  it('of administrators keep headers from a passthrough as soon as they are named', async () => {
    await gateway.call('PUT', '/tagging/settings', { body: { headers: [{ header: 'X-Own', do_not_pass: true }] } })
    await served.call('POST', '/p/openai/threads', hello, { 'x-own': 'a', 'x-other': 'b' })
    expect(served.upstream.requests[0]?.headers).to.include({ 'x-other': 'b' }).and.to.not.have.property('x-own')
  })

  it('are taken out of the body of a passthrough that is read', async () => {
    await served.call('POST', '/p/openai/chat/completions', { ...hello, tags: ['a'] }, said)
    expect(JSON.parse(served.upstream.requests[0]?.body.toString() ?? '')).to.deep.equal(hello)
    expect((await recorded(served, 1))[0]?.labels).to.deep.equal(['team', '7', 'lite', 'a'])
  })

  it('are taken out of a form', async () => {
    const form = new FormData()
    for (const [name, value] of [
      ['model', 'gpt-test'],
      ['tags', 'a, b'],
      ['language', 'en'],
    ] as const)
      form.set(name, value)
    form.set('file', new File(['sound'], 'a.wav', { type: 'audio/wav' }))
    served.upstream.always({ body: { text: 'hi' } })
    const answer = await fetch(`${served.url}/v1/audio/transcriptions`, { method: 'POST', body: form, headers: { authorization: `Bearer ${masterKey}` } })
    expect(answer.status).to.equal(200)
    const sent = served.upstream.requests[0]?.body.toString() ?? ''
    expect([sent.includes('name="language"'), sent.includes('name="tags"')]).to.deep.equal([true, false])
    expect((await recorded(served, 1))[0]?.labels).to.deep.equal(['a', 'b'])
  })

  it('are no part of what answers are kept under', async () => {
    await using cached = await Served.start({ config: { cache: { response: { simple: {} } } } })
    cached.upstream.always({ body: chatCompletion({ usage }) })
    for (const tags of ['a', 'b']) await cached.chat({ ...hello, tags })
    expect(cached.upstream.requests).to.have.length(1)
    const records = await recorded(cached, 2)
    expect(records.map(({ labels, cache_type: cache }) => [labels, cache])).to.deep.equal([
      [['a'], null],
      [['b'], 'exact'],
    ])
  })
})

describe('labels in each dialect', () => {
  const routes: readonly (readonly [path: string, body: object])[] = [
    ['/v1/chat/completions', hello],
    ['/v1/messages', { ...hello, max_tokens: 9 }],
    ['/v1/responses', { model: 'gpt-test', input: 'hello' }],
    ['/v1/embeddings', { model: 'gpt-test', input: 'hello' }],
  ]
  for (const [path, body] of routes) {
    it(`are taken of ${path}`, async () => {
      await using served = await Served.start()
      await served.call('POST', path, { ...body, tags: ['a'], metadata: { tags: ['b'], user_id: 'u' } }, { 'x-litellm-tags': 'h' })
      expect((await recorded(served, 1))[0]?.labels).to.deep.equal(['h', 'a', 'b'])
      expect(served.upstream.requests[0]?.body.toString()).to.not.contain('tags')
    })
  }

  it('are taken of Messages that Anthropic answers', async () => {
    await using served = await Served.start({
      config: { providers: { claude: { type: 'anthropic', api_key: 'sk-a', base_url: '${OPENAI_BASE_URL}', models: ['claude-test'] } } },
    })
    served.upstream.always({ body: message() })
    const body = { model: 'claude/claude-test', max_tokens: 9, messages: hello.messages }
    await served.call('POST', '/v1/messages', { ...body, metadata: { tags: ['a'] }, tags: 'b' })
    expect(JSON.parse(served.upstream.requests[0]?.body.toString() ?? '')).to.deep.equal({ ...body, model: 'claude-test' })
  })
})

describe('labels in the audit log', () => {
  it('stand beside the body that the client sent', async () => {
    await using audited = await Audited.start({ config: { tagging } })
    audited.served.upstream.always({ body: chatCompletion() })
    const body = { ...hello, tags: ['a'], metadata: { tags: ['b'] } }
    await audited.served.chat(body, said)
    const { data } = await audited.row()
    expect(data.labels).to.deep.equal(['team', '7', 'lite', 'a', 'b'])
    expect(data.request_body).to.deep.equal(body)
    expect(data).to.not.have.property('request_revisions')
    expect((await audited.read('/audit/log?label=7')).json.total).to.equal(1)
    expect((await audited.read('/audit/log?label=cc-7')).json.total).to.equal(0)
  })

  it('stand there of a call that a guardrail edited, and of one that was refused', async () => {
    await using audited = await Audited.start({
      config: { guardrails: { rules: [{ name: 'mask', type: 'string_replace', config: { rules: 'secret => word' } }] } },
    })
    audited.served.upstream.always({ body: chatCompletion() })
    await audited.served.chat({ ...hello, messages: [{ role: 'user', content: 'secret' }], tags: ['a'] })
    await audited.served.chat({ ...hello, model: 'nobody', tags: ['b'] })
    const rows = await audited.rows(2)
    expect(rows.map(({ status_code: status, data }) => [status, data.labels])).to.deep.equal([
      [200, ['a']],
      [400, ['b']],
    ])
    expect(rows[0]?.data.request_revisions[0].body).to.deep.equal({ ...hello, messages: [{ role: 'user', content: 'word' }] })
  })
})

describe('budgets of labels', () => {
  it('are charged by labels of headers and of bodies', async () => {
    await using limited = await Limited.start({ config: { tagging, budgets: { labels: [{ label: 'night', limits: [{ period: 'daily', amount: 1 }] }] } } })
    const status = async (headers: Readonly<Record<string, string>>, more: object = {}) => (await limited.call('/', { ...capped, ...more }, headers)).status
    expect(await status({ 'x-cost': 'cc-night' })).to.equal(200)
    expect([
      await status({}, { tags: ['night'] }),
      await status({}, { metadata: { tags: ['x', 'night'] } }),
      await status({ 'x-litellm-tags': 'night' }),
    ]).to.deep.equal([429, 429, 429])
    expect([await status({}, { tags: ['Night'] }), await status({})]).to.deep.equal([200, 200])
  })
})
