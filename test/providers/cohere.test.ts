import { expect } from 'chai'
import { startTestGateway } from '../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import cohere from '../../providers/cohere.ts'

const settings = { name: 'cohere', type: 'cohere' }

async function start(upstream: ScriptedUpstream) {
  return await startTestGateway({
    env: { COHERE_API_KEY: 'co-key' },
    config: {
      models: { configured_provider_models_mode: 'allowlist' },
      providers: { cohere: { base_url: upstream.url, models: ['command-x', 'embed-x', 'rerank-x'] } },
    },
  })
}

async function post(url: string, path: string, body: object): Promise<Response> {
  return await fetch(`${url}/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

describe('cohere', () => {
  for (const [given, base] of [
    ['https://api.cohere.com/v1', 'https://api.cohere.com'],
    ['https://api.cohere.com/v2/', 'https://api.cohere.com'],
    ['https://a.example/cohere', 'https://a.example/cohere'],
  ] as const) {
    it(`serves ${given} below ${base}`, () => {
      expect(cohere.resolve!({ ...settings, base_url: given }).baseUrl).to.equal(base)
    })
  }

  it('lists the models that serve one of our endpoints, page by page', () => {
    const page = {
      models: [
        { name: 'command-x', endpoints: ['generate', 'chat'], context_length: 128_000, features: ['tools'] },
        { name: 'embed-x', endpoints: ['embed'] },
        { name: 'old', endpoints: ['classify'] },
        { name: 'new' },
        {},
      ],
      next_page_token: 'a b',
    }
    expect(cohere.models!(page)).to.deep.equal([
      { id: 'command-x', owned_by: 'cohere', metadata: { context_window: 128_000, endpoints: ['generate', 'chat'], features: ['tools'] } },
      { id: 'embed-x', owned_by: 'cohere', metadata: { endpoints: ['embed'] } },
      { id: 'new', owned_by: 'cohere' },
    ])
    expect(cohere.nextPage!(page)).to.equal('?page_size=1000&page_token=a%20b')
    expect(cohere.nextPage!({ models: [], next_page_token: '' })).to.equal(undefined)
    expect(() => cohere.models!({ data: [] })).to.throw('models')
  })

  for (const [model, thinking] of [
    ['command-r-plus-08-2024', 'none'],
    ['command-a-03-2025', 'none'],
    ['command-a-reasoning-08-2025', 'budget'],
    ['command-next', undefined],
  ] as const) {
    it(`knows whether ${model} thinks`, () => {
      expect(cohere.traits!(model, settings).thinking).to.equal(thinking)
    })
  }

  it('is what a user says of a model', () => {
    expect(cohere.traits!('command-r', { ...settings, model_traits: [{ models: 'command-*', reasoning: true }] }).thinking).to.equal('budget')
  })

  it('answers a chat', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    upstream.reply({
      body: {
        id: 'h1',
        message: { role: 'assistant', content: [{ type: 'text', text: 'high' }] },
        finish_reason: 'COMPLETE',
        usage: { tokens: { input_tokens: 7, output_tokens: 2 } },
      },
    })
    const answer = (await (
      await post(gateway.url, '/chat/completions', { model: 'cohere/command-x', messages: [{ role: 'user', content: 'Tide?' }] })
    ).json()) as any
    expect([answer.choices[0].message.content, answer.usage.total_tokens]).to.deep.equal(['high', 9])
    const sent = upstream.requests[0]!
    expect([sent.path, sent.headers['authorization'], sent.headers['x-client-name']]).to.deep.equal(['/v2/chat', 'Bearer co-key', 'tapline'])
    expect(JSON.parse(sent.body.toString())).to.deep.equal({ model: 'command-x', messages: [{ role: 'user', content: 'Tide?' }] })
  })

  it('embeds 97 texts in two calls, the order kept and the usage summed', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    const input = Array.from({ length: 97 }, (_, i) => `${i}`)
    upstream.always(({ body }) => {
      const { texts } = JSON.parse(body.toString()) as { texts: string[] }
      return { body: { embeddings: { float: texts.map(text => [Number(text)]) }, meta: { billed_units: { input_tokens: texts.length } } } }
    })
    const list = (await (await post(gateway.url, '/embeddings', { model: 'cohere/embed-x', input })).json()) as any
    expect((list.data as any[]).map(({ embedding }) => embedding[0] as number)).to.deep.equal(input.map(Number))
    expect(list.usage).to.deep.equal({ prompt_tokens: 97, total_tokens: 97 })
    expect(upstream.requests.map(({ path }) => path)).to.deep.equal(['/v2/embed', '/v2/embed'])
  })

  it('reranks, documents given as objects turned into text', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    upstream.reply({ body: { id: 'r1', results: [{ index: 1, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } } })
    const answer = (await (
      await post(gateway.url, '/rerank', { model: 'cohere/rerank-x', query: 'tide', documents: ['a', { text: 'b', n: 1 }], top_n: 1 })
    ).json()) as any
    expect(answer.results).to.deep.equal([{ index: 1, relevance_score: 0.9 }])
    expect(answer.usage).to.deep.equal({ search_units: 1 })
    expect([upstream.requests[0]!.path, JSON.parse(upstream.requests[0]!.body.toString())]).to.deep.equal([
      '/v2/rerank',
      { model: 'rerank-x', query: 'tide', documents: ['a', 'b'], top_n: 1 },
    ])
  })

  for (const [status, seen] of [
    [498, 401],
    [499, 499],
  ] as const) {
    it(`answers ${status} as ${seen}`, async () => {
      await using upstream = await ScriptedUpstream.start()
      await using gateway = await start(upstream)
      upstream.always({ status, body: { id: 'x', message: 'so it is' } })
      const response = await post(gateway.url, '/chat/completions', { model: 'cohere/command-x', messages: [{ role: 'user', content: 'Tide?' }] })
      expect([response.status, ((await response.json()) as any).error.message]).to.deep.equal([
        seen,
        seen === 401 ? "cohere refused the gateway's credential: so it is" : 'so it is',
      ])
    })
  }
})
