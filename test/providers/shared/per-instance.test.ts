import { expect } from 'chai'
import { perInstance, perModel } from '../../../providers/shared/per-instance.ts'

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
    const of = perInstance(() => {
      made += 1
      return false
    })
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

describe('what is made per model', () => {
  /** Gives the names in the order in which something was made for them. */
  const counted = () => {
    const made: string[] = []
    return {
      made,
      of: perModel((model, { name }) => {
        made.push(model)
        return { model, name }
      }),
    }
  }

  it('is made once for a model of an instance', () => {
    const { made, of } = counted()
    const own = settings('acme')
    expect(of('m', own)).to.equal(of('m', own)).and.deep.equal({ model: 'm', name: 'acme' })
    expect(of('n', own)).to.deep.equal({ model: 'n', name: 'acme' })
    expect(made).to.deep.equal(['m', 'n'])
  })

  it('is another one for the same model of another instance', () => {
    const { of } = counted()
    expect([of('m', settings('one')).name, of('m', settings('other')).name]).to.deep.equal(['one', 'other'])
  })

  it('is forgotten after 256 others', () => {
    const { made, of } = counted()
    const own = settings('acme')
    for (let i = 0; i <= 256; i++) of(`m${i}`, own)
    of('m256', own)
    expect(made).to.have.length(257)
    of('m0', own)
    expect(made).to.have.length(258)
  })

  it('makes room for long names', () => {
    const { made, of } = counted()
    const own = settings('acme')
    const long = (letter: string) => letter.repeat(40_000)
    for (const model of [long('a'), long('b'), long('a')]) of(model, own)
    expect(made).to.have.length(3)
  })

  it('is not kept for a name that is longer than all that may be kept', () => {
    const { made, of } = counted()
    const own = settings('acme')
    const model = 'x'.repeat(70_000)
    for (const name of ['m', model, model, 'm']) of(name, own)
    expect(made).to.deep.equal(['m', model, model])
  })
})
