/** One list of prices over another. */

import { expect } from 'chai'
import { over, type PriceList } from '../../../plugins/pricing/price-list.ts'

const night = { label: 'night', utc_ranges: [{ start: '22:00', end: '06:00' }], pricing: { input_per_mtok: 1, output_per_mtok: 2 } }
const tiers = [
  { up_to_tokens: 1000, input_per_mtok: 3, output_per_mtok: 4 },
  { input_per_mtok: 5, output_per_mtok: 6 },
]
const weak: PriceList = { input_per_mtok: 3, output_per_mtok: 4, cached_input_per_mtok: 0.3, tiers, time_windows: [night] }

const cases: readonly { readonly name: string; readonly strong: PriceList; readonly is: PriceList }[] = [
  { name: 'keeps what the stronger does not name', strong: { per_request: 1 }, is: { ...weak, per_request: 1 } },
  {
    name: 'takes a rate from the stronger, at all hours and lengths',
    strong: { input_per_mtok: 9 },
    is: {
      ...weak,
      input_per_mtok: 9,
      tiers: [{ up_to_tokens: 1000, output_per_mtok: 4 }, { output_per_mtok: 6 }],
      time_windows: [{ ...night, pricing: { output_per_mtok: 2 } }],
    },
  },
  {
    name: 'drops tiers and windows of which nothing is left',
    strong: { input_per_mtok: 9, output_per_mtok: 9 },
    is: { input_per_mtok: 9, output_per_mtok: 9, cached_input_per_mtok: 0.3 },
  },
  {
    name: 'takes the windows of the stronger for all',
    strong: { time_windows: [{ ...night, label: 'own' }] },
    is: { ...weak, time_windows: [{ ...night, label: 'own' }] },
  },
  {
    name: 'takes the tiers of the stronger, at all hours',
    strong: { tiers: [{ input_per_mtok: 8 }] },
    is: { ...weak, tiers: [{ input_per_mtok: 8 }], time_windows: [{ ...night, pricing: { output_per_mtok: 2 } }] },
  },
  { name: 'takes a price of 0', strong: { cached_input_per_mtok: 0 }, is: { ...weak, cached_input_per_mtok: 0 } },
]

describe('a list of prices over another', () => {
  for (const { name, strong, is } of cases) {
    it(name, () => expect(over(weak, strong)).to.deep.equal(is))
  }

  it('leaves both as they are', () => {
    const before = structuredClone(weak)
    over(weak, { input_per_mtok: 9 })
    expect(weak).to.deep.equal(before)
  })
})
