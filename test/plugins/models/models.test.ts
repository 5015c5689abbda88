import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { modelList } from '../../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'

type Listed = { readonly id: string; readonly metadata?: Record<string, unknown> }

describe('what the model list says of a model', () => {
  let upstream: ScriptedUpstream
  let gateway: TestGateway
  before(async () => {
    upstream = await ScriptedUpstream.start()
    upstream.always(({ path }) => ({
      body: path.startsWith('/openrouter')
        ? { data: [{ id: 'a/b', name: 'B', context_length: 100, pricing: { prompt: '0.000001' } }] }
        : modelList(['llama3.2:latest', 'nomic-embed-text:latest']),
    }))
    const host = new URL(upstream.url).origin
    gateway = await startTestGateway({
      config: {
        models: { configured_provider_models_mode: 'merge' },
        providers: {
          ollama: {
            base_url: host,
            models: [
              { id: 'llama3.2', metadata: { context_window: 9 } },
              { id: 'mine', metadata: { context_window: 5 } },
            ],
          },
          openai: {
            base_url: upstream.url,
            api_key: 'k',
            operations: ['chat', 'embeddings'],
            models: [
              'gpt-4o-2024-08-06',
              'unheard-of',
              { id: 'gpt-4o', metadata: { display_name: 'Ours', pricing: { input_per_mtok: 1 } } },
              'text-embedding-3-small',
            ],
          },
          openrouter: { base_url: `${host}/openrouter`, api_key: 'k', models: [{ id: 'a/b', metadata: { pricing: { output_per_mtok: 7 } } }] },
        },
      },
    })
    while (!(await list()).some(({ id }) => id === 'ollama/llama3.2:latest') || (await model('openrouter/a/b'))?.metadata?.['display_name'] !== 'B')
      await turn()
  })
  after(async () => {
    await gateway.close()
    await upstream.close()
  })

  const list = async () => ((await (await fetch(`${gateway.url}/v1/models`)).json()) as { data: Listed[] }).data
  const model = async (id: string) => (await list()).find(listed => listed.id === id)

  it('is what the catalogue knows, whatever date an id has', async () => {
    expect((await model('openai/gpt-4o-2024-08-06'))?.metadata)
      .to.deep.include({ context_window: 128000, max_output_tokens: 16384, modes: ['chat'] })
      .and.nested.include({ 'pricing.output_per_mtok': 10 })
  })
  it('is what the configuration says over it, price by price', async () => {
    expect((await model('openai/gpt-4o'))?.metadata)
      .to.deep.include({ display_name: 'Ours', context_window: 128000 })
      .and.nested.include({ 'pricing.input_per_mtok': 1, 'pricing.output_per_mtok': 10 })
  })
  it('is what the provider lists, with the configuration over it', async () => {
    expect((await model('openrouter/a/b'))?.metadata).to.deep.equal({
      modes: ['chat'],
      display_name: 'B',
      context_window: 100,
      capabilities: {},
      pricing: { input_per_mtok: 1, output_per_mtok: 7 },
    })
  })
  it('is guessed from the id as far as its use goes', async () =>
    expect((await model('ollama/mine'))?.metadata).to.deep.equal({ modes: ['chat'], context_window: 5 }))
  it('is nothing where nobody knows anything', async () => expect(await model('openai/unheard-of')).to.not.have.property('metadata'))
  it('is its use', async () => expect((await model('openai/text-embedding-3-small'))?.metadata).to.deep.include({ modes: ['embedding'] }))
  it('is said once, of two spellings', async () =>
    expect((await list()).map(({ id }) => id).filter(id => id.startsWith('ollama/llama'))).to.deep.equal(['ollama/llama3.2:latest']))
  it('is what the configuration says of it in another spelling', async () =>
    expect((await model('ollama/llama3.2:latest'))?.metadata).to.deep.include({ context_window: 9 }))
  it("is its name for Anthropic's clients", async () => {
    const { data } = (await (await fetch(`${gateway.url}/v1/models?limit=1000`, { headers: { 'anthropic-version': '2023-06-01' } })).json()) as {
      data: { id: string; display_name: string }[]
    }
    expect(data.filter(({ id }) => ['openai/gpt-4o', 'openai/unheard-of'].includes(id)).map(({ display_name: name }) => name)).to.deep.equal([
      'Ours',
      'openai/unheard-of',
    ])
  })
})
