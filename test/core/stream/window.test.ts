import { expect } from 'chai'
import { GatewayError, gatewayError } from '../../../core/errors.ts'
import { TextWindow, type Transform } from '../../../core/stream/window.ts'
import { Random } from './random.ts'

const refusal = gatewayError('guardrail_blocked', 'no')
const redact =
  (pattern: RegExp, by = '[x]'): Transform =>
  text =>
    text.replace(pattern, by)
const refuse =
  (pattern: RegExp): Transform =>
  text =>
    pattern.test(text) ? refusal : text

/** What leaves, piece by piece, up to a refusal. */
function run(lookbehind: number, transform: Transform, pieces: readonly string[]): (string | GatewayError)[] {
  const window = new TextWindow(lookbehind, transform)
  const left: (string | GatewayError)[] = []
  for (const step of [...pieces.map(piece => () => window.push(piece)), () => window.flush()]) {
    const leaves = step()
    left.push(leaves)
    if (leaves instanceof GatewayError) break
  }
  return left
}

const joined = (lookbehind: number, transform: Transform, pieces: readonly string[]) => run(lookbehind, transform, pieces).join('')

describe('TextWindow', () => {
  it('withholds the last characters and lets the others go at once', () => {
    expect(run(3, text => text, ['ab', 'cd', 'efg', ''])).to.deep.equal(['', 'a', 'bcd', '', 'efg'])
    expect(run(0, text => text, ['ab', 'cd'])).to.deep.equal(['ab', 'cd', ''])
  })

  it('transforms each character once', () => {
    expect(joined(4, redact(/a/g, 'aa'), ['a', 'ba', 'aab', 'a'])).to.equal('aabaaaaaabaa')
    expect(joined(2, text => text.toUpperCase(), ['one ', 'two', ' three'])).to.equal('ONE TWO THREE')
  })

  it('redacts a word wherever it is split', () => {
    const text = 'the password is hunter2, not hunter3'
    for (let cut = 0; cut <= text.length; cut++) {
      expect(joined(6, redact(/hunter2/g), [text.slice(0, cut), text.slice(cut)])).to.equal('the password is [x], not hunter3')
    }
    expect(joined(6, redact(/hunter2/g), [...text])).to.equal('the password is [x], not hunter3')
  })

  it('lets nothing of a match go before it is whole', () => {
    expect(run(9, redact(/hunter2/g), ['is hun', 'ter', '2', ' and more of it'])).to.deep.equal(['', '', 'i', 's [x] and m', 'ore of it'])
  })

  it('holds a match that touches the end until it can no longer grow', () => {
    expect(joined(8, redact(/\d+/g, '#'), ['12', '34', '5 and ', '6', '7'])).to.equal('# and #')
  })

  it('cuts behind a match that is longer than the window', () => {
    const left = joined(4, redact(/a+/g, '#'), ['a'.repeat(20), 'a'.repeat(20), ' end'])
    expect(left).to.match(/^#+ end$/)
  })

  it('sees one character back, so that a cut is no word boundary and no beginning', () => {
    const text = 'the assessment of assets by passengers, ass'
    for (const transform of [redact(/\bass\b/g), redact(/^as/g), redact(/\bas/g)]) {
      for (let longest = 1; longest < 9; longest++) {
        for (let n = 4; n < 12; n++) expect(joined(n, transform, new Random(n).pieces(text, longest))).to.equal(transform(text))
      }
    }
  })

  it('never parts a surrogate pair', () => {
    const text = 'a😀b😀😀c'
    for (let n = 0; n < 6; n++) {
      for (const left of run(n, t => t, text.split('')) as string[]) expect(left.isWellFormed(), left).to.equal(true)
      expect(joined(n, t => t, text.split(''))).to.equal(text)
      expect(joined(n, redact(/b/g), text.split(''))).to.equal('a😀[x]😀😀c')
    }
  })

  it('refuses before the match leaves, wherever it is split', () => {
    const text = 'tell no secret to them'
    for (let cut = 0; cut <= text.length; cut++) {
      const left = run(5, refuse(/secret/), [text.slice(0, cut), text.slice(cut)])
      expect(left.at(-1)).to.equal(refusal)
      expect(left.slice(0, -1).join('')).to.not.match(/s$|se$|sec/)
    }
  })

  it('does not refuse for a match that what follows dissolves', () => {
    expect(joined(10, refuse(/\bass\b/), ['I ', 'ass', 'ume ', 'so'])).to.equal('I assume so')
    expect(run(10, refuse(/\bass\b/), ['an ', 'ass', ' is']).at(-1)).to.equal(refusal)
    expect(run(10, refuse(/\bass\b/), ['an ', 'ass']).at(-1)).to.equal(refusal)
  })

  it('tells what the text that left was', () => {
    const window = new TextWindow(2, redact(/b/g, '#'))
    expect([window.push('abcd'), window.source]).to.deep.equal(['a#', 'ab'])
    expect([window.push(''), window.source]).to.deep.equal(['', ''])
    expect([window.flush(), window.source]).to.deep.equal(['cd', 'cd'])
  })

  it('says what the whole text would have said: random texts, patterns of up to n + 1 characters, and pieces', () => {
    const random = new Random(20)
    for (let round = 0; round < 4000; round++) {
      const n = random.integer(0, 6)
      const alphabet = random.pick([
        ['a', 'b'],
        ['a', 'b', 'c', ' '],
        ['a', '😀', 'é'],
      ])
      const patterns = Array.from({ length: random.integer(1, 3) }, () => random.text(alphabet, 1, n + 1)).filter(p => p.length <= n + 1)
      if (patterns.length === 0) continue
      const transform = redact(new RegExp(patterns.join('|'), 'gu'), random.pick(['#', '[gone]']))
      const text = random.text(alphabet, 0, 60)
      const pieces = random.pieces(text, random.pick([1, 3, 10, 100]))
      expect(joined(n, transform, pieces), `${patterns} in ${JSON.stringify(pieces)}, n = ${n}`).to.equal(transform(text))
    }
  })

  it('refuses exactly what it would have refused whole', () => {
    const random = new Random(21)
    for (let round = 0; round < 2000; round++) {
      const n = random.integer(0, 6)
      const transform = refuse(new RegExp(random.text(['a', 'b'], 1, n + 1)))
      const text = random.text(['a', 'b', 'c'], 0, 40)
      const left = run(n, transform, random.pieces(text, random.pick([1, 4, 50])))
      if (transform(text) === refusal) expect(left.at(-1)).to.equal(refusal)
      else expect(left.join('')).to.equal(text)
    }
  })
})
