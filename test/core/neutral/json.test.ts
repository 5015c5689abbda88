/** Numbers are read and written again as they were spelled. */

import { expect } from 'chai'
import { requestBodies } from '../../bench/samples.ts'
import { hasRespelled, parseExactly, parseJson, tryJson } from '../../../core/neutral/json.ts'

const kept = [
  '9007199254740993',
  '12345678901234567890',
  '-12345678901234567890',
  '0.12345678901234567',
  '-0.1234567890123456789',
  '123456789.1234567',
  '12345678901234.12345678',
  '1e400',
  '1E+400',
  '1e-400',
  '-1.5e999',
  '12.25E400',
  '3e901',
]

const respelled = ['1.0', '-1.0', '0.10', '100.00', '1E5', '1e5', '1.5e-7', '1e21', '-0', '-0.0', '0.0000001']

describe('JSON', () => {
  for (const number of [...kept, ...respelled]) {
    for (const text of [number, `[${number}]`, `{"a":${number}}`, `{"a":[1,${number},"b"]}`]) {
      it(`keeps ${text} where it is read exactly`, () => expect(JSON.stringify(parseExactly(text))).to.equal(text))
    }
  }

  it('keeps spellings amid white space', () => expect(JSON.stringify(parseExactly('{ "a" :\n 1.0 ,\t"b": [ -0\n] }'))).to.equal('{"a":1.0,"b":[-0]}'))

  it('reads numbers that are spelled as ever as numbers', () => {
    const text = '[0,-1,0.5,-0.25,10,100,1.05,20260101,0.000001,1.0]'
    expect((parseExactly(text) as readonly unknown[]).slice(0, -1)).to.deep.equal([0, -1, 0.5, -0.25, 10, 100, 1.05, 20_260_101, 0.000_001])
  })

  for (const text of [
    '{"version":"1.0","date":"2026-01-10T10:00:00.000Z","id":"3e901","price":"costs 2.50, or 3.10 each"}',
    '{"a":[10,20,0,-1,0.5],"b":1.05}',
    '["v1.0, 10.0.0.0:80", "at 12:30, 1.10.2"]',
  ]) {
    it(`needs not read ${text} so`, () => expect(hasRespelled(text)).to.equal(false))
  }

  for (const [name, { text }] of Object.entries(requestBodies)) it(`needs not read the body ${name} so`, () => expect(hasRespelled(text)).to.equal(false))

  for (const number of kept) {
    for (const text of [number, `[${number}]`, `{"a":${number}}`, `{"a":[1,${number},"b"]}`]) {
      it(`keeps ${text}`, () => expect(JSON.stringify(parseJson(text))).to.equal(text))
    }
  }

  it('keeps them amid white space', () =>
    expect(JSON.stringify(parseJson('{ "a" :\n 12345678901234567890 ,\t"b": [ -1e400 ] }'))).to.equal('{"a":12345678901234567890,"b":[-1e400]}'))

  for (const [text, value] of [
    ['[0.1,1e21,-5,123456789012345]', [0.1, 1e21, -5, 123_456_789_012_345]],
    ['{"id":"chatcmpl-3e9014030592c81938","t":" 12345678901234567890"}', { id: 'chatcmpl-3e9014030592c81938', t: ' 12345678901234567890' }],
  ] as const) {
    it(`reads ${text} as it is`, () => expect(parseJson(text)).to.deep.equal(value))
  }

  it('is told from what is none', () => expect(tryJson('{"a":')).to.equal(undefined))
})
