import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { Clock } from '../../../core/index.ts'
import { heap } from '../../../plugins/load-shed/heap.ts'
import { Limit } from '../../../plugins/load-shed/limit.ts'
import { LoopDelay } from '../../../plugins/load-shed/loop-delay.ts'
import { Sampling } from '../../../plugins/load-shed/sampling.ts'

describe('load-shed: the delay of the event loop', () => {
  let now = 0
  const loop = () => {
    now = 0
    return new LoopDelay({ elapsed: () => now } as Clock)
  }
  /** Reads so often, each time so late. */
  const read = (delay: LoopDelay, times: number, lateMs: number) => {
    let said = 0
    for (let i = 0; i < times; i++) {
      now += delay.everyMs + lateMs
      said = delay.read()
    }
    return said
  }

  it('is nothing while timers come when they should', () => {
    expect(read(loop(), 250, 0)).to.equal(0)
  })

  it('is what 99 of 100 measurements stay under', () => {
    const delay = loop()
    read(delay, 248, 0)
    expect(read(delay, 2, 5)).to.equal(0)
    expect(read(delay, 1, 5)).to.equal(5)
  })

  it('is forgotten after five seconds', () => {
    const delay = loop()
    expect(read(delay, 5, 80)).to.equal(80)
    expect(read(delay, 200, 0)).to.equal(80)
    expect(read(delay, 51, 0)).to.equal(0)
  })

  it('begins when the gateway serves', () => {
    const delay = loop()
    now = 4_000
    delay.begin()
    expect(read(delay, 1, 0)).to.equal(0)
  })

  it('is never less than nothing', () => {
    expect(read(loop(), 3, -5)).to.equal(0)
  })
})

describe('load-shed: the heap', () => {
  it('is a share of what the process may have', () => {
    expect(heap.read()).to.be.greaterThan(0).and.lessThan(1)
  })
})

describe('load-shed: sampling', () => {
  it('measures by the clock alone, and tells when the limit is reached and when it holds no longer', () => {
    const clock = new TurnedClock()
    const readings = [0.5, 0.9, 0.85, 0.7, 0.6]
    const changes: boolean[] = []
    const limit = new Limit(0.9)
    const sampling = new Sampling({
      measure: { reason: 'heap', everyMs: 500, read: () => readings.shift() ?? 0 },
      limit,
      clock,
      changed: () => changes.push(limit.isReached),
    })
    expect(clock.pending).to.equal(0)
    sampling.start()
    clock.advance(1000)
    expect(changes).to.deep.equal([true])
    clock.advance(500)
    expect(changes).to.deep.equal([true])
    clock.advance(1000)
    expect(changes).to.deep.equal([true, false])
    sampling.close()
    expect(clock.pending).to.equal(0)
  })
})
