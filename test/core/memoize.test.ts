import { expect } from 'chai'
import { memoize } from '../../core/memoize.ts'

describe('what is remembered of a text', () => {
  it('is found once', () => {
    const asked: string[] = []
    const find = memoize(text => ({ length: asked.push(text) }))
    expect([find('a'), find('b'), find('a')].map(({ length }) => length)).to.deep.equal([1, 2, 1])
    expect(asked).to.deep.equal(['a', 'b'])
  })

  it('is found again when there were too many others', () => {
    let asked = 0
    const find = memoize(text => ({ text, turn: ++asked }))
    const first = find('first')
    for (let i = 0; i < 10_000; i++) find(String(i))
    expect(find('first')).to.include({ text: 'first' }).and.not.equal(first)
  })
})
