import { expect } from 'chai'
import { defaultAnchors, windowAt } from '../../../plugins/budgets/window.ts'

const month = 2_592_000
const at = (text: string) => Date.parse(text)

describe('the windows of budgets', () => {
  const cases: readonly [string, number, object, string, string, string][] = [
    ['an hour', 3600, {}, '2026-03-01T12:34:56Z', '2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z'],
    ['a day', 86_400, {}, '2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    [
      'a day that begins at 6:30, before',
      86_400,
      { daily_reset_hour: 6, daily_reset_minute: 30 },
      '2026-03-01T06:29:59Z',
      '2026-02-28T06:30:00Z',
      '2026-03-01T06:30:00Z',
    ],
    [
      'a day that begins at 6:30, behind',
      86_400,
      { daily_reset_hour: 6, daily_reset_minute: 30 },
      '2026-03-01T06:30:00Z',
      '2026-03-01T06:30:00Z',
      '2026-03-02T06:30:00Z',
    ],
    ['a week, on its last second', 604_800, {}, '2026-03-01T23:59:59Z', '2026-02-23T00:00:00Z', '2026-03-02T00:00:00Z'],
    [
      'a week that begins on Sunday at 22',
      604_800,
      { weekly_reset_weekday: 7, weekly_reset_hour: 22 },
      '2026-03-01T22:00:00Z',
      '2026-03-01T22:00:00Z',
      '2026-03-08T22:00:00Z',
    ],
    ['a month', month, {}, '2026-02-28T23:59:59Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['a month over the turn of the year', month, {}, '2025-12-31T23:00:00Z', '2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['a month from the 31st in February', month, { monthly_reset_day: 31 }, '2026-02-28T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z'],
    ['a month from the 31st before 28 February', month, { monthly_reset_day: 31 }, '2026-02-27T23:59:59Z', '2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z'],
    ['a month from the 31st in April', month, { monthly_reset_day: 31 }, '2026-04-30T00:00:00Z', '2026-04-30T00:00:00Z', '2026-05-31T00:00:00Z'],
    [
      'a month from the 31st in February of a leap year',
      month,
      { monthly_reset_day: 31 },
      '2028-02-29T12:00:00Z',
      '2028-02-29T00:00:00Z',
      '2028-03-31T00:00:00Z',
    ],
    [
      'a month from the 15th at 12:30',
      month,
      { monthly_reset_day: 15, monthly_reset_hour: 12, monthly_reset_minute: 30 },
      '2026-01-15T12:29:00Z',
      '2025-12-15T12:30:00Z',
      '2026-01-15T12:30:00Z',
    ],
    ['90 seconds', 90, {}, '1970-01-01T00:03:10Z', '1970-01-01T00:03:00Z', '1970-01-01T00:04:30Z'],
    ['thirty days that are no month', 2_592_001, {}, '1970-01-10T00:00:00Z', '1970-01-01T00:00:00Z', '1970-01-31T00:00:01Z'],
  ]
  for (const [name, seconds, anchors, now, start, end] of cases) {
    it(`begin and end for ${name}`, () => {
      expect(windowAt(seconds, { ...defaultAnchors, ...anchors }, at(now))).to.deep.equal({ startMs: at(start), endMs: at(end) })
    })
  }
})
