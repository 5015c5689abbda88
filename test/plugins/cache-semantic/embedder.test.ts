import { expect } from 'chai'
import { embeddings, errorBody } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import type { Script } from '../../../core/testing/script.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { ConfigError } from '../../../core/config/problems/problems.ts'
import { faredBy, Semantic, type SemanticOptions } from '../../support/semantic.ts'
import { until } from '../../support/until.ts'

const said = (semantic: Semantic) =>
  semantic.served.gateway.log.flatMap(({ msg, err }) =>
    msg === 'the semantic cache failed; going on without it' ? [(err as { readonly message: string }).message] : [],
  )

describe('cache-semantic: its embedder', () => {
  const providers = {
    claude: { type: 'anthropic', api_key: 'sk-a', models: ['claude'] },
    google: { type: 'gemini', api_key: 'g', models: ['gemini'] },
    own: { type: 'vllm', base_url: 'http://127.0.0.1:1', models: ['m'] },
  }
  const wrong: readonly [string, object, string, string][] = [
    ['no provider', {}, 'provider', 'the semantic cache needs a provider that embeds'],
    ['a local one that nobody named', { provider: 'local' }, 'provider', 'no embedder comes with Tapline: name a provider'],
    ['a provider that is not there', { provider: 'nobody' }, 'provider', 'there is no provider "nobody"; there are: claude, google, openai, own'],
    ['a provider that does not embed', { provider: 'claude', model: 'm' }, 'provider', 'claude (type anthropic) serves no embeddings'],
    ['no model of a provider of which none is known', { provider: 'own' }, 'model', 'say which model of own embeds: none is known for the type vllm'],
  ]
  for (const [what, embedder, setting, message] of wrong) {
    it(`is not ${what}`, async () => {
      const cause: unknown = await Semantic.start({ config: { providers }, semantic: { embedder } }).then(
        semantic => semantic[Symbol.asyncDispose](),
        (error: unknown) => error,
      )
      expect(cause).to.be.instanceOf(ConfigError)
      const [problem] = (cause as ConfigError).problems
      expect(problem).to.include({ pointer: `/cache/response/semantic/embedder/${setting}`, message })
    })
  }

  const chosen: readonly [string, SemanticOptions, string][] = [
    ['the one that its provider is known for', {}, 'text-embedding-3-small'],
    ['the one that the configuration names', { semantic: { embedder: { provider: 'openai', model: 'embeds' } } }, 'embeds'],
    [
      'the one that variables name',
      { semantic: { embedder: {} }, env: { TAPLINE_SEMANTIC_CACHE_EMBEDDER_PROVIDER: 'openai', TAPLINE_SEMANTIC_CACHE_EMBEDDER_MODEL: 'varies' } },
      'varies',
    ],
  ]
  for (const [what, options, model] of chosen) {
    it(`is ${what}`, async () => {
      await using semantic = await Semantic.start(options)
      await semantic.ask('hello')
      expect(JSON.parse(String(semantic.embeddings[0]?.body))).to.deep.equal({ model, input: 'hello' })
    })
  }

  it('may speak a dialect of its own', async () => {
    await using semantic = await Semantic.start({
      config: { providers: { google: { ...providers.google, base_url: '${OPENAI_BASE_URL}' } } },
      semantic: { embedder: { provider: 'google' } },
    })
    await semantic.ask('hello')
    expect(semantic.served.upstream.requests.map(({ path }) => path).filter(path => !path.endsWith('/chat/completions'))).to.deep.equal([
      '/v1/models/gemini-embedding-001:batchEmbedContents',
    ])
  })

  it('may be a provider of the name local', async () => {
    await using semantic = await Semantic.start({
      config: { providers: { local: { type: 'openai', api_key: 'sk-l', base_url: '${OPENAI_BASE_URL}' } } },
      semantic: { embedder: { provider: 'local', model: 'embeds' } },
    })
    await semantic.ask('hello')
    expect(semantic.embeddings[0]?.headers['authorization']).to.equal('Bearer sk-l')
  })

  it('is asked once, whether it was in vain or not', async () => {
    await using semantic = await Semantic.start()
    await semantic.ask('hello')
    expect([semantic.embeddings.length, semantic.vectors.entries.size]).to.deep.equal([1, 1])
    await semantic.ask('hi')
    expect([semantic.embeddings.length, semantic.vectors.entries.size]).to.deep.equal([2, 1])
  })
})

