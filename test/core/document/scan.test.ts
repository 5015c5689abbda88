/** The scan: what is JSON, what is not, and where it goes wrong. */

import { expect } from 'chai'
import { JsonDocument, JsonError } from '../../../core/document/document.ts'
import { Random, randomJson } from './random-json.ts'

const long = 'long '.repeat(20)

function fault(bytes: Buffer | string): JsonError | undefined {
  try {
    JsonDocument.parse(Buffer.from(bytes as string))
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
  return undefined
}

/** What `JSON.parse` would say of the bytes, undecodable ones included. */
function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

/** The same without what the scan does not look into: strings of some length, unless they have raw tabs or line ends. */
function withoutLongStrings(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  return Buffer.from(
    text.replace(/"(?:[^"\\]|\\[^])*"/g, string => (string.length > 66 && !/[\t\n\r]/.test(string) ? '""' : string)),
    'latin1',
  )
}

function expectAgreement(bytes: Buffer): void {
  const valid = fault(bytes) === undefined
  if (valid === isJson(bytes)) return
  expect(valid, `refused, but is JSON: ${bytes}`).to.equal(true)
  expect(isJson(withoutLongStrings(bytes)), `accepted, but is no JSON: ${JSON.stringify(bytes.toString())}`).to.equal(true)
}

describe('the scan of a JSON document', () => {
  for (const json of [
    '{}',
    ' [ ] ',
    '""',
    '0',
    '-0',
    '-1.5e+10',
    '1E5',
    'true',
    'false',
    'null',
    '\r\n\t {"a":[{}, []] } \n',
    '"\\ud800"',
    '"\\/\\b\\f\\u00Ff"',
    `"${long}\\""`,
    `"${long}\\\\"`,
    `["${long}","${long}"]`,
    '{"__proto__":1,"a":1,"a":2}',
    '{"é":"漢字😀"}',
  ])
    it(`accepts ${json.slice(0, 40)}`, () => expect(fault(json)).to.equal(undefined))

  for (const [json, position, message] of [
    ['', 0, 'no JSON value'],
    [' \n ', 3, 'no JSON value'],
    ['{"a":1} x', 8, 'unexpected data'],
    ['{"a" 1}', 5, 'unexpected character'],
    ['{"a":1,}', 7, 'unexpected character'],
    ['{"a":1 "b":2}', 7, 'unexpected character'],
    ['{a:1}', 1, 'unexpected character'],
    ['[1,]', 3, 'unexpected character'],
    ['[1', 2, 'unexpected end'],
    ['[1}', 2, 'unexpected character'],
    ['{"a":', 5, 'unexpected end'],
    ['"abc', 4, 'unexpected end'],
    [`"${long}`, 101, 'unexpected end'],
    [`"${long}\\"`, 103, 'unexpected end'],
    [`"${long}\n"`, 101, 'unexpected character'],
    [`{\n"a":"${long}", "b":"${long}\t"}`, 215, 'unexpected character'],
    ['"a\nb"', 2, 'unexpected character'],
    ['"a\u0000b"', 2, 'unexpected character'],
    ['"\\x"', 2, 'unexpected character'],
    ['"\\u12g4"', 5, 'unexpected character'],
    [`{"${long}\\x":1}`, 103, 'unexpected character'],
    ['01', 1, 'unexpected data'],
    ['-', 1, 'unexpected end'],
    ['1.', 2, 'unexpected end'],
    ['1e', 2, 'unexpected end'],
    ['.5', 0, 'unexpected character'],
    ['+1', 0, 'unexpected character'],
    ['tru', 3, 'unexpected end'],
    ['nul!', 3, 'unexpected character'],
    ['NaN', 0, 'unexpected character'],
    ["{'a':1}", 1, 'unexpected character'],
    ['\ufeff{}', 0, 'unexpected character'],
    ['\u00a0{}', 0, 'unexpected character'],
  ] as const)
    it(`refuses ${JSON.stringify(json.slice(0, 30))} at byte ${position}`, () => {
      const error = fault(json)
      expect(error?.position).to.equal(position)
      expect(error?.message).to.match(new RegExp(`^${message}.* at byte ${position}$`))
    })

  it('refuses what is not UTF-8, and says where', () => {
    const error = fault(Buffer.concat([Buffer.from('{"a":"é'), Buffer.from([0xff]), Buffer.from('"}')]))
    expect(error?.message).to.equal('invalid UTF-8 at byte 8')
    expect(fault(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))?.position).to.equal(1)
  })

  it('takes 512 levels, and refuses one more', () => {
    expect(fault('['.repeat(512) + ']'.repeat(512))).to.equal(undefined)
    expect(fault('{"a":'.repeat(512) + '1' + '}'.repeat(512))).to.equal(undefined)
    expect(fault('['.repeat(513) + ']'.repeat(513))?.message).to.equal('nesting too deep at byte 512')
    expect(fault('['.repeat(1_000_000))?.message).to.equal('nesting too deep at byte 512')
    expect(fault('{"a":'.repeat(1_000_000))?.message).to.contain('nesting too deep')
  })

  it('shows no content in its errors', () => expect(fault('{"secret-123"}')?.message).not.to.contain('secret'))

  it('agrees with JSON.parse about random documents, and about the same ones mutated', () => {
    const random = new Random(1)
    for (let i = 0; i < 4000; i++) {
      const bytes = Buffer.from(randomJson(random))
      expect(fault(bytes), bytes.toString()).to.equal(undefined)
      for (let j = 0; j < 5; j++) expectAgreement(mutated(bytes, random))
    }
  })

  it('agrees with JSON.parse about a body cut at any byte, or with any byte replaced', () => {
    const body = Buffer.from(
      JSON.stringify(
        {
          model: 'gpt-4o',
          messages: [
            { role: 'user', content: `Say "é" \\ ${long}\n` },
            { role: 'tool', content: null },
          ],
          n: -1.5e3,
          stream: true,
          x: [[], {}],
        },
        null,
        1,
      ),
    )
    for (let at = 0; at < body.length; at++) {
      expectAgreement(body.subarray(0, at))
      for (const byte of [0x00, 0x0a, 0x20, 0x22, 0x2c, 0x30, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x80, 0xff]) {
        expectAgreement(Buffer.from(body).fill(byte, at, at + 1))
      }
    }
  })

  it('agrees with JSON.parse about strings thick with escapes', () => {
    const random = new Random(2)
    for (let i = 0; i < 2000; i++) {
      const piece = () => random.pick(['\\"', '\\\\', '\\n', '"', '\\', 'a', 'b'.repeat(random.below(60)), '\\u0022'])
      expectAgreement(Buffer.from(`["${random.times(30, piece).join('')}"]`))
    }
  })
})

function mutated(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  copy[random.below(copy.length)] = random.pick([random.below(256), ...Buffer.from('"\\{}[],:0e-. \n')])
  return random.below(4) === 0 ? copy.subarray(0, random.below(copy.length + 1)) : copy
}
