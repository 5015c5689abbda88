import { expect } from 'chai'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import { chatCompletion, errorBody } from '../../../../core/testing/chat-samples.ts'
import { fingerprintOf, KeyRing } from '../../../../core/upstream/provider/keys.ts'
import { hello, Served } from '../../../support/serve.ts'
import { until } from '../../../support/until.ts'

describe('the keys of a provider', () => {
  it('are taken in turn', () => {
    const ring = new KeyRing(['a', 'b', 'c'])
    expect([1, 2, 3, 4].map(() => ring.take())).to.deep.equal(['a', 'b', 'c', 'a'])
    expect(ring.after('b')).to.equal('c')
    expect(ring.after('c')).to.equal('a')
  })

  it('give way in the order of the session, so that not all who lose one go to the same', () => {
    const keys = ['a', 'b', 'c', 'd']
    const ring = new KeyRing(keys)
    const orderOf = (session: string) => keys.slice(1).reduce<string[]>((order, _) => [...order, ring.after(order.at(-1)!, session)!], [ring.of(session)!])
    const orders = Array.from({ length: 64 }, (_, session) => orderOf(String(session)))
    for (const order of orders) expect(order).to.have.members(keys)
    expect(new Set(orders.filter(([first]) => first === 'a').map(([, second]) => second))).to.have.keys(['b', 'c', 'd'])
  })

  it('may be none', () => expect(new KeyRing([]).take()).to.equal(undefined))

  it('are known by their fingerprints, and never shown', () => {
    const ring = new KeyRing(['sk-secret'])
    expect(fingerprintOf('sk-secret')).to.match(/^[0-9a-f]{8}$/)
    expect(ring.withFingerprint(fingerprintOf('sk-secret'))).to.equal('sk-secret')
    expect(JSON.stringify(ring)).to.not.include('secret')
  })

  for (const [status, isOther] of [
    [429, true],
    [503, false],
  ] as const) {
    it(`${isOther ? 'give way to the next' : 'stay the same'} when a call is repeated after ${status}`, async () => {
      const clock = new TurnedClock()
      await using upstream = await Served.start()
      await using served = await Served.start({
        clock,
        config: {
          providers: { many: { type: 'openai-compatible', api_keys: ['k1', 'k2'], base_url: upstream.upstream.url, models: ['m'] } },
          resilience: { retry: { initial_backoff: '3017ms', jitter_factor: 0 } },
        },
      })
      upstream.upstream.reply({ status, body: errorBody('again') }, { body: chatCompletion() })
      const call = served.chat({ ...hello, model: 'many/m' })
      await upstream.upstream.received()
      await until(() => clock.waitsMs.includes(3_017))
      clock.advance(3_017)
      expect((await call).status).to.equal(200)
      const sent = upstream.upstream.requests.map(({ headers }) => headers.authorization)
      expect(sent).to.have.length(2)
      expect(new Set(sent)).to.have.keys(isOther ? ['Bearer k1', 'Bearer k2'] : [sent[0]])
    })
  }
})
