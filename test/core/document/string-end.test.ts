import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import loadWabt from 'wabt'
import { StringEnds, compiled } from '../../../core/document/string-end.ts'
import { seededRandom } from '../../../core/testing/seeded-random.ts'

const windowBytes = 64 * 1024

/** The same, byte by byte. */
function endOf(bytes: Buffer, at: number, limit: number): number {
  while (at < limit) {
    const byte = bytes[at] as number
    if (byte === 0x22) return at + 1
    if (byte === 0x5c) at += 2
    else if (byte === 0x09 || byte === 0x0a || byte === 0x0d) return ~at
    else at += 1
  }
  return ~limit
}

describe('the end of a string', () => {
  it('is sought by what string-end.wat says', async () => {
    const file = join(import.meta.dirname, '../../../core/document/string-end.wat')
    const wabt = await loadWabt()
    const { buffer } = wabt.parseWat(file, readFileSync(file, 'utf8'), { simd: true }).toBinary({})
    expect(Buffer.from(buffer).toString('base64')).to.equal(compiled)
  })

  const cases: Readonly<Record<string, readonly [text: string, end: number]>> = {
    'at once': ['"', 1],
    'behind words': ['abc"d', 4],
    'behind escaped quotes': ['a\\"b\\"c"', 8],
    'behind an escaped backslash': ['a\\\\"b"', 4],
    'behind any escape': ['a\\u00zz\\q"', 10],
    'behind other control characters': ['a\u0000\u001fb"', 5],
    'behind what is no ASCII': ['漢字😀é"', 13],
    'not before a tab': ['ab\t"', ~2],
    'not before a line feed': ['ab\n"', ~2],
    'not before a carriage return': ['ab\r"', ~2],
    'not where there is none': ['abc', ~3],
    'not where the last byte escapes': ['abc\\', ~4],
    'not in nothing': ['', ~0],
  }
  for (const [where, [text, end]] of Object.entries(cases)) {
    for (const before of [0, 1, 15, 16, 17, windowBytes - 3, windowBytes - 1, windowBytes, 2 * windowBytes + 5]) {
      it(`is ${where}, behind ${before} bytes`, () => {
        const bytes = Buffer.from('x'.repeat(before) + text)
        const expected = end < 0 ? ~(~end + before) : end + before
        expect(new StringEnds(bytes, bytes.length).end(0)).to.equal(expected)
      })
    }
  }

  it('is not sought behind the limit', () => {
    const bytes = Buffer.from('abcdef"')
    expect(new StringEnds(bytes, 3).end(0)).to.equal(~3)
  })

  it('is found whoever else seeks others meanwhile', () => {
    const [one, other] = [Buffer.from('abc"def"'), Buffer.from('x'.repeat(20) + '"')]
    const [ends, others] = [new StringEnds(one, one.length), new StringEnds(other, other.length)]
    expect([ends.end(0), others.end(0), ends.end(4)]).to.deep.equal([4, 21, 8])
  })

  it('is where a search byte by byte finds it, in whatever text', () => {
    const random = seededRandom(7)
    const words = ['a', 'word ', '"', '\\"', '\\\\', '\\n', '\\u12', '漢', '\u0001', '\t', 'x'.repeat(40), 'y'.repeat(3000)]
    const usual = words.length - 1
    for (let round = 0; round < 50; round += 1) {
      const length = random() * 3 * windowBytes
      let text = ''
      while (text.length < length) text += words[Math.floor(random() * (random() < 0.01 ? words.length : usual))]
      const bytes = Buffer.from(text.replaceAll('\t', random() < 0.5 ? '\t' : ' '))
      const ends = new StringEnds(bytes, bytes.length)
      for (let at = 0; at < bytes.length;) {
        const expected = endOf(bytes, at, bytes.length)
        const end = ends.end(at)
        if (end !== expected) expect.fail(`from ${at} of ${bytes.length}: ${end} instead of ${expected}`)
        at = end < 0 ? ~end + 1 : end
      }
    }
  })
})
