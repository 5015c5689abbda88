import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { faredBy, Semantic } from '../../support/semantic.ts'
import { everythingOn } from '../../support/workflows.ts'

type Rows = readonly Readonly<Record<string, unknown>>[]

const both = { response: { simple: {} } }

/** What administrators read, as soon as there are so many rows. */
async function rows(semantic: Semantic, path: string, count: number): Promise<Rows> {
  for (;;) {
    const { entries } = JSON.parse(String((await semantic.served.call('GET', `/admin${path}`)).body)) as { readonly entries: Rows }
    if (entries.length >= count) return entries
  }
}

describe('cache-semantic beside cache-exact', () => {
  it('is asked when that one has nothing, and its hits stay its own', async () => {
    await using semantic = await Semantic.start(both)
    const fared = []
    for (const text of ['hello', 'hello', 'hi', 'hi']) fared.push(faredBy(await semantic.ask(text)))
    expect(fared).to.deep.equal(['miss', 'HIT (exact)', 'HIT (semantic)', 'HIT (semantic)'])
    expect([semantic.calls.length, semantic.embeddings.length]).to.deep.equal([1, 3])
  })

  const types: readonly [string | undefined, readonly string[]][] = [
    [undefined, ['HIT (exact)', 'HIT (semantic)']],
    ['exact', ['HIT (exact)', 'miss']],
    ['semantic', ['HIT (semantic)', 'HIT (semantic)']],
    ['both', ['HIT (exact)', 'HIT (semantic)']],
    ['onion', ['HIT (exact)', 'HIT (semantic)']],
  ]
  for (const [type, expected] of types) {
    it(`answers what it may with X-Cache-Type: ${type}`, async () => {
      await using semantic = await Semantic.start(both)
      await semantic.ask('hello')
      const fared = []
      for (const text of ['hello', 'hi']) fared.push(faredBy(await semantic.ask(text, {}, type === undefined ? {} : { 'x-cache-type': type })))
      expect(fared).to.deep.equal(expected)
    })
  }

  const kept: readonly [string, Record<string, string>, exact: boolean, semantic: boolean][] = [
    ['X-Cache-Type: semantic', { 'x-cache-type': 'semantic' }, false, true],
    ['X-Cache-Type: exact', { 'x-cache-type': 'exact' }, true, false],
    ['Cache-Control: no-store', { 'cache-control': 'no-store' }, false, false],
  ]
  for (const [what, headers, isExact, isSemantic] of kept) {
    it(`has each layer keep what it may with ${what}`, async () => {
      await using semantic = await Semantic.start(both)
      await semantic.ask('hello', {}, headers)
      expect(faredBy(await semantic.ask('hello', {}, { 'x-cache-type': 'exact' }))).to.equal(isExact ? 'HIT (exact)' : 'miss')
      expect(semantic.vectors.entries.size).to.equal(isSemantic ? 1 : 0)
    })
  }

  const apart: readonly [string, (semantic: Semantic) => void, string][] = [
    ['goes by it', () => {}, '  '],
    [
      'has no embedder',
      semantic => {
        semantic.embedder = () => ({ status: 503 })
      },
      'hello',
    ],
    [
      'has no store',
      ({ vectors }) => {
        vectors.before = () => Promise.reject(new Error('down'))
      },
      'hello',
    ],
  ]
  for (const [what, prepare, text] of apart) {
    it(`leaves a request to that one which ${what}`, async () => {
      await using semantic = await Semantic.start(both)
      prepare(semantic)
      expect(faredBy(await semantic.ask(text))).to.equal('miss')
      expect(faredBy(await semantic.ask(text))).to.equal('HIT (exact)')
    })
  }

  it('answers while the store of that one is away', async () => {
    const store =
      "export default { name: 'bad-store', provides: 'cache', setup: () => ({ service: { get: () => Promise.reject(new Error('down')), set: () => Promise.reject(new Error('down')), delete() {} } }) }"
    await using semantic = await Semantic.start({
      ...both,
      files: { 'bad-store.ts': store },
      config: { pipelines: { services: [{ replace: 'cache-store', with: './bad-store.ts' }] } },
    })
    await semantic.ask('hello')
    expect(faredBy(await semantic.ask('hi'))).to.equal('HIT (semantic)')
  })

  it('answers each of several equal requests that waited for one', async () => {
    await using semantic = await Semantic.start(both)
    await semantic.ask('hello')
    const gate = new Gate()
    semantic.vectors.before = async () => {
      await gate
    }
    const asked = Array.from({ length: 5 }, () => semantic.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }] }))
    await gate.reached
    gate.open()
    expect((await Promise.all(asked)).map(faredBy)).to.deep.equal(Array.from({ length: 5 }, () => 'HIT (semantic)'))
    expect(semantic.calls).to.have.length(1)
  })
})

