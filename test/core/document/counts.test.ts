import { expect } from 'chai'
import { CountReader } from '../../../core/document/counts.ts'

const reader = new CountReader(['total', 'in', 'details.cached', 'details.text', 'more.cached'])

/** Behind as many bytes as the offset says. */
const read = (json: string, offset = 0) => reader.read(Buffer.from(`${'x'.repeat(offset)}${json}`), offset)

describe('counts', () => {
  const found: readonly [json: string, counts: readonly (number | undefined)[]][] = [
    ['{}', []],
    ['{ \r\n\t}', []],
    ['{"total":0}', [0]],
    ['{"total":12,"in":345}', [12, 345]],
    ['{"in":1,"total":2}', [2, 1]],
    ['{"total":null,"in":1}', [undefined, 1]],
    ['{"other":7,"totals":8,"tota":9,"in":1}', [undefined, 1]],
    ['{"details":{"cached":3,"text":4}}', [undefined, undefined, 3, 4]],
    ['{"details":{"text":4},"more":{"cached":5}}', [undefined, undefined, undefined, 4, 5]],
    ['{"details":{},"total":1}', [1]],
    ['{"details":null,"total":1}', [1]],
    ['{"others":{"cached":3,"total":4},"total":1}', [1]],
    ['{"cached":3,"total":1}', [1]],
    ['{"details":7,"total":1}', [1]],
    ['{ "total" : 1 ,\n "details" : { "cached" : 2 } }', [1, undefined, 2]],
    ['{"total":999999999999999}', [999_999_999_999_999]],
    ['{"naïve":1,"total":2}', [2]],
    ['{"total":1,"tier":"standard","in":"2"}', [1]],
    ['{"details":{"tier":"","cached":2},"total":1}', [1, undefined, 2]],
  ]
  for (const [json, counts] of found)
    for (const offset of [0, 9])
      it(`are told of ${json} at ${offset}`, () => {
        const all = Array.from({ length: 5 }, (_, index) => counts[index])
        expect(read(json, offset)).to.deep.equal({ counts: all, start: offset, end: offset + Buffer.byteLength(json) })
      })

  it('end with their object, whatever stands behind it', () => {
    expect(read('{"total":1}}\n\n{"total":2}')).to.deep.equal({ counts: [1, undefined, undefined, undefined, undefined], start: 0, end: 11 })
  })

  const unread: readonly [what: string, json: string][] = [
    ['a fraction', '{"total":1.5}'],
    ['an exponent', '{"total":1e3}'],
    ['a negative number', '{"in":1,"total":-1}'],
    ['more digits than a double keeps', '{"total":1234567890123456}'],
    ['a text that is not as it is spelled', '{"total":1,"tier":"\\u0078"}'],
    ['a text that was cut', '{"total":1,"tier":"x}'],
    ['a list', '{"total":1,"details":[]}'],
    ['a truth value', '{"total":1,"is":true}'],
    ['objects in objects in objects', '{"details":{"more":{"cached":1}}}'],
    ['a name that is spelled otherwise', '{"t\\u006ftal":1}'],
    ['a number that JSON does not allow', '{"total":07}'],
    ['a name that JSON does not allow', '{"a\tb":1}'],
    ['space that JSON does not allow', '{"total":\v1}'],
    ['almost null', '{"total":nill}'],
    ['a comma too many', '{"total":1,}'],
    ['a member twice', '{"total":1,"total":2}'],
    ['a member twice, in the end null', '{"total":1,"total":null}'],
    ['a member twice, in the end a text', '{"total":1,"total":"2"}'],
    ['a member twice, in the end an object', '{"total":1,"total":{}}'],
    ['an object twice, in the end null', '{"details":{"cached":1},"details":null}'],
    ['an object twice', '{"details":{"cached":1},"details":{"text":2}}'],
    ['a list', '[1]'],
    ['null', 'null'],
    ['an object that was cut', '{"total":1'],
    ['a name that was cut', '{"tot'],
    ['nothing', ''],
  ]
  for (const [what, json] of unread) it(`are left to others where there is ${what}: ${json}`, () => expect(read(json)).to.equal(undefined))

  const last: readonly [what: string, json: string, depth: number, total: number | undefined][] = [
    ['of the text itself', '{"a":1,"use":{"total":3}}', 1, 3],
    ['of an object in it', 'data: {"a":{"b":[1],"use" : {"total":3} } }\n\n', 2, 3],
    ['of the last such member', '{"use":{"total":1},"use":{"total":3}}', 1, 3],
    ['of a text whose beginning is missing', 'x","use":{"total":3}}', 1, 3],
    ['of no object so deep', '{"a":{"use":{"total":3}}}', 1, undefined],
    ['of an object that is not so deep', '{"use":{"total":3}}', 2, undefined],
    ['with something behind it', JSON.stringify({ use: { total: 3 }, b: [1, { c: '}]\\"}' }], d: {} }), 1, 3],
    ['with something behind it and around it', 'data: {"a":{"use":{"total":3},"b":{}},"n":[]}\n\n', 2, 3],
    ['with an end too many', '{"use":{"total":3}}}', 1, undefined],
    ['with something behind the end', '{"use":{"total":3}} 1', 1, undefined],
    ['with an end that is missing', '{"use":{"total":3},"b":{}', 1, undefined],
    ['with a text that does not end', '{"use":{"total":3},"b":"}', 1, undefined],
    ['with too much behind it', `{"use":{"total":3},"b":"${'x'.repeat(5000)}"}`, 1, undefined],
    ['in a list', '{"a":[{"use":{"total":3}}]}', 2, undefined],
    ['in a text', '{"a":"{\\"use\\":{"total":3}}', 1, undefined],
    ['of a value of that name', '{"a":"use"}', 1, undefined],
    ['of none', '{"a":1}', 1, undefined],
    ['of nothing', '', 1, undefined],
    ['that are no counts', '{"use":[1]}', 1, undefined],
  ]
  for (const [what, json, depth, total] of last)
    it(`are told of the last member of a name, or not: ${what}`, () => {
      expect(reader.readLast(Buffer.from(json), 'use', depth)?.counts[0]).to.equal(total)
    })

  it('are those that JSON.parse finds, and none where it finds a fault', () => {
    let seed = 7
    const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
    const oneOf = (texts: readonly string[]) => texts[next(texts.length)] as string
    const value = () => oneOf(['0', '7', '1234', 'null', '"x"', '{}', '{"cached":3}', '{"text":5,"cached":null}', '-1', '[]'])
    const told = { well: 0, faulty: 0 }
    for (let i = 0; i < 20_000; i += 1) {
      const names = ['total', 'in', 'details', 'more', 'cached'].filter(() => next(2) === 0)
      const whole = `{${names.map(name => `"${name}":${value()}`).join(oneOf([',', ' , ']))}}`
      const at = next(whole.length)
      const json = next(2) === 0 ? whole : whole.slice(0, at) + oneOf(['', '0', '"', ',', '{', '}', '\t', '\v', '\\', 'n', '.']) + whole.slice(at + 1)
      const found = read(json)
      if (found?.end !== json.length) continue
      told[json === whole ? 'well' : 'faulty'] += 1
      const { total, in: inner, details, more } = JSON.parse(json) as Record<string, Record<string, unknown> | undefined>
      const counts = [total, inner, details?.['cached'], details?.['text'], more?.['cached']]
      expect(found.counts, json).to.deep.equal(counts.map(count => (typeof count === 'number' ? count : undefined)))
    }
    expect(told.well).to.be.greaterThan(1000)
    expect(told.faulty).to.be.greaterThan(100)
  })
})
