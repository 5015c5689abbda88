/** Respelling a JSON string. */

import { expect } from 'chai'
import { respell } from '../../../core/document/respell.ts'
import { Random, randomString } from './random-json.ts'

describe('respell', () => {
  for (const [what, spelling, after, expected] of [
    ['keeps escapes before and behind the change', '"\\u00e9 secret \\/\\u0041"', 'é [x] /A', '"\\u00e9 [x] \\/\\u0041"'],
    ['escapes what is new', '"ab"', 'a"\n\\b', '"a\\"\\n\\\\b"'],
    ['empties', '"\\u0041"', '', '""'],
    ['fills', '""', 'x', '"x"'],
    ['counts no character twice', '"aa"', 'aaa', '"aaa"'],
    ['never parts a pair of surrogates', '"😀"', '😁', '"😁"'],
    ['never parts an escaped pair', '"\\ud83d\\ude00"', '😁', '"😁"'],
    ['keeps lone surrogates apart', '"x"', '\ud800', '"\\ud800"'],
    ['leaves what is the same', '"\\u0041"', 'A', '"\\u0041"'],
  ] as const)
    it(what, () => expect(respell(spelling, JSON.parse(spelling) as string, after)).to.equal(expected))

  it('says what it shall say, of random strings', () => {
    const random = new Random(5)
    for (let i = 0; i < 5000; i++) {
      const spelling = randomString(random)
      const before = JSON.parse(spelling) as string
      const at = random.below(before.length + 1)
      const after = random.pick([JSON.parse(randomString(random)) as string, before.slice(0, at) + '😀' + before.slice(at + random.below(3))])
      const result = respell(spelling, before, after)
      expect(JSON.parse(result)).to.equal(after)
      expect(JSON.parse(Buffer.from(result).toString())).to.equal(after)
    }
  })
})
