import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { StorageUnavailable } from '../../core/index.ts'
import { chatCompletion, sampleStream } from '../../core/testing/chat-samples.ts'
import { portOf } from '../../core/testing/port.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { RedisCache } from '../../plugins/cache-redis/redis-cache.ts'
import { expectRefusal } from '../support/admin-routes.ts'
import type { Answer } from '../support/answer.ts'
import { AdminGateway } from '../support/admin.ts'
import { redis, startRedis } from '../support/redis.ts'
import { hello, helloStream, Served, type ServeOptions } from '../support/serve.ts'
import { need, uniqueName } from '../support/servers.ts'
import { until } from '../support/until.ts'

const nothing = () => {}
const fine = { body: chatCompletion() }

/** What a cache of answers in Redis says in tapline.yaml, with keys of its own. */
function inRedis(url: string, prefix = `${uniqueName()}:`, more: object = {}) {
  return { cache: { response: { simple: { ...more, redis: { url, key: prefix } } } }, resilience: { retry: { max_retries: 0 } } }
}

describe('cache-redis', () => {
  let url: string
  before(async function () {
    url = await need(this, redis)
  })

  const opened = async (prefix = `${uniqueName()}:`) => {
    const cache = new RedisCache({ url, prefix, opened: nothing })
    await cache.open()
    return cache
  }

  it('gives back the bytes that were put in, and nothing for another key', async () => {
    const cache = await opened()
    const bytes = Buffer.from([0, 255, 10, 13, 128])
    await cache.set('a', bytes, 60_000)
    expect(await cache.get('a')).to.deep.equal(bytes)
    expect(await cache.get('b')).to.equal(undefined)
    await cache.delete('a')
    expect(await cache.get('a')).to.equal(undefined)
    await cache.close()
  })

  it('has Redis forget an entry when its time is over', async () => {
    const prefix = `${uniqueName()}:`
    const cache = await opened(prefix)
    const client = new Redis(url)
    await cache.set('a', Buffer.from('x'), 59_999.5)
    expect(await client.pttl(`${prefix}a`)).to.be.within(1, 60_000)
    client.disconnect()
    await cache.close()
  })

  it('forgets what is wanted under a prefix, and no keys of others', async () => {
    const [cache, other] = [await opened(), await opened()]
    for (let i = 0; i < 2500; i++) await cache.set(`e*[x]|${i}`, Buffer.from('x'), 60_000)
    for (const store of [cache, other]) await store.set('e*[x]|of m', Buffer.from('x'), 60_000)
    await cache.set('else', Buffer.from('x'), 60_000)
    await cache.clear('e*[x]|', key => key.endsWith('of m'))
    expect(await Promise.all(['e*[x]|of m', 'e*[x]|7', 'else'].map(async key => (await cache.get(key))?.toString()))).to.deep.equal([undefined, 'x', 'x'])
    await cache.clear('e*[x]|')
    expect(await Promise.all(['e*[x]|7', 'e*[x]|2499', 'else'].map(async key => (await cache.get(key))?.toString()))).to.deep.equal([undefined, undefined, 'x'])
    expect(String(await other.get('e*[x]|of m'))).to.equal('x')
    await Promise.all([cache.close(), other.close()])
  })

  it('fails at once while Redis is away, and goes on when it is back', async () => {
    const server = await startRedis()
    let users = 0
    const cache = new RedisCache({
      url: server?.url ?? '',
      prefix: 'x:',
      opened: () => {
        users += 1
      },
    })
    await Promise.all([cache.open(), cache.open()])
    expect([users, await cache.probe()]).to.deep.equal([1, 'ok'])
    await server?.kill()
    expect(await cache.get('a').catch((cause: unknown) => cause)).to.be.instanceOf(StorageUnavailable)
    expect(await cache.probe()).to.equal('down')
    await server?.restart()
    let found: unknown
    while (found === undefined)
      found = await cache.set('a', Buffer.from('x'), 60_000).then(
        () => 'set',
        () => undefined,
      )
    expect(String(await cache.get('a'))).to.equal('x')
    await cache.close()
  })
})

