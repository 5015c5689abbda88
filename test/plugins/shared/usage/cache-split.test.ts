/** What a provider's cache had to do with a prompt. */

import { expect } from 'chai'
import { cacheSplit } from '../../../../plugins/shared/usage/cache-split.ts'

const cases = [
  { row: 'a prompt that no cache knows', input: 100, raw: null, is: [100, 0, 0, 0] },
  { row: 'a prompt that holds what was read', input: 1000, raw: { prompt_cached_tokens: 900 }, is: [100, 900, 0, 0.9] },
  { row: 'a prompt that holds what was read and written', input: 100, raw: { prompt_cached_tokens: 50, prompt_cache_write_tokens: 25 }, is: [25, 50, 25, 0.5] },
  { row: 'counts beside the prompt', input: 100, raw: { cache_read_input_tokens: 900, cache_creation_input_tokens: 50 }, is: [100, 900, 50, 900 / 1050] },
  { row: 'two names of the same count', input: 1000, raw: { prompt_cached_tokens: 900, prompt_cache_hit_tokens: 900 }, is: [100, 900, 0, 0.9] },
  { row: 'more in the cache than in the prompt', input: 10, raw: { cached_tokens: 90 }, is: [0, 90, 0, 1] },
  { row: 'a call whose tokens nobody counted', input: null, raw: null, is: [0, 0, 0, 0] },
] as const

describe('the split of a prompt by the cache', () => {
  for (const {
    row,
    input,
    raw,
    is: [uncached_input_tokens, cached_input_tokens, cache_write_input_tokens, cached_input_ratio],
  } of cases) {
    it(`is told of ${row}`, () => {
      expect(cacheSplit({ input_tokens: input, raw_data: raw })).to.deep.equal({
        uncached_input_tokens,
        cached_input_tokens,
        cache_write_input_tokens,
        cached_input_ratio,
      })
    })
  }
})
