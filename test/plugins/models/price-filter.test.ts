import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { ConfigError } from '../../../core/config/problems/problems.ts'
import { chatCompletion, modelList } from '../../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'

/** In USD per million tokens in and out: gpt-4o 2.5 and 10, gpt-4o-mini 0.15 and 0.6, ours 3 and nothing, free 0 and 0. */
const listed = ['gpt-4o', 'gpt-4o-mini', 'ours', 'free', 'unheard-of']

describe('models up to a price', () => {
  let upstream: ScriptedUpstream
  before(async () => {
    upstream = await ScriptedUpstream.start()
    upstream.always(({ path }) => ({ body: path.endsWith('/models') ? modelList(listed) : chatCompletion() }))
  })
  after(() => upstream.close())

  const start = async (most: number | string) =>
    await startTestGateway({
      config: {
        models: { configured_provider_models_mode: 'merge' },
        providers: {
          main: {
            type: 'openai',
            base_url: upstream.url,
            api_key: 'k',
            model_filter: { max_price_per_mtok: most },
            models: [
              { id: 'ours', metadata: { pricing: { input_per_mtok: 3 } } },
              { id: 'free', metadata: { pricing: { input_per_mtok: 0, output_per_mtok: 0 } } },
            ],
          },
          spare: { type: 'openai-compatible', base_url: upstream.url, models: ['elsewhere'], operations: ['chat'] },
        },
      },
    })
  const ids = async ({ url }: TestGateway) => ((await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }).data.map(({ id }) => id)
  const chat = async ({ url }: TestGateway, model: string) =>
    (
      await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'a' }] }),
      })
    ).status

  for (const [most, offered] of [
    [10, ['free', 'gpt-4o', 'gpt-4o-mini', 'ours']],
    [9.99, ['free', 'gpt-4o-mini', 'ours']],
    [0.6, ['free', 'gpt-4o-mini']],
    [0.5, ['free']],
    [0, ['free']],
  ] as const) {
    it(`are those of which neither side costs more than ${most}, and none whose price nobody knows`, async () => {
      await using gateway = await start(most)
      while (!(await ids(gateway)).includes('main/free')) await turn()
      while (offered.includes('gpt-4o-mini' as never) && !(await ids(gateway)).includes('main/gpt-4o-mini')) await turn()
      expect(await ids(gateway)).to.deep.equal([...offered.map(id => `main/${id}`), 'spare/elsewhere'])
    })
  }

  it('alone are found by their bare names', async () => {
    await using gateway = await start(1)
    while (!(await ids(gateway)).includes('main/gpt-4o-mini')) await turn()
    expect([await chat(gateway, 'gpt-4o-mini'), await chat(gateway, 'gpt-4o'), await chat(gateway, 'unheard-of')]).to.deep.equal([200, 400, 400])
  })

  for (const most of [-1, 'cheap', '.nan', '.inf']) {
    it(`are none for ${most}: the configuration is refused`, async () => {
      const cause = await start(most).then(
        gateway => gateway.close(),
        (cause: unknown) => cause,
      )
      expect(cause).to.be.instanceOf(ConfigError)
      expect((cause as ConfigError).problems.map(({ pointer, expected }) => [pointer, expected])).to.deep.equal([
        ['/providers/main/model_filter/max_price_per_mtok', 'number >= 0'],
      ])
    })
  }
})
