import { expect } from 'chai'
import { periods, type PeriodUnit } from '../../../core/storage/periods.ts'

const hourMs = 3_600_000

interface Row {
  readonly unit: PeriodUnit
  readonly timeZone: string
  readonly from: string
  readonly to: string
  /** Where each begins, and where the last one ends. */
  readonly borders: readonly string[]
  readonly labels: readonly string[]
}

const table: Readonly<Record<string, Row>> = {
  'days of UTC': {
    unit: 'day',
    timeZone: 'UTC',
    from: '2026-02-17T05:00Z',
    to: '2026-02-19T00:00Z',
    borders: ['2026-02-17T00:00Z', '2026-02-18T00:00Z', '2026-02-19T00:00Z'],
    labels: ['2026-02-17', '2026-02-18'],
  },
  'a day of 23 hours': {
    unit: 'day',
    timeZone: 'Europe/Berlin',
    from: '2026-03-28T23:00Z',
    to: '2026-03-29T23:00Z',
    borders: ['2026-03-28T23:00Z', '2026-03-29T22:00Z', '2026-03-30T22:00Z'],
    labels: ['2026-03-29', '2026-03-30'],
  },
  'a day of 25 hours': {
    unit: 'day',
    timeZone: 'America/New_York',
    from: '2026-11-01T12:00Z',
    to: '2026-11-01T13:00Z',
    borders: ['2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    labels: ['2026-11-01'],
  },
  'days where clocks are put forward at midnight': {
    unit: 'day',
    timeZone: 'Africa/Cairo',
    from: '2026-04-23T10:00Z',
    to: '2026-04-24T10:00Z',
    borders: ['2026-04-22T22:00Z', '2026-04-23T22:00Z', '2026-04-24T21:00Z'],
    labels: ['2026-04-23', '2026-04-24'],
  },
  'days where clocks are put back to midnight': {
    unit: 'day',
    timeZone: 'America/Havana',
    from: '2026-11-01T10:00Z',
    to: '2026-11-02T10:00Z',
    borders: ['2026-11-01T04:00Z', '2026-11-02T05:00Z', '2026-11-03T05:00Z'],
    labels: ['2026-11-01', '2026-11-02'],
  },
  'days where clocks are put back before midnight': {
    unit: 'day',
    timeZone: 'America/Sao_Paulo',
    from: '2018-02-17T12:00Z',
    to: '2018-02-18T12:00Z',
    borders: ['2018-02-17T02:00Z', '2018-02-18T03:00Z', '2018-02-19T03:00Z'],
    labels: ['2018-02-17', '2018-02-18'],
  },
  'days of a zone of quarters of an hour': {
    unit: 'day',
    timeZone: 'Asia/Kathmandu',
    from: '2026-02-17T00:00Z',
    to: '2026-02-17T19:00Z',
    borders: ['2026-02-16T18:15Z', '2026-02-17T18:15Z', '2026-02-18T18:15Z'],
    labels: ['2026-02-17', '2026-02-18'],
  },
  'the days around one that was left out': {
    unit: 'day',
    timeZone: 'Pacific/Apia',
    from: '2011-12-30T00:00Z',
    to: '2011-12-31T00:00Z',
    borders: ['2011-12-29T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
    labels: ['2011-12-29', '2011-12-31'],
  },
  'ISO weeks over the new year': {
    unit: 'week',
    timeZone: 'UTC',
    from: '2026-12-28T00:00Z',
    to: '2027-01-05T00:00Z',
    borders: ['2026-12-28T00:00Z', '2027-01-04T00:00Z', '2027-01-11T00:00Z'],
    labels: ['2026-W53', '2027-W01'],
  },
  'a week in the middle': {
    unit: 'week',
    timeZone: 'Europe/Berlin',
    from: '2026-02-17T00:00Z',
    to: '2026-02-17T01:00Z',
    borders: ['2026-02-15T23:00Z', '2026-02-22T23:00Z'],
    labels: ['2026-W08'],
  },
  months: {
    unit: 'month',
    timeZone: 'Europe/Berlin',
    from: '2026-02-28T23:30Z',
    to: '2026-04-02T00:00Z',
    borders: ['2026-02-28T23:00Z', '2026-03-31T22:00Z', '2026-04-30T22:00Z'],
    labels: ['2026-03', '2026-04'],
  },
  years: {
    unit: 'year',
    timeZone: 'Asia/Tokyo',
    from: '2025-12-31T15:00Z',
    to: '2026-12-31T15:00Z',
    borders: ['2025-12-31T15:00Z', '2026-12-31T15:00Z'],
    labels: ['2026'],
  },
  'hours over the end of summer time': {
    unit: 'hour',
    timeZone: 'Europe/Berlin',
    from: '2026-10-25T00:10Z',
    to: '2026-10-25T01:10Z',
    borders: ['2026-10-25T00:00Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z'],
    labels: ['2026-10-25T02:00+02:00', '2026-10-25T02:00+01:00'],
  },
  'hours of a zone between whole ones': {
    unit: 'hour',
    timeZone: 'Asia/Kolkata',
    from: '2026-02-17T10:00Z',
    to: '2026-02-17T11:00Z',
    borders: ['2026-02-17T09:30Z', '2026-02-17T10:30Z', '2026-02-17T11:30Z'],
    labels: ['2026-02-17T15:00+05:30', '2026-02-17T16:00+05:30'],
  },
  'hours where clocks are put back by half of one': {
    unit: 'hour',
    timeZone: 'Australia/Lord_Howe',
    from: '2026-04-04T14:30Z',
    to: '2026-04-04T16:00Z',
    borders: ['2026-04-04T14:00Z', '2026-04-04T15:00Z', '2026-04-04T15:30Z', '2026-04-04T16:30Z'],
    labels: ['2026-04-05T01:00+11:00', '2026-04-05T01:30+10:30', '2026-04-05T02:00+10:30'],
  },
  'no time at all': { unit: 'day', timeZone: 'UTC', from: '2026-02-17T00:00Z', to: '2026-02-17T00:00Z', borders: ['2026-02-17T00:00Z'], labels: [] },
}

describe('periods', () => {
  for (const [name, { unit, timeZone, from, to, borders, labels }] of Object.entries(table)) {
    it(`gives ${name}`, () => {
      const found = periods({ from: Date.parse(from), to: Date.parse(to), unit, timeZone })
      expect(found.borders.map(border => new Date(border).toISOString().replace(':00.000Z', 'Z'))).to.deep.equal(borders)
      expect(found.labels).to.deep.equal(labels)
    })
  }

  it('has every midnight of a year on a quarter of an hour, in every zone', () => {
    const [from, to] = [Date.UTC(2026, 0), Date.UTC(2027, 0)]
    const odd = Intl.supportedValuesOf('timeZone').filter(timeZone =>
      periods({ from, to, unit: 'day', timeZone }).borders.some(border => border % (hourMs / 4) !== 0),
    )
    expect(odd).to.deep.equal([])
  })

  it('refuses a zone that is none, and periods without end', () => {
    expect(() => periods({ from: 0, to: 1, unit: 'day', timeZone: 'Mars/Olympus' })).to.throw(RangeError)
    expect(() => periods({ from: 0, to: 1e15, unit: 'hour', timeZone: 'UTC' })).to.throw(RangeError, 'more than 50000')
  })
})
