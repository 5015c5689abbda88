import { expect } from 'chai'
import { eventAround, EventSplitter, splitEvents } from '../../../core/stream/borders.ts'
import { GatewayError } from '../../../core/errors.ts'
import { Random } from './random.ts'

const sample = [
  ': welcome',
  '',
  'event: message',
  'data: {"text":"plain"}',
  '',
  'data: {"text":"𝄞 four 😀 bytes, zwölf"}',
  '',
  ': keep-alive',
  '',
  'id: 3',
  'data: {"many":',
  'data:  "lines"}',
  ': in between',
  '',
  'data:{"escaped":"\\n\\n \\r\\n"}',
  '',
  'data: [DONE]',
  '',
  '',
]

const expected = [
  ['message', '{"text":"plain"}'],
  [undefined, '{"text":"𝄞 four 😀 bytes, zwölf"}'],
  [undefined, '{"many":\n "lines"}'],
  [undefined, '{"escaped":"\\n\\n \\r\\n"}'],
  [undefined, '[DONE]'],
]

const ends = { LF: '\n', CRLF: '\r\n', CR: '\r' }

const streams = Object.entries(ends).flatMap(([name, end]) => {
  const text = sample.join(end)
  return [
    [name, Buffer.from(text)],
    [`${name} behind a byte order mark`, Buffer.from(`\ufeff${text}`)],
    [`${name} without the last blank line`, Buffer.from(text.slice(0, -2 * end.length))],
  ] as const
})

/** The regions that leave for these chunks. */
function regions(chunks: readonly Buffer[], splitter = new EventSplitter()): Buffer[] {
  return [...chunks.map(chunk => splitter.push(chunk)), splitter.rest()].filter(region => region !== undefined)
}

function said(of: readonly Buffer[]): unknown[] {
  return of
    .flatMap(splitEvents)
    .filter(event => !event.isComment)
    .map(event => [event.name, event.data])
}

describe('EventSplitter', () => {
  for (const [name, bytes] of streams) {
    it(`finds the same events wherever chunks end: ${name}`, () => {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const of = regions([bytes.subarray(0, cut), bytes.subarray(cut)])
        expect(said(of), `cut at ${cut}`).to.deep.equal(expected)
        expect(Buffer.concat(of).equals(bytes), `bytes of a cut at ${cut}`).to.equal(true)
      }
    })

    it(`finds them byte by byte: ${name}`, () => {
      const of = regions([...bytes].map(byte => Buffer.of(byte)))
      expect(said(of)).to.deep.equal(expected)
      expect(Buffer.concat(of).equals(bytes)).to.equal(true)
    })
  }

  it('finds them in a mixture of line ends, wherever chunks end', () => {
    const random = new Random(7)
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.from(sample.map(line => line + random.pick(['\n', '\r\n', '\r'])).join(''))
      const of = regions(random.chunks(bytes, 12))
      expect(said(of), JSON.stringify(bytes.toString())).to.deep.equal(said([bytes]))
      expect(Buffer.concat(of).equals(bytes)).to.equal(true)
    }
  })

  it('lets an event go as soon as it is whole, without copying', () => {
    const splitter = new EventSplitter()
    const chunk = Buffer.from('data: 1\n\n')
    expect(splitter.push(chunk)).to.equal(chunk)
    const two = Buffer.from('data: 2\n\ndata: 3')
    const region = splitter.push(two)
    expect(region?.toString()).to.equal('data: 2\n\n')
    expect(region?.buffer).to.equal(two.buffer)
    expect(splitter.push(Buffer.from('\n'))).to.equal(undefined)
    expect(splitter.push(Buffer.from('\ndata: 4'))?.toString()).to.equal('data: 3\n\n')
    expect(splitter.rest()?.toString()).to.equal('data: 4')
    expect(splitter.midEvent).to.equal(true)
    expect(splitter.rest()).to.equal(undefined)
  })

  it('waits for the other half of a CRLF, and not where lines end in CR alone', () => {
    const pairs = new EventSplitter()
    expect(pairs.push(Buffer.from('data: 1\r\n\r'))).to.equal(undefined)
    expect(pairs.push(Buffer.from('\ndata: 2'))?.toString()).to.equal('data: 1\r\n\r\n')
    const alone = new EventSplitter()
    expect(alone.push(Buffer.from('data: 1\r\r'))?.toString()).to.equal('data: 1\r\r')
    const halved = new EventSplitter()
    halved.push(Buffer.from('data: 1\n\r'))
    expect(halved.push(Buffer.from('data: 2'))?.toString()).to.equal('data: 1\n\r')
  })

  it('lets the pieces of a huge event pass in a relay', () => {
    const splitter = new EventSplitter('relay', 10)
    expect(splitter.push(Buffer.from('data: 1\n\ndata: 22222'))?.toString()).to.equal('data: 1\n\ndata: 22222')
    expect(splitter.midEvent).to.equal(true)
    expect(splitter.push(Buffer.from('33'))).to.equal(undefined)
    expect(splitter.push(Buffer.from('444444444'))?.toString()).to.equal('33444444444')
    expect(splitter.push(Buffer.from('\n'))).to.equal(undefined)
    expect(splitter.push(Buffer.from('\nda'))?.toString()).to.equal('\n\n')
    expect(splitter.midEvent).to.equal(false)
  })

  it('refuses a huge event where events are read', () => {
    const splitter = new EventSplitter('read', 10)
    expect(splitter.push(Buffer.from('data: 1\n\ndata: 2'))?.toString()).to.equal('data: 1\n\n')
    expect(() => splitter.push(Buffer.from('22222')))
      .to.throw(GatewayError)
      .with.property('code', 'event_too_large')
  })

  for (const pieceBytes of [64, 16].map(kilobytes => kilobytes * 1024)) {
    for (const end of ['\n', '\r\n']) {
      it(`looks at each byte of a 10 MB line a few times only: pieces of ${pieceBytes} bytes, ${JSON.stringify(end)}`, () => {
        const line = Buffer.from(`data: "${'x'.repeat(10 * 1024 * 1024)}"${end}${end}`)
        const splitter = new EventSplitter('read')
        const work = countWork(() => {
          for (let at = 0; at < line.length; at += pieceBytes) splitter.push(line.subarray(at, at + pieceBytes))
        })
        expect(splitter.rest()).to.equal(undefined)
        expect(work)
          .to.be.greaterThan(line.length)
          .and.lessThan(5 * line.length)
      })
    }
  }
})

