import { expect } from 'chai'
import { JsonDocument } from '../../../core/document/document.ts'
import { Words } from '../../../core/document/words.ts'

const words = ['extra_content', '"tl1.', '"signature":""', 'item_reference', 'image_url', '"image"', 'x', 'zz', '\\u00', 'naïveté', 'Übergang_x']

describe('words', () => {
  for (const word of words) {
    it(`are found wherever ${word} stands`, () => {
      for (const text of [word, `before ${word}`, `${word} behind`, `${word.slice(1)}${word}${word.slice(0, -1)}`])
        expect(new Words(word).areIn(Buffer.from(text)), text).to.equal(true)
    })

    it(`are not found where only parts of ${word} stand`, () => {
      for (const text of ['', word.slice(1), word.slice(0, -1), `${word.slice(1)} ${word.slice(0, -1)}`])
        expect(new Words(word).areIn(Buffer.from(text)), text).to.equal(false)
    })
  }

  it('are found behind many places where only a part of them stands', () => {
    const before = '1. '.repeat(1000)
    expect(new Words('"tl1.').areIn(Buffer.from(`${before}"tl1.`))).to.equal(true)
    expect(new Words('"tl1.').areIn(Buffer.from(before))).to.equal(false)
  })

  it('are found if one of several is there', () => {
    expect(new Words('nothing', 'something').areIn(Buffer.from('there is something'))).to.equal(true)
  })

  it('are not there if there are none', () => {
    expect(new Words().areIn(Buffer.from('anything'))).to.equal(false)
  })

  it('may be in any body that was edited', () => {
    const body = JsonDocument.parse(Buffer.from('{"a":1}'))
    expect(new Words('reasoning').mayBeIn(body)).to.equal(false)
    body.set(body.root, 'a', '"reasoning"')
    expect(new Words('reasoning').mayBeIn(body)).to.equal(true)
  })
})
