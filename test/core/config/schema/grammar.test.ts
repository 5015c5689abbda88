import { expect } from 'chai'
import { readBoolean, readDuration, readInteger, readList, readNumber, readSeconds, readSize } from '../../../../core/config/schema/grammar.ts'
import { parseJson } from '../../../../core/config/schema/json.ts'

const table: readonly (readonly [string, (text: string) => unknown, Readonly<Record<string, unknown>>])[] = [
  [
    'boolean',
    readBoolean,
    { true: true, 1: true, Yes: true, ON: true, FALSE: false, 0: false, no: false, ' off ': false, enabled: undefined, '': undefined, 2: undefined },
  ],
  ['integer', readInteger, { 7: 7, '+7': 7, '-7': -7, ' 8080 ': 8080, '1.0': undefined, '0x10': undefined, '1e3': undefined, '': undefined }],
  [
    'number',
    readNumber,
    { 0.92: 0.92, '1e3': 1000, '.5': 0.5, '5.': 5, '-1': -1, NaN: undefined, Infinity: undefined, '1e999': undefined, '1,5': undefined, '': undefined },
  ],
  [
    'duration',
    readDuration,
    {
      '500ms': 500,
      '2s': 2000,
      '1m': 60_000,
      '1h30m': 5_400_000,
      '1.5s': 1500,
      0: 0,
      5: undefined,
      '-5s': undefined,
      '5 s': undefined,
      '1.2.3s': undefined,
      '30m1h': undefined,
      fast: undefined,
      '': undefined,
    },
  ],
  ['number of seconds', readSeconds, { 600: 600_000, '10m': 600_000, 0: 0, '20ms': 20, '-1': undefined, 1.5: undefined, soon: undefined }],
  [
    'size',
    readSize,
    {
      '10M': 10_485_760,
      '10MB': 10_485_760,
      '10MiB': 10_485_760,
      '1024K': 1_048_576,
      '1G': 1_073_741_824,
      512: 512,
      '10 m': 10_485_760,
      '-1': undefined,
      '1.5M': undefined,
      M: undefined,
    },
  ],
  ['list', readList, { 'a,b': ['a', 'b'], ' a , ,b,': ['a', 'b'], '': [] }],
]

describe('the value grammar', () => {
  for (const [name, read, cases] of table) {
    for (const [text, value] of Object.entries(cases)) {
      it(value === undefined ? `takes "${text}" for no ${name}` : `reads "${text}" as a ${name}`, () => {
        expect(read(text)).to.deep.equal(value)
      })
    }
  }
})

describe('JSON in variables', () => {
  it('is read as it is', () => {
    expect(parseJson('{"a": [1, {"a": "x:\\"{"}], "b": {"a": null}}')).to.deep.equal({ a: [1, { a: 'x:"{' }], b: { a: null } })
  })
  for (const [what, text] of [
    ['a repeated key', '{"a": {"b": 1, "b": 2}}'],
    ['a key repeated by an escape', '{"a": 1, "\\u0061": 2}'],
    ['trailing data', '{} {}'],
    ['a comment', '{} // no'],
    ['a secret that is not quoted', 'sk-secret'],
  ] as const) {
    it(`is refused with ${what}, and never quoted`, () => {
      expect(() => parseJson(text))
        .to.throw(SyntaxError)
        .with.property('message')
        .that.does.not.contain('secret')
    })
  }
})
