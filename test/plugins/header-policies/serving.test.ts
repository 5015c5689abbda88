import { expect } from 'chai'
import { chatChunks, chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { hello, helloStream, Served, type ServeOptions } from '../../support/serve.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

const policy = (actions: readonly object[], more: object = {}) => ({ name: 'pin', actions, ...more })
const set = (header: string, value: string) => ({ action: 'set', header, value })
const copy = (header: string, from: string) => ({ action: 'set', header, from_header: from })
const remove = (header: string) => ({ action: 'remove', header })
const policies = (...list: readonly object[]) => ({ header_policies: { policies: list } })
const last = ({ upstream }: { readonly upstream: ScriptedUpstream }): Headers => upstream.requests.at(-1)?.headers ?? {}
const form = {
  body: '--x\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-test\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\nID3\r\n--x--\r\n',
  headers: { 'content-type': 'multipart/form-data; boundary=x' },
}

/** What the provider gets of one chat call. */
async function sentWith(options: ServeOptions, headers: Readonly<Record<string, string>> = {}): Promise<Headers> {
  await using served = await Served.start(options)
  served.upstream.always({ body: chatCompletion() })
  const { status, body } = await served.chat(hello, headers)
  expect(status, body.toString()).to.equal(200)
  return last(served)
}

describe('header policies at egress', () => {
  const routes: readonly [string, string, string | object, Readonly<Record<string, string>>][] = [
    ['a chat', '/v1/chat/completions', hello, {}],
    ['a stream', '/v1/chat/completions', helloStream, {}],
    ['a native call of another dialect', '/v1/responses', { model: 'gpt-test', input: 'hi' }, {}],
    ['a translated call', '/v1/messages', { model: 'gpt-test', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }, {}],
    ['embeddings', '/v1/embeddings', { model: 'gpt-test', input: 'hi' }, {}],
    ['a form', '/v1/audio/transcriptions', form.body, form.headers],
    ['a passed-through call that is read', '/p/openai/chat/completions', hello, {}],
    ['a passed-through call that nobody reads', '/p/openai/some/thing', { a: 1 }, {}],
  ]
  for (const [what, path, body, headers] of routes) {
    it(`reach ${what}`, async () => {
      await using served = await Served.start({ config: policies(policy([set('X-Pinned', 'yes'), copy('X-Copied', 'X-Mine'), remove('X-Gone')])) })
      served.upstream.always(body === helloStream ? { chunks: chatChunks({ pieces: ['Hi'] }) } : { body: chatCompletion() })
      await served.call('POST', path, body, { 'x-mine': 'theirs', 'x-gone': '1', ...headers })
      expect(last(served)).to.include({ 'x-pinned': 'yes', 'x-copied': 'theirs', authorization: 'Bearer sk-upstream' }).and.to.not.have.property('x-gone')
    })
  }

  it('match the path below the base path', async () => {
    await using served = await Served.start({
      config: { ...policies(policy([set('X-Pinned', 'yes')], { paths: ['/v1/chat/*'] })), server: { base_path: '/g' } },
    })
    served.upstream.always({ body: chatCompletion() })
    await served.call('POST', '/v1/chat/completions', hello)
    expect(last(served)).to.include({ 'x-pinned': 'yes' })
  })

  const orders: readonly [string, object, Headers][] = [
    [
      'ascending steps: the later wins',
      policies(policy([set('X-A', 'second')], { step: 2 }), policy([set('x-a', 'first'), set('X-B', 'first')], { name: 'other', step: 1 })),
      { 'x-a': 'second', 'x-b': 'first' },
    ],
    ['steps that are equal in the order of the list', policies(policy([set('X-A', '1')]), policy([set('X-A', '2')], { name: 'other' })), { 'x-a': '2' }],
    ['a later removal', policies(policy([set('X-A', '1')], { step: 1 }), policy([remove('X-A')], { name: 'other', step: 2 })), { 'x-a': undefined }],
    [
      'defaults, overrides, then policies',
      {
        ...policies(policy([set('X-Team', 'policy'), remove('X-Static')])),
        providers: { openai: { custom_upstream_headers: { 'X-Team': 'override', 'X-Static': '1', 'X-Kept': '2' } } },
      },
      { 'x-team': 'policy', 'x-static': undefined, 'x-kept': '2' },
    ],
    [
      'headers that callers send along, then policies',
      { ...policies(policy([set('X-Mine', 'policy')])), providers: { openai: { passthrough_user_headers: true } } },
      { 'x-mine': 'policy' },
    ],
    [
      'credentials last',
      { ...policies(policy([set('X-Vendor-Auth', 'policy')])), providers: { openai: { auth_header: 'X-Vendor-Auth', auth_scheme: '' } } },
      { 'x-vendor-auth': 'sk-upstream' },
    ],
    [
      'credentials that a policy would take out',
      { ...policies(policy([remove('X-Vendor-Auth')])), providers: { openai: { auth_header: 'X-Vendor-Auth', auth_scheme: '' } } },
      { 'x-vendor-auth': 'sk-upstream' },
    ],
  ]
  for (const [sentence, config, expected] of orders) {
    it(`keep to the order: ${sentence}`, async () => {
      const sent = await sentWith({ config: config as Record<string, unknown> }, { 'x-mine': 'theirs' })
      for (const [name, value] of Object.entries(expected)) expect(sent[name], name).to.equal(value)
    })
  }

  it('are settled before guardrails, and stay', async () => {
    const rules = [{ name: 'other headers', type: 'header_edit', config: { request_set: { 'X-Mine': 'edited' } } }]
    expect(await sentWith({ config: { ...policies(policy([copy('X-Copied', 'X-Mine')])), guardrails: { rules } } }, { 'x-mine': 'theirs' })).to.include({
      'x-copied': 'theirs',
    })
  })

  it('take the bound user path for what a caller claims', async () => {
    const bind = `export default { name: 'bind', setup: () => ({ request(exchange) { exchange.caller = { ...exchange.caller, userPath: '/bound' } } }) }`
    const config = { ...policies(policy([copy('X-Path', 'X-Tapline-User-Path')])), pipelines: { inference: [{ insert: './bind.ts', before: 'user-path' }] } }
    expect(await sentWith({ config, files: { 'bind.ts': bind } }, { 'x-tapline-user-path': '/claimed' })).to.include({ 'x-path': '/bound' })
  })

  it('stay on while guardrails are switched off', async () => {
    expect(await sentWith({ config: { ...policies(policy([set('X-Pinned', 'yes')])), guardrails: { enabled: false } } })).to.include({ 'x-pinned': 'yes' })
  })

  it('are off where their switch says so', async () => {
    expect(await sentWith({ config: policies(policy([set('X-Pinned', 'yes')])), env: { HEADER_POLICIES_ENABLED: 'false' } })).to.not.have.property('x-pinned')
  })

  it('are those of HEADER_POLICIES_JSON in the place of those of the file', async () => {
    const env = { HEADER_POLICIES_JSON: JSON.stringify([policy([set('X-Env', 'yes')])]) }
    expect(await sentWith({ config: policies(policy([set('X-File', 'yes')])), env }))
      .to.include({ 'x-env': 'yes' })
      .and.not.have.property('x-file')
  })

  it('may be written as other gateways have them, among the guardrails', async () => {
    const config = { endpoints: ['/v1/chat/*'], methods: ['POST'], when: [{ header: 'X-Mine' }], actions: [set('X-Pinned', 'old')] }
    const rules = [{ name: 'old', type: 'header_modification', order: 5, config }]
    expect(
      await sentWith({ config: { ...policies(policy([set('X-Pinned', 'new')], { step: 4 })), guardrails: { enabled: false, rules } } }, { 'x-mine': '1' }),
    ).to.include({ 'x-pinned': 'old' })
  })

  it('keep no passed-through call back that nobody can read', async () => {
    await using served = await Served.start({ config: policies(policy([set('X-Pinned', 'yes')])) })
    served.upstream.always({ body: { ok: true } })
    expect((await served.call('POST', '/p/openai/some/thing', { a: 1 })).status).to.equal(200)
  })
})

describe('header policies and targets', () => {
  const smart = { ...hello, model: 'smart' }
  const pinned = policies(policy([set('X-Pinned', 'yes'), copy('X-Copied', 'X-Mine')]))
  const virtual = (...targets: readonly string[]) => ({
    virtual_models: [{ source: 'smart', strategy: 'failover', targets: targets.map(name => ({ provider: name.split('/')[0], model: name.split('/')[1] })) }],
  })

  it('go along with retries', async () => {
    await using served = await Served.start({ config: { ...pinned, resilience: { retry: { initial_backoff: '1ms', max_backoff: '1ms' } } } })
    served.upstream.reply({ status: 503, body: errorBody('busy') }, { body: chatCompletion() })
    await served.chat(hello, { 'x-mine': '1' })
    expect(served.upstream.requests.map(({ headers }) => [headers['x-pinned'], headers['x-copied']])).to.deep.equal([
      ['yes', '1'],
      ['yes', '1'],
    ])
  })

  it('do not follow to another provider', async () => {
    await using backup = await ScriptedUpstream.start()
    const providers = { backup: { type: 'openai-compatible', api_key: 'sk-backup', base_url: backup.url, models: ['gpt-b'] } }
    await using served = await Served.start({
      config: { ...pinned, ...virtual('openai/gpt-test', 'backup/gpt-b'), providers, resilience: { retry: { max_retries: 0 } } },
    })
    served.upstream.always({ status: 500, body: errorBody('down') })
    backup.always({ body: chatCompletion() })
    expect((await served.chat(smart, { 'x-mine': '1' })).status).to.equal(200)
    expect(last(served)).to.include({ 'x-pinned': 'yes', 'x-copied': '1' })
    expect(last({ upstream: backup }))
      .to.include({ authorization: 'Bearer sk-backup' })
      .and.not.have.any.keys('x-pinned', 'x-copied')
  })

  it('follow to another model of the same provider', async () => {
    await using served = await Served.start({
      env: { OPENAI_MODELS: 'gpt-test,gpt-other' },
      config: { ...pinned, ...virtual('openai/gpt-test', 'openai/gpt-other'), resilience: { retry: { max_retries: 0 } } },
    })
    served.upstream.reply({ status: 500, body: errorBody('down') }, { body: chatCompletion() })
    await served.chat(smart, { 'x-mine': '1' })
    expect(served.upstream.requests.map(({ headers }) => headers['x-pinned'])).to.deep.equal(['yes', 'yes'])
  })

  it('leave the calls that guardrails make alone', async () => {
    const rules = [{ name: 'judge', type: 'llm_judge', phase: 'prompt', config: { model: 'gpt-test', prompt: 'Block cats.' } }]
    await using served = await Served.start({ config: { ...pinned, guardrails: { rules } } })
    served.upstream.reply({ body: chatCompletion({ content: 'allow' }) }, { body: chatCompletion() })
    expect((await served.chat()).status).to.equal(200)
    expect(served.upstream.requests.map(({ headers }) => headers['x-pinned'])).to.deep.equal([undefined, 'yes'])
  })
})

describe('header policies and the cache', () => {
  const cache = { cache: { response: { simple: { enabled: true } } } }
  const cachedWith = async (config: object, calls: readonly Readonly<Record<string, string>>[]) => {
    await using served = await Served.start({ config: { ...cache, ...config } })
    served.upstream.always({ body: chatCompletion() })
    const seen: unknown[] = []
    for (const headers of calls) seen.push((await served.chat(hello, headers)).headers['x-cache'])
    return seen
  }

  const cases: readonly [string, object, readonly Readonly<Record<string, string>>[], readonly (string | undefined)[]][] = [
    [
      'keeps answers to other copied values apart',
      policies(policy([copy('X-Tenant', 'X-Mine')])),
      [{ 'x-mine': 'a' }, { 'x-mine': 'b' }, { 'x-mine': 'a' }, {}],
      [undefined, undefined, 'HIT (exact)', undefined],
    ],
    [
      'keeps answers apart by whether a policy holds',
      policies(policy([set('X-Beta', '1')], { when: [{ header: 'X-Mine' }] })),
      [{ 'x-mine': 'a' }, {}, { 'x-mine': 'other' }],
      [undefined, undefined, 'HIT (exact)'],
    ],
    ['tells a removal from nothing', policies(policy([remove('X-Beta')], { when: [{ header: 'X-Mine' }] })), [{ 'x-mine': 'a' }, {}], [undefined, undefined]],
    [
      'knows no difference where no policy acts',
      policies(policy([set('X-Beta', '1')], { paths: ['/v1/messages'] })),
      [{ 'x-mine': 'a' }, { 'x-mine': 'b' }],
      [undefined, 'HIT (exact)'],
    ],
  ]
  for (const [sentence, config, calls, expected] of cases) {
    it(sentence, async () => {
      expect(await cachedWith(config, calls)).to.deep.equal(expected)
    })
  }
})

describe('header policies that cannot be', () => {
  const cases: Readonly<Record<string, readonly [object, RegExp]>> = {
    'touch credentials': [policies(policy([set('Authorization', 'x')])), /"pin".*actions\.0\.header.*Authorization carries credentials/],
    'have a name twice': [policies(policy([set('X-A', '1')]), policy([set('X-B', '1')])), /two header policies or guardrails are called "pin"/],
    'have the name of a guardrail': [
      { ...policies(policy([set('X-A', '1')])), guardrails: { rules: [{ name: 'pin', type: 'string_replace', config: { rules: 'a => b' } }] } },
      /two header policies or guardrails are called "pin"/,
    ],
    'touch credentials, and are off': [
      { header_policies: { enabled: false, policies: [policy([set('Authorization', 'x')])] } },
      /Authorization carries credentials/,
    ],
    'are written as guardrails, wrongly': [
      { guardrails: { rules: [{ name: 'old', type: 'header_modification', config: { actions: [{ action: 'add', header: 'X-A' }] } }] } },
      /"old".*actions\.0\.action/,
    ],
    'have a member that nobody knows': [policies(policy([set('X-A', '1')], { phase: 'prompt' })), /unknown key/],
  }
  for (const [what, [config, expected]] of Object.entries(cases)) {
    it(`keep the gateway from starting where they ${what}`, async () => {
      const failure = await Served.start({ config: config as Record<string, unknown> }).then(
        async served => await served.close(),
        (cause: unknown) => cause,
      )
      expect(String(failure)).to.match(expected)
    })
  }
})
