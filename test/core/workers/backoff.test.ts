import { expect } from 'chai'
import { Backoff } from '../../../core/workers/backoff.ts'

describe('the wait before a dead worker is replaced', () => {
  it('is none at first, and doubles while they go on dying, up to half a minute', () => {
    const backoff = new Backoff()
    const waits = Array.from({ length: 12 }, () => backoff.next(0))
    expect(waits).to.deep.equal([0, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
  })

  it('is none again once they lived for a minute', () => {
    const backoff = new Backoff()
    backoff.next(0)
    expect(backoff.next(60_000)).to.equal(100)
    expect(backoff.next(120_001)).to.equal(0)
  })

  it('is for nothing from the sixth death in a row on', () => {
    const backoff = new Backoff()
    const hopeless = Array.from({ length: 6 }, (_, n) => {
      backoff.next(n)
      return backoff.isHopeless
    })
    expect(hopeless).to.deep.equal([false, false, false, false, false, true])
  })
})
