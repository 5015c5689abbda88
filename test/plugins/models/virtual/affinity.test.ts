import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { chatCompletion, errorBody } from '../../../../core/testing/chat-samples.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { MemoryPins, SharedPins } from '../../../../plugins/models/virtual/pins.ts'
import { MemoryState } from '../../../../core/services/memory-state.ts'
import { AdminGateway } from '../../../support/admin.ts'
import { Arms, targets } from './arms.ts'

const session = (id: string, path?: string) => ({ 'x-session-id': id, ...(path === undefined ? {} : { 'x-tapline-user-path': path }) })

describe('a session', () => {
  let arms: Arms
  beforeEach(async () => {
    arms = await Arms.start()
    await arms.put({ source: 'smart', targets: targets('a b') })
  })
  afterEach(async () => {
    await arms[Symbol.asyncDispose]()
  })

  it('keeps to its target, so that a conversation stays in one arm', async () => {
    const called = async (id: string) => await arms.sequence('smart', 3, () => session(id))
    expect([await called('one'), await called('two'), await called('one')]).to.deep.equal(['a a a', 'b b b', 'a a a'])
  })

  it('is another one for another user with the same id', async () => {
    expect([
      await arms.served('smart', session('one', '/ann')),
      await arms.served('smart', session('one', '/bob')),
      await arms.served('smart', session('one', '/ann')),
    ]).to.deep.equal(['a', 'b', 'a'])
  })

  it('keeps to nothing where that is not wanted', async () => {
    await arms.put({ source: 'smart', session_affinity: false })
    expect(await arms.sequence('smart', 4, () => session('one'))).to.equal('a b a b')
  })

  it('begins anew with other targets', async () => {
    await arms.served('smart', session('zero'))
    expect(await arms.served('smart', session('one'))).to.equal('b')
    await arms.put({ source: 'smart', targets: targets('a b c') })
    expect(await arms.sequence('smart', 2, () => session('one'))).to.equal('c c')
  })

  it('takes another target while its own is not there, and stays with that', async () => {
    await arms.served('smart', session('one'))
    await arms.put({ source: 'a', enabled: false })
    expect(await arms.served('smart', session('one'))).to.equal('b')
    await arms.put({ source: 'a', enabled: true })
    expect(await arms.served('smart', session('one'))).to.equal('b')
  })

  it('keeps to its target when failover served it once', async () => {
    arms.gateway.served.upstream.reply({ status: 500, body: errorBody('oops', 'server_error', 'broken') })
    expect(await arms.sequence('smart', 2, () => session('one'))).to.equal('a b a')
  })

  it('is pinned at every level of a chain', async () => {
    await arms.put({ source: 'inner', targets: targets('b c') })
    await arms.put({ source: 'outer', targets: targets('a inner') })
    expect(await arms.sequence('outer', 3)).to.equal('a b a')
    expect(await arms.sequence('outer', 3)).to.equal('a b a')
    expect(await arms.served('outer', session('new'))).to.equal('c')
    expect(await arms.served('outer', session('new'))).to.equal('c')
  })
})

describe('pins in memory', () => {
  it('end when nobody used them for six hours', () => {
    const clock = new TurnedClock()
    const pins = new MemoryPins(clock)
    pins.pin('k', 1)
    clock.advance(5 * 3_600_000)
    expect(pins.get('k')).to.equal(1)
    clock.advance(5 * 3_600_000)
    expect(pins.get('k')).to.equal(1)
    clock.advance(6 * 3_600_000)
    expect(pins.get('k')).to.equal(undefined)
  })

  it('are at most 10,000; the one that would end first goes', () => {
    const pins = new MemoryPins(new TurnedClock())
    for (let index = 0; index < 10_000; index++) pins.pin(`k${index}`, 0)
    pins.get('k0')
    pins.pin('more', 0)
    expect([pins.get('k0'), pins.get('k1'), pins.get('k2')]).to.deep.equal([0, undefined, 0])
  })
})

describe('shared pins', () => {
  /** Two processes that count by the same numbers. */
  const two = () => {
    const clock = new TurnedClock()
    const state = new MemoryState()
    return { clock, state, one: new SharedPins(state, clock), other: new SharedPins(state, clock) }
  }

  it('are what the first of several processes says', async () => {
    const { one, other } = two()
    expect(await one.get('k')).to.equal(undefined)
    expect(await Promise.all([one.pin('k', 2, undefined), other.pin('k', 0, undefined)])).to.deep.equal([2, 2])
    expect(await other.get('k')).to.equal(2)
  })

  it('move for all', async () => {
    const { one, other } = two()
    await one.pin('k', 0, undefined)
    expect(await other.pin('k', 1, 0)).to.equal(1)
    expect(await one.get('k')).to.equal(1)
  })

  it('stay while they are used, and end six hours after', async () => {
    const { clock, one, other } = two()
    await one.pin('k', 1, undefined)
    for (let hour = 0; hour < 9; hour++) {
      clock.advance(3_600_000)
      expect(await one.get('k')).to.equal(1)
    }
    clock.advance(6 * 3_600_000)
    expect(await other.get('k')).to.equal(undefined)
  })

  it('are those of the process while nobody can be asked', async () => {
    const { state, one } = two()
    await one.pin('k', 1, undefined)
    for (const method of ['read', 'claim', 'forget'] as const)
      state[method] = () => {
        throw new Error('away')
      }
    expect(await one.get('k')).to.equal(1)
    expect(await one.pin('k', 0, 1)).to.equal(0)
    expect(await one.get('k')).to.equal(0)
  })
})

describe('two gateways on one store', () => {
  it("know each other's virtual models within two seconds", async () => {
    await using one = await AdminGateway.start({ env: { OPENAI_MODELS: 'a,b' } })
    const store = { storage: { sqlite: { path: `${one.served.gateway.directory}/tapline.db` } } }
    await using other = await AdminGateway.start({ env: { OPENAI_MODELS: 'a,b' }, config: store })
    other.served.upstream.always({ body: chatCompletion() })
    await one.call('PUT', '/virtual-models', { body: { source: 'smart', target_model: 'a' } })
    const list = async () => (await other.call('GET', '/virtual-models')).json as { source: string; resolved_model: string }[]
    while (!(await list()).some(({ source, resolved_model: model }) => source === 'smart' && model === 'openai/a')) await turn()
    await Promise.all(
      [one, other].map(async (gateway, index) => await gateway.call('PUT', '/virtual-models', { body: { source: `made ${index}`, target_model: 'b' } })),
    )
    while ((await list()).length < 3) await turn()
  })

  it('make no circle together', async () => {
    await using one = await AdminGateway.start({ env: { OPENAI_MODELS: 'a,b' } })
    await using other = await AdminGateway.start({
      env: { OPENAI_MODELS: 'a,b' },
      config: { storage: { sqlite: { path: `${one.served.gateway.directory}/tapline.db` } } },
    })
    for (const source of ['x', 'y']) await one.call('PUT', '/virtual-models', { body: { source, target_model: 'a' } })
    while ((await other.call('GET', '/virtual-models')).json.length < 2) await turn()
    const answers = await Promise.all([
      one.call('PUT', '/virtual-models', { body: { source: 'x', target_model: 'y' } }),
      other.call('PUT', '/virtual-models', { body: { source: 'y', target_model: 'x' } }),
    ])
    expect(answers.map(({ status }) => status)).to.have.members([200, 400])
    expect(answers.find(({ status }) => status === 400)?.json.error.message).to.match(/^virtual models lead in a circle: /)
  })
})
