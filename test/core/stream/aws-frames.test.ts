import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { GatewayError } from '../../../core/errors.ts'
import { AwsFrames } from '../../../core/stream/aws-frames.ts'
import { splitEvents } from '../../../core/stream/borders.ts'
import { awsEvent, awsException, awsFrame, uint32, withLength } from '../../support/aws-frame.ts'
import { Random } from './random.ts'

const long = 'zwölf 😀 '.repeat(40)

const frames = [
  awsEvent('messageStart', { role: 'assistant' }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: `𝄞 "quoted" \n ${long}` }, p: 'abcdef' }),
  awsEvent('messageStop', { stopReason: 'end_turn' }),
  awsException('throttlingException', { message: 'slow down' }),
]

const expected = [
  ['messageStart', '{"role":"assistant"}'],
  ['contentBlockDelta', JSON.stringify({ contentBlockIndex: 0, delta: { text: `𝄞 "quoted" \n ${long}` }, p: 'abcdef' })],
  ['messageStop', '{"stopReason":"end_turn"}'],
  ['exception', '{"type":"throttlingException","message":"slow down"}'],
]

function said(chunks: readonly Buffer[], splitter = new AwsFrames()): unknown[] {
  const regions = [...chunks.map(chunk => splitter.push(chunk)), splitter.rest()]
  return regions
    .filter(region => region !== undefined)
    .flatMap(splitEvents)
    .map(event => [event.name, event.data])
}

function failureOf(run: () => unknown): GatewayError {
  try {
    run()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('AwsFrames', () => {
  const bytes = Buffer.concat(frames)

  it('finds the same events wherever two chunks part', () => {
    for (let cut = 0; cut <= bytes.length; cut++) expect(said([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).to.deep.equal(expected)
  })

  it('finds them byte by byte', () => {
    expect(said([...bytes].map(byte => Buffer.of(byte)))).to.deep.equal(expected)
  })

  it('finds them in random chunks', () => {
    const random = new Random(7)
    for (let run = 0; run < 50; run++) expect(said(random.chunks(bytes, 1 + run * 7))).to.deep.equal(expected)
  })

  it('hands out what is complete, and keeps what is not', () => {
    const splitter = new AwsFrames()
    const [first, second] = frames as [Buffer, Buffer]
    expect(splitter.push(Buffer.concat([first, second.subarray(0, 30)]))?.toString()).to.equal('event: messageStart\ndata: {"role":"assistant"}\n\n')
    expect(splitter.push(second.subarray(30, 40))).to.equal(undefined)
    expect(splitter.push(second.subarray(40))?.toString()).to.match(/^event: contentBlockDelta\ndata: \{.*\}\n\n$/)
  })

  it('says nothing of a frame that was cut at the end', () => {
    expect(said([bytes.subarray(0, -5)])).to.deep.equal(expected.slice(0, -1))
  })

  it('sees every flipped bit', () => {
    const frame = frames[0] as Buffer
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = Buffer.from(frame)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(failureOf(() => said([flipped])).code, `bit ${bit}`).to.equal('stream_incomplete')
    }
  })

  it('hands out what came before a damaged frame, and then refuses', () => {
    const broken = Buffer.from(frames[1] as Buffer)
    broken[60] = (broken[60] ?? 0) ^ 1
    for (const after of [(splitter: AwsFrames) => splitter.push(frames[2] as Buffer), (splitter: AwsFrames) => splitter.rest()]) {
      const splitter = new AwsFrames()
      expect(splitter.push(Buffer.concat([frames[0] as Buffer, broken]))?.toString()).to.contain('messageStart')
      expect(failureOf(() => after(splitter)).code).to.equal('stream_incomplete')
    }
  })

  const lengths = (total: number, headers: number) => Buffer.concat([uint32(total, headers), uint32(crc32(uint32(total, headers)))])
  for (const [name, total, headers] of [
    ['below 16 bytes', 15, 0],
    ['above 24 MiB', 24 * 1024 * 1024 + 1, 0],
    ['with headers longer than itself', 40, 25],
  ] as const) {
    it(`refuses a frame ${name}, before it is there`, () => {
      expect(failureOf(() => new AwsFrames().push(lengths(total, headers))).code).to.equal('stream_incomplete')
    })
  }

  it('waits for a frame of just 24 MiB', () => {
    expect(new AwsFrames().push(lengths(24 * 1024 * 1024, 0))).to.equal(undefined)
  })

  it('passes over headers of every other type', () => {
    const value = (type: number, bytes: number) => ({ type, value: Buffer.alloc(bytes, 7) })
    const headers = {
      true: value(0, 0),
      false: value(1, 0),
      byte: value(2, 1),
      short: value(3, 2),
      int: value(4, 4),
      long: value(5, 8),
      bytes: { type: 6, value: withLength(Buffer.from('any')) },
      time: value(8, 8),
      uuid: value(9, 16),
      ':event-type': 'metadata',
      ':message-type': 'event',
    }
    expect(said([awsFrame(headers, '{"usage":{}}')])).to.deep.equal([['metadata', '{"usage":{}}']])
  })

  for (const [name, header] of [
    ['of an unknown type', { type: 10, value: Buffer.alloc(0) }],
    ['longer than the block', { type: 7, value: Buffer.of(0, 200) }],
    ['without its length', { type: 7, value: Buffer.of(0) }],
  ] as const) {
    it(`refuses a header ${name}`, () => {
      expect(failureOf(() => new AwsFrames().push(awsFrame({ ':event-type': 'x', bad: header }, '{}'))).code).to.equal('stream_incomplete')
    })
  }

  it('spells an error frame as an exception', () => {
    const frame = awsFrame({ ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'it broke' }, '')
    expect(said([frame])).to.deep.equal([['exception', '{"type":"InternalError","message":"it broke"}']])
  })

  it('spells an exception whose payload is no JSON, or spells Message', () => {
    expect(said([awsFrame({ ':message-type': 'exception', ':exception-type': 'validationException' }, 'no "JSON"')])).to.deep.equal([
      ['exception', '{"type":"validationException","message":"no \\"JSON\\""}'],
    ])
    expect(said([awsException('validationException', { Message: 'bad' })])).to.deep.equal([['exception', '{"type":"validationException","message":"bad"}']])
  })

  it('puts a payload of several lines on one, and an empty one as an empty object', () => {
    const headers = { ':message-type': 'event', ':event-type': 'metadata' }
    expect(said([awsFrame(headers, '{\r\n "a": 1\n}'), awsFrame(headers, '')]).map(([, data]: any) => data as string)).to.deep.equal(['{   "a": 1 }', '{}'])
  })

  it('leaves out frames of a kind that it does not know', () => {
    expect(said([awsFrame({ ':message-type': 'initial-response' }, '{}'), frames[2] as Buffer])).to.deep.equal([expected[2]])
  })
})
