/** Two gateways that share a state let no more through than one. */

import { expect } from 'chai'
import { postgresql, postgresqlUrl } from '../../support/postgresql.ts'
import { redis, startRedis } from '../../support/redis.ts'
import { capped, completion, Limited } from '../../support/limits.ts'
import { need, type TestServer } from '../../support/servers.ts'
import { realClock } from '../../../core/gateway/clock.ts'
import { expectError } from '../../support/answer.ts'

/** On which state, and how a gateway is told. */
const states: readonly [string, TestServer, () => Promise<object>][] = [
  [
    'Redis',
    redis,
    async () => ({
      state: { backend: 'redis' },
      cache: { response: { simple: { enabled: false, redis: { url: (await startRedis())?.url } } } },
      storage: { type: 'postgresql', postgresql: { url: await postgresqlUrl() } },
    }),
  ],
  ['PostgreSQL', postgresql, async () => ({ storage: { type: 'postgresql', postgresql: { url: await postgresqlUrl() } } })],
]

async function two(config: object): Promise<readonly [Limited, Limited]> {
  const start = () => Limited.start({ clock: realClock, config: { ...config } })
  return [await start(), await start()]
}

/** So many calls at once, one half through each. */
async function statusesOf(gateways: readonly Limited[], calls: number, path: string): Promise<ReadonlyMap<number, number>> {
  const answers = await Promise.all(Array.from({ length: calls }, (_, index) => (gateways[index % gateways.length] as Limited).call(path)))
  return new Map([...Map.groupBy(answers, ({ status }) => status)].map(([status, all]) => [status, all.length]))
}

for (const [name, server, stateOf] of states) {
  describe(`two gateways on one ${name}`, function () {
    this.timeout(180_000)
    let gateways: readonly [Limited, Limited]
    before(async function () {
      await need(this, server)
      await need(this, postgresql)
      gateways = await two({
        ...(await stateOf()),
        rate_limits: {
          user_paths: [
            { path: '/rate', limits: [{ period: 'day', max_requests: 100 }] },
            { path: '/slots', limits: [{ period: 'concurrent', max_requests: 3 }] },
          ],
        },
        budgets: { user_paths: [{ path: '/spend', limits: [{ period: 'monthly', amount: 100 }] }] },
      })
    })
    after(() => Promise.all(((gateways as readonly Limited[] | undefined) ?? []).map(gateway => gateway[Symbol.asyncDispose]())))

    it('admit just as many requests as one would', async () => {
      expect(await statusesOf(gateways, 300, '/rate')).to.deep.equal(
        new Map([
          [200, 100],
          [429, 200],
        ]),
      )
    })

    it('spend just as much as one would', async () => {
      let spent = 0
      for (let rounds = 0; rounds < 4; rounds += 1) spent += (await statusesOf(gateways, 100, '/spend')).get(200) ?? 0
      expect(spent).to.equal(100)
      const refused = await gateways[1].call('/spend')
      expectError(refused, { code: 'budget_exceeded', message: /100 of 100 USD spent/ })
    })

    it('run just as many calls at the same time as one would, and no slot is lost', async () => {
      const [one] = gateways
      for (let rounds = 0; rounds < 3; rounds += 1) {
        const admitted = (await statusesOf(gateways, 12, '/slots')).get(200) ?? 0
        expect(admitted).to.be.within(3, 12)
      }
      const inFlight = async () =>
        (await gateways[0].admin.call('GET', '/rate-limits')).json.rate_limits.find(({ subject }: { subject: string }) => subject === '/slots')
          .in_flight as number
      while ((await inFlight()) > 0);
      await one.admin.call('PUT', '/rate-limits', { body: { user_path: '/single', limit_key: { period: 'concurrent' }, max_requests: 1 } })
      expect(await one.statuses(20, '/single')).to.deep.equal(Array.from({ length: 20 }, () => 200))
    })
  })
}

describe('limits while Redis is away', function () {
  this.timeout(180_000)
  before(async function () {
    await need(this, redis)
  })

  const config = (url: string | undefined, onFailure: object) => ({
    cache: { response: { simple: { enabled: false, redis: { url } } } },
    rate_limits: {
      user_paths: [
        { path: '/rate', limits: [{ period: 'day', max_requests: 2 }] },
        { path: '/tokens', limits: [{ period: 'day', max_tokens: 4 }] },
      ],
      ...onFailure,
    },
    budgets: { user_paths: [{ path: '/spend', limits: [{ period: 'daily', amount: 100 }] }], ...onFailure },
  })
  const health = async ({ served }: Limited) =>
    JSON.parse((await served.call('GET', '/health/ready')).body.toString()) as { readonly status: string; readonly checks: Record<string, string> }

  it('are counted in the process, budgets refused, and health says so; all is as before when it is back', async () => {
    const server = await startRedis()
    await using limited = await Limited.start({ clock: realClock, config: config(server?.url, {}) })
    expect((await limited.call('/rate')).status).to.equal(200)
    await server?.kill()
    const statuses = [(await limited.call('/rate')).status, (await limited.call('/rate')).status, (await limited.call('/rate')).status]
    expect(statuses).to.deep.equal([200, 200, 429])
    expect(await limited.statuses(3, '/tokens')).to.deep.equal([200, 200, 429])
    const refused = await limited.call('/spend')
    expectError(refused, { code: 'budget_check_failed', type: 'provider_error' })
    expect(refused.headers['retry-after']).to.equal('1')
    expect((await limited.call('/free')).status).to.equal(200)
    expect(await health(limited))
      .to.deep.include({ status: 'degraded' })
      .and.to.have.nested.property('checks.state', 'down')
    await server?.restart()
    while ((await limited.call('/spend')).status !== 200);
    while ((await health(limited)).checks['state'] !== 'ok');
    expect((await limited.call('/rate')).headers).to.include({ 'x-ratelimit-remaining-requests': '1' })
  })

  it('are told of by the log once when Redis goes and once when it is back, however many calls meet that', async () => {
    const server = await startRedis()
    await using limited = await Limited.start({ clock: realClock, config: config(server?.url, {}) })
    await server?.kill()
    const calls = ['/spend', '/rate', '/spend', '/rate', '/spend']
    await Promise.all(calls.map(path => limited.call(path)))
    await server?.restart()
    for (const path of ['/spend', '/rate']) while ((await limited.call(path)).headers['x-tapline-provider'] === undefined);
    const told = limited.served.gateway.log.filter(({ plugin, level }) => plugin === 'budgets' && Number(level) >= 30)
    expect(told.map(({ msg }) => msg)).to.deep.equal([
      'what was spent of budgets cannot be found out: calls under budgets are refused',
      'what was spent of budgets can be found out again',
    ])
  })

  it('follow the other mode of each', async () => {
    const server = await startRedis()
    const modes = {
      rate_limits: { ...config(server?.url, {}).rate_limits, on_store_failure: 'closed' },
      budgets: { ...config(server?.url, {}).budgets, on_store_failure: 'open' },
    }
    await using limited = await Limited.start({ clock: realClock, config: { ...config(server?.url, {}), ...modes } })
    await server?.kill()
    expectError(await limited.call('/rate'), { code: 'overloaded' })
    expect((await limited.call('/spend')).status).to.equal(200)
  })

  it('do not keep the gateway from starting', async () => {
    await using limited = await Limited.start({ clock: realClock, config: config('redis://127.0.0.1:1', {}) })
    expect((await limited.call('/rate')).status).to.equal(200)
    limited.served.upstream.always({ body: completion() })
    expect((await limited.call('/spend', capped)).status).to.equal(503)
  })
})
