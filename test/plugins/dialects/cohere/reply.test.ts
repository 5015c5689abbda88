import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import { Assembler, replayed } from '../../../../core/neutral/assemble.ts'
import type { NeutralEvent, NeutralReply } from '../../../../core/neutral/reply.ts'
import cohere from '../../../../plugins/dialects/cohere/index.ts'
import { blocksOf, checkGrammar, feedings, readReply, readStream, type Payload } from '../../../support/translation.ts'

const upstream = cohere.upstream!

function read(message: object, more: object = {}): NeutralReply {
  const reply = readReply(upstream, { id: 'h1', message: { role: 'assistant', ...message }, finish_reason: 'COMPLETE', ...more })
  checkGrammar(replayed(reply))
  return reply
}

function errorOf(reply: object): GatewayError {
  try {
    readReply(upstream, reply)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const call = { id: 'tide_1', type: 'function', function: { name: 'tide', arguments: '{"port":"Brest"}' } }
const finishes: readonly (readonly [reason: unknown, finish: string, withCall?: boolean])[] = [
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop_sequence'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool_calls', true],
  ['COMPLETE', 'tool_calls', true],
  ['MAX_TOKENS', 'length', true],
  ['TOOL_CALL', 'stop'],
  ['SOMETHING', 'stop'],
  [null, 'stop'],
  ['__proto__', 'stop'],
  ['constructor', 'stop'],
]

describe('cohere: a reply', () => {
  it('is a plan, contents and calls', () => {
    expect(
      read(
        { tool_plan: 'I will look.', content: [{ type: 'thinking', thinking: 'Hm.' }, { type: 'text', text: 'a' }, { type: 'hologram' }], tool_calls: [call] },
        { finish_reason: 'TOOL_CALL' },
      ),
    ).to.deep.equal({
      id: 'h1',
      blocks: [
        { type: 'reasoning', text: 'I will look.' },
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'a' },
        { type: 'tool_call', id: 'tide_1', name: 'tide', argumentsText: '{"port":"Brest"}' },
      ],
      finish: 'tool_calls',
    })
  })

  it('gives calls without arguments an object', () => {
    expect(
      read({
        tool_calls: [
          { id: 'a', function: { name: 'n', arguments: '' } },
          { id: 'b', function: { name: 'n' } },
          { id: 'c', function: { name: 'n', arguments: { a: 1 } } },
        ],
      }).blocks.map(block => (block as any).argumentsText as string),
    ).to.deep.equal(['{}', '{}', '{"a":1}'])
  })

  it('keeps citations on the text', () => {
    const citation = { start: 0, end: 1, text: 'a', sources: [] }
    expect(read({ content: [{ type: 'text', text: 'a' }], citations: [citation] }).blocks).to.deep.equal([{ type: 'text', text: 'a', annotations: [citation] }])
  })

  for (const [reason, finish, withCall = false] of finishes) {
    it(`finishes for ${String(reason)}${withCall ? ' with a call' : ''} as ${finish}`, () => {
      expect(read(withCall ? { tool_calls: [call] } : { content: [] }, { finish_reason: reason }).finish).to.equal(finish)
    })
  }

  it('is an error for ERROR and TIMEOUT', () => {
    expect(errorOf({ message: {}, finish_reason: 'ERROR' }).status).to.equal(502)
    expect([errorOf({ message: {}, finish_reason: 'TIMEOUT' }).status, errorOf({ message: {}, finish_reason: 'TIMEOUT' }).code]).to.deep.equal([
      504,
      'upstream_timeout',
    ])
  })

  it('counts tokens, and keeps what is billed', () => {
    const { usage, extras } = read(
      {},
      { usage: { billed_units: { input_tokens: 3, output_tokens: 8 }, tokens: { input_tokens: 20, output_tokens: 8 }, cached_tokens: 5 } },
    )
    expect(usage).to.deep.equal({ inputTokens: 20, outputTokens: 8, cachedTokens: 5 })
    expect(extras).to.deep.equal({ billed_units: { input_tokens: 3, output_tokens: 8 } })
  })

  it('invents no usage', () => {
    expect(read({}, { usage: { billed_units: {} } }).usage).to.equal(undefined)
  })

  it('reads an error in the place of a reply, and none at all', () => {
    expect([errorOf({ message: 'bad token', id: 'x' }).message, errorOf({}).code]).to.deep.equal(['bad token', 'bad_upstream_response'])
  })
})

// Streams

const start = { type: 'message-start', id: 'h1', delta: { message: { role: 'assistant' } } }
const end = (finish_reason: string, more: object = {}) => ({
  type: 'message-end',
  delta: { finish_reason, usage: { tokens: { input_tokens: 20, output_tokens: 8 } }, ...more },
})
const content = (type: string, index: number, content?: object) => ({
  type: `content-${type}`,
  index,
  ...(content === undefined ? {} : { delta: { message: { content } } }),
})
const calls = (type: string, index: number, tool_calls?: object) => ({
  type: `tool-call-${type}`,
  index,
  ...(tool_calls === undefined ? {} : { delta: { message: { tool_calls } } }),
})

