import { expect } from 'chai'
import { complaints, load } from '../../core/config/given.ts'

const withPrices = (pricing: string) => ({
  yaml: `providers:\n  openai:\n    api_key: k\n    models: [{ id: gpt-x, metadata: { pricing: ${pricing} } }]\n`,
})

/** [what is wrong, as written, what the operator is told of it]. */
const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['a word', '{ input_per_mtok: cheap }', /^tapline\.yaml:4:50 {2}\S+\/0\/metadata\/pricing\/input_per_mtok {2}expected number >= 0, got "cheap"$/],
  ['less than nothing', '{ per_request: -1 }', /pricing\/per_request {2}expected number >= 0, got -1$/],
  ['a misspelt name', '{ ouput_per_mtok: 3 }', /^tapline\.yaml:4:\d+ {2}\S+\/pricing\/ouput_per_mtok {2}unknown key; did you mean "output_per_mtok"\?$/],
  ['a misspelt name in a tier', '{ tiers: [{ up_to_token: 9, input_per_mtok: 1 }] }', /tiers\/0\/up_to_token {2}unknown key; did you mean "up_to_tokens"\?$/],
  [
    'an hour that no day has',
    '{ time_windows: [{ utc_ranges: [{ start: "25:00", end: "06:00" }], pricing: { per_request: 1 } }] }',
    /utc_ranges\/0\/start {2}expected string that matches .+, got "25:00"$/,
  ],
  ['another currency', '{ per_request: 1, currency: EUR }', /pricing\/currency {2}expected "USD", got "EUR"$/],
  ['no price at all', '{}', /metadata\/pricing {2}expected map of at least 1 member, got an empty map$/],
]

describe('prices in the configuration', () => {
  for (const [what, pricing, told] of wrong)
    it(`are refused for ${what}`, async () => {
      const lines = await complaints(withPrices(pricing))
      expect(lines).to.have.length(1)
      expect(lines[0]).to.match(told)
    })

  it('are those that are written, also in a variable', async () => {
    const { providers } = await load({ ...withPrices('{ input_per_mtok: "${PRICE}", per_request: 0 }'), env: { PRICE: '0.5' } })
    expect(providers.get('openai')?.models[0]?.metadata).to.deep.equal({ pricing: { input_per_mtok: 0.5, per_request: 0 } })
  })
})
