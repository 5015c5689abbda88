import { expect } from 'chai'
import { compilePattern } from '../../../core/plugin/pattern.ts'

describe('a pattern', () => {
  const pattern = compilePattern('(\\w)-(\\d+)')

  it('replaces every match by what a function makes of it, which is given what String.replace gives', () => {
    const texts: unknown[] = []
    const replaced = 'a-1 b-22'.replace(pattern, (...given: unknown[]) => `$1${texts.push(given)}`)
    expect([replaced, texts]).to.deep.equal([
      '$11 $12',
      [
        ['a-1', 'a', '1', 0, 'a-1 b-22'],
        ['b-22', 'b', '22', 4, 'a-1 b-22'],
      ],
    ])
  })

  for (const method of ['match', 'matchAll', 'search', 'split'] as const) {
    it(`is not for ${method}, which would look for something else`, () => {
      expect(() => 'object'[method](pattern as unknown as RegExp)).to.throw(TypeError, /test\(\), spans\(\) and the first argument of replace\(\)/)
    })
  }

  it('has no flags but i, m and s; each match is replaced and texts are Unicode anyway', () => {
    expect('A\nB'.replace(compilePattern('^[ab].', 'imsgu'), 'x')).to.equal('xB')
    expect(() => compilePattern('a', 'x')).to.throw(SyntaxError, 'there is no flag "x": expected i, m or s')
  })
})

describe('a pattern that cannot be used', () => {
  for (const [pattern, reason] of [
    ['(?=a)b', 'RE2 has no look-around'],
    ['a(?!b)', 'RE2 has no look-around'],
    ['(?<=a)b', 'RE2 has no look-around'],
    ['(?<!a)b', 'RE2 has no look-around'],
    [String.raw`(a)\1`, 'RE2 has no back-references'],
    [String.raw`(?<x>a)\k<x>`, 'RE2 has no back-references'],
    ['a(b', 'error parsing regexp: missing closing ): `a(b`'],
    [String.raw`\(?=a(b`, String.raw`error parsing regexp: missing closing ): ` + '`\\(?=a(b`'],
  ] as const) {
    it(`is told why: ${pattern}`, () =>
      expect(() => compilePattern(pattern)).to.throw(SyntaxError, `"${pattern}" is not a pattern that can be used: ${reason}`))
  }
})
