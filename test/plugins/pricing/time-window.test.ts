/** Prices by the hour. */

import { expect } from 'chai'
import { windowAt } from '../../../plugins/pricing/time-window.ts'
import type { PriceWindow } from '../../../schemas/records/pricing.schema.ts'

const pricing = { input_per_mtok: 1 }
const windows: Readonly<Record<string, readonly PriceWindow[]>> = {
  weekday: [
    { label: 'weekday', utc_ranges: [{ days: ['mon', 'tuesday', 3, 'thu', 'friday'], start: '00:00', end: '24:00' }], pricing },
    { label: 'weekend', utc_ranges: [{ days: ['saturday', 0], start: '00:00', end: '00:00' }], pricing },
  ],
  night: [{ label: 'night', utc_ranges: [{ start: '22:00', end: '06:00' }], pricing }],
  'Friday night': [{ label: 'friday', utc_ranges: [{ days: ['fri'], start: '22:00', end: '06:00' }], pricing }],
  'two ranges': [
    {
      label: 'peak',
      utc_ranges: [
        { start: '01:00', end: '04:00' },
        { start: '06:00:00', end: '10:00:30' },
      ],
      pricing,
    },
  ],
  always: [{ label: 'always', utc_ranges: [{ start: '12:00', end: '12:00' }], pricing }],
}

// 6 March 2026 is a Friday.
const cases: readonly (readonly [windows: string, at: string, label: string | undefined])[] = [
  ['weekday', '2026-03-06T23:59:59Z', 'weekday'],
  ['weekday', '2026-03-07T00:00:00Z', 'weekend'],
  ['weekday', '2026-03-08T23:59:59Z', 'weekend'],
  ['weekday', '2026-03-09T00:00:00Z', 'weekday'],
  ['night', '2026-03-06T21:59:59Z', undefined],
  ['night', '2026-03-06T22:00:00Z', 'night'],
  ['night', '2026-03-06T00:00:00Z', 'night'],
  ['night', '2026-03-06T05:59:59Z', 'night'],
  ['night', '2026-03-06T06:00:00Z', undefined],
  ['Friday night', '2026-03-06T05:00:00Z', undefined],
  ['Friday night', '2026-03-06T23:00:00Z', 'friday'],
  ['Friday night', '2026-03-07T05:59:59Z', 'friday'],
  ['Friday night', '2026-03-07T23:00:00Z', undefined],
  ['two ranges', '2026-03-06T03:59:59Z', 'peak'],
  ['two ranges', '2026-03-06T05:00:00Z', undefined],
  ['two ranges', '2026-03-06T10:00:29Z', 'peak'],
  ['two ranges', '2026-03-06T10:00:30Z', undefined],
  ['always', '2026-03-06T11:59:59Z', 'always'],
  ['always', '2026-03-06T12:00:00Z', 'always'],
]

describe('prices by the hour', () => {
  for (const [name, at, label] of cases) {
    it(`of ${name} ${label === undefined ? 'do not hold' : `are those of ${label}`} at ${at}`, () =>
      expect(windowAt(windows[name], Date.parse(at))?.label).to.equal(label))
  }
})
