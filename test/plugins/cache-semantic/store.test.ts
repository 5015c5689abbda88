import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { faredBy, Semantic } from '../../support/semantic.ts'
import { until } from '../../support/until.ts'

const down = () => Promise.reject(new Error('the store is down'))
const metrics = { metrics: { enabled: true } }
const pageOf = async (semantic: Semantic) => (await semantic.served.call('GET', '/metrics')).body.toString()
const said = (semantic: Semantic) => semantic.served.gateway.log.filter(({ msg }) => msg === 'the semantic cache failed; going on without it')

describe('cache-semantic and its store', () => {
  it('keeps an answer under the vector of its question, in the namespace of all else, for its model', async () => {
    await using semantic = await Semantic.start()
    await semantic.ask('hello')
    await semantic.ask('bye')
    await semantic.ask('hello', { seed: 1 })
    const [hello, bye, seeded] = [...semantic.vectors.entries.values()]
    expect([hello?.model, [...(hello?.vector ?? [])]]).to.deep.equal(['openai/gpt-test', [1, 0]])
    expect([hello?.id, hello?.namespace].every(name => /^[0-9a-f]{64}$/.test(name ?? ''))).to.equal(true)
    expect([bye?.namespace === hello?.namespace, bye?.id === hello?.id]).to.deep.equal([true, false])
    expect([seeded?.namespace === hello?.namespace, seeded?.id === hello?.id]).to.deep.equal([false, false])
  })

  it('asks it in vain while it is down, once a second, and says so once in ten', async () => {
    const clock = new TurnedClock()
    await using semantic = await Semantic.start({ clock })
    semantic.vectors.before = down
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 2; i++) expect((await semantic.ask('hello')).status).to.equal(200)
      clock.advance(1_000)
    }
    expect(semantic.vectors.asked).to.deep.equal(Array.from({ length: 10 }, () => 'nearest'))
    expect(semantic.exchanges[0]?.cache).to.equal('error')
    expect(said(semantic)).to.have.length(1)
    semantic.vectors.before = () => Promise.resolve()
    await semantic.ask('hello')
    expect(faredBy(await semantic.ask('hi'))).to.equal('HIT (semantic)')
  })

  it('waits two seconds for it, and tells it to end', async () => {
    const clock = new TurnedClock()
    await using semantic = await Semantic.start({ clock })
    const asked = Promise.withResolvers<AbortSignal>()
    semantic.vectors.before = (_, signal) => {
      asked.resolve(signal)
      return new Promise(() => {})
    }
    const answer = semantic.ask('hello')
    const signal = await asked.promise
    clock.advance(2_000)
    expect((await answer).status).to.equal(200)
    expect(signal.aborted).to.equal(true)
  })

  it('takes what it cannot read for a miss, and puts the next answer in its place', async () => {
    await using semantic = await Semantic.start()
    await semantic.ask('hello')
    const [entry] = semantic.vectors.entries.values()
    if (entry !== undefined) semantic.vectors.entries.set(entry.id, { ...entry, body: Buffer.from('what is this?') })
    expect(faredBy(await semantic.ask('hello'))).to.equal('miss')
    expect(faredBy(await semantic.ask('hello'))).to.equal('HIT (semantic)')
    expect(said(semantic)).to.have.length(1)
  })

  it('takes what another version wrote for a miss', async () => {
    await using semantic = await Semantic.start()
    await semantic.ask('hello')
    const [entry] = semantic.vectors.entries.values()
    if (entry !== undefined)
      semantic.vectors.entries.set(entry.id, { ...entry, body: Buffer.from(entry.body.toString('latin1').replace('"v":2', '"v":1'), 'latin1') })
    expect(faredBy(await semantic.ask('hello'))).to.equal('miss')
    expect(said(semantic)).to.have.length(0)
  })
})

