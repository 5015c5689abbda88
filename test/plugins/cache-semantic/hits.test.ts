import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../../core/testing/chat-samples.ts'
import type { Cue } from '../../../core/testing/script.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { speakers, speakersEnv } from '../../support/model-streams.ts'
import { faredBy, Semantic } from '../../support/semantic.ts'
import { until } from '../../support/until.ts'

describe('cache-semantic: hits', () => {
  it('have the bytes of the first answer, its age, and a new id', async () => {
    const clock = new TurnedClock()
    await using semantic = await Semantic.start({ clock })
    const spelled = JSON.stringify(chatCompletion(), undefined, 2)
    semantic.model = { body: spelled }
    const first = await semantic.ask('hello')
    expect(first.headers['x-cache']).to.equal(undefined)
    clock.advance(42_900)
    const second = await semantic.ask('hi')
    expect(second.headers).to.include({ 'x-cache': 'HIT (semantic)', age: '42', 'content-type': 'application/json', 'x-tapline-provider': 'openai' })
    expect(second.headers['x-request-id']).to.not.equal(first.headers['x-request-id'])
    expect(second.body.toString()).to.equal(spelled)
    expect([semantic.calls.length, semantic.embeddings.length]).to.deep.equal([1, 2])
    expect(semantic.exchanges.map(({ cache, cacheLayer }) => `${cache} ${cacheLayer}`)).to.deep.equal(['miss exact', 'hit semantic'])
  })

  it('have a long answer, which is kept compressed', async () => {
    await using semantic = await Semantic.start()
    semantic.model = { body: chatCompletion({ content: 'long '.repeat(20_000) }) }
    const first = await semantic.ask('hello')
    // Nobody waits for an entry to be compressed and kept.
    await until(() => semantic.vectors.entries.size === 1)
    expect([...semantic.vectors.entries.values()][0]?.body.length).to.be.below(10_000)
    const second = await semantic.ask('hi')
    expect(faredBy(second)).to.equal('HIT (semantic)')
    expect(second.body.equals(first.body)).to.equal(true)
  })

  const spoken: readonly [string, string, (content: string) => object][] = [
    ['chat', '/v1/chat/completions', content => ({ messages: [{ role: 'user', content }] })],
    ['chat in parts', '/v1/chat/completions', content => ({ messages: [{ role: 'user', content: [{ type: 'text', text: content }] }] })],
    ['Responses', '/v1/responses', input => ({ input, store: false })],
    ['Responses with items', '/v1/responses', text => ({ input: [{ role: 'user', content: [{ type: 'input_text', text }] }], store: false })],
    ['Messages', '/v1/messages', content => ({ messages: [{ role: 'user', content }], max_tokens: 100 })],
  ]
  for (const [what, path, body] of spoken) {
    it(`are there for ${what}`, async () => {
      await using semantic = await Semantic.start({ env: speakersEnv, config: { providers: speakers } })
      const say = (content: string) => semantic.call({ model: 'openai-chat/m', ...body(content) }, {}, path)
      const first = await say('hello')
      await until(() => semantic.vectors.entries.size === 1)
      const second = await say('hi')
      expect([faredBy(first), faredBy(second)]).to.deep.equal(['miss', 'HIT (semantic)'])
      expect(second.body.equals(first.body)).to.equal(true)
    })
  }

  const thresholds: readonly [string, Record<string, unknown>, Record<string, string>, readonly string[]][] = [
    ['the default is 0.92', {}, {}, ['hi']],
    ['the configuration says less', { similarity_threshold: 0.86 }, {}, ['hi', 'hey']],
    ['the configuration says more', { similarity_threshold: 0.99 }, {}, []],
    ['the configuration wants the very meaning', { similarity_threshold: 1 }, {}, []],
    ['the caller wants less', {}, { 'x-cache-semantic-threshold': '0.86' }, ['hi', 'hey']],
    ['the caller wants less than anybody may', {}, { 'x-cache-semantic-threshold': '0.1' }, ['hi', 'hey']],
    ['the caller wants more', {}, { 'x-cache-semantic-threshold': '0.99' }, []],
    ['the caller says nothing that counts', {}, { 'x-cache-semantic-threshold': 'much' }, ['hi']],
  ]
  for (const [what, settings, headers, expected] of thresholds) {
    it(`are as near as wanted: ${what}`, async () => {
      await using semantic = await Semantic.start({ semantic: settings })
      await semantic.ask('hello')
      const hits: string[] = []
      for (const text of ['bye', 'hey', 'hi']) if (faredBy(await semantic.ask(text, {}, headers)) === 'HIT (semantic)') hits.unshift(text)
      expect(hits).to.deep.equal(expected)
    })
  }

  it('are there for the same words whatever the threshold', async () => {
    await using semantic = await Semantic.start({ semantic: { similarity_threshold: 1 } })
    await semantic.ask('hello')
    expect(faredBy(await semantic.ask('hello'))).to.equal('HIT (semantic)')
  })

  it('come from the nearest', async () => {
    await using semantic = await Semantic.start({ semantic: { similarity_threshold: 0.99 } })
    semantic.model = ({ body }) => ({ body: chatCompletion({ content: body.includes('"hi"') ? 'to hi' : 'to hello' }) })
    for (const text of ['hello', 'hi']) await semantic.ask(text)
    expect((await semantic.ask('hi', {}, { 'x-cache-semantic-threshold': '0.8' })).body.toString()).to.contain('to hi')
  })

  const lives: readonly [string, unknown, Record<string, string>, number | undefined][] = [
    ['an hour by default', undefined, {}, 3_600],
    ['as configured', '2m', {}, 120],
    ['as the caller says', 60, { 'x-cache-ttl': '5' }, 5],
    ['ten times the configured time at most', 60, { 'x-cache-ttl': '100000' }, 600],
    ['a second at least', 60, { 'x-cache-ttl': '0' }, 1],
    ['for ever', 0, {}, undefined],
    ['as the caller says where the configuration says for ever', 0, { 'x-cache-ttl': '100000' }, 100_000],
  ]
  for (const [what, ttl, headers, seconds] of lives) {
    it(`are there as long as entries live: ${what}`, async () => {
      const clock = new TurnedClock(1_800_000_000_000)
      await using semantic = await Semantic.start({ clock, semantic: ttl === undefined ? {} : { ttl } })
      await semantic.ask('hello', {}, headers)
      expect([...semantic.vectors.entries.values()].map(({ expiresAt }) => expiresAt)).to.deep.equal([seconds === undefined ? 0 : 1_800_000_000 + seconds])
    })
  }

  it('are no more when the entry is too old', async () => {
    const clock = new TurnedClock(1_800_000_000_000)
    await using semantic = await Semantic.start({ clock, semantic: { ttl: 60 } })
    await semantic.ask('hello')
    clock.advance(59_000)
    expect(faredBy(await semantic.ask('hi'))).to.equal('HIT (semantic)')
    clock.advance(1_000)
    expect(faredBy(await semantic.ask('hi'))).to.equal('miss')
  })

  it('have what guardrails left of the answer, and are not looked at again', async () => {
    const rules = [{ name: 'out', type: 'string_replace', phase: 'response', config: { rules: 'secret => secret thing' } }]
    await using semantic = await Semantic.start({ config: { guardrails: { rules } } })
    semantic.model = { body: chatCompletion({ content: 'the secret' }) }
    const first = await semantic.ask('hello')
    expect(first.body.toString()).to.contain('"the secret thing"')
    const second = await semantic.ask('hi')
    expect([faredBy(second), second.body.equals(first.body)]).to.deep.equal(['HIT (semantic)', true])
  })

  it('are not there when the cache is off', async () => {
    await using semantic = await Semantic.start({ semantic: { enabled: false } })
    for (let i = 0; i < 2; i++) expect(faredBy(await semantic.ask('hello'))).to.equal('miss')
    expect([semantic.calls.length, semantic.embeddings.length, semantic.vectors.asked.length]).to.deep.equal([2, 0, 0])
    expect(semantic.exchanges[0]?.cache).to.equal(undefined)
  })
})

