import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { chatCompletion, modelList } from '../../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { until } from '../../support/until.ts'

const minute = 60_000

describe('when providers are asked for their models', () => {
  let upstream: ScriptedUpstream
  let clock: TurnedClock
  let models: string[]
  let isDown: boolean
  beforeEach(async () => {
    models = ['one']
    isDown = false
    clock = new TurnedClock()
    upstream = await ScriptedUpstream.start()
    upstream.always(({ path }) => (!path.endsWith('/models') ? { body: chatCompletion() } : isDown ? { status: 500 } : { body: modelList(models) }))
  })
  afterEach(() => upstream.close())

  const start = async (cache: object = {}) =>
    await startTestGateway({
      clock,
      config: { cache: { model: cache }, providers: { main: { type: 'openai-compatible', base_url: upstream.url, operations: ['chat', 'models'] } } },
    })
  const asked = () => upstream.requests.filter(({ path }) => path.endsWith('/models')).length
  const ids = async ({ url }: TestGateway) => ((await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }).data.map(({ id }) => id)
  const chat = async ({ url }: TestGateway, model: string) =>
    (
      await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'a' }] }),
      })
    ).status
  const listed = async (gateway: TestGateway, id: string) => {
    while (!(await ids(gateway)).includes(id)) await turn()
  }

  for (const [name, cache, down, waitMs] of [
    ['an hour later', {}, false, 60 * minute],
    ['as often as refresh_interval says', { refresh_interval: '7m' }, false, 7 * minute],
    ['a minute later, where one failed', {}, true, minute],
    ['as often as recheck_interval says, where one failed', { recheck_interval: '5s' }, true, 5000],
    ['with all others, where one failed and recheck_interval is 0', { recheck_interval: 0, refresh_interval: '7m' }, true, 7 * minute],
  ] as const) {
    it(`is ${name}`, async () => {
      isDown = down
      await using gateway = await start(cache)
      if (down) await until(() => gateway.log.some(({ msg }) => msg === 'the provider did not list its models'))
      else await listed(gateway, 'main/one')
      await turn()
      isDown = false
      models = ['two']
      clock.advance(waitMs - 1)
      await turn()
      expect(asked()).to.equal(1)
      clock.advance(1)
      await listed(gateway, 'main/two')
      expect(asked()).to.equal(2)
    })
  }

  it('is never again with a refresh_interval of 0', async () => {
    await using gateway = await start({ refresh_interval: 0 })
    await listed(gateway, 'main/one')
    clock.advance(48 * 60 * minute)
    await turn()
    expect(asked()).to.equal(1)
  })

  it('is when somebody names a model that is not listed, once in 30 seconds, and nobody waits for it', async () => {
    await using gateway = await start()
    await listed(gateway, 'main/one')
    models = ['one', 'new']
    expect([await chat(gateway, 'main/new'), asked()], 'the provider answered a moment ago').to.deep.equal([200, 1])
    clock.advance(30_000)
    expect(await chat(gateway, 'main/one')).to.equal(200)
    expect(asked(), 'for a listed model').to.equal(1)
    expect(await Promise.all([chat(gateway, 'main/new'), chat(gateway, 'main/other')])).to.deep.equal([200, 200])
    await listed(gateway, 'main/new')
    expect(asked()).to.equal(2)
    expect([await chat(gateway, 'new'), await chat(gateway, 'main/other'), asked()]).to.deep.equal([200, 200, 2])
  })

  it('is now, once, when administrators refresh; and the lists are kept', async () => {
    await using gateway = await start()
    await listed(gateway, 'main/one')
    models = ['two']
    const { steps, model_count: count } = (await (await fetch(`${gateway.url}/admin/runtime/refresh`, { method: 'POST' })).json()) as {
      model_count: number
      steps: { name: string; status: string }[]
    }
    expect(steps.slice(0, 3).map(({ name, status }) => [name, status])).to.deep.equal([
      ['model_list', 'skipped'],
      ['providers', 'ok'],
      ['model_registry_cache', 'ok'],
    ])
    expect([count, await ids(gateway), asked()]).to.deep.equal([1, ['main/two'], 2])
  })
})