describe('cache-semantic: an embedder that fails', () => {
  const failing: readonly [string, Script, string, isPause: boolean][] = [
    ['breaks', { refuse: true }, '502', true],
    ['answers with an error of its own', { status: 503, body: errorBody('down') }, '503', true],
    ['is asked too often', { status: 429, body: errorBody('slow down') }, '429', true],
    ['refuses a text', { status: 400, body: errorBody('no') }, '400', false],
    ['refuses the key', { status: 401, body: errorBody('no') }, '401', true],
    ['does not know the model', { status: 404, body: errorBody('no such model') }, '404', true],
    ['cannot process a text', { status: 422, body: errorBody('no') }, '422', false],
    ['answers without a vector', { body: { object: 'list', data: [] } }, '502 (bad_upstream_response)', true],
    ['answers with an empty vector', { body: embeddings({ vectors: [[]] }) }, 'without a vector', true],
    ['answers with a vector that is none', { body: { data: [{ embedding: [1, 'x'] }] } }, 'without a vector', true],
    ['answers with a vector of no length', { body: embeddings({ vectors: [[0, 0]] }) }, 'points nowhere', true],
    ['answers with numbers that are too large', { body: embeddings({ vectors: [[1e300, 1]] }) }, 'points nowhere', true],
    ['answers with numbers that are too small', { body: embeddings({ vectors: [[1e-60, 1e-60]] }) }, 'points nowhere', true],
    ['answers with no JSON', { body: 'oops' }, '', true],
  ]
  for (const [what, script, words, isPause] of failing) {
    it(`costs a hit and no request when it ${what}${isPause ? ', and is left alone for a second' : ''}`, async () => {
      const clock = new TurnedClock()
      await using semantic = await Semantic.start({ clock })
      semantic.embedder = () => script
      for (let i = 0; i < 3; i++) expect((await semantic.ask('hello')).status).to.equal(200)
      expect(semantic.exchanges.map(({ cache }) => cache)).to.deep.equal(['error', 'error', 'error'])
      expect(semantic.embeddings).to.have.length(isPause ? 1 : 3)
      expect(semantic.vectors.asked).to.deep.equal([])
      expect(said(semantic)).to.have.length(1)
      expect(said(semantic)[0]).to.contain(words)
      semantic.embedder = undefined
      clock.advance(1_000)
      for (let i = 0; i < 2; i++) await semantic.ask('hello')
      expect(semantic.exchanges.at(-1)?.cache).to.equal('hit')
    })
  }

  it('is not asked again for the same request', async () => {
    await using semantic = await Semantic.start({ config: { resilience: { retry: { max_retries: 3 } } } })
    semantic.embedder = () => ({ status: 503, body: errorBody('down') })
    expect((await semantic.ask('hello')).status).to.equal(200)
    expect(semantic.embeddings).to.have.length(1)
  })

  it('is waited for two seconds, and is told to end', async () => {
    const clock = new TurnedClock()
    await using semantic = await Semantic.start({ clock })
    semantic.embedder = () => ({ silent: true })
    const asked = semantic.ask('hello')
    await until(() => semantic.embeddings.length === 1)
    clock.advance(1_999)
    expect(semantic.calls).to.have.length(0)
    clock.advance(1)
    expect((await asked).status).to.equal(200)
    await semantic.embeddings[0]?.aborted
    expect(said(semantic)).to.deep.equal(['finding an answer by its meaning took longer than 2000 ms'])
  })

  it("is told to end when the caller leaves, which is nobody's fault", async () => {
    await using semantic = await Semantic.start()
    semantic.embedder = () => ({ silent: true })
    const leaving = new AbortController()
    const gone = semantic.served
      .open('POST', '/v1/chat/completions', { model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] }, {}, leaving.signal)
      .catch((cause: unknown) => cause)
    await until(() => semantic.embeddings.length === 1)
    leaving.abort()
    await gone
    await semantic.embeddings[0]?.aborted
    await until(() => semantic.exchanges[0]?.completed === true)
    expect([said(semantic), semantic.calls.length]).to.deep.equal([[], 0])
    semantic.embedder = undefined
    expect(faredBy(await semantic.ask('hello'))).to.equal('miss')
    expect(semantic.embeddings, 'nobody was told to pause').to.have.length(2)
  })

  it('does not hold up those who ask something else', async () => {
    await using semantic = await Semantic.start()
    const gate = new Gate()
    semantic.embedder = ({ body }) => ({ body: embeddings({ vectors: [[1, 0]] }), ...(body.includes('"hello"') ? { gates: { beforeHeaders: gate } } : {}) })
    const slow = semantic.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }] })
    await gate.reached
    expect((await semantic.served.chat({ model: 'gpt-test', messages: [{ role: 'user', content: 'bye' }] })).status).to.equal(200)
    gate.open()
    expect((await slow).status).to.equal(200)
  })
})
