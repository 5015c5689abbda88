import { expect } from 'chai'
import { errorBody } from '../../../../core/testing/chat-samples.ts'
import { Gate } from '../../../../core/testing/gate.ts'
import { Arms, targets } from './arms.ts'

const at = (path: string) => ({ 'x-tapline-user-path': path })

describe('a virtual model', () => {
  let arms: Arms
  beforeEach(async () => {
    arms = await Arms.start()
  })
  afterEach(async () => {
    await arms[Symbol.asyncDispose]()
  })
  const listed = async (headers = {}) =>
    (JSON.parse((await arms.gateway.served.call('GET', '/v1/models', undefined, headers)).body.toString()) as { data: { id: string }[] }).data.map(
      ({ id }) => id,
    )

  it('stands in for a real model of its name', async () => {
    await arms.put({ source: 'a', target_model: 'b' })
    expect([await arms.served('a'), await arms.served('openai/a')]).to.deep.equal(['b', 'a'])
  })

  it('stands in for a real model of a provider, and may lead to that very model', async () => {
    await arms.put({ source: 'openai/a', strategy: 'failover', targets: targets('openai/a b') })
    expect(await arms.served('openai/a')).to.equal('a')
  })

  it('is passed by who names a provider beside the model', async () => {
    await arms.put({ source: 'a', target_model: 'b', label_targets: true, slowdown: 0.1 })
    const { upstream, completions } = arms.gateway.served
    await arms.gateway.served.chat({ model: 'a', provider: 'openai', messages: [{ role: 'user', content: 'x' }] })
    expect(JSON.parse(upstream.requests.at(-1)?.body.toString() ?? '')).to.include({ model: 'a' })
    expect(completions.all.at(-1)).to.deep.include({ labels: [], slowdown: 0 })
  })

  it('is for some alone; to others its name means the real model', async () => {
    await arms.put({ source: 'a', target_model: 'b', user_paths: ['/team'] })
    expect([await arms.served('a', at('/team/x')), await arms.served('a', at('/other')), await arms.served('a')]).to.deep.equal(['b', 'a', 'a'])
  })

  it('is nothing to others, where there is no real model of its name', async () => {
    await arms.put({ source: 'smart', target_model: 'b', user_paths: ['/team'] })
    expect([await arms.served('smart', at('/team')), await arms.served('smart', at('/team-alpha'))]).to.deep.equal(['b', 'model_not_found'])
    expect([(await listed(at('/team'))).includes('smart'), (await listed()).includes('smart')]).to.deep.equal([true, false])
  })

  it('in a chain is open to whoever may use the outer one', async () => {
    await arms.put({ source: 'inner', target_model: 'b', user_paths: ['/team'] })
    await arms.put({ source: 'outer', target_model: 'inner' })
    expect(await arms.served('outer', at('/other'))).to.equal('b')
  })

  it('that leads to what somebody may not use is refused to him, and hidden from him alone', async () => {
    await arms.put({ source: 'b', user_paths: ['/team'] })
    await arms.put({ source: 'smart', target_model: 'b' })
    expect([await arms.served('smart', at('/team')), await arms.served('smart', at('/other'))]).to.deep.equal(['b', 'model_access_denied'])
    expect([(await listed(at('/team'))).includes('smart'), (await listed(at('/other'))).includes('smart')]).to.deep.equal([true, false])
  })

  it('leaves out the targets that somebody may not use', async () => {
    await arms.put({ source: 'a', user_paths: ['/team'] })
    await arms.put({ source: 'smart', targets: targets('a b') })
    expect([await arms.sequence('smart', 2, () => at('/other'))]).to.deep.equal(['b b'])
  })

  it('that is off is as if it were not there', async () => {
    await arms.put({ source: 'a', target_model: 'b', enabled: false })
    await arms.put({ source: 'smart', target_model: 'b', enabled: false })
    expect([await arms.served('a'), await arms.served('smart')]).to.deep.equal(['a', 'model_not_found'])
    expect((await listed()).includes('smart')).to.equal(false)
  })

  it('that is off is left out of others', async () => {
    await arms.put({ source: 'inner', target_model: 'a', enabled: false })
    await arms.put({ source: 'smart', targets: [{ model: 'b' }] })
    await arms.put({ source: 'outer', strategy: 'failover', targets: targets('inner b') })
    expect(await arms.served('outer')).to.equal('b')
  })

  it('all of whose targets are gone is not found', async () => {
    await arms.put({ source: 'inner', target_model: 'a' })
    await arms.put({ source: 'outer', target_model: 'inner' })
    await arms.put({ source: 'inner', enabled: false })
    expect(await arms.served('outer')).to.equal('model_not_found')
  })

  it('that was changed while a call is under way leaves that call alone', async () => {
    await arms.put({ source: 'smart', targets: targets('a b') })
    const arrived = new Gate()
    const goOn = new Gate()
    arms.gateway.served.upstream.reply(() => {
      arrived.open()
      return { status: 500, body: errorBody('oops', 'server_error', 'broken'), gates: { beforeHeaders: goOn } }
    })
    const call = arms.served('smart')
    await arrived
    await arms.put({ source: 'smart', targets: targets('c') })
    goOn.open()
    expect(await call).to.equal('a b')
    expect(await arms.served('smart')).to.equal('c')
  })

  it('tells apart which target served', async () => {
    await arms.put({ source: 'smart', label_targets: true, targets: targets('a b') })
    await arms.sequence('smart', 2)
    expect(arms.gateway.served.completions.all.map(({ labels }) => labels).slice(-2)).to.deep.equal([['arm:openai/a'], ['arm:openai/b']])
  })

  const slow: readonly [string, object, object | undefined, number][] = [
    ['as it says', { slowdown: 2 }, undefined, 2],
    ['as its target says', {}, { slowdown: 3 }, 3],
    ['as it says, whatever its target says', { slowdown: 2 }, { slowdown: 3 }, 2],
    ['not at all, if it says so', { slowdown: 0 }, { slowdown: 3 }, 0],
  ]
  for (const [what, own, target, expected] of slow)
    it(`is slowed down ${what}`, async () => {
      if (target !== undefined) await arms.put({ source: 'openai/a', ...target })
      await arms.put({ source: 'smart', target_model: 'a', ...own })
      await arms.served('smart')
      expect(arms.gateway.served.completions.all.at(-1)?.slowdown).to.equal(expected)
    })
})