/** The events of the worked example 11.11. */
const example: readonly Payload[] = [
  start,
  { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will look.' } } },
  calls('start', 0, { id: 'tide_1', type: 'function', function: { name: 'tide', arguments: '' } }),
  calls('delta', 0, { function: { arguments: '{"port":"Brest"}' } }),
  calls('end', 0),
  end('TOOL_CALL'),
]

const exampleEvents: readonly NeutralEvent[] = [
  { type: 'start', id: 'h1' },
  { type: 'open', key: '0', block: { type: 'reasoning' } },
  { type: 'delta', key: '0', text: 'I will look.' },
  { type: 'close', key: '0' },
  { type: 'open', key: '1', block: { type: 'tool_call', id: 'tide_1', name: 'tide' } },
  { type: 'delta', key: '1', text: '{"port":"Brest"}' },
  { type: 'close', key: '1' },
  { type: 'usage', usage: { inputTokens: 20, outputTokens: 8 } },
  { type: 'finish', finish: 'tool_calls' },
  { type: 'end' },
]

describe('cohere: a stream', () => {
  for (const [way, feeding] of feedings) {
    it(`is read in order, ${way}`, () => {
      expect(readStream(upstream, example, feeding)).to.deep.equal(exampleEvents)
    })
  }

  it('comes to the same as the plain reply', () => {
    const assembler = new Assembler()
    for (const event of readStream(upstream, example)) assembler.emit(event)
    expect(assembler.reply()).to.deep.equal(
      read({ tool_plan: 'I will look.', tool_calls: [call] }, { finish_reason: 'TOOL_CALL', usage: { tokens: { input_tokens: 20, output_tokens: 8 } } }),
    )
  })

  it('keeps what is billed', () => {
    const usage = { billed_units: { output_tokens: 8 }, tokens: { input_tokens: 20, output_tokens: 8 } }
    expect(
      readStream(upstream, [
        { type: 'message-start', id: 'h' },
        { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } },
      ]).at(-2),
    ).to.deep.equal({ type: 'finish', finish: 'stop', extras: { billed_units: { output_tokens: 8 } } })
  })

  it('tells contents and calls of one index apart', () => {
    const events = readStream(upstream, [
      start,
      content('start', 0, { type: 'thinking', thinking: '' }),
      content('delta', 0, { thinking: 'Hm.' }),
      content('end', 0),
      content('start', 1, { type: 'text', text: '' }),
      content('delta', 1, { text: 'a' }),
      calls('start', 1, { id: 'x', function: { name: 'n', arguments: '' } }),
      content('delta', 1, { text: 'b' }),
      calls('delta', 1, { function: { arguments: '{}' } }),
      calls('end', 1),
      content('end', 1),
      end('TOOL_CALL'),
    ])
    expect(blocksOf(events)).to.deep.equal([
      { type: 'reasoning', delta: 'Hm.' },
      { type: 'text', delta: 'ab' },
      { type: 'tool_call', id: 'x', name: 'n', delta: '{}' },
    ])
  })

  it('gives a call without pieces an object', () => {
    expect(blocksOf(readStream(upstream, [start, calls('start', 0, { id: 'x', function: { name: 'n' } }), calls('end', 0), end('TOOL_CALL')]))).to.deep.equal([
      { type: 'tool_call', id: 'x', name: 'n', delta: '{}' },
    ])
  })

  it('takes contents that were not announced, and closes what was not', () => {
    expect(readStream(upstream, [start, content('delta', 0, { text: 'a' }), end('COMPLETE')]).map(({ type }) => type)).to.deep.equal([
      'start',
      'open',
      'delta',
      'usage',
      'close',
      'finish',
      'end',
    ])
  })

  it('gives citations with the text that is open', () => {
    const citation = { start: 0, end: 1, text: 'a', sources: [] }
    const events = readStream(upstream, [
      start,
      content('start', 0, { type: 'text', text: 'a' }),
      { type: 'citation-start', index: 0, delta: { message: { citations: citation } } },
      { type: 'citation-end', index: 0 },
      content('end', 0),
      end('COMPLETE'),
    ])
    expect(blocksOf(events)).to.deep.equal([{ type: 'text', delta: 'a', annotations: [citation] }])
  })

  it('passes over debug and what it does not know', () => {
    expect(
      blocksOf(
        readStream(upstream, [
          start,
          { type: 'debug', prompt: 'x' },
          { type: 'new-thing' },
          { event: 'x' },
          content('start', 0, { type: 'hologram' }),
          content('end', 0),
          content('delta', 1, { text: 'a' }),
          end('COMPLETE'),
        ]),
      ),
    ).to.deep.equal([{ type: 'text', delta: 'a' }])
  })

  for (const [reason, finish, withCall = false] of finishes) {
    it(`finishes for ${String(reason)}${withCall ? ' with a call' : ''} as ${finish}`, () => {
      const events = readStream(upstream, [start, ...(withCall ? [calls('start', 0, call), calls('end', 0)] : []), end(reason as string)])
      expect(events.at(-2)).to.deep.equal({ type: 'finish', finish })
    })
  }

  for (const [reason, status] of [
    ['ERROR', 502],
    ['TIMEOUT', 504],
  ] as const) {
    it(`is an error of status ${status} for ${reason}`, () => {
      const last = readStream(upstream, [start, content('delta', 0, { text: 'a' }), end(reason, { error: 'so it is' }), start]).at(-1)
      expect(last).to.have.nested.property('error.status', status)
      expect(last).to.have.nested.property('error.message', 'so it is')
    })
  }

  it('reads an error in the place of an event', () => {
    expect(readStream(upstream, [{ message: 'slow down', id: 'x' }]).at(-1)).to.have.nested.property('error.message', 'slow down')
  })

  it('is an error if an event cannot be read', () => {
    expect(readStream(upstream, [start, '{"type":']).at(-1)).to.have.nested.property('error.code', 'stream_incomplete')
  })

  it('says nothing of an end if it is cut', () => {
    expect(readStream(upstream, [start, content('delta', 0, { text: 'a' })]).map(({ type }) => type)).to.deep.equal(['start', 'open', 'delta'])
  })
})
