import { expect } from 'chai'
import { parseExactly } from '../../../core/neutral/json.ts'
import type { JsonObject } from '../../../core/neutral/request.ts'
import { spellJson } from '../../../core/neutral/spell-json.ts'
import { Random, randomJson } from '../document/random-json.ts'

const many = <T>(item: T): T[] => Array.from({ length: 30 }, () => item)

describe('bodies of JSON, spelled', () => {
  for (const [what, body] of [
    ['an empty one', {}],
    ['a short one', { model: 'm', messages: [{ role: 'user', content: 'é' }] }],
    ['a long list', { model: 'm', messages: many({ role: 'user', content: 'hello' }), stream: true }],
    ['long lists alone', { a: many(1), b: many('x') }],
    ['texts of every script', { messages: many({ content: 'aé漢😀\ud800"\\\n\u2028' }) }],
    ['what is not there', { a: undefined, messages: many({ a: undefined, b: 1 }), b: undefined, c: 1 }],
    ['items that JSON has not', { messages: [undefined, null, ...many(true)] }],
    ['lists in lists', { messages: many(many([])) }],
    ['a text of a megabyte', { messages: [...many('x'), '漢'.repeat(500_000), ...many('y')] }],
    ['names that have to be escaped', JSON.parse(`{"__proto__":1,"a\\"b":2,"":3,"2":[],"messages":${JSON.stringify(many(1))}}`)],
  ] as readonly (readonly [string, object])[]) {
    it(`are the bytes of JSON.stringify: ${what}`, () => {
      expect(spellJson(body as JsonObject).equals(Buffer.from(JSON.stringify(body)))).to.equal(true)
    })
  }

  it('keep numbers as they were spelled', () => {
    const text = `{"messages":[${many('{"a":1.0,"b":-0}').join(',')},12345678901234567890],"n":1E5}`
    expect(spellJson(parseExactly(text) as JsonObject).toString()).to.equal(text)
  })

  it('are nobody else’s memory', () => {
    const [first, second] = ['a', 'b'].map(text => ({ messages: many(text.repeat(1000)) }))
    const spelled = [spellJson(first!), spellJson(second!), spellJson(first!)]
    expect(spelled.map(String)).to.deep.equal([first, second, first].map(body => JSON.stringify(body)))
  })

  it('are the same for anything', () => {
    const random = new Random(7)
    for (let n = 0; n < 500; n++) {
      const body = Object.fromEntries(random.times(5, () => [String(random.below(9)), JSON.parse(`[${random.times(20, () => randomJson(random)).join()}]`)]))
      expect(spellJson(body).toString()).to.equal(JSON.stringify(body))
    }
  })
})
