/** Events that differ in one text only are read without being parsed, and as if they had been. */

import { expect } from 'chai'
import { RepeatedEvent } from '../../../core/stream/repeated.ts'

const event = (text: string) => `data: {"id":"1","choices":[{"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`

/** What is read of a region after one event was learnt, and where that ends. */
function read(learnt: string, text: string, region: string): { readonly said: readonly string[]; readonly rest: string } {
  const repeated = new RepeatedEvent()
  repeated.learn(Buffer.from(learnt), text)
  const said: string[] = []
  const bytes = Buffer.from(region)
  const end = repeated.read(bytes.toString('latin1'), 0, texts => said.push(...texts))
  return { said, rest: bytes.subarray(end).toString() }
}

describe('a repeated event', () => {
  for (const [name, texts] of [
    ['plain words', ['one', ' two', ' three']],
    ['other alphabets', ['größer', '日本', '🌊']],
    ['what JSON calls by other names', ['a/b', '{x}', "it's"]],
  ] as const) {
    it(`is read: ${name}`, () => expect(read(event('first'), 'first', texts.map(event).join(''))).to.deep.equal({ said: texts, rest: '' }))
  }

  for (const [name, other] of [
    ['one with an escape', event('a "quoted" word')],
    ['one with a line end', event('a\nb')],
    ['one with no text', event('')],
    ['one that ends', event('x').replace('null', '"stop"')],
    ['one of another kind', 'data: [DONE]\n\n'],
    ['a comment', ': hi\n\n'],
    ['one that is cut', event('x').slice(0, -8)],
    ['one with a raw control character', event('x').replace('"x"', '"\t"')],
  ] as const) {
    it(`is told from ${name}, which stays`, () =>
      expect(read(event('first'), 'first', event('x1') + other + event('x2'))).to.deep.equal({ said: ['x1'], rest: other + event('x2') }))
  }

  for (const [name, learnt, text] of [
    ['that has its text twice', event('content'), 'content'],
    ['whose text has escapes', event('a"b'), 'a"b'],
    ['whose text is empty', event(''), ''],
    ['whose text is of another alphabet', event('größer'), 'größer'],
    ['that lacks its blank line', event('x').slice(0, -1), 'x'],
  ] as const) {
    it(`is not learnt from one ${name}`, () => expect(read(learnt, text, event('y')).said).to.deep.equal([]))
  }

  it('is forgotten', () => {
    const repeated = new RepeatedEvent()
    repeated.learn(Buffer.from(event('x')), 'x')
    repeated.forget()
    expect(repeated.read(event('y'), 0, () => expect.fail())).to.equal(0)
  })
})
