import { expect } from 'chai'
import { GatewayError } from '../../../core/errors.ts'
import { splitEvents } from '../../../core/stream/borders.ts'
import { JsonLines } from '../../../core/stream/json-lines.ts'

function said(chunks: readonly Buffer[]): unknown[] {
  const splitter = new JsonLines()
  return [...chunks.map(chunk => splitter.push(chunk)), splitter.rest()]
    .filter(region => region !== undefined)
    .flatMap(splitEvents)
    .map(({ data }) => data)
}

describe('JsonLines', () => {
  for (const [name, text, expected] of [
    ['lines of JSON', '{"text":"zwölf 😀"}\n{"why":"done"}\n', ['{"text":"zwölf 😀"}', '{"why":"done"}']],
    ['lines with carriage returns', '{"a":1}\r\n{"b":\r2}\r\n', ['{"a":1}', '{"b": 2}']],
    ['empty lines between', '\n{"a":1}\n\n \n{"b":2}\n\n', ['{"a":1}', '{"b":2}']],
    ['a last line that has no end', '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['a line separator of Unicode', '{"a":"x\u2028y"}\n', ['{"a":"x\u2028y"}']],
    ['nothing', '', []],
  ] as const) {
    it(`finds the same events wherever two chunks part: ${name}`, () => {
      const bytes = Buffer.from(text)
      for (let cut = 0; cut <= bytes.length; cut++) expect(said([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).to.deep.equal(expected)
    })
  }

  it('hands out a line as soon as it is whole', () => {
    const splitter = new JsonLines()
    expect(splitter.push(Buffer.from('{"a":'))).to.equal(undefined)
    expect(splitter.push(Buffer.from('1}\n{'))?.toString()).to.equal('data: {"a":1}\n\n')
  })

  it('refuses a line that does not end', () => {
    const splitter = new JsonLines()
    const piece = Buffer.alloc(8 * 1024 * 1024, 'x')
    const push = () => splitter.push(piece)
    push()
    push()
    expect(push).to.throw(GatewayError).with.property('code', 'event_too_large')
  })
})
