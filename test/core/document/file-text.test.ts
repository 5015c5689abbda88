/** The texts of files that come with a call as data. */

import { expect } from 'chai'
import type { Part } from '../../../core/document/conversation.ts'
import { JsonDocument } from '../../../core/document/document.ts'
import { base64TextParts, fileTextParts } from '../../../core/document/file-text.ts'

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const texts = (parts: readonly Part[]) => parts.flatMap(part => (part.type === 'text' ? part.text : []))
const read = (data: unknown) => texts(fileTextParts(...nodeOf(data), 'text'))

function nodeOf(data: unknown) {
  const document = JsonDocument.parse(Buffer.from(JSON.stringify(data)))
  return [document, document.root] as const
}

describe('the text of a file', () => {
  const cases: [what: string, data: unknown, text: string[]][] = [
    ['a text in a data URL', `data:text/plain;base64,${base64('hé')}`, ['hé']],
    ['one with parameters, in other letters', `DATA:Text/Markdown;charset=utf-8;BASE64,${base64('# a')}`, ['# a']],
    ['one in escapes', 'data:text/plain,a%20b', ['a b']],
    ['one with a broken escape', 'data:text/plain,a%b', ['a%b']],
    ['base64 in escapes', 'data:text/plain;base64,aGk%3D', ['hi']],
    ['JSON', `data:application/json;base64,${base64('{}')}`, ['{}']],
    ['a format made of JSON', `data:application/vnd.a+json;base64,${base64('{}')}`, ['{}']],
    ['a type said at length', `data:text/plain;x=${'y'.repeat(300)};base64,aGk=`, ['hi']],
    ['bytes that are no UTF-8, as models read them', `data:text/plain;base64,${base64(Buffer.from([0x61, 0xff]))}`, ['a\ufffd']],
    ['data of no type whose bytes are a text', 'data:;base64,aGk=', ['hi']],
    ['bare base64 of a text', 'aGk=', ['hi']],
    ['no other data of no type', 'data:;base64,AAEC', []],
    ['no bare PDF', base64('%PDF-1.7 a'), []],
    ['no bare bytes', 'AAEC', []],
    ['no PDF', `data:application/pdf;base64,${base64('%PDF-')}`, []],
    ['no data URL without data', 'data:text/plain', []],
    ['no address', 'https://a.test/a.txt', []],
    ['nothing that is no string', 7, []],
  ]
  for (const [what, data, text] of cases) it(`reads ${what}`, () => expect(read(data)).to.deep.equal(text))

  it('is read from base64 whose type stands beside it', () => {
    expect(texts(base64TextParts(...nodeOf('aGk='), 'Text/Plain', 'text'))).to.deep.equal(['hi'])
    expect(texts(base64TextParts(...nodeOf('aGk='), 'application/pdf', 'text'))).to.deep.equal([])
  })

  for (const [what, data, changed] of [
    ['base64', `data:text/plain;charset=utf-8;base64,${base64('a secret é')}`, `data:text/plain;charset=utf-8;base64,${base64('a [x] é')}`],
    ['escapes', 'data:text/plain,a%20secret%20%C3%A9', 'data:text/plain,a%20%5Bx%5D%20%C3%A9'],
    ['bare base64', base64('a secret é'), base64('a [x] é')],
  ] as const)
    it(`is rewritten where it stands: ${what}`, () => {
      const [document, node] = nodeOf(data)
      const [part] = fileTextParts(document, node, 'text')
      if (part?.type !== 'text') throw new Error('no text')
      part.rewrite(part.text)
      expect(document.edited).to.equal(false)
      part.rewrite(part.text.replace('secret', '[x]'))
      expect(part.text).to.equal('a [x] é')
      expect(JSON.parse(document.render().toString())).to.equal(changed)
    })
})