describe('the store of the caches', () => {
  let url: string
  before(async function () {
    url = await need(this, redis)
  })

  /** Two gateways with the same settings. @returns whether the second has what the first was answered, and readiness of the first */
  const shared = async (options: (prefix: string) => ServeOptions) => {
    const prefix = `${uniqueName()}:`
    await using one = await Served.start(options(prefix))
    await using other = await Served.start(options(prefix))
    for (const served of [one, other]) served.upstream.always(fine)
    await one.chat()
    let again = await one.chat()
    while (again.headers['x-cache'] === undefined) again = await one.chat()
    const { checks } = JSON.parse(String((await one.call('GET', '/health/ready')).body)) as { readonly checks: Readonly<Record<string, string>> }
    return { isShared: (await other.chat()).headers['x-cache'] === 'HIT (exact)', check: checks['cache'] }
  }

  const memory = (more: object) => ({ cache: { response: { simple: more } } })
  const cases: readonly [string, (prefix: string) => ServeOptions, object][] = [
    ['is Redis when its URL is known', prefix => ({ config: inRedis(url, prefix) }), { isShared: true, check: 'ok' }],
    [
      'is Redis when only REDIS_URL is set',
      prefix => ({ config: memory({}), env: { REDIS_URL: url, REDIS_KEY_RESPONSES: prefix } }),
      { isShared: true, check: 'ok' },
    ],
    ['is the memory without a URL', () => ({ config: memory({}) }), { isShared: false, check: undefined }],
    ['is the memory when told so', prefix => ({ config: inRedis(url, prefix, { store: 'memory' }) }), { isShared: false, check: undefined }],
    [
      'is the memory when a variable says so',
      prefix => ({ config: inRedis(url, prefix), env: { RESPONSE_CACHE_SIMPLE_STORE: 'memory' } }),
      { isShared: false, check: undefined },
    ],
  ]
  for (const [name, options, expected] of cases)
    it(name, async () => {
      expect(await shared(options)).to.deep.equal(expected)
    })

  it('must have a URL where it is Redis', async () => {
    const cause = await Served.start({ config: memory({ store: 'redis' }) }).then(
      async served => {
        await served.close()
      },
      (cause: Error) => cause.message,
    )
    expect(cause).to.match(/url/)
  })

  it('is not connected to while the cache is off', async () => {
    let connections = 0
    const server = createServer(socket => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const options = (enabled: boolean) => ({
      env: { STATE_BACKEND: 'memory' },
      config: memory({ enabled, redis: { url: `redis://127.0.0.1:${portOf(server)}` } }),
    })
    await (await Served.start(options(false))).close()
    expect(connections).to.equal(0)
    await (await Served.start(options(true))).close()
    expect(connections).to.be.above(0)
    server.close()
  })

  it('keeps long answers compressed, and does not read what another version wrote', async () => {
    const prefix = `${uniqueName()}:`
    await using served = await Served.start({ config: inRedis(url, prefix) })
    served.upstream.always({ body: chatCompletion({ content: 'long '.repeat(20_000) }) })
    const first = await served.chat()
    const client = new Redis(url)
    let keys: string[] = []
    while (keys.length === 0) keys = await client.keys(`${prefix}*`)
    const [key = ''] = keys
    const entry = (await client.getBuffer(key)) as Buffer
    expect(entry.length).to.be.below(first.body.length / 10)
    expect((await served.chat()).body.equals(first.body)).to.equal(true)
    const written = entry.toString('latin1')
    await client.set(key, Buffer.from(written.replace(/"v":\d/, '"v":0'), 'latin1'))
    expect((await served.chat()).headers['x-cache']).to.equal(undefined)
    client.disconnect()
  })

  it('has streams for all replicas, too', async () => {
    const prefix = `${uniqueName()}:`
    await using one = await Served.start({ config: inRedis(url, prefix) })
    await using other = await Served.start({ config: inRedis(url, prefix) })
    one.upstream.always({ chunks: sampleStream })
    await one.chat(helloStream)
    const client = new Redis(url)
    while ((await client.keys(`${prefix}*`)).length === 0) {
      /* nobody waits for an entry to be kept */
    }
    client.disconnect()
    const answer = await other.chat(helloStream)
    expect([answer.headers['x-cache'], answer.body.toString()]).to.deep.equal(['HIT (exact)', (await one.chat(helloStream)).body.toString()])
    expect(other.upstream.requests).to.have.length(0)
  })

  it('that does not answer costs a hit and a second, is named once in ten seconds, and makes the gateway degraded', async () => {
    const server = await startRedis()
    const clock = new TurnedClock()
    await using served = await Served.start({ clock, config: inRedis(server?.url ?? '') })
    served.upstream.always(fine)
    await server?.freeze()
    /** A call during which time passes; others wait for a second, too. */
    const slowCall = async () => {
      const began = clock.elapsed()
      let answer: Answer | undefined
      void served.chat().then(said => {
        answer = said
      })
      await until(() => {
        if (answer === undefined) clock.advance(50)
        return answer !== undefined
      })
      return { status: answer?.status, tookMs: clock.elapsed() - began }
    }
    const first = await slowCall()
    expect(first.status).to.equal(200)
    expect(first.tookMs).to.be.at.least(1_000)
    expect((await served.completions.ended()).cache).to.equal('error')
    expect((await served.chat()).status, 'nobody waits again for a second').to.equal(200)
    clock.advance(1_000)
    const later = await slowCall()
    expect(later.status).to.equal(200)
    expect(later.tookMs).to.be.at.least(1_000)
    expect(served.gateway.log.filter(({ msg }) => msg === 'the cache store failed; going on without it')).to.have.length(1)
    await server?.kill()
    const ready = await served.call('GET', '/health/ready')
    const { status, checks } = JSON.parse(String(ready.body)) as { readonly status: string; readonly checks: { readonly cache: string } }
    expect([ready.status, status, checks.cache]).to.deep.equal([200, 'degraded', 'down'])
  })

  it('is cleared by the admin API, which says when it cannot be', async () => {
    const server = await startRedis()
    await using gateway = await AdminGateway.start({ config: inRedis(server?.url ?? ''), env: { OPENAI_MODELS: 'gpt-test,gpt-other' } })
    const { served } = gateway
    served.upstream.always(fine)
    const isHit = async (model: string) => (await served.chat({ ...hello, model })).headers['x-cache'] !== undefined
    for (const model of ['gpt-test', 'gpt-other'])
      while (!(await isHit(model))) {
        /* nobody waits for an entry to be kept */
      }
    expect((await gateway.call('DELETE', '/cache?confirmation=clear&model=gpt-test')).status).to.equal(204)
    expect([await isHit('gpt-test'), await isHit('gpt-other')]).to.deep.equal([false, true])
    await server?.kill()
    expectRefusal(await gateway.call('DELETE', '/cache?confirmation=clear'), 503, 'feature_unavailable')
  })
})
