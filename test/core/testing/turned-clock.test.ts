import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'

describe('TurnedClock', () => {
  it('stands still until it is turned', () => {
    const clock = new TurnedClock(1000)
    expect([clock.now(), clock.elapsed()]).to.deep.equal([1000, 0])
    clock.advance(250)
    expect([clock.now(), clock.elapsed()]).to.deep.equal([1250, 250])
  })

  it('fires what is due in order of time, then of arming, each at its own time', () => {
    const clock = new TurnedClock()
    const fired: string[] = []
    const note = (name: string) => () => fired.push(`${name}@${clock.elapsed()}`)
    clock.after(30, note('c'))
    clock.after(10, note('a'))
    clock.after(10, note('b'))
    clock.after(31, note('d'))
    clock.advance(30)
    expect(fired).to.deep.equal(['a@10', 'b@10', 'c@30'])
    expect(clock.pending).to.equal(1)
    expect(clock.waitsMs).to.deep.equal([1])
  })

  it('fires timers that a timer arms on the way', () => {
    const clock = new TurnedClock()
    const beats: number[] = []
    const beat = () => {
      beats.push(clock.elapsed())
      clock.after(10, beat)
    }
    clock.after(10, beat)
    clock.advance(35)
    expect(beats).to.deep.equal([10, 20, 30])
  })

  it('forgets a cancelled timer, also when another timer cancels it', () => {
    const clock = new TurnedClock()
    const fired: string[] = []
    const first = clock.after(5, () => fired.push('first'))
    const last = clock.after(15, () => fired.push('last'))
    clock.after(10, () => last.cancel())
    first.cancel()
    first.cancel()
    clock.advance(100)
    expect(fired).to.deep.equal([])
    expect(clock.pending).to.equal(0)
  })

  it('takes a deadline that has passed for now', () => {
    const clock = new TurnedClock()
    let fired = false
    clock.after(-5, () => (fired = true))
    expect(fired).to.equal(false)
    clock.advance(0)
    expect(fired).to.equal(true)
  })

  it('says when timers are armed', async () => {
    const clock = new TurnedClock()
    const order: string[] = []
    const two = clock.armed(2).then(() => order.push('two'))
    const one = clock.armed().then(() => order.push('one'))
    clock.after(1, () => {})
    await one
    expect(order).to.deep.equal(['one'])
    clock.after(1, () => {})
    await two
    await clock.armed(2)
  })

  it('refuses times that are none', () => {
    const clock = new TurnedClock()
    expect(() => clock.after(NaN, () => {})).to.throw(RangeError)
    expect(() => clock.advance(-1)).to.throw(RangeError)
    expect(() => clock.advance(NaN)).to.throw(RangeError)
  })
})