describe('cache-semantic and what it writes', () => {
  it('makes no caller wait for it', async () => {
    await using semantic = await Semantic.start()
    const gate = new Gate()
    semantic.vectors.before = async method => {
      if (method === 'put') await gate
    }
    expect((await semantic.ask('hello')).status).to.equal(200)
    await gate.reached
    expect(semantic.vectors.entries.size).to.equal(0)
    gate.open()
    await until(() => semantic.vectors.entries.size === 1)
  })

  const dropped: readonly [string, string, (semantic: Semantic) => void][] = [
    [
      'a store that fails',
      'failed',
      ({ vectors }) => {
        vectors.before = method => (method === 'put' ? down() : Promise.resolve())
      },
    ],
    [
      'an answer that is too large for the store',
      'too_large',
      ({ vectors }) => {
        vectors.mostBytes = 10
      },
    ],
  ]
  for (const [what, reason, prepare] of dropped) {
    it(`counts ${what}`, async () => {
      await using semantic = await Semantic.start({ config: metrics })
      prepare(semantic)
      for (let i = 0; i < 2; i++) expect(faredBy(await semantic.ask('hello'))).to.equal('miss')
      expect(await pageOf(semantic)).to.contain(`tapline_cache_writes_dropped_total{layer="semantic",reason="${reason}"} 2`)
      expect(semantic.vectors.entries.size).to.equal(0)
    })
  }

  it('gives up after five seconds, and tells the store to end', async () => {
    const clock = new TurnedClock()
    await using semantic = await Semantic.start({ clock, config: metrics })
    const asked = Promise.withResolvers<AbortSignal>()
    semantic.vectors.before = (method, signal) => {
      if (method !== 'put') return Promise.resolve()
      asked.resolve(signal)
      return new Promise(() => {})
    }
    await semantic.ask('hello')
    const signal = await asked.promise
    clock.advance(4_999)
    expect(signal.aborted).to.equal(false)
    clock.advance(1)
    await until(() => signal.aborted)
    expect(await pageOf(semantic)).to.contain('tapline_cache_writes_dropped_total{layer="semantic",reason="failed"} 1')
  })
})

describe('cache-semantic and what is over', () => {
  it('has its store forget every hour what has expired, whatever happened the hour before', async () => {
    const clock = new TurnedClock(1_800_000_000_000)
    await using semantic = await Semantic.start({ clock, semantic: { ttl: 60 } })
    await semantic.ask('hello')
    const expired = () => semantic.vectors.asked.filter(method => method === 'expire').length
    semantic.vectors.before = down
    clock.advance(3_599_999)
    expect(expired()).to.equal(0)
    clock.advance(1)
    expect([expired(), semantic.vectors.entries.size]).to.deep.equal([1, 1])
    await until(() => said(semantic).length === 1)
    semantic.vectors.before = () => Promise.resolve()
    clock.advance(3_600_000)
    await until(() => semantic.vectors.entries.size === 0)
    expect(expired()).to.equal(2)
  })

  const cleared: readonly [string, string, isHit: boolean][] = [
    ['all layers', '', false],
    ['this layer', '&layer=semantic', false],
    ['a model', '&layer=semantic&model=gpt-test', false],
    ['a model of a provider', '&model=openai/gpt-test', false],
    ['another model', '&layer=semantic&model=gpt-other', true],
  ]
  for (const [what, query, isHit] of cleared) {
    it(`forgets ${isHit ? 'nothing' : 'its answers'} when an administrator clears ${what}`, async () => {
      await using semantic = await Semantic.start()
      await semantic.ask('hello')
      expect((await semantic.served.call('DELETE', `/admin/cache?confirmation=clear${query}`)).status).to.equal(204)
      expect(faredBy(await semantic.ask('hi'))).to.equal(isHit ? 'HIT (semantic)' : 'miss')
    })
  }

  it('keeps an answer out that was under way when it was cleared', async () => {
    await using semantic = await Semantic.start()
    const gate = new Gate()
    semantic.model = { body: chatCompletion(), gates: { beforeHeaders: gate } }
    const asked = semantic.ask('hello')
    await until(() => semantic.calls.length === 1)
    expect((await semantic.served.call('DELETE', '/admin/cache?confirmation=clear')).status).to.equal(204)
    gate.open()
    await asked
    expect([faredBy(await semantic.ask('hi')), faredBy(await semantic.ask('hi'))]).to.deep.equal(['miss', 'HIT (semantic)'])
  })

  it('is not there to be cleared as the other layer', async () => {
    await using semantic = await Semantic.start()
    expect((await semantic.served.call('DELETE', '/admin/cache?confirmation=clear&layer=exact')).status).to.equal(503)
  })

  it('says to administrators that it is on', async () => {
    await using semantic = await Semantic.start()
    expect(JSON.parse(String((await semantic.served.call('GET', '/admin/runtime/config')).body))).to.include({
      CACHE_ENABLED: 'on',
      SEMANTIC_CACHE_ENABLED: 'on',
    })
  })

  it('counts what came of requests', async () => {
    await using semantic = await Semantic.start({ config: metrics })
    semantic.model = { body: chatCompletion() }
    for (const text of ['hello', 'hi', 'hi', ' ']) await semantic.ask(text)
    semantic.embedder = () => ({ status: 503 })
    await semantic.ask('bye')
    const page = await pageOf(semantic)
    for (const [result, count] of [
      ['hit', 2],
      ['miss', 1],
      ['bypass', 1],
      ['error', 1],
    ] as const)
      expect(page).to.contain(`tapline_cache_requests_total{layer="semantic",result="${result}"} ${count}`)
  })
})