describe('targets that would be refused now', () => {
  const files = {
    'full.ts': `
export default {
  name: 'full',
  needs: ['saturation'],
  setup: ({ services: { saturation } }) => ({ close: saturation.add('full', ({ model }) => (globalThis.fullModels ?? []).includes(model)) }),
}`,
  }
  const config = { pipelines: { services: [{ insert: './full.ts', after: 'saturation' }] } }
  const full = (...models: string[]) => {
    ;(globalThis as { fullModels?: string[] }).fullModels = models
  }
  afterEach(() => {
    full()
  })

  it('are passed by', async () => {
    await using arms = await Arms.start({ files, config })
    await arms.put({ source: 'smart', strategy: 'failover', targets: targets('a b') })
    full('a')
    expect(await arms.served('smart')).to.equal('b')
  })

  it('are left for the time by the sessions that keep to them', async () => {
    await using arms = await Arms.start({ files, config })
    await arms.put({ source: 'smart', targets: targets('a b') })
    await arms.served('smart', { 'x-session-id': 's' })
    full('a')
    expect(await arms.served('smart', { 'x-session-id': 's' })).to.equal('b')
  })

  it('all together leave the first, to which nobody is pinned', async () => {
    await using arms = await Arms.start({ files, config })
    await arms.put({ source: 'smart', targets: targets('a b') })
    await arms.served('smart', { 'x-session-id': 'before' })
    full('a', 'b')
    expect(await arms.served('smart', { 'x-session-id': 's' })).to.equal('a')
    full()
    expect(await arms.served('smart', { 'x-session-id': 's' })).to.equal('b')
  })
})
