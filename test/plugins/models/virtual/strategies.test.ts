import { expect } from 'chai'
import { stringify } from 'yaml'
import { errorBody } from '../../../../core/testing/chat-samples.ts'
import { masterKey } from '../../../support/serve.ts'
import { Arms, targets } from './arms.ts'

const priced = (prices: Readonly<Record<string, number | undefined>>) => ({
  providers: {
    openai: {
      models: Object.entries(prices).map(([id, price]) => ({
        id,
        metadata: price === undefined ? {} : { pricing: { input_per_mtok: price, output_per_mtok: price } },
      })),
    },
  },
})

describe('a virtual model', () => {
  describe('with round_robin', () => {
    const rows: readonly [string, string, number, string][] = [
      ['takes turns', 'a b', 4, 'a b a b'],
      ['gives each so many calls in a row as it weighs', 'a:2 b', 9, 'a a b a a b a a b'],
      ['rounds weights', 'a:1.6 b:0.2', 6, 'a a b a a b'],
      ['leaves out what is not there', 'a b', 4, 'a a a a'],
    ]
    for (const [what, named, count, expected] of rows)
      it(what, async () => {
        await using arms = await Arms.start()
        await arms.put({ source: 'smart', targets: targets(named) })
        if (what.startsWith('leaves')) await arms.put({ source: 'b', enabled: false })
        expect(await arms.sequence('smart', count)).to.equal(expected)
      })

    it('goes on where it was when it is changed, and when the configuration is', async () => {
      await using arms = await Arms.start({ config: { virtual_models: [{ source: 'ours', targets: targets('a:2 b') }] } })
      await arms.put({ source: 'smart', targets: targets('a:2 b') })
      expect([await arms.sequence('smart', 2), await arms.sequence('ours', 2)]).to.deep.equal(['a a', 'a a'])
      await arms.put({ source: 'smart', description: 'changed' })
      await arms.gateway.served.gateway.configure(
        stringify({ server: { master_key: masterKey }, virtual_models: [{ source: 'ours', targets: targets('a:2 b'), description: 'changed' }] }),
      )
      await arms.gateway.served.gateway.gateway.reload()
      expect([await arms.served('smart'), await arms.served('ours')]).to.deep.equal(['b', 'b'])
    })

    it('keeps its turn while only one target is there', async () => {
      await using arms = await Arms.start()
      await arms.put({ source: 'smart', targets: targets('a b') })
      await arms.put({ source: 'b', enabled: false })
      expect(await arms.sequence('smart', 3)).to.equal('a a a')
      await arms.put({ source: 'b', enabled: true })
      expect(await arms.sequence('smart', 2, call => ({ 'x-session-id': `later ${call}` }))).to.equal('a b')
    })
  })

  describe('with cost', () => {
    const rows: readonly [string, Parameters<typeof priced>[0], string][] = [
      ['takes the cheapest', { a: 3, b: 1, c: 2 }, 'b'],
      ['takes the earlier of two that cost the same', { a: 3, b: 1, c: 1 }, 'b'],
      ['passes by what has no price', { a: undefined, b: 5, c: 4 }, 'c'],
      ['takes the first if nothing has one', { a: undefined, b: undefined, c: undefined }, 'a'],
    ]
    for (const [what, prices, expected] of rows)
      it(what, async () => {
        await using arms = await Arms.start({ config: priced(prices), env: { OPENAI_MODELS: '' } })
        await arms.put({ source: 'smart', strategy: 'cost', targets: targets('a b c') })
        expect(await arms.sequence('smart', 2)).to.equal(`${expected} ${expected}`)
      })

    it('ranks a chain by its cheapest end', async () => {
      await using arms = await Arms.start({ config: priced({ a: 2, b: 3, c: 1 }), env: { OPENAI_MODELS: '' } })
      await arms.put({ source: 'inner', strategy: 'failover', targets: targets('b c') })
      await arms.put({ source: 'smart', strategy: 'cost', targets: targets('a inner') })
      expect(await arms.served('smart')).to.equal('b')
    })
  })

  it('with failover takes the first that is there, whatever the weights and sessions', async () => {
    await using arms = await Arms.start()
    await arms.put({ source: 'smart', strategy: 'failover', targets: targets('a b:9') })
    expect(await arms.sequence('smart', 2, () => ({ 'x-session-id': 's' }))).to.equal('a a')
    await arms.put({ source: 'a', enabled: false })
    expect(await arms.served('smart', { 'x-session-id': 's' })).to.equal('b')
  })

  it('with adaptive takes turns, and says once that nothing adapts', async () => {
    await using arms = await Arms.start()
    await arms.put({ source: 'smart', strategy: 'adaptive', targets: targets('a b') })
    expect(await arms.sequence('smart', 4)).to.equal('a b a b')
    expect(
      arms.gateway.served.gateway.log.filter(({ virtual_model: name, msg }) => name === 'smart' && msg === 'nothing here adapts; the weights decide'),
    ).to.have.length(1)
  })

  describe('whose target fails', () => {
    const failing = async (more: object) => {
      const arms = await Arms.start()
      await arms.put({ source: 'smart', targets: targets('a b c'), ...more })
      arms.gateway.served.upstream.reply({ status: 500, body: errorBody('oops', 'server_error', 'broken') })
      return arms
    }
    it('goes on in the order of declaration', async () => {
      await using arms = await failing({})
      expect(await arms.served('smart')).to.equal('a b')
    })
    it('goes on to nothing if it is not to', async () => {
      await using arms = await failing({ failover: false })
      expect(await arms.served('smart')).to.match(/^a /)
    })
    it('goes on to the ends of chains, each once', async () => {
      await using arms = await failing({ source: 'inner', strategy: 'failover', targets: targets('b a') })
      await arms.put({ source: 'smart', targets: targets('a inner c') })
      arms.gateway.served.upstream.reply({ status: 500, body: errorBody('oops', 'server_error', 'broken') })
      expect(await arms.served('smart')).to.equal('a b c')
    })
  })
})
