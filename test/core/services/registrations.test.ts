import { expect } from 'chai'
import { Registrations } from '../../../core/services/registrations.ts'

const same = () => 'said'

describe('registrations', () => {
  it('of the same thing are told apart: the older one is withdrawn, the newer one stays', () => {
    const registrations = new Registrations<() => string>()
    const withdraw = registrations.add(same)
    registrations.add(same)
    withdraw()
    withdraw()
    expect([...registrations]).to.deep.equal([same])
    expect(registrations.isEmpty).to.equal(false)
  })

  it('follow each other as they were made, and the last one that is there is the latest', () => {
    const registrations = new Registrations<string>()
    const withdrawals = ['a', 'b', 'c'].map(name => registrations.add(name))
    withdrawals[2]?.()
    expect([...registrations]).to.deep.equal(['a', 'b'])
    expect(registrations.latest).to.equal('b')
  })
})
