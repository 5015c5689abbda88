import { expect } from 'chai'
import { Assembler } from '../../../../core/neutral/assemble.ts'
import type { NeutralEvent } from '../../../../core/neutral/reply.ts'
import type { ModelTraits } from '../../../../core/neutral/translation.ts'
import { AwsFrames } from '../../../../core/stream/aws-frames.ts'
import { splitEvents } from '../../../../core/stream/borders.ts'
import bedrock from '../../../../plugins/dialects/bedrock-converse/index.ts'
import { awsEvent, awsException } from '../../../support/aws-frame.ts'
import { blocksOf, checkGrammar, destination, feedings, readReply, readStream, type Payload } from '../../../support/translation.ts'

const upstream = bedrock.upstream!
const claude: ModelTraits = { vendor: 'anthropic' }

/** A frame as `{":event-type": payload}`. */
type Frame = Readonly<Record<string, object | string>>

function payloads(frames: readonly Frame[]): readonly Payload[] {
  return frames.flatMap(frame => Object.entries(frame).map(([event, data]) => ({ event, data })))
}

function read(frames: readonly Frame[], traits: ModelTraits = {}): NeutralEvent[] {
  return readStream(upstream, payloads(frames), { from: destination({ model: 'm', settings: { json_schema_tool: true }, traits }) })
}

const start: Frame = { messageStart: { role: 'assistant' } }
const stop = (stopReason: string, more: object = {}): Frame => ({ messageStop: { stopReason, ...more } })
const delta = (contentBlockIndex: number, delta: object): Frame => ({ contentBlockDelta: { contentBlockIndex, delta } })
const text = (index: number, text: string): Frame => delta(index, { text })
const blockStop = (contentBlockIndex: number): Frame => ({ contentBlockStop: { contentBlockIndex } })
const tool = (contentBlockIndex: number, toolUseId: string, name: string): Frame => ({
  contentBlockStart: { contentBlockIndex, start: { toolUse: { toolUseId, name } } },
})
const metadata: Frame = {
  metadata: { usage: { inputTokens: 7, outputTokens: 9, totalTokens: 36, cacheReadInputTokens: 20 }, metrics: { latencyMs: 300 }, p: 'abc' },
}

/** The frames of the worked example 11.8. */
const example: readonly Frame[] = [
  start,
  text(0, 'Checking.'),
  blockStop(0),
  tool(1, 'tu_1', 'tide'),
  delta(1, { toolUse: { input: '{"port":"Brest"}' } }),
  blockStop(1),
  stop('tool_use'),
  metadata,
]

const exampleEvents: readonly NeutralEvent[] = [
  { type: 'start' },
  { type: 'open', key: '0', block: { type: 'text' } },
  { type: 'delta', key: '0', text: 'Checking.' },
  { type: 'close', key: '0' },
  { type: 'open', key: '1', block: { type: 'tool_call', id: 'tu_1', name: 'tide' } },
  { type: 'delta', key: '1', text: '{"port":"Brest"}' },
  { type: 'close', key: '1' },
  { type: 'usage', usage: { inputTokens: 27, outputTokens: 9, cachedTokens: 20, totalTokens: 36 } },
  { type: 'finish', finish: 'tool_calls' },
  { type: 'end' },
]

