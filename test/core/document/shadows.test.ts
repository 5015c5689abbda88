/** Members behind which their object has another of that name. */

import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import { mayHaveShadows } from '../../../core/document/shadows.ts'
import chat from '../../../plugins/dialects/openai-chat/index.ts'

const parse = (json: string) => JsonDocument.parse(Buffer.from(json))
const member = (index: number) => `"m${index}":${index}`
const long = 'n'.repeat(100)

describe('shadowed members', () => {
  for (const [what, json, left] of [
    ['the first of two', '{"content":"S","content":"x"}', '{"content":"x"}'],
    ['all but the last of three', '{"a":"S","a":["S"], "b":1.0 ,"a":3}', '{ "b":1.0 ,"a":3}'],
    [
      'those with a text, beside others without',
      '{"a":"S","a":1,"model":"S","a":{"b":[true]},"a":3,"model":"m"}',
      '{"a":1,"model":"S","a":{"b":[true]},"a":3,"model":"m"}',
    ],
    ['one whose name is spelled with escapes', '{"cont\\u0065nt":"S","content":"x"}', '{"content":"x"}'],
    ['one behind which the name is spelled with escapes', '{"content":"S","cont\\u0065nt":"x"}', '{"cont\\u0065nt":"x"}'],
    ['one of another kind', '{"content":["S"],"content":"x"}', '{"content":"x"}'],
    [
      'a model and a user that are arguments',
      '{"model":"S","input":{"user":"S","user":"x","model":"S","model":1},"model":"m"}',
      '{"model":"S","input":{"user":"x","model":1},"model":"m"}',
    ],
    ['one with white space around its name', '{ "a" : "S" ,\n "b":1,\t"a"\n: 2 }', '{\n "b":1,\t"a"\n: 2 }'],
    [
      'those in parts of messages',
      '{"messages":[{"content":[{"text":"S","text":"x"},{"text":"S","text":"y"}]}]}',
      '{"messages":[{"content":[{"text":"x"},{"text":"y"}]}]}',
    ],
    ['whole lists of messages', '{"messages":[{"content":"S"}],"messages":[]}', '{"messages":[]}'],
    ['those inside what stays of two', '{"o":{"a":"S"},"o":{"a":"S","a":"x"}}', '{"o":{"a":"x"}}'],
    ['__proto__', '{"__proto__":"S","__proto__":{"__proto__":"S","__proto__":1e2}}', '{"__proto__":{"__proto__":1e2}}'],
    ['long names', `{"${long}":"S","${long}":1}`, `{"${long}":1}`],
    ['those of a name of other alphabets', '{"é漢😀":"S","é漢😀":1}', '{"é漢😀":1}'],
    [
      'one of many',
      `{"a":"S",${Array.from({ length: 300 }, (_, i) => member(i)).join()},"a":1}`,
      `{${Array.from({ length: 300 }, (_, i) => member(i)).join()},"a":1}`,
    ],
    [
      'one around a long text full of quotes and backslashes',
      `{"a":"S","b":${JSON.stringify('{"a":"\\"}\n'.repeat(200))},"a":1}`,
      `{"b":${JSON.stringify('{"a":"\\"}\n'.repeat(200))},"a":1}`,
    ],
  ] as const) {
    it(`are removed: ${what}`, () => {
      const document = parse(json)
      expect(document.unshadow()).to.equal(true)
      expect(document.render().toString()).to.equal(left)
      expect(document.unshadow()).to.equal(false)
      expect(document.edits).to.equal(1)
    })
  }

  for (const [what, json] of Object.entries({
    'the same name in other objects': '{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":{}}}',
    'names behind inner objects': '{"a":{"b":1,"c":{}},"b":2,"c":[{}],"d":3}',
    'texts that are spelled like names': '{"a":"b","b":"a","c":["a","a","{\\"a\\":1,\\"a\\":2}"]}',
    'names that begin alike': '{"a":1,"aa":2,"":3,"a ":4,"A":5}',
    'escapes that are different names': '{"\\u0061":1,"\\\\u0061":2,"\\"":3}',
    'long and many names': `{"${long}":1,"${long}b":2,${Array.from({ length: 300 }, (_, i) => member(i)).join()}}`,
    'members that come twice, and hide no text': '{"a":1,"messages":[],"a":[null,{"b":2}],"messages":"x","a":3}',
    'names of models and users': '{"model":{"deep":["model"]},"user":"a","model":"m","user":"b"}',
    'no object at all': '[1.0,"a",[],"a"]',
    'a text alone': '"x"',
  })) {
    it(`are not found in ${what}, and the bytes stay the very same`, () => {
      const document = parse(json)
      expect(document.unshadow()).to.equal(false)
      expect(document.render()).to.equal(document.bytes)
    })
  }

  it('are told from others without a closer look at common bodies', () => {
    const body = Buffer.from('{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"user","content":[{"type":"text","text":"a \\"b\\""}]}]}')
    expect(mayHaveShadows(body, 0, body.length)).to.equal(false)
  })

  it('are removed beside, in and around what was edited before', () => {
    const document = parse('{"model":"a","model":"b","content":"S","content":"x","list":[{"t":"S","t":1}],"o":1}')
    document.set(document.root, 'model', '"c"')
    document.set(document.root, 'o', '{"t":"S","t":2}')
    const { edits } = document
    expect(document.unshadow()).to.equal(true)
    expect(document.render().toString()).to.equal('{"model":"a","model":"c","content":"x","list":[{"t":1}],"o":{"t":2}}')
    expect(document.edits).to.equal(edits + 1)
  })

  it('are removed anew from what a document rendered before, and stay in its fork', () => {
    const document = parse('{"a":"S","a":{"b":1}}')
    document.set(document.root, 'c', '1')
    document.render()
    const fork = document.fork()
    document.unshadow()
    expect(document.render().toString()).to.equal('{"a":{"b":1},"c":1}')
    expect(fork.render().toString()).to.equal('{"a":"S","a":{"b":1},"c":1}')
  })

  it('are seen where a text holds the arguments of a call as JSON: there each text is shown', () => {
    const document = parse(
      JSON.stringify({
        messages: [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"q":"S","q":"x"}' } }] }],
      }),
    )
    expect(document.unshadow()).to.equal(false)
    chat.conversation(document, 'chat').rewrite(text => text.replaceAll('S', '*'))
    expect(document.render().toString()).to.include(String.raw`{\"q\":\"*\",\"q\":\"x\"}`)
  })
})
