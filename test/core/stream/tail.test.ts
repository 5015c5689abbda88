import { expect } from 'chai'
import { StreamTail } from '../../../core/stream/tail.ts'

function tailOf(...regions: string[]): (string | undefined)[] {
  const tail = new StreamTail()
  for (const region of regions) tail.push(Buffer.from(region))
  return tail.events.map(event => event.data)
}

describe('StreamTail', () => {
  it('keeps the last four regions', () => {
    expect(tailOf()).to.deep.equal([])
    expect(tailOf('data: 1\n\n', 'data: 2\n\n')).to.deep.equal(['1', '2'])
    expect(tailOf(...['1', '2', '3', '4', '5', '6'].map(n => `data: ${n}\n\n`))).to.deep.equal(['3', '4', '5', '6'])
  })

  it('gives each event of a region', () => {
    expect(tailOf('data: 1\n\ndata: 2\n\n', 'data: 3')).to.deep.equal(['1', '2', '3'])
  })

  it('is not filled up by comments', () => {
    const comments = Array.from({ length: 9 }, () => ': keep-alive\n\n')
    expect(tailOf('data: 1\n\n', ...comments, ': c\n\ndata: 2\n\n', ...comments)).to.deep.equal(['1', '2'])
  })

  it('keeps the first event that carries data, if it is told to', () => {
    const tail = new StreamTail(true)
    for (const n of [': c', 'data: 1\n\ndata: 2', 'data: 3', 'data: 4', 'data: 5', 'data: 6']) tail.push(Buffer.from(`${n}\n\n`))
    expect(tail.ends.map(event => event.data)).to.deep.equal(['1', '3', '4', '5', '6'])
    expect(tail.events.map(event => event.data)).to.deep.equal(['3', '4', '5', '6'])
  })

  it('keeps the beginning and the end of an event that comes in pieces, and what stands around it', () => {
    const tail = new StreamTail()
    const pieces = Array.from({ length: 9 }, (_, n) => `${n}`.repeat(10_000))
    for (const region of ['data: 1\n\n', `data: 2\n\nevent: huge\ndata: <${pieces[0]}`, ...pieces.slice(1), '>\n\ndata: 3\n\n', 'data: 4\n\n'])
      tail.push(Buffer.from(region))
    const events = tail.events
    expect(events.map(({ name, data = '' }) => name ?? data)).to.deep.equal(['1', '2', 'huge', '3', '4'])
    expect(events[2]?.data)
      .to.match(/^<0+8+>$/)
      .and.have.length.below(10_000)
  })

  for (const end of ['\n\n', '\r\n\r\n', '\r\r']) {
    it(`finds the end of such an event wherever it is split: ${JSON.stringify(end)}`, () => {
      const text = `data: huge${end}data: next${end}`
      for (let cut = 1; cut < text.length; cut++) {
        if (text.slice(0, cut).endsWith(end)) continue
        const tail = new StreamTail()
        for (const region of [text.slice(0, cut), text.slice(cut)]) tail.push(Buffer.from(region))
        expect(
          tail.events.map(({ data }) => data),
          `cut at ${cut}`,
        ).to.deep.equal(['huge', 'next'])
      }
    })
  }
})
