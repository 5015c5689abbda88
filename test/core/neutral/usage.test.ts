import { expect } from 'chai'
import { readFrom } from '../../../core/neutral/usage.ts'

describe('the tokens that a provider reports', () => {
  for (const [what, count] of [
    ['-1', -1],
    ['more than any number', Infinity],
    ['nothing', undefined],
  ] as const) {
    it(`are not counted where it says ${what} of them, and what it said is kept`, () => {
      const raw = { prompt_tokens: count }
      const usage = readFrom(raw, { inputTokens: count, outputTokens: 0 })
      expect({ ...usage }).to.deep.equal({ outputTokens: 0 })
      expect(usage.raw).to.equal(raw)
    })
  }
})
