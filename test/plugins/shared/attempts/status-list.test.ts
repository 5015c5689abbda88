import { expect } from 'chai'
import { statusTest } from '../../../../plugins/shared/attempts/status-list.ts'

describe('a list of statuses', () => {
  for (const [list, matching, others] of [
    [
      ['429', '5xx'],
      [429, 500, 503, 599, 408, 424],
      [200, 400, 404, 428],
    ],
    [['503'], [503], [408, 424, 500, 502]],
    [['4XX'], [400, 408, 429, 499], [500, 399]],
    [[], [], [200, 408, 429, 500]],
  ] as const) {
    it(`${JSON.stringify(list)} matches ${matching.join(', ') || 'nothing'}`, () => {
      const matches = statusTest(list)
      expect([...matching, ...others].filter(matches)).to.deep.equal(matching)
    })
  }
})
