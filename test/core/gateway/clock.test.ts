import { expect } from 'chai'
import { realClock } from '../../../core/gateway/clock.ts'

interface PendingTimer {
  readonly callback: () => void
  readonly dueAt: number
}

describe('the real clock', () => {
  const { setTimeout } = globalThis
  const elapsed = performance.now
  let now: number
  let timers: PendingTimer[]

  beforeEach(() => {
    now = 0
    timers = []
    performance.now = () => now
    globalThis.setTimeout = ((callback: () => void, ms: number) => {
      timers.push({ callback, dueAt: now + ms })
      return { unref: () => {} }
    }) as unknown as typeof setTimeout
  })
  afterEach(() => {
    globalThis.setTimeout = setTimeout
    performance.now = elapsed
  })

  /** Until the timer that is due first has run. */
  const turn = () => {
    timers.sort((one, other) => one.dueAt - other.dueAt)
    const { callback, dueAt } = timers.shift() as PendingTimer
    now = dueAt
    callback()
  }

  it('has one timer for all waits of one length, however often they begin anew as they end', () => {
    const ended = { quick: 0, slow: 0 }
    const again = (who: keyof typeof ended) =>
      realClock.after(7000, () => {
        ended[who] += 1
        if (ended[who] < 50) again(who)
      })
    again('quick')
    now = 3000
    again('slow')
    for (let turns = 0; turns < 80; turns++) {
      turn()
      expect(timers).to.have.length(1)
    }
    expect(ended).to.deep.equal({ quick: 40, slow: 40 })
    while (timers.length > 0) turn()
    expect(ended).to.deep.equal({ quick: 50, slow: 50 })
  })

  it('ends the other waits although one of them fails', () => {
    const ended: string[] = []
    realClock.after(7000, () => {
      throw new Error('failed')
    })
    realClock.after(7000, () => ended.push('other'))
    expect(turn).to.throw('failed')
    turn()
    expect(ended).to.deep.equal(['other'])
    expect(timers).to.be.empty
  })
})
