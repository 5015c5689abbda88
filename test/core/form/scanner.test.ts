import { expect } from 'chai'
import { GatewayError } from '../../../core/errors.ts'
import { boundaryOf, FormScanner, type PartHead } from '../../../core/form/scanner.ts'
import { Random } from '../stream/random.ts'

interface Scanned extends PartHead {
  content: string
  contentEnd: number
  end: number
}

/** Feeds the chunks to a scanner, and gives what it found. */
function scan(chunks: readonly Buffer[], boundary = 'b'): Scanned[] {
  const found: Scanned[] = []
  const content: Buffer[] = []
  const scanner = new FormScanner(boundary, {
    head: part => {
      found.push({ ...part, content: '', contentEnd: -1, end: -1 })
    },
    content: bytes => {
      content.push(Buffer.from(bytes))
    },
    end(contentEnd, end) {
      Object.assign(found.at(-1) as Scanned, { contentEnd, end, content: Buffer.concat(content.splice(0)).toString('latin1') })
    },
  })
  for (const chunk of chunks) scanner.push(chunk)
  scanner.end()
  return found
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

const field = (name: string, text: string, more = '') => `Content-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}`
const form = (...parts: readonly string[]) => Buffer.from(`${parts.map(part => `--b\r\n${part}\r\n`).join('')}--b--\r\n`, 'latin1')

describe('the scanner of forms', () => {
  const sample = form(
    field('model', 'whisper-1'),
    field('file', '\r\n--not\r\n--b\r--\r\n--\r\n\r\n', '; filename="a b.mp3"\r\nContent-Type: audio/mpeg'),
    field('empty', ''),
    field('looks like a border', 'x\r\n--bc\r\n--b-\r\n--b x\r\ny'),
  )

  for (const size of [1, 2, 3, 5, 7, 16, 64, 1 << 20]) {
    it(`finds names, files, contents and places in chunks of ${size}`, () => {
      const parts = scan(cut(sample, size))
      expect(parts.map(({ name, filename, type, content }) => [name, filename, type, content])).to.deep.equal([
        ['model', undefined, undefined, 'whisper-1'],
        ['file', 'a b.mp3', 'audio/mpeg', '\r\n--not\r\n--b\r--\r\n--\r\n\r\n'],
        ['empty', undefined, undefined, ''],
        ['looks like a border', undefined, undefined, 'x\r\n--bc\r\n--b-\r\n--b x\r\ny'],
      ])
      for (const { content, contentStart, contentEnd, start, end } of parts) {
        expect(sample.toString('latin1', contentStart, contentEnd)).to.equal(content)
        expect(sample.toString('latin1', start, start + 5)).to.equal('--b\r\n')
        expect(sample.toString('latin1', end, end + 3)).to.equal('--b')
      }
    })
  }

  it('finds the same in random bytes, wherever they are cut', () => {
    const random = new Random(11)
    for (let round = 0; round < 60; round++) {
      const contents = Array.from({ length: 1 + random.integer(0, 3) }, () =>
        Array.from({ length: random.integer(0, 199) }, () => random.pick(['\r', '\n', '-', '--b', 'b', '\r\n--', 'x', '\0']))
          .join('')
          .replaceAll('\r\n--b', 'q'),
      ).map(text => text.replace(/\r$/, ''))
      const bytes = form(...contents.map((text, i) => field(`f${i}`, text, i % 2 === 0 ? '' : '; filename="x"')))
      const chunks: Buffer[] = []
      for (let at = 0; at < bytes.length;) {
        const size = 1 + random.integer(0, 39)
        chunks.push(bytes.subarray(at, at + size))
        at += size
      }
      expect(
        scan(chunks).map(({ content }) => content),
        `round ${round}`,
      ).to.deep.equal(contents)
    }
  })

  for (const [what, head, name, filename] of [
    ['escaped quotes', 'Content-Disposition: form-data; name="a\\"b"; filename="c%22d"', 'a"b', 'c"d'],
    ['no quotes', 'content-disposition: form-data; name=a; filename=b.txt', 'a', 'b.txt'],
    ['an extended file name', 'Content-Disposition: form-data; name="a"; filename="x"; filename*=UTF-8\'\'na%C3%AFve.txt', 'a', 'naïve.txt'],
    ['a file name before the name', 'Content-Disposition: form-data; filename="n=1; name=no"; name="a"', 'a', 'n=1; name=no'],
    ['an empty file name', 'Content-Disposition: form-data; name="a"; filename=""', 'a', ''],
    ['further heads', 'X-A: 1\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain', 'a', undefined],
  ] as const) {
    it(`reads a head with ${what}`, () => {
      expect(scan([form(`${head}\r\n\r\nx`)])[0]).to.include({ name, filename })
    })
  }

  it('takes a thousand parts', () => expect(scan([form(...Array.from({ length: 1000 }, () => field('a', '1')))])).to.have.length(1000))

  it('takes a preamble, white space behind borders, and an epilogue', () => {
    const bytes = Buffer.from(`hello\r\n--b \t\r\n${field('a', '1')}\r\n--b-- \r\ngood bye\r\n--b\r\n`)
    for (const size of [1, 4, 1000]) expect(scan(cut(bytes, size)).map(({ name, content }) => [name, content])).to.deep.equal([['a', '1']])
  })

  for (const [what, bytes] of [
    ['that ends before its last border', form(field('a', '1')).subarray(0, -6)],
    ['with no border at all', Buffer.from('a=1&b=2')],
    ['of nothing', Buffer.alloc(0)],
    ['with a part that has no name', form('Content-Type: text/plain\r\n\r\nx')],
    ['with a head that does not end', Buffer.concat([Buffer.from('--b\r\nX: '), Buffer.alloc(20_000, 'x')])],
    ['with a part that has two names', form('Content-Disposition: form-data; name="model"\r\nContent-Disposition: form-data; name="a"\r\n\r\nx')],
    ['with a part that says its name twice', form('Content-Disposition: form-data; name="model"; Name=a\r\n\r\nx')],
    ['of more than a thousand parts', form(...Array.from({ length: 1001 }, () => field('a', '')))],
    ['with line feeds alone', Buffer.from(form(field('a', '1')).toString().replaceAll('\r\n', '\n'))],
    ['with another boundary', Buffer.from(form(field('a', '1')).toString().replaceAll('--b', '--c'))],
  ] as const) {
    it(`refuses a body ${what}`, () => {
      for (const size of [1, 1 << 20]) {
        expect(() => scan(cut(bytes, size)))
          .to.throw(GatewayError, /^invalid request body: /)
          .that.includes({ status: 400 })
      }
    })
  }

  for (const [type, boundary] of [
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;boundary="a b;c"', 'a b;c'],
    ['multipart/form-data; charset=utf-8; Boundary=x-1', 'x-1'],
    ['multipart/form-data; boundary=a; boundary=b', undefined],
    ['multipart/form-data', undefined],
    ['multipart/form-data; boundary=""', undefined],
    ['multipart/mixed; boundary=abc', undefined],
    ['multipart/form-datax; boundary=abc', undefined],
    ['application/json', undefined],
  ] as const) {
    it(`reads the boundary of ${type}`, () => expect(boundaryOf(type)).to.equal(boundary))
  }
})
