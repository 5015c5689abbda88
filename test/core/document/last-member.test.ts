import { expect } from 'chai'
import { lastMember } from '../../../core/document/last-member.ts'

const usage = { input_tokens: 1, details: { '}': '"usage"' } }
const spelled = JSON.stringify(usage)

interface Case {
  readonly title: string
  readonly json: string
  readonly depth: number
  readonly found: unknown
}

const cases: readonly Case[] = [
  { title: 'a member of the text itself', json: JSON.stringify({ a: 1, usage }), depth: 1, found: usage },
  { title: 'a member with others behind it', json: JSON.stringify({ usage, b: [{ c: null }], d: '}' }), depth: 1, found: usage },
  { title: 'white space around everything', json: ` { "a" : 1 , "usage" : ${spelled} } \n`, depth: 1, found: usage },
  { title: 'a member of a member', json: JSON.stringify({ type: 'x', response: { usage, user: null }, sequence_number: 9 }), depth: 2, found: usage },
  { title: 'the last of several', json: `{"usage":1,"usage":${spelled}}`, depth: 1, found: usage },
  { title: 'null', json: '{"usage":null}', depth: 1, found: null },
  { title: 'a text whose beginning is missing', json: `lost","response":{"usage":${spelled}}}`, depth: 2, found: usage },
  { title: 'none', json: '{"a":1}', depth: 1, found: undefined },
  { title: 'one that stands deeper', json: JSON.stringify({ a: { usage } }), depth: 1, found: undefined },
  { title: 'one that stands less deep', json: JSON.stringify({ usage }), depth: 2, found: undefined },
  { title: 'one in a list', json: JSON.stringify([{ usage }]), depth: 1, found: undefined },
  { title: 'one behind which another stands deeper', json: JSON.stringify({ usage, a: { usage: 1 } }), depth: 1, found: undefined },
  { title: 'a text that says the same', json: JSON.stringify({ usage, a: 'usage' }), depth: 1, found: undefined },
  { title: 'a name that ends in the same', json: JSON.stringify({ usage: 1, 'a"usage': spelled }), depth: 1, found: undefined },
  { title: 'words inside a text', json: JSON.stringify({ text: `"usage":${spelled}}` }), depth: 1, found: undefined },
  { title: 'a text that is cut off', json: `{"usage":${spelled}`, depth: 1, found: undefined },
]

describe('the last member of a JSON text', () => {
  for (const { title, json, depth, found } of cases) {
    it(`${found === undefined ? 'is not told of' : 'is read of'} ${title}`, () => {
      expect(lastMember(json, 'usage', depth)).to.deep.equal(found)
    })
  }

  it('is not taken from what objects inherit', () => {
    expect(lastMember('{"a":"toString"}', 'toString', 1)).to.equal(undefined)
  })
})