/** Bytes searched and copied natively while `act` runs. */
function countWork(act: () => void): number {
  let bytes = 0
  const { indexOf, includes } = Buffer.prototype
  const { concat } = Buffer
  Buffer.prototype.indexOf = function (this: Buffer, value: string, from?: number) {
    const found: number = indexOf.call(this, value, from)
    bytes += (found < 0 ? this.length : found) - (from ?? 0)
    return found
  } as typeof indexOf
  Buffer.prototype.includes = function (this: Buffer, value: string, from?: number) {
    return this.indexOf(value, from) >= 0
  } as typeof includes
  Buffer.concat = list => {
    const whole = concat(list)
    bytes += whole.length
    return whole
  }
  try {
    act()
  } finally {
    Object.assign(Buffer.prototype, { indexOf, includes })
    Buffer.concat = concat
  }
  return bytes
}

describe('splitEvents', () => {
  it('keeps all bytes, stray blank lines too', () => {
    const region = Buffer.from('\n\ndata: 1\n\n\n\n\ndata: 2\n\n: end')
    const events = splitEvents(region)
    expect(Buffer.concat(events.map(event => event.bytes)).equals(region)).to.equal(true)
    expect(events.map(event => event.data).filter(Boolean)).to.deep.equal(['1', '2'])
  })
})

describe('eventAround', () => {
  it('finds the event that a byte is part of', () => {
    for (const end of Object.values(ends)) {
      const [one, two, three] = [`data: 1${end}${end}`, `data: 2${end}${end}`, 'data: 3']
      const region = Buffer.from(one + two + three)
      expect(eventAround(region, one.length - 1)).to.deep.equal({ start: 0, end: one.length })
      expect(eventAround(region, one.length)).to.deep.equal({ start: one.length, end: one.length + two.length })
      expect(eventAround(region, region.length - 1)).to.deep.equal({ start: one.length + two.length, end: region.length })
    }
  })
})
