import { expect } from 'chai'
import { ofProvider, pageOf, rangeOf } from '../../../../plugins/shared/admin/ranges.ts'
import { GatewayError } from '../../../../core/errors.ts'

const now = Date.UTC(2026, 2, 10, 23, 30)
const utc = { timeZone: 'UTC', now }
const time = (text: string) => Date.parse(text)

describe('the days of a query', () => {
  const asked: readonly [string, Parameters<typeof rangeOf>[0], string, string, string?][] = [
    ['are the last 30 where none are named', {}, '2026-02-09', '2026-03-10'],
    ['are as many as are asked for', { days: 7 }, '2026-03-04', '2026-03-10'],
    ['are today alone', { days: 1 }, '2026-03-10', '2026-03-10'],
    ['go from the first to the last', { start_date: '2026-01-31', end_date: '2026-02-02' }, '2026-01-31', '2026-02-02'],
    ['go up to today from the first', { start_date: '2026-03-01' }, '2026-03-01', '2026-03-10'],
    ['are 30 up to the last', { end_date: '2026-03-01' }, '2026-01-31', '2026-03-01'],
    ['are not counted beside a date', { start_date: '2026-03-01', days: 3 }, '2026-03-01', '2026-03-10'],
    ['are those of the zone, where it is tomorrow already', { days: 1 }, '2026-03-11', '2026-03-11', 'Asia/Tokyo'],
    ['are those of the zone, where it is still yesterday', { days: 1 }, '2026-03-10', '2026-03-10', 'Pacific/Honolulu'],
  ]
  for (const [what, query, startDate, endDate, timeZone = 'UTC'] of asked) {
    it(what, () => expect(rangeOf(query, { timeZone, now })).to.include({ startDate, endDate }))
  }

  const borders: readonly [string, string, string, string, string, string][] = [
    ['UTC', 'UTC', '2026-03-01', '2026-03-02', '2026-03-01T00:00Z', '2026-03-03T00:00Z'],
    ['a zone ahead', 'Pacific/Kiritimati', '2026-03-01', '2026-03-01', '2026-02-28T10:00Z', '2026-03-01T10:00Z'],
    ['a zone behind', 'Etc/GMT+12', '2026-03-01', '2026-03-01', '2026-03-01T12:00Z', '2026-03-02T12:00Z'],
    ['a day of 23 hours', 'America/New_York', '2026-03-08', '2026-03-08', '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
    ['a day of 25 hours', 'Europe/Berlin', '2025-10-26', '2025-10-26', '2025-10-25T22:00Z', '2025-10-26T23:00Z'],
    ['a day that never was', 'Pacific/Apia', '2011-12-30', '2011-12-30', '2011-12-30T10:00Z', '2011-12-30T10:00Z'],
  ]
  for (const [what, timeZone, start_date, end_date, from, to] of borders) {
    it(`begin and end with those of ${what}`, () => {
      expect(rangeOf({ start_date, end_date }, { timeZone, now })).to.include({ from: time(from), to: time(to) })
    })
  }

  const refused: readonly [string, Parameters<typeof rangeOf>[0], string, number?][] = [
    ['end before they begin', { start_date: '2026-03-02', end_date: '2026-03-01' }, 'start_date'],
    ['begin tomorrow', { start_date: '2026-03-11' }, 'start_date'],
    ['are more than may be asked for', { days: 366 }, 'days', 365],
    ['are more than may be asked for, by dates', { start_date: '2025-03-09', end_date: '2026-03-10' }, 'start_date', 365],
    ['are more than a hundred years', { start_date: '1971-01-01', end_date: '2071-01-01' }, 'start_date'],
    ['begin before anything was recorded', { start_date: '1969-12-31' }, 'start_date'],
    ['end at the beginning of the calendar', { end_date: '0000-01-01' }, 'end_date'],
  ]
  for (const [what, query, param, maxDays] of refused) {
    it(`are refused where they ${what}`, () => {
      expect(() => rangeOf(query, { ...utc, ...(maxDays === undefined ? {} : { maxDays }) }))
        .to.throw(GatewayError)
        .that.includes({ code: 'invalid_value', param })
    })
  }

  it('may be as many as may be asked for', () => {
    expect(rangeOf({ days: 365 }, { ...utc, maxDays: 365 }).startDate).to.equal('2025-03-11')
  })
})

describe('a page', () => {
  it('is what the query says', () => expect(pageOf({ limit: 5, offset: 10 })).to.deep.equal({ limit: 5, offset: 10 }))
})

describe('a filter by provider', () => {
  it('takes the name of an instance and the name of its type', () => {
    expect(ofProvider('x')).to.deep.equal({ any: [{ equals: { provider_name: 'x' } }, { equals: { provider: 'x' } }] })
  })
})