describe('cache-semantic: what is never kept', () => {
  const guard = (on_match: string) => ({
    guardrails: { rules: [{ name: 'guard', type: 'string_replace', phase: 'response', config: { rules: 'Hello', on_match } }] },
  })
  const alias = {
    virtual_models: [
      {
        source: 'both',
        strategy: 'failover',
        targets: [
          { model: 'gpt-a', provider: 'openai' },
          { model: 'gpt-test', provider: 'openai' },
        ],
      },
    ],
  }
  const cases: readonly [string, Cue, Record<string, unknown>, object][] = [
    ['an error', { status: 500, body: errorBody('oops') }, {}, {}],
    ['an answer of status 201', { status: 201, body: chatCompletion() }, {}, {}],
    ['an answer that is no JSON', { body: 'hello', headers: { 'content-type': 'application/json' } }, {}, {}],
    ['an empty answer', { body: { ...chatCompletion(), choices: [] } }, {}, {}],
    ['what a guardrail blocked', { body: chatCompletion() }, guard('block'), {}],
    ['what a guardrail answered', { body: chatCompletion() }, guard('respond'), {}],
    [
      'what a failover brought',
      ({ body }) => (body.includes('gpt-a') ? { status: 503, body: errorBody('down') } : { body: chatCompletion() }),
      alias,
      { model: 'both' },
    ],
    ['an answer over max_entry_bytes', { body: chatCompletion({ content: 'x'.repeat(5_000) }) }, {}, {}],
  ]
  for (const [what, model, config, members] of cases) {
    it(`is ${what}`, async () => {
      await using semantic = await Semantic.start({ config, env: { OPENAI_MODELS: 'gpt-test,gpt-a' }, semantic: { max_entry_bytes: '4K' } })
      semantic.model = model
      for (let i = 0; i < 2; i++) expect(faredBy(await semantic.ask('hello', members))).to.equal('miss')
      expect(semantic.calls.length).to.be.at.least(2)
      expect(semantic.vectors.entries.size).to.equal(0)
    })
  }

  const bypassed: readonly [string, object, Record<string, string>, Record<string, unknown>][] = [
    ['Cache-Control: no-cache', {}, { 'cache-control': 'no-cache' }, {}],
    ['Cache-Control: no-store', {}, { 'cache-control': 'no-store' }, {}],
    ['X-Cache-Control: no-store', {}, { 'x-cache-control': 'no-store' }, {}],
    ['X-Cache-Type: exact', {}, { 'x-cache-type': 'exact' }, {}],
    ['a background request', { background: true }, {}, {}],
    ['a request that goes on from another', { previous_response_id: 'resp_1' }, {}, {}],
    ['a request of a conversation', { conversation: 'conv_1' }, {}, {}],
    [
      'a request in which a tag was replaced',
      { user: 'u' },
      {},
      { guardrails: { rules: [{ name: 'tags', type: 'tag_replace', phase: 'prompt', config: { roles: ['user'] } }] } },
    ],
    [
      'a request in which values may be put back',
      {},
      {},
      { guardrails: { rules: [{ name: 'pii', type: 'pii', phase: 'prompt', config: { restore: true } }] } },
    ],
  ]
  for (const [what, members, headers, config] of bypassed) {
    it(`is ${what}, which is not looked for either`, async () => {
      await using semantic = await Semantic.start({ config })
      for (let i = 0; i < 2; i++) expect(faredBy(await semantic.ask('On {{tapline.date}} mail to ann@example.com', members, headers))).to.equal('miss')
      expect(semantic.exchanges.map(({ cache }) => cache)).to.deep.equal(['bypass', 'bypass'])
      expect([semantic.calls.length, semantic.embeddings.length, semantic.vectors.asked.length]).to.deep.equal([2, 0, 0])
    })
  }
})