describe('bedrock-converse: a stream', () => {
  for (const [way, feeding] of feedings) {
    it(`is read in order, ${way}`, () => {
      expect(readStream(upstream, payloads(example), feeding)).to.deep.equal(exampleEvents)
    })
  }

  it('is read from binary frames, cut anywhere', () => {
    const bytes = Buffer.concat(example.flatMap(frame => Object.entries(frame).map(([name, payload]) => awsEvent(name, payload))))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const frames = new AwsFrames()
      const reader = upstream.stream(destination())
      const events: NeutralEvent[] = []
      const emit = (event: NeutralEvent) => {
        events.push(event)
      }
      for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)])
        for (const event of splitEvents(frames.push(chunk) ?? Buffer.alloc(0))) reader.read(event, emit)
      reader.end(emit)
      expect(events, `cut at ${cut}`).to.deep.equal(exampleEvents)
    }
  })

  it('comes to the same as the plain reply', () => {
    const assembler = new Assembler()
    for (const event of read(example)) assembler.emit(event)
    const plain = readReply(upstream, {
      output: { message: { role: 'assistant', content: [{ text: 'Checking.' }, { toolUse: { toolUseId: 'tu_1', name: 'tide', input: { port: 'Brest' } } }] } },
      stopReason: 'tool_use',
      usage: (metadata['metadata'] as any).usage,
    })
    expect(assembler.reply()).to.deep.equal(plain)
  })

  it('does not finish before the usage', () => {
    const types = read(example).map(({ type }) => type)
    expect(types.slice(-3)).to.deep.equal(['usage', 'finish', 'end'])
    expect(read(example.slice(0, -2)).some(({ type }) => type === 'finish' || type === 'end')).to.equal(false)
  })

  it('finishes without usage if it ends behind messageStop', () => {
    expect(read([start, text(0, 'a'), stop('end_turn')]).slice(-3)).to.deep.equal([
      { type: 'close', key: '0' },
      { type: 'finish', finish: 'stop' },
      { type: 'end' },
    ])
  })

  it('says nothing of an end if it is cut', () => {
    expect(read([start, text(0, 'a')]).map(({ type }) => type)).to.deep.equal(['start', 'open', 'delta'])
  })

  it('opens reasoning on first use, with its signature', () => {
    const frames = [
      start,
      delta(0, { reasoningContent: { text: 'Need' } }),
      delta(0, { reasoningContent: { text: ' it.' } }),
      delta(0, { reasoningContent: { signature: 'SIG' } }),
      blockStop(0),
      text(1, 'a'),
      blockStop(1),
      stop('end_turn'),
      metadata,
    ]
    expect(blocksOf(read(frames, claude))).to.deep.equal([
      { type: 'reasoning', delta: 'Need it.', 'state of anthropic': 'SIG' },
      { type: 'text', delta: 'a' },
    ])
  })

  it('opens reasoning of which only the signature is shown', () => {
    expect(
      blocksOf(
        read(
          [start, delta(0, { reasoningContent: { text: '' } }), delta(0, { reasoningContent: { signature: 'SIG' } }), blockStop(0), stop('end_turn')],
          claude,
        ),
      ),
    ).to.deep.equal([{ type: 'reasoning', 'state of anthropic': 'SIG' }])
  })

  it('gives redacted reasoning whole', () => {
    expect(
      blocksOf(read([start, delta(0, { reasoningContent: { redactedContent: 'QUJD' } }), blockStop(0), text(1, 'a'), stop('end_turn')], claude)),
    ).to.deep.equal([
      { type: 'reasoning', redacted: 'QUJD' },
      { type: 'text', delta: 'a' },
    ])
  })

  it('gives a tool without pieces an empty object', () => {
    expect(blocksOf(read([start, tool(0, 't', 'now'), delta(0, { toolUse: { input: '' } }), blockStop(0), stop('tool_use')]))).to.deep.equal([
      { type: 'tool_call', id: 't', name: 'now', delta: '{}' },
    ])
  })

  it('keeps several calls apart while they are open at once', () => {
    const input = (index: number, input: string) => delta(index, { toolUse: { input } })
    const frames = [
      start,
      tool(0, 'a', 'x'),
      tool(1, 'b', 'y'),
      input(0, '{"n"'),
      input(1, '{'),
      input(0, ':1}'),
      input(1, '}'),
      blockStop(0),
      blockStop(1),
      stop('tool_use'),
      metadata,
    ]
    expect(blocksOf(read(frames))).to.deep.equal([
      { type: 'tool_call', id: 'a', name: 'x', delta: '{"n":1}' },
      { type: 'tool_call', id: 'b', name: 'y', delta: '{}' },
    ])
  })

  it('skips what it does not know, and images', () => {
    expect(
      blocksOf(
        read([
          start,
          { contentBlockStart: { contentBlockIndex: 0, start: { image: { format: 'png' } } } },
          delta(0, { image: {} }),
          blockStop(0),
          { somethingNew: {} },
          { contentBlockStart: { contentBlockIndex: 1, start: { hologram: {} } } },
          delta(1, { hologram: {} }),
          blockStop(1),
          text(2, 'a'),
          stop('end_turn'),
        ]),
      ),
    ).to.deep.equal([{ type: 'text', delta: 'a' }])
  })

  it('reads the tool that stands for a schema as text', () => {
    const events = read([start, tool(0, 't', 'json_output'), delta(0, { toolUse: { input: '{"kg":1}' } }), blockStop(0), stop('tool_use'), metadata], {
      jsonSchema: false,
    })
    expect(blocksOf(events)).to.deep.equal([{ type: 'text', delta: '{"kg":1}' }])
    expect(events.at(-2)).to.deep.equal({ type: 'finish', finish: 'stop' })
  })

  const finishes: readonly (readonly [reason: string, finish: string])[] = [
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context_window'],
    ['guardrail_intervened', 'content_filter'],
    ['tool_use', 'stop'],
    ['something new', 'stop'],
    ['__proto__', 'stop'],
    ['constructor', 'stop'],
  ]
  for (const [reason, finish] of finishes) {
    it(`finishes for ${reason} as ${finish}`, () => {
      expect(read([start, text(0, 'a'), stop(reason), metadata]).at(-2)).to.deep.equal({ type: 'finish', finish })
    })
  }

  it('keeps a cut call a cut', () => {
    expect(read([start, tool(0, 't', 'n'), delta(0, { toolUse: { input: '{"a"' } }), stop('max_tokens'), metadata]).at(-2)).to.deep.equal({
      type: 'finish',
      finish: 'length',
    })
  })

  it('says at which sequence it stopped', () => {
    expect(read([start, stop('stop_sequence', { additionalModelResponseFields: { stop_sequence: 'END' } }), metadata]).at(-2)).to.deep.equal({
      type: 'finish',
      finish: 'stop_sequence',
      stopSequence: 'END',
    })
  })

  it('says with its end what nobody here knows of the answer, as a plain reply does', () => {
    const further = { trace: { guardrail: { actionReason: 'masked' } }, performanceConfig: { latency: 'standard' } }
    const frame = { metadata: { ...(metadata['metadata'] as object), ...further } }
    expect(read([start, text(0, 'a'), stop('end_turn'), frame]).at(-2)).to.deep.equal({ type: 'finish', finish: 'stop', extras: further })
  })

  it('is an error for output that is malformed', () => {
    expect(read([start, text(0, 'a'), stop('malformed_tool_use'), metadata]).at(-1)).to.have.nested.property('error.status', 502)
  })

  const exceptions: readonly (readonly [type: string, status: number])[] = [
    ['accessDeniedException', 403],
    ['resourceNotFoundException', 404],
    ['modelTimeoutException', 408],
    ['validationException', 400],
    ['serviceQuotaExceededException', 400],
    ['throttlingException', 429],
    ['modelNotReadyException', 429],
    ['modelErrorException', 424],
    ['modelStreamErrorException', 424],
    ['internalServerException', 500],
    ['serviceUnavailableException', 503],
    ['somethingNewException', 502],
  ]
  for (const [type, status] of exceptions) {
    it(`is an error of status ${status} for ${type}, and nothing after it`, () => {
      const reader = upstream.stream(destination())
      const events: NeutralEvent[] = []
      const frames = new AwsFrames().push(
        Buffer.concat([awsEvent('messageStart', {}), awsException(type, { message: 'so it is' }), awsEvent('contentBlockDelta', { delta: { text: 'a' } })]),
      )!
      for (const event of splitEvents(frames))
        reader.read(event, event => {
          events.push(event)
        })
      reader.end(event => {
        events.push(event)
      })
      checkGrammar(events)
      const [, last] = events
      expect(events.length).to.equal(2)
      expect(last).to.have.nested.property('error.status', status)
      expect(last).to.have.nested.property('error.message', 'so it is')
      expect(last).to.have.nested.property('error.code', type.slice(0, 1).toUpperCase() + type.slice(1))
    })
  }

  it('is an error if an event cannot be read', () => {
    expect(read([start, { contentBlockDelta: '{"delta":' }]).at(-1)).to.have.nested.property('error.code', 'stream_incomplete')
  })
})
