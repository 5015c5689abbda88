import { expect } from 'chai'
import { timeOrderedId } from '../../core/time-ordered-id.ts'

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('an id that grows with time', () => {
  it('is a UUID of version 7 that begins with the milliseconds', () => {
    const id = timeOrderedId(Date.UTC(2022, 1, 22, 19, 22, 22))
    expect(id).to.match(uuid7)
    expect(id.slice(0, 14)).to.equal('017f22e2-79b0-') // the example of RFC 9562
  })

  it('is behind every id of an earlier millisecond', () => {
    const ids = [1, 2, 255, 256, 65_536, Date.UTC(2026, 0), Date.UTC(2026, 0) + 1, Date.UTC(3000, 0)].map(timeOrderedId)
    expect(ids.toSorted()).to.deep.equal(ids)
  })

  it('is behind those before it in the same millisecond', () => {
    const ids = Array.from({ length: 1000 }, () => timeOrderedId(7))
    expect(ids.toSorted()).to.deep.equal(ids)
  })

  it('is a UUID though there are more in one millisecond than it counts', () => {
    const ids = Array.from({ length: 5000 }, () => timeOrderedId(9))
    expect(ids.every(id => uuid7.test(id))).to.equal(true)
    expect(new Set(ids)).to.have.property('size', 5000)
  })

  it('is unlike any other of the same millisecond', () => {
    expect(new Set(Array.from({ length: 1000 }, () => timeOrderedId(5)))).to.have.property('size', 1000)
  })

  it('is a UUID whatever a clock says', () => {
    for (const ms of [0, -5, 0.7, 1.5]) expect(timeOrderedId(ms)).to.match(uuid7)
  })
})