describe('cache-semantic and limits', () => {
  it('counts against no limit: neither a hit, nor what is asked of the embedder', async () => {
    const limits = [{ period: 'day', max_requests: 1, max_tokens: 23 }]
    await using semantic = await Semantic.start({ config: { rate_limits: { user_paths: [{ path: '/', limits }], providers: [{ name: 'openai', limits }] } } })
    expect((await semantic.ask('hello')).status).to.equal(200)
    for (let hits = 0; hits < 3; hits++) expect(faredBy(await semantic.ask('hi'))).to.equal('HIT (semantic)')
    expect((await semantic.ask('bye')).status).to.equal(429)
  })

  it('makes no vectors for who has spent his budget, and is no worse for the others', async () => {
    const pricing = { input_per_mtok: 1e6, output_per_mtok: 0 }
    await using semantic = await Semantic.start({
      env: { OPENAI_MODELS: '' },
      config: {
        providers: {
          openai: {
            models: [
              { id: 'gpt-test', metadata: { pricing: { input_per_mtok: 0, output_per_mtok: 0 } } },
              { id: 'text-embedding-3-small', metadata: { pricing } },
            ],
          },
        },
        budgets: { user_paths: [{ path: '/poor', limits: [{ period: 'daily', amount: 0.5 }] }] },
      },
    })
    const as = (path: string) => ({ 'x-tapline-user-path': path })
    for (const [text, path] of [
      ['hello', '/rich'],
      ['hi', '/poor'],
      ['hi', '/poor'],
      ['hi', '/rich'],
    ] as const)
      await semantic.ask(text, {}, as(path))
    expect(semantic.exchanges.map(({ cache, status }) => [cache, status])).to.deep.equal([
      ['miss', 200],
      ['hit', 200],
      ['bypass', 429],
      ['hit', 200],
    ])
    expect(semantic.served.gateway.log.filter(({ msg }) => msg === 'the semantic cache failed; going on without it')).to.deep.equal([])
  })
})

describe('cache-semantic and the call of its embedder', () => {
  it('goes to a model that its caller may not use, with nothing that policy does to the calls of callers', async () => {
    const config = {
      users: [{ path: '/team', allowed_models: ['openai/gpt-test'] }],
      header_policies: { policies: [{ name: 'org', actions: [{ action: 'set', header: 'X-Org', value: 'acme' }] }] },
      guardrails: { rules: [{ name: 'in', type: 'string_replace', phase: 'prompt', config: { rules: 'he => she' } }] },
    }
    await using semantic = await Semantic.start({ config }, { shello: 0, sshello: 90 })
    await semantic.ask('hello', {}, { 'x-tapline-user-path': '/team', 'x-tenant': 'a' })
    expect(semantic.exchanges[0]?.cache).to.equal('miss')
    expect(semantic.calls[0]?.headers).to.include({ 'x-org': 'acme' })
    expect(JSON.parse(String(semantic.embeddings[0]?.body))).to.include({ input: 'shello' })
    expect(semantic.embeddings[0]?.headers).to.not.have.any.keys('x-org', 'x-tenant')
  })

  it('is not answered from a cache', async () => {
    await using semantic = await Semantic.start(both)
    for (const seed of [1, 2]) await semantic.ask('hello', { seed })
    expect(semantic.embeddings).to.have.length(2)
  })

  it('has a record of its own, as that of a cache, under the path of its caller', async () => {
    await using semantic = await Semantic.start()
    semantic.model = { body: chatCompletion({ usage: { prompt_tokens: 100, completion_tokens: 50 } }) }
    for (const text of ['hello', 'hi']) await semantic.ask(text, {}, { 'x-tapline-user-path': '/team' })
    const all = await rows(semantic, '/usage/log?cache_mode=all', 4)
    const told = all.map(({ origin, cache_type, model, endpoint, input_tokens, user_path }) =>
      [origin, cache_type, model, endpoint, input_tokens, user_path].join(),
    )
    expect(told.toSorted()).to.deep.equal([
      'cache,,text-embedding-3-small,/v1/embeddings,8,/team',
      'cache,,text-embedding-3-small,/v1/embeddings,8,/team',
      'client,,gpt-test,/v1/chat/completions,100,/team',
      'client,semantic,gpt-test,/v1/chat/completions,100,/team',
    ])
  })
})

describe('cache-semantic and what is told of it', () => {
  it('says in the audit log which cache answered', async () => {
    await using semantic = await Semantic.start(both)
    for (const text of ['hello', 'hello', 'hi']) await semantic.ask(text)
    const told = (await rows(semantic, '/audit/log?path=/v1/chat/completions', 3)).map(entry => entry['cache_type'])
    expect(told.toReversed()).to.deep.equal([null, 'exact', 'semantic'])
  })

  it('adds up what its hits saved', async () => {
    await using semantic = await Semantic.start(both)
    semantic.model = { body: chatCompletion({ usage: { prompt_tokens: 100, completion_tokens: 50 } }) }
    for (const text of ['hello', 'hello', 'hi', 'hi']) await semantic.ask(text)
    await rows(semantic, '/usage/log?cache_mode=cached', 3)
    const { summary } = JSON.parse(String((await semantic.served.call('GET', '/admin/cache/overview')).body)) as { readonly summary: object }
    expect(summary).to.include({ total_hits: 3, exact_hits: 1, semantic_hits: 2, total_tokens: 450 })
  })
})

describe('cache-semantic and workflows', () => {
  const workflow = (features: object, more: object = {}) => ({
    workflows: {
      rules: [{ name: 'legal', scope_user_path: '/legal', workflow_payload: { schema_version: 2, features: { ...everythingOn, ...features }, ...more } }],
    },
  })
  const cases: readonly [string, Record<string, unknown>, string, readonly string[]][] = [
    ['is off where a workflow says so', workflow({ cache: false }), '/legal', ['miss', 'miss']],
    ['is on elsewhere', workflow({ cache: false }), '/sales', ['miss', 'HIT (semantic)']],
    ['keeps paths apart where a workflow says so', workflow({}, { cache: { partition: 'user_path' } }), '/legal', ['miss', 'miss']],
  ]
  for (const [what, config, path, expected] of cases) {
    it(what, async () => {
      await using semantic = await Semantic.start({ config })
      const fared = []
      for (const [text, under] of [
        ['hello', `${path}/a`],
        ['hi', `${path}/b`],
      ] as const)
        fared.push(faredBy(await semantic.ask(text, {}, { 'x-tapline-user-path': under })))
      expect(fared).to.deep.equal(expected)
    })
  }
})
