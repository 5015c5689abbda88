import { expect } from 'chai'
import { JsonDocument } from '../../../../core/index.ts'
import { canonicalBody } from '../../../../plugins/shared/cache/canonical.ts'

const canonical = (json: string) => canonicalBody(JsonDocument.parse(Buffer.from(json)).root, 'openai/m')

describe('the canonical body', () => {
  const same: readonly [string, string, string][] = [
    ['the order of members', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ['white space', '{"a":[1,2]}', ' { "a" : [ 1 , 2 ] } '],
    ['an earlier duplicate', '{"a":1,"a":2}', '{"a":2}'],
    ['how characters are escaped', '{"a":"\\u0041\\/"}', '{"a":"A/"}'],
    ['how names are escaped', '{"\\u0061":1}', '{"a":1}'],
    ['the model as the caller named it', '{"model":"x","a":1}', '{"model":"y","a":1}'],
    ['stream_options, and a stream that is not wanted', '{"a":1,"stream":false,"stream_options":{"include_usage":true}}', '{"a":1}'],
  ]
  for (const [what, one, other] of same)
    it(`does not depend on ${what}`, () => {
      expect(canonical(one)).to.equal(canonical(other))
    })

  const different: readonly [string, string, string][] = [
    ['1 and 1.0', '{"a":1}', '{"a":1.0}'],
    ['1e2 and 100', '{"a":1e2}', '{"a":100}'],
    ['the order of items', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['halves of surrogate pairs', '{"a":"\\ud800"}', '{"a":"\\ud801"}'],
    ['null and nothing', '{"a":null}', '{}'],
    ['seeds', '{"seed":1}', '{"seed":2}'],
    ['a stream_options further down', '{"x":{"stream_options":1}}', '{"x":{}}'],
  ]
  for (const [what, one, other] of different)
    it(`tells ${what} apart`, () => {
      expect(canonical(one)).to.not.equal(canonical(other))
    })

  it('names the target', () => {
    expect(canonical('{"model":"x"}')).to.equal('{"model":"openai/m"}')
  })
})
