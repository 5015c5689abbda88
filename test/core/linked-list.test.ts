import { expect } from 'chai'
import { LinkedList } from '../../core/linked-list.ts'
import { seededRandom } from '../../core/testing/seeded-random.ts'

describe('a roll', () => {
  it('knows who is here, in the order in which they came', () => {
    const roll = new LinkedList<string>()
    const [a, b] = [roll.add('a'), roll.add('b')]
    roll.add('c')
    expect(roll.values()).to.deep.equal(['a', 'b', 'c'])
    roll.remove(b)
    expect(roll.values()).to.deep.equal(['a', 'c'])
    roll.remove(a)
    expect(roll.first?.value).to.equal('c')
    expect(roll.size).to.equal(1)
  })

  it('takes nobody off twice', () => {
    const roll = new LinkedList<string>()
    const a = roll.add('a')
    roll.add('b')
    roll.remove(a)
    roll.remove(a)
    expect(roll.size).to.equal(1)
  })

  it('is empty when all have left', () => {
    const roll = new LinkedList<number>()
    for (const entry of [1, 2, 3].map(n => roll.add(n))) roll.remove(entry)
    expect({ size: roll.size, first: roll.first, values: roll.values() }).to.deep.equal({ size: 0, first: undefined, values: [] })
    roll.add(4)
    expect(roll.values()).to.deep.equal([4])
  })

  it('agrees with a set, whoever comes and goes', () => {
    const random = seededRandom(7)
    const roll = new LinkedList<number>()
    const entries = new Map<number, ReturnType<LinkedList<number>['add']>>()
    for (let n = 0; n < 2_000; n++) {
      const leaving = [...entries.keys()][Math.floor(random() * entries.size * 2)]
      if (leaving === undefined) entries.set(n, roll.add(n))
      else {
        roll.remove(entries.get(leaving) as ReturnType<LinkedList<number>['add']>)
        entries.delete(leaving)
      }
      expect(roll.size).to.equal(entries.size)
    }
    expect(roll.values()).to.deep.equal([...entries.keys()])
  })
})
