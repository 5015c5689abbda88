import { expect } from 'chai'
import { Redis } from 'ioredis'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { modelList } from '../../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { redis, startRedis } from '../../support/redis.ts'
import { need, uniqueName } from '../../support/servers.ts'
import { until } from '../../support/until.ts'

describe('models of providers, kept in Redis', () => {
  let url: string
  let upstream: ScriptedUpstream
  let client: Redis
  let key: string
  let folder: string
  before(async function () {
    url = await need(this, redis)
  })
  beforeEach(async () => {
    key = uniqueName()
    client = new Redis(url)
    folder = await mkdtemp(join(tmpdir(), 'tapline-cache-'))
    upstream = await ScriptedUpstream.start()
    upstream.always({ body: modelList(['one', 'two']) })
  })
  afterEach(async () => {
    await upstream.close()
    await client.del(key)
    await client.quit()
    await rm(folder, { recursive: true })
  })

  const providers = () => ({ main: { type: 'openai-compatible', base_url: upstream.url, operations: ['chat', 'models'] } })
  const start = async (model: object, env: Record<string, string> = {}) =>
    await startTestGateway({ env: { TAPLINE_CACHE_DIR: '', HOME: folder, ...env }, config: { cache: { model }, providers: providers() } })
  const ids = async (gateway: TestGateway) => ((await (await fetch(`${gateway.url}/v1/models`)).json()) as { data: { id: string }[] }).data.map(({ id }) => id)
  const kept = async () => await client.hgetall(key)
  const failed = async ({ log }: TestGateway) => await until(() => log.some(({ msg }) => msg === 'the provider did not list its models'))

  it('are known to another gateway that starts while the provider is away', async () => {
    const settings = { redis: { url, key } }
    {
      await using _ = await start(settings)
      while (Object.keys(await kept()).length === 0) await turn()
    }
    upstream.always({ status: 500 })
    await using gateway = await start(settings)
    await failed(gateway)
    expect(await ids(gateway)).to.deep.equal(['main/one', 'main/two'])
  })

  for (const [name, ttl, seconds] of [
    ['a day', {}, 86400],
    ['as long as the ttl says', { ttl: '90s' }, 90],
  ] as const) {
    it(`are kept for ${name}, each under its provider`, async () => {
      await using _ = await start({ redis: { url, key, ...ttl } })
      while (Object.keys(await kept()).length === 0) await turn()
      expect(Object.keys(await kept()))
        .to.have.length(1)
        .and.match(/^main-/)
      expect(await client.ttl(key)).to.be.within(seconds - 30, seconds)
    })
  }

  it('are not those that are older than the ttl, though others renewed the key', async () => {
    const settings = { redis: { url, key, ttl: '90s' } }
    {
      await using _ = await start(settings)
      while (Object.keys(await kept()).length === 0) await turn()
    }
    const [[id, text] = ['', '']] = Object.entries(await kept())
    await client.hset(key, id, JSON.stringify({ ...(JSON.parse(text) as object), listed_at: Date.now() - 91_000 }))
    upstream.always({ status: 500 })
    await using gateway = await start(settings)
    await failed(gateway)
    expect(await ids(gateway)).to.deep.equal([])
  })

  it('are taken from REDIS_URL and kept under REDIS_KEY_MODELS for REDIS_TTL_MODELS', async () => {
    await using _ = await start({}, { REDIS_URL: url, REDIS_KEY_MODELS: key, REDIS_TTL_MODELS: '50' })
    while (Object.keys(await kept()).length === 0) await turn()
    expect(await client.ttl(key)).to.be.within(20, 50)
  })

  it('are in the folder, too, where one is named, and Redis counts first', async () => {
    const settings = { redis: { url, key }, local: { cache_dir: folder } }
    {
      await using _ = await start(settings)
      while (Object.keys(await kept()).length === 0 || (await readdir(folder)).every(name => name.endsWith('.tmp'))) await turn()
    }
    const [[id, text] = ['', '']] = Object.entries(await kept())
    await client.hset(key, id, text.replace('"one"', '"redis"'))
    upstream.always({ status: 500 })
    {
      await using gateway = await start(settings)
      await failed(gateway)
      expect(await ids(gateway)).to.deep.equal(['main/redis', 'main/two'])
    }
    await client.del(key)
    await using gateway = await start(settings)
    await failed(gateway)
    expect(await ids(gateway)).to.deep.equal(['main/one', 'main/two'])
  })

  describe('that is away', () => {
    let away: string
    before(async () => {
      const server = await startRedis()
      away = server?.url ?? ''
      await server?.kill()
    })

    it('keep the gateway from starting', async () => {
      const failure = await start({ redis: { url: away, key } }).then(
        gateway => gateway.close(),
        (cause: Error) => cause,
      )
      expect((failure as Error).message).to.match(/Redis cannot be reached.*cache\.model\.local\.cache_dir/)
      expect((failure as Error).message).to.not.include(away)
    })

    it('do not keep a gateway that runs from taking another configuration over', async () => {
      const server = await startRedis()
      const model = { redis: { url: server?.url ?? '', key } }
      await using gateway = await start(model)
      await server?.kill()
      await gateway.configure({ cache: { model }, providers: { ...providers(), other: { type: 'openai-compatible', base_url: upstream.url, models: ['x'] } } })
      expect(await gateway.gateway.reload()).to.equal(true)
      expect(gateway.log.filter(({ msg }) => msg === 'kept lists of models could not be read')).to.have.length(1)
    })

    it('are those of the folder, where one is named', async () => {
      {
        await using _ = await start({ local: { cache_dir: folder } })
        while ((await readdir(folder)).every(name => name.endsWith('.tmp'))) await turn()
      }
      upstream.always({ status: 500 })
      await using gateway = await start({ redis: { url: away, key }, local: { cache_dir: folder } })
      await failed(gateway)
      expect(await ids(gateway)).to.deep.equal(['main/one', 'main/two'])
      expect(gateway.log.filter(({ msg }) => msg === 'kept lists of models could not be read')).to.have.length(1)
    })
  })
})
