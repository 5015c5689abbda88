import { expect } from 'chai'
import { GatewayHealth } from '../../../core/gateway/health.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'

describe('health', () => {
  const clock = new TurnedClock()
  const make = (checks: Readonly<Record<string, () => Promise<'ok' | 'down'>>> = {}) => {
    const health = new GatewayHealth(clock)
    for (const [name, probe] of Object.entries(checks)) health.check(name, probe)
    return health
  }

  it('is ready when nobody says otherwise', async () => {
    expect(await make().report()).to.deep.equal({ status: 'ready', checks: {} })
    expect(await make({ store: async () => 'ok' }).report()).to.deep.equal({ status: 'ready', checks: { store: 'ok' } })
  })

  it('is degraded when one thing is down, or fails to say', async () => {
    expect(await make({ store: async () => 'ok', cache: async () => 'down' }).report()).to.deep.equal({
      status: 'degraded',
      checks: { store: 'ok', cache: 'down' },
    })
    expect(await make({ cache: () => Promise.reject(new Error('lost')) }).report()).to.deep.equal({ status: 'degraded', checks: { cache: 'down' } })
  })

  it('asks the latest of one name, as long as it is not withdrawn', async () => {
    const health = make({ cache: async () => 'ok' })
    const withdraw = health.check('cache', async () => 'down')
    expect((await health.report()).status).to.equal('degraded')
    withdraw()
    clock.advance(1_001)
    expect(await health.report()).to.deep.equal({ status: 'ready', checks: { cache: 'ok' } })
  })

  it('waits two seconds for an answer', async () => {
    const report = make({ slow: () => new Promise(() => {}) }).report()
    clock.advance(1_999)
    clock.advance(1)
    expect(await report).to.deep.equal({ status: 'degraded', checks: { slow: 'down' } })
    expect(clock.pending).to.equal(0)
  })

  it('asks no more than once a second', async () => {
    let asked = 0
    const health = make({
      store: async () => {
        asked += 1
        return 'ok'
      },
    })
    await Promise.all([health.report(), health.report()])
    clock.advance(1_000)
    await health.report()
    expect(asked).to.equal(1)
    clock.advance(1)
    await health.report()
    expect(asked).to.equal(2)
  })

  it('is not ready until all that is awaited has happened, once', async () => {
    const health = make({ store: async () => 'ok' })
    const happened = { models: false, keys: false }
    health.waitFor('models', () => happened.models)
    health.waitFor('keys', () => happened.keys)
    expect(await health.report()).to.deep.equal({ status: 'not_ready', checks: { store: 'ok', models: 'waiting', keys: 'waiting' } })
    happened.models = true
    expect(await health.report()).to.deep.equal({ status: 'not_ready', checks: { store: 'ok', keys: 'waiting' } })
    happened.keys = true
    expect(await health.report()).to.deep.equal({ status: 'ready', checks: { store: 'ok' } })
    health.waitFor('models', () => false)
    expect((await health.report()).status).to.equal('ready')
  })

  it('asks who awaits the same last', async () => {
    const health = make()
    health.waitFor('models', () => false)
    health.waitFor('models', () => true)
    expect((await health.report()).status).to.equal('ready')
  })

  it('is not ready while the gateway drains, at once', async () => {
    const health = make({ store: async () => 'ok' })
    await health.report()
    health.draining = true
    expect((await health.report()).status).to.equal('not_ready')
  })
})
