import { expect } from 'chai'
import { KnownBeginnings } from '../../../plugins/sessions/known-beginnings.ts'

const long = 'x'.repeat(2_000)
const veryLong = 'x'.repeat(300_000)
/** With another one at its end. */
const changed = (text: string) => `${text.slice(0, -3)}"y}`
const tool = (text: string) => Buffer.from(JSON.stringify({ name: 'f', description: text }))

describe('how conversations begin', () => {
  const known = new KnownBeginnings()

  const beginnings: readonly (readonly [string, readonly string[], readonly Buffer[]])[] = [
    ['with nothing', [], []],
    ['with a few words', ['system', 'Be brief.'], [tool('f')]],
    ['with long instructions', ['system', long], [tool('f')]],
    ['with long tools', ['system', 'Be brief.'], [tool('f'), tool(long)]],
    ['with very long instructions', ['system', veryLong], [tool('f')]],
    ['with very long tools', [], [tool(veryLong)]],
  ]
  for (const [name, texts, tools] of beginnings) {
    describe(name, () => {
      const mark = known.mark.bind(known)
      const same = mark(texts, tools)

      it('has one mark, whoever comes between and whoever is asked', () => {
        expect(mark([...texts], tools.map(Buffer.from))).to.equal(same)
        for (let n = 0; n < 50; n++) mark([`${n}${long}`], [])
        expect(mark([...texts], tools.map(Buffer.from))).to.equal(same)
        expect(new KnownBeginnings().mark(texts, tools)).to.equal(same)
      })

      it('has another one with a text or a tool more, or less, or of other bytes', () => {
        const others = [
          mark([...texts, ''], tools),
          mark([...texts, 'y'], tools),
          mark(texts, [...tools, tool('g')]),
          ...(texts.length === 0
            ? []
            : [mark(texts.slice(1), tools), mark([texts.join('')], tools), mark([...texts.slice(0, -1), changed(texts.at(-1) ?? '')], tools)]),
          ...(tools.length === 0 ? [] : [mark(texts, tools.slice(1)), mark(texts, [...tools.slice(0, -1), Buffer.from(changed(String(tools.at(-1))))])]),
        ]
        for (const [at, other] of others.entries()) expect(other, String(at)).to.not.equal(same)
      })
    })
  }
})
