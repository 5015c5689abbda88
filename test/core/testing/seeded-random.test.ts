import { expect } from 'chai'
import { seededRandom } from '../../../core/testing/seeded-random.ts'

const draw = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed))

describe('seededRandom', () => {
  it('repeats itself for the same seed, and differs for another', () => {
    expect(draw(7, 20)).to.deep.equal(draw(7, 20))
    expect(draw(7, 20)).not.to.deep.equal(draw(8, 20))
  })

  it('is spread over [0, 1)', () => {
    const drawn = draw(1, 10_000)
    expect(Math.min(...drawn)).to.be.within(0, 0.01)
    expect(Math.max(...drawn))
      .to.be.within(0.99, 1)
      .and.not.equal(1)
    expect(drawn.reduce((sum, n) => sum + n) / drawn.length).to.be.closeTo(0.5, 0.02)
  })
})
