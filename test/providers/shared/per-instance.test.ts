import { expect } from 'chai'
import { perInstance } from '../../../providers/shared/per-instance.ts'

const settings = (name: string) => ({ name, type: 'acme' })

describe('what is made per instance', () => {
  it('is made once for the same settings', () => {
    const of = perInstance(({ name }) => ({ name }))
    const [one, other] = [settings('one'), settings('other')]
    expect(of(one)).to.equal(of(one)).and.deep.equal({ name: 'one' })
    expect(of(other)).to.deep.equal({ name: 'other' })
  })

  it('is kept when it is false', () => {
    let made = 0
    const of = perInstance(() => { made += 1; return false })
    const own = settings('acme')
    expect([of(own), of(own), made]).to.deep.equal([false, false, 1])
  })

  it('is another one for settings that say the same: nothing is kept by name', () => {
    const of = perInstance(({ name }) => ({ name }))
    expect(of(settings('acme'))).to.not.equal(of(settings('acme')))
  })

  it('is tried again after it could not be made', () => {
    let made = 0
    const of = perInstance(() => {
      made += 1
      if (made === 1) throw new Error('not yet')
      return true
    })
    const own = settings('acme')
    expect(() => of(own)).to.throw('not yet')
    expect(of(own)).to.equal(true)
  })
})
