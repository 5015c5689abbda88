/** A caller's body as a value: read member by member where it is long, and nothing is said otherwise for that. */

import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { parseExactly } from '../../../../core/neutral/json.ts'
import { readBody } from '../../../../core/upstream/translation/read-json.ts'

const documentOf = (text: string) => JsonDocument.parse(Buffer.from(text))
const long = (members: string) => `{ "model" : "m", ${members}, "messages":[{"role":"user","content":"${'é'.repeat(5_000)}"}]}`
/** A list that is read item by item. */
const list = (item: string) => `[${Array.from({ length: 20 }, (_, at) => (at === 7 ? item : `{"at":${at}}`)).join(' , ')}]`

describe('the body of a caller', () => {
  for (const [what, members] of [
    ['numbers in every spelling', '"a":1.0,"b":[0.10,{"c":1E5}],"d":-0,"e":12345678901234567890,"f":7'],
    ['a member twice, and others of several spellings', '"a":1.0,"\\u0061":2.0,"2":1,"1":1.0,"b\\n":"\\ud83d\\ude00"'],
    ['names of prototypes', '"__proto__":{"x":1.0},"constructor":null,"":1.0'],
    ['numbers in texts', '"a":"[1.0, 2.0]"'],
    ['numbers as JavaScript spells them', '"a":[0,-1,0.5,123456789012345]'],
    ['a number in an item of a long list', `"a":${list('{"b":1.0}')}`],
    ['items that are no objects', `"a":${list('null')},"b":${list('"1.0"')},"c":${list('[[-0]]')}`],
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

  it('is read with edits in a long list', () => {
    const document = documentOf(long(`"a":${list('0')}`))
    const items = document.root.get('a')?.items() ?? []
    document.replace(items[3]!, '{"b":1.0}')
    document.set(items[4]!, 'at', '-0')
    document.remove(document.root.get('a')!, items[5]!)
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
