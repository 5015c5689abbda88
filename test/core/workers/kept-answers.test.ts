import { expect } from 'chai'
import { KeptAnswers } from '../../../core/workers/kept-answers.ts'

describe('what workers said last', () => {
  it('is kept of those that are gone, by what they were asked', () => {
    const kept = new KeptAnswers<object>()
    const [one, other] = [{}, {}]
    kept.note(one, 'metrics', 1)
    kept.note(one, 'metrics', 2)
    kept.note(other, 'metrics', 7)
    expect(kept.ofGone('metrics')).to.deep.equal([])
    kept.end(one)
    expect([kept.ofGone('metrics'), kept.ofGone('other')]).to.deep.equal([[2], []])
  })

  it('is nothing of a worker that was never asked', () => {
    const kept = new KeptAnswers<object>()
    kept.end({})
    expect(kept.ofGone('metrics')).to.deep.equal([])
  })

  it('is kept of a hundred, the last to go', () => {
    const kept = new KeptAnswers<object>()
    for (let n = 0; n < 101; n++) {
      const worker = {}
      kept.note(worker, 'metrics', n)
      kept.end(worker)
    }
    expect(kept.ofGone('metrics')).to.have.length(100).and.to.not.include(0)
  })
})
