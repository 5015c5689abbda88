import { expect } from 'chai'
import { unfenced } from '../../../../plugins/shared/guard/unfenced.ts'

describe('a text without its fences', () => {
  for (const [what, fenced, bare] of [
    ['JSON', '```json\n{"a": 1}\n```', '{"a": 1}'],
    ['no language', ' ```\n[1]\n```\n\n', '[1]'],
    ['one line', '```json{}```', '{}'],
    ['nothing', '``````', ''],
    ['fences inside', '```\na ``` b\n```', 'a ``` b'],
  ] as const) {
    it(`is what stands between them: ${what}`, () => expect(unfenced(fenced)).to.equal(bare))
  }

  for (const text of ['{"a": 1}', ' x ', '```json\n{}', '{}\n```', '`````', ''])
    it(`is ${JSON.stringify(text)} as it is`, () => expect(unfenced(text)).to.equal(text))

  it('is found in a text of blanks that has but one fence', () => {
    const text = `\`\`\`json${' \n'.repeat(50_000)}x`
    expect(unfenced(text)).to.equal(text)
  })
})
