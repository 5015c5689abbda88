import { expect } from 'chai'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../../../core/config/problems/problems.ts'
import { modelList } from '../../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { until } from '../../support/until.ts'

interface Known {
  readonly context_window?: number
  readonly pricing?: Readonly<Record<string, number>>
}

const listOf = (window: number, price = 77) =>
  JSON.stringify({
    models: {
      'gpt-4o': { context_window: window, pricing: { input_per_mtok: price } },
      ours: { context_window: 8, pricing: { input_per_mtok: 5, output_per_mtok: 6 } },
    },
  })
const bundled = 128_000

describe("a catalogue of one's own", () => {
  let upstream: ScriptedUpstream
  let host: ScriptedUpstream
  let clock: TurnedClock
  let folder: string
  let path: string
  beforeEach(async () => {
    clock = new TurnedClock()
    folder = await mkdtemp(join(tmpdir(), 'tapline-list-'))
    path = join(folder, 'models.json')
    upstream = await ScriptedUpstream.start()
    upstream.always({ body: modelList(['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-mini', 'ours']) })
    host = await ScriptedUpstream.start()
  })
  afterEach(async () => {
    await Promise.all([upstream.close(), host.close()])
    await rm(folder, { recursive: true })
  })

  const start = async (
    url: string | undefined,
    { env = {}, provider = {}, cache = {} }: { env?: Record<string, string>; provider?: object; cache?: object } = {},
  ) => {
    const gateway = await startTestGateway({
      clock,
      env,
      config: {
        cache: { model: { ...(url === undefined ? {} : { model_list: { url } }), ...cache } },
        providers: { openai: { base_url: upstream.url, api_key: 'k', operations: ['chat', 'models'], ...provider } },
      },
    })
    while (Object.keys(await known(gateway)).length === 0) await turn()
    return gateway
  }
  const known = async ({ url }: TestGateway) => {
    const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string; metadata?: Known }[] }
    return Object.fromEntries(data.map(({ id, metadata }) => [id.slice('openai/'.length), metadata]))
  }
  const windowOf = async (gateway: TestGateway, id = 'gpt-4o') => (await known(gateway))[id]?.context_window
  const becomes = async (gateway: TestGateway, window: number) => {
    while ((await windowOf(gateway)) !== window) await turn()
  }
  const pricesOf = async (gateway: TestGateway, id: string) => {
    const models = (await (await fetch(`${gateway.url}/admin/models`)).json()) as readonly object[]
    return JSON.stringify(models.find(model => JSON.stringify(model).includes(`"openai/${id}"`)))
  }
  const step = async (gateway: TestGateway) => {
    const { steps } = (await (await fetch(`${gateway.url}/admin/runtime/refresh`, { method: 'POST' })).json()) as { steps: { name: string; status: string }[] }
    return steps[0]
  }
  const startOther = async () => {
    const other = (await ScriptedUpstream.start()).always({ body: listOf(1) })
    return { url: other.url, requests: other.requests, [Symbol.asyncDispose]: () => other.close() }
  }
  const unread = ({ log }: TestGateway) => log.filter(({ msg }) => msg === 'the list of models could not be read; what was known before stands').length

  it('is the bundled one, where nobody names another: nothing is downloaded', async () => {
    await using gateway = await start(undefined)
    expect([await windowOf(gateway), (await step(gateway))?.status, host.requests.length]).to.deep.equal([bundled, 'skipped', 0])
  })

  for (const [name, place] of [
    ['a path', () => path],
    ["a file's address", () => pathToFileURL(path).href],
  ] as const) {
    it(`may be ${name}, and is there at the first call, in the place of the bundled one`, async () => {
      await writeFile(path, listOf(1))
      await using gateway = await start(place())
      const { 'gpt-4o': one, 'gpt-4o-2024-08-06': dated, 'gpt-4o-mini': other, ours } = await known(gateway)
      expect([one?.context_window, dated?.context_window, other, ours?.context_window]).to.deep.equal([1, 1, undefined, 8])
    })
  }

  it('says what models cost, and who said it', async () => {
    await writeFile(path, listOf(1))
    await using gateway = await start(path)
    expect(await pricesOf(gateway, 'gpt-4o'))
      .to.include('"input_per_mtok":77')
      .and.include('"input_per_mtok":"catalogue"')
      .and.not.include('output_per_mtok')
  })

  it('counts behind what the configuration says', async () => {
    await writeFile(path, listOf(1))
    await using gateway = await start(path, { provider: { models: [{ id: 'gpt-4o', metadata: { context_window: 2, pricing: { output_per_mtok: 9 } } }] } })
    expect((await known(gateway))['gpt-4o']).to.deep.include({ context_window: 2, pricing: { input_per_mtok: 77, output_per_mtok: 9 } })
    expect(await pricesOf(gateway, 'gpt-4o'))
      .to.include('"input_per_mtok":"catalogue"')
      .and.include('"output_per_mtok":"config"')
  })

  it('decides which models are offered up to a price', async () => {
    await writeFile(path, listOf(1, 3))
    await using gateway = await start(path, { provider: { model_filter: { max_price_per_mtok: 6 } } })
    expect(Object.keys(await known(gateway))).to.deep.equal(['gpt-4o', 'gpt-4o-2024-08-06', 'ours'])
    await writeFile(path, listOf(1, 300))
    await step(gateway)
    expect(Object.keys(await known(gateway))).to.deep.equal(['ours'])
  })

  it('is none at all with off: nobody knows anything', async () => {
    await using gateway = await start('off')
    expect([await known(gateway), (await step(gateway))?.status]).to.deep.equal([
      { 'gpt-4o': undefined, 'gpt-4o-2024-08-06': undefined, 'gpt-4o-mini': undefined, ours: undefined },
      'skipped',
    ])
    expect(await pricesOf(gateway, 'gpt-4o')).to.not.include('input_per_mtok')
  })

  it('is read again every refresh_interval, and passed over where the file is as it was', async () => {
    await writeFile(path, listOf(1))
    await utimes(path, 1000, 1000)
    await using gateway = await start(path, { cache: { refresh_interval: '7m' } })
    await writeFile(path, listOf(2))
    await utimes(path, 1000, 1000) // the same moment, the same length
    expect([(await step(gateway))?.status, await windowOf(gateway)]).to.deep.equal(['ok', 1])
    await utimes(path, 1001, 1001)
    clock.advance(7 * 60_000)
    await becomes(gateway, 2)
  })

  for (const [name, spoil] of [
    ['is gone', () => rm(path)],
    ['holds something else', () => writeFile(path, 'nonsense')],
  ] as const) {
    it(`stands, when its file ${name}; that is told, and the step fails`, async () => {
      await writeFile(path, listOf(1))
      await using gateway = await start(path, { cache: { refresh_interval: '7m' } })
      await spoil()
      expect(await step(gateway)).to.include({ name: 'model_list', status: 'failed' })
      clock.advance(7 * 60_000)
      await until(() => unread(gateway) === 1)
      expect(await windowOf(gateway)).to.equal(1)
      await writeFile(path, listOf(3))
      expect([(await step(gateway))?.status, await windowOf(gateway)]).to.deep.equal(['ok', 3])
    })
  }

  it('is the bundled one, as long as the file was never there', async () => {
    await using gateway = await start(path)
    expect([await windowOf(gateway), unread(gateway)]).to.deep.equal([bundled, 1])
  })

  it('is downloaded behind the start, and then only where it changed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let tag = '"a"'
    host.always(({ headers }) => (headers['if-none-match'] === tag ? { status: 304 } : { headers: { etag: tag }, body: tag === '"a"' ? listOf(1) : listOf(2) }))
    host.reply({ headers: { etag: tag }, body: listOf(1), gates: { beforeHeaders: promise } })
    await using gateway = await start(`${host.url}/list.json`)
    expect(await windowOf(gateway), 'until it is there').to.equal(bundled)
    resolve()
    await becomes(gateway, 1)
    expect((await step(gateway))?.status).to.equal('ok')
    expect(host.requests.map(({ headers }) => headers['if-none-match'])).to.deep.equal([undefined, '"a"'])
    tag = '"b"'
    expect([(await step(gateway))?.status, await windowOf(gateway)]).to.deep.equal(['ok', 2])
  })

  for (const [name, reply] of [
    ['answers with an error', { status: 500 }],
    ['answers with something else', { body: '<html>' }],
    ['sends it elsewhere for ever', { status: 302, headers: { location: '/v1/list.json' } }],
  ] as const) {
    it(`is the bundled one, where the host ${name}; no secret is logged`, async () => {
      host.always(reply)
      await using gateway = await start(`${host.url.replace('//', '//user:hush@')}/list.json?token=hush`)
      await until(() => unread(gateway) === 1)
      expect((await step(gateway))?.status).to.equal('failed')
      expect(await windowOf(gateway)).to.equal(bundled)
      expect(JSON.stringify(gateway.log)).to.not.include('hush')
    })
  }

  it('is found where its host sends for it, which learns no password of another', async () => {
    await using other = await startOther()
    host.reply({ status: 302, headers: { location: '/v1/there.json' } }, { status: 302, headers: { location: `${other.url}/list.json` } })
    await using gateway = await start(`${host.url.replace('//', '//user:hush@')}/list.json`)
    await becomes(gateway, 1)
    const asked = [...host.requests, ...other.requests].map(({ path: at, headers }) => [at, headers['authorization']])
    const basic = `Basic ${btoa('user:hush')}`
    expect(asked).to.deep.equal([
      ['/v1/list.json', basic],
      ['/v1/there.json', basic],
      ['/v1/list.json', undefined],
    ])
  })

  it('is not downloaded offline; a file is read', async () => {
    {
      await using gateway = await start(`${host.url}/list.json`, { env: { TAPLINE_OFFLINE: 'true' } })
      expect([await windowOf(gateway), (await step(gateway))?.status, host.requests.length]).to.deep.equal([bundled, 'skipped', 0])
    }
    await writeFile(path, listOf(1))
    await using gateway = await start(path, { env: { TAPLINE_OFFLINE: 'true' } })
    expect(await windowOf(gateway)).to.equal(1)
  })

  it('is named by MODEL_LIST_URL, too', async () => {
    await writeFile(path, listOf(1))
    await using gateway = await start(undefined, { env: { MODEL_LIST_URL: path } })
    expect(await windowOf(gateway)).to.equal(1)
  })

  it('is at no other kind of address', async () => {
    const cause = await start('ftp://host/list.json').then(
      gateway => gateway.close(),
      (cause: unknown) => cause,
    )
    expect(cause).to.be.instanceOf(ConfigError)
    expect((cause as ConfigError).message).to.include('cache.model.model_list.url')
  })
})
