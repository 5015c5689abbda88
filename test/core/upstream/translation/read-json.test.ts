/** A caller's body as a value: read member by member where it is long, and nothing is said otherwise for that. */

import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { parseExactly } from '../../../../core/neutral/json.ts'
import { readBody } from '../../../../core/upstream/translation/read-json.ts'

const documentOf = (text: string) => JsonDocument.parse(Buffer.from(text))
const long = (members: string) => `{ "model" : "m", ${members}, "messages":[{"role":"user","content":"${'é'.repeat(5_000)}"}]}`

describe('the body of a caller', () => {
  for (const [what, members] of [
    ['numbers in every spelling', '"a":1.0,"b":[0.10,{"c":1E5}],"d":-0,"e":12345678901234567890,"f":7'],
    ['a member twice, and others of several spellings', '"a":1.0,"\\u0061":2.0,"2":1,"1":1.0,"b\\n":"\\ud83d\\ude00"'],
    ['names of prototypes', '"__proto__":{"x":1.0},"constructor":null,"":1.0'],
    ['numbers in texts', '"a":"[1.0, 2.0]"'],
  ] as const) {
    it(`is read as it is spelled, long or short: ${what}`, () => {
      for (const text of [`{${members}}`, long(members)]) expect(JSON.stringify(readBody(documentOf(text)))).to.equal(JSON.stringify(parseExactly(text)))
    })
  }

  it('is read with its edits', () => {
    const document = documentOf(long('"a":1.0'))
    document.set(document.root, 'a', '2.0')
    document.set(document.root, 'b', '3.0')
    expect(JSON.stringify(readBody(document))).to.equal(JSON.stringify(parseExactly(document.render().toString())))
  })

  it('takes no longer for a number beside a long conversation that is spelled as Python does', () => {
    const document = documentOf(long('"temperature":1.0'))
    const { parse } = JSON
    const slow: number[] = []
    JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]) => {
      if (reviver !== undefined) slow.push(text.length)
      return parse(text, reviver) as unknown
    }
    try {
      readBody(document)
    } finally {
      JSON.parse = parse
    }
    expect(slow).to.deep.equal(['1.0'.length])
  })
})
