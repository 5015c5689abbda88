import { expect } from 'chai'
import { compilePattern } from '../../../core/plugin/pattern.ts'

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
