/** What every implementation of the service `state` must do; one suite for all of them. */

import { expect } from 'chai'
import type { Claim, Hold, State } from '../../../core/index.ts'

const now = Date.UTC(2026, 0, 1)
const later = now + 60_000

/** A claim on a counter, by the end of its key. */
type Count = (key: string, add: number, limit: number, more?: object) => Claim

export interface StateUnderTest {
  prepare?(context: Mocha.Context): Promise<void>
  /** Opens two ways to the same numbers; for memory, twice the same. */
  open(): Promise<{ readonly one: State; readonly other: State; close(): Promise<void> }>
}

export function stateConformance(title: string, { prepare, open }: StateUnderTest): void {
  describe(`${title}, as a state`, () => {
    let one: State
    let other: State
    let close: () => Promise<void> = async () => {}
    let suite = 0
    before(async function () {
      await prepare?.(this)
      ;({ one, other, close } = await open())
    })
    after(() => close())
    beforeEach(() => {
      suite += 1
    })

    const key = (name: string) => `${suite}:${name}`
    const count: Count = (name, add, limit, more = {}) => ({ counter: { counter: key(name), add, expiresAtMs: later, ...more }, limit })
    const hold = (name: string, holder: string, amount: number, untilMs = later): Hold => ({ key: key(name), holder, amount, untilMs })
    const standing = async (name: string, at = now) => (await other.read([{ counter: key(name), held: key(name) }], at))[0]
    const admitted = async (claims: readonly Claim[], at = now) => (await one.claim(claims, at)).admitted

    it('counts up to the limit, and not over it', async () => {
      for (const expected of [true, true, true, false, false]) expect(await admitted([count('a', 1, 3)])).to.equal(expected)
      expect(await standing('a')).to.deep.equal({ current: 3, previous: 0, held: 0 })
    })

    it('says how the numbers stood before', async () => {
      await one.claim([count('a', 2, 9)], now)
      expect(await other.claim([count('a', 3, 9)], now)).to.deep.equal({ admitted: true, standings: [{ current: 2, previous: 0, held: 0 }] })
    })

    it('charges all claims or none', async () => {
      await one.claim([count('c', 1, 1)], now)
      expect(await admitted([count('a', 1, 9), { ...count('b', 1, 9), hold: hold('b', 'x', 1) }, count('c', 1, 1)])).to.equal(false)
      expect([await standing('a'), await standing('b')]).to.deep.equal([
        { current: 0, previous: 0, held: 0 },
        { current: 0, previous: 0, held: 0 },
      ])
    })

    it('weighs the period before', async () => {
      await one.claim([count('before', 10, 10)], now)
      const claim = (weight: number) => admitted([count('a', 1, 10, { previous: key('before'), weight })])
      expect([await claim(1), await claim(0.95), await claim(0.9), await claim(0.9)]).to.deep.equal([false, false, true, false])
    })

    it('refuses where as much was counted as is allowed, even for nothing more', async () => {
      await one.claim([count('a', 5, 5)], now)
      expect(await admitted([count('a', 0, 5)])).to.equal(false)
      expect(await admitted([count('a', 0, 6)])).to.equal(true)
    })

    it('holds until it is settled', async () => {
      const claim = (holder: string): Claim => ({ hold: hold('slots', holder, 1), limit: 2 })
      expect([await admitted([claim('x')]), await admitted([claim('y')]), await admitted([claim('z')])]).to.deep.equal([true, true, false])
      await other.settle({ releases: [{ key: key('slots'), holder: 'x' }], adds: [] }, now)
      await other.settle({ releases: [{ key: key('slots'), holder: 'x' }], adds: [] }, now)
      expect(await standing('slots')).to.include({ held: 1 })
      expect([await admitted([claim('z')]), await admitted([claim('w')])]).to.deep.equal([true, false])
    })

    it('holds nothing for a call that costs nothing, renews that, and settles it', async () => {
      await one.claim([{ hold: hold('free', 'x', 0), limit: 9 }], now)
      await one.renew([hold('free', 'x', 0)], now)
      await one.settle({ releases: [hold('free', 'x', 0)], adds: [{ counter: key('free'), amount: 2, expiresAtMs: later }] }, now)
      expect(await standing('free')).to.deep.equal({ current: 2, previous: 0, held: 0 })
    })

    it('lets a hold lapse', async () => {
      const claim = (holder: string): Claim => ({ hold: hold('slots', holder, 1, now + 1000), limit: 1 })
      expect(await admitted([claim('x')])).to.equal(true)
      expect(await admitted([claim('y')], now + 999)).to.equal(false)
      expect(await admitted([claim('z')], now + 1000)).to.equal(true)
    })

    it('renews holds, raises them, and makes those anew that are gone', async () => {
      await one.claim([{ hold: hold('a', 'x', 1, now + 1000), limit: 9 }], now)
      await one.renew([hold('a', 'x', 4, now + 3000), hold('a', 'y', 2, now + 3000)], now)
      expect(await standing('a', now + 2000)).to.include({ held: 6 })
      expect(await standing('a', now + 3000)).to.include({ held: 0 })
    })

    it('admits one alone that asks for more than is left, and nobody beside him', async () => {
      const claim = (holder: string, amount: number): Claim => ({ ...count('a', 0, 10), hold: hold('a', holder, amount), alone: true })
      expect(await admitted([claim('x', 50)])).to.equal(true)
      expect(await admitted([claim('y', 1)])).to.equal(false)
      await one.settle({ releases: [{ key: key('a'), holder: 'x' }], adds: [{ counter: key('a'), amount: 10, expiresAtMs: later }] }, now)
      expect(await admitted([claim('z', 0)])).to.equal(false)
    })

    it('waits for the base of a counter that has one, and adds to it what comes later', async () => {
      const claim = count('a', 1, 10, { based: true })
      expect(await one.claim([claim], now)).to.deep.equal({ admitted: false, standings: [{ current: 0, previous: 0, held: 0, waitsSinceMs: now }] })
      await other.settle(
        {
          releases: [],
          adds: [
            { counter: key('a'), amount: 3, expiresAtMs: later, atMs: now - 1 },
            { counter: key('a'), amount: 2, expiresAtMs: later, atMs: now },
          ],
        },
        now,
      )
      await other.base(key('a'), now - 1, 100)
      expect((await one.claim([claim], now + 5)).admitted).to.equal(false)
      await other.base(key('a'), now, 5)
      expect(await one.claim([claim], now + 5)).to.deep.equal({ admitted: true, standings: [{ current: 7, previous: 0, held: 0 }] })
      await other.base(key('a'), now, 6)
      expect(await standing('a')).to.include({ current: 9 })
    })

    it('begins to count with an addition, before anybody asked', async () => {
      await one.settle({ releases: [], adds: [{ counter: key('a'), amount: 4, expiresAtMs: later, atMs: now + 7 }] }, now + 9)
      expect(await standing('a')).to.deep.equal({ current: 4, previous: 0, held: 0, waitsSinceMs: now + 7 })
    })

    it('forgets counters when told, and when their time is over', async () => {
      await one.claim([count('a', 1, 9), count('b', 1, 9)], now)
      await one.forget([key('a')])
      expect(await standing('a')).to.include({ current: 0 })
      expect(await standing('b', later)).to.include({ current: 0 })
      expect(await admitted([count('b', 9, 9, { expiresAtMs: later + 1 })], later)).to.equal(true)
    })

    it('keeps numbers whole and exact up to nine quadrillion', async () => {
      const large = 9_007_199_254_740_991
      await one.claim([{ ...count('a', large - 1, large), hold: hold('a', 'x', 1) }], now)
      expect(await standing('a')).to.include({ current: large - 1, held: 1 })
    })

    it('takes any text for a key', async () => {
      const odd = `"a' {b} \\ ü %s\n:${suite}`
      await one.claim([{ counter: { counter: odd, add: 1, expiresAtMs: later }, hold: { key: odd, holder: odd, amount: 1, untilMs: later }, limit: 9 }], now)
      expect(await other.read([{ counter: odd, held: odd }], now)).to.deep.equal([{ current: 1, previous: 0, held: 1 }])
    })

    it('admits exactly as many as fit, of many at once from two sides', async () => {
      const asks = Array.from(
        { length: 200 },
        async (_, i) => await (i % 2 === 0 ? one : other).claim([count('a', 1, 1e6), { ...count('b', 1, 50), hold: hold('b', `h${i}`, 1) }], now),
      )
      const answers = await Promise.all(asks)
      expect(answers.filter(answer => answer.admitted)).to.have.length(25)
      expect([await standing('a'), await standing('b')]).to.deep.equal([
        { current: 25, previous: 0, held: 0 },
        { current: 25, previous: 0, held: 25 },
      ])
    })

    describe('its notes', () => {
      const notes = (state: State) => state.notes!
      const put = (after: string | undefined, before?: string, expiresAtMs = later) => notes(one).replace({ key: key('note'), before, after, expiresAtMs }, now)
      const read = async (at = now) => await notes(other).read([key('other'), key('note')], at)

      it('stand for all once they are written, under their keys', async () => {
        expect(await read()).to.deep.equal([undefined, undefined])
        expect(await put('a')).to.equal(true)
        expect(await read()).to.deep.equal([undefined, 'a'])
        expect(await notes(one).read([], now)).to.deep.equal([])
      })

      it('are replaced by who read them last', async () => {
        await put('a')
        expect([await put('b'), await put('b', 'x'), await put('b', 'a'), await put('c', 'a')]).to.deep.equal([false, false, true, false])
        expect(await read()).to.deep.equal([undefined, 'b'])
      })

      it('go when they are taken away, by who read them last', async () => {
        expect(await put(undefined, 'a')).to.equal(false)
        await put('a')
        expect([await put(undefined, 'b'), await put(undefined, 'a')]).to.deep.equal([false, true])
        expect([await read(), await put('c')]).to.deep.equal([[undefined, undefined], true])
      })

      it('go when their time is over', async () => {
        await put('a')
        expect(await read(later)).to.deep.equal([undefined, undefined])
        const change = { key: key('note'), expiresAtMs: later + 60_000 }
        expect(await notes(one).replace({ ...change, before: 'a', after: 'b' }, later)).to.equal(false)
        expect(await notes(one).replace({ ...change, after: 'c' }, later)).to.equal(true)
        expect(await read(later)).to.deep.equal([undefined, 'c'])
      })

      it('may be any text', async () => {
        const odd = `{"a'":"\\ ü %s\n"}${'x'.repeat(5000)}`
        await put(odd)
        expect([await put('b', `${odd} `), (await read())[1], await put('b', odd)]).to.deep.equal([false, odd, true])
      })

      it('are written by one of many at once', async () => {
        const asks = Array.from(
          { length: 40 },
          async (_, i) => await notes(i % 2 === 0 ? one : other).replace({ key: key('note'), after: `${i}`, expiresAtMs: later }, now),
        )
        expect((await Promise.all(asks)).filter(done => done)).to.have.length(1)
      })
    })
  })
}
