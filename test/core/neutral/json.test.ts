/** Numbers are read and written again as they were spelled. */

import { expect } from 'chai'
import { parseJson, tryJson } from '../../../core/neutral/json.ts'

const kept = [
  '9007199254740993', '12345678901234567890', '-12345678901234567890', '0.12345678901234567', '-0.1234567890123456789', '123456789.1234567', '12345678901234.12345678',
  '1e400', '1E+400', '1e-400', '-1.5e999', '12.25E400', '3e901',
]

describe('JSON', () => {
  for (const number of kept) {
    for (const text of [number, `[${number}]`, `{"a":${number}}`, `{"a":[1,${number},"b"]}`]) {
      it(`keeps ${text}`, () => expect(JSON.stringify(parseJson(text))).to.equal(text))
    }
  }

  it('keeps them amid white space', () => expect(JSON.stringify(parseJson('{ "a" :\n 12345678901234567890 ,\t"b": [ -1e400 ] }'))).to.equal('{"a":12345678901234567890,"b":[-1e400]}'))

  for (const [text, value] of [['[0.1,1e21,-5,123456789012345]', [0.1, 1e21, -5, 123_456_789_012_345]], ['{"id":"chatcmpl-3e9014030592c81938","t":" 12345678901234567890"}', { id: 'chatcmpl-3e9014030592c81938', t: ' 12345678901234567890' }]] as const) {
    it(`reads ${text} as it is`, () => expect(parseJson(text)).to.deep.equal(value))
  }

  it('is told from what is none', () => expect(tryJson('{"a":')).to.equal(undefined))
})
