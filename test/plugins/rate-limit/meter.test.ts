import { expect } from 'chai'
import type { StandingRule } from '../../../plugins/shared/limits/rule.ts'
import type { Standing } from '../../../core/index.ts'
import { admits } from '../../../core/services/state.ts'
import { claimOf, metersOf, waitOf, type Meter } from '../../../plugins/rate-limit/meter.ts'
import type { RateRule } from '../../../plugins/rate-limit/rate-rule.ts'

const minute = 60_000

function meter(limit: object): Meter {
  const rule = {
    scope: 'user_path',
    subject: '/a',
    per_child: false,
    period_seconds: 60,
    id: 'x',
    source: 'config',
    createdAt: 0,
    updatedAt: 0,
    resetAt: undefined,
    countersSince: 0,
    ...limit,
  } as StandingRule<RateRule>
  return metersOf(rule, '/a')[0] as Meter
}

/** How it stands when nobody called since the period 1000. */
function standingAt(time: number, standing: Standing): Standing {
  const periods = Math.floor(time / minute) - 1000
  return periods === 0 ? standing : { current: 0, previous: periods === 1 ? standing.current : 0, held: 0 }
}

describe('the sliding window of a rate limit', () => {
  const cases: readonly [string, object, number, { current: number; previous: number }, number][] = [
    ['as much of the period before as has not passed again', { max_requests: 10 }, 30_000, { current: 5, previous: 10 }, 6_000],
    ['the next period, when this one is full by itself', { max_requests: 10 }, 15_000, { current: 10, previous: 0 }, 45_000 + 6_000],
    ['two periods for a limit of one', { max_requests: 1 }, 0, { current: 1, previous: 0 }, 120_000],
    ['tokens to be less than the limit', { max_tokens: 100 }, 0, { current: 0, previous: 200 }, 30_001],
    ['tokens that went far over it', { max_tokens: 100 }, 0, { current: 400, previous: 0 }, 60_000 + 45_001],
  ]
  for (const [name, limit, elapsed, counted, expected] of cases) {
    it(`waits for ${name}, and admits then`, () => {
      const one = meter(limit)
      const standing = { held: 0, ...counted }
      const now = 1000 * minute + elapsed
      expect(admits(claimOf(one, 'x', now, undefined), standing)).to.equal(false)
      expect(waitOf(one, standing, now)).to.be.closeTo(expected, 0.01)
      const then = Math.ceil(now + expected)
      expect(admits(claimOf(one, 'x', then, undefined), standingAt(then, standing))).to.equal(true)
      expect(admits(claimOf(one, 'x', then - 2, undefined), standingAt(then - 2, standing))).to.equal(false)
    })
  }

  it('admits while requests fit, whatever part of one is left over', () => {
    const claim = (current: number, previous: number, elapsed: number) =>
      admits(claimOf(meter({ max_requests: 10 }), 'x', 1000 * minute + elapsed, undefined), { current, previous, held: 0 })
    expect([claim(0, 9, 0), claim(0, 10, 0), claim(4, 10, 30_000), claim(5, 10, 30_000), claim(9, 0, 0)]).to.deep.equal([true, false, true, false, true])
  })
})
