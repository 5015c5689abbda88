import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import type { NeutralEvent } from '../../../../core/neutral/reply.ts'
import gemini from '../../../../plugins/dialects/gemini/index.ts'
import { blocksOf, expectEqualJson, feedings, readReply, readStream } from '../../../support/translation.ts'

const upstream = gemini.upstream!

const said = (...parts: object[]) => ({ candidates: [{ content: { role: 'model', parts } }] })
const ended = (finishReason: string, ...parts: object[]) => ({ candidates: [{ content: { role: 'model', parts }, finishReason }] })
const reply = (json: object | string) => readReply(upstream, json)
const stream = (...data: (object | string)[]) => readStream(upstream, data)
const finishOf = (events: readonly NeutralEvent[]) => events.find(event => event.type === 'finish')?.finish
const errorOf = (events: readonly NeutralEvent[]) => events.find(event => event.type === 'error')?.error

function refused(json: object | string): GatewayError {
  try {
    reply(json)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('gemini: a plain reply', () => {
  it('is read whole', () => {
    expectEqualJson(
      reply({
        responseId: 'g1',
        modelVersion: 'gemini-3',
        createTime: '2026-01-01T00:00:00.5Z',
        candidates: [
          {
            index: 0,
            content: { parts: [{ text: 'Think.', thought: true }, { text: 'Low ' }, { text: 'tide' }, { inlineData: { mimeType: 'image/png', data: 'AA' } }] },
            finishReason: 'STOP',
          },
        ],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
      }),
      {
        id: 'g1',
        model: 'gemini-3',
        created: 1_767_225_600,
        blocks: [
          { type: 'reasoning', text: 'Think.', isSummary: true },
          { type: 'text', text: 'Low tide' },
          { type: 'image', mime: 'image/png', data: 'AA' },
        ],
        finish: 'stop',
        usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
      },
    )
  })
  it('keeps what is unknown, and what belongs to its candidate', () => {
    const { extras } = reply({ ...ended('STOP', { text: 'a' }), newField: 1, candidates: [{ finishReason: 'STOP', groundingMetadata: { a: 1 } }] })
    expectEqualJson(extras, { newField: 1, groundingMetadata: { a: 1 } })
  })
  it('keeps where its sources stand, not the texts that stand there a second time', () => {
    const [place, sources] = [{ startIndex: 2, endIndex: 5 }, { groundingChunkIndices: [0] }]
    const grounding = (segment: object) => ({ groundingChunks: [{ web: { uri: 'https://a.example' } }], groundingSupports: [{ segment, ...sources }, sources] })
    const { extras } = reply({
      candidates: [{ content: { parts: [{ text: 'a secret' }] }, finishReason: 'STOP', groundingMetadata: grounding({ ...place, text: 'secret' }) }],
    })
    expectEqualJson(extras, { groundingMetadata: grounding(place) })
  })
  it('keeps what is unknown of its counts', () => {
    expectEqualJson(reply({ ...ended('STOP', { text: 'a' }), usageMetadata: { promptTokenCount: 1, trafficType: 'ON_DEMAND' } }).usageExtras, {
      trafficType: 'ON_DEMAND',
    })
  })
  it('says what tokens were worth', () => {
    const { logprobs } = reply({
      candidates: [
        {
          finishReason: 'STOP',
          content: { parts: [{ text: 'Hi' }] },
          logprobsResult: {
            chosenCandidates: [{ token: 'Hi', tokenId: 1, logProbability: -0.5 }],
            topCandidates: [
              {
                candidates: [
                  { token: 'Hi', logProbability: -0.5 },
                  { token: 'Ho', logProbability: -1 },
                ],
              },
            ],
          },
        },
      ],
    })
    expectEqualJson(logprobs, [
      {
        token: 'Hi',
        logprob: -0.5,
        bytes: null,
        top_logprobs: [
          { token: 'Hi', logprob: -0.5, bytes: null },
          { token: 'Ho', logprob: -1, bytes: null },
        ],
      },
    ])
  })
  it('reads the first candidate alone', () =>
    expectEqualJson(
      reply({
        candidates: [
          { index: 1, content: { parts: [{ text: 'b' }] } },
          { index: 0, content: { parts: [{ text: 'a' }] } },
        ],
      }).blocks,
      [{ type: 'text', text: 'a' }],
    ))
  it('without a finish reason has ended', () => expect(reply(said({ text: 'a' })).finish).to.equal('stop'))
  it('without parts is empty', () => expectEqualJson(reply({ candidates: [{ finishReason: 'MAX_TOKENS' }] }), { blocks: [], finish: 'length' }))

  describe('finish', () => {
    for (const [reason, finish] of [
      ['STOP', 'stop'],
      ['MAX_TOKENS', 'length'],
      ['CONTINUATION', 'pause'],
      ['SOMETHING_NEW', 'stop'],
      ['', 'stop'],
      ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE', 'IMAGE_SAFETY', 'IMAGE_OTHER'].map(reason => [
        reason,
        'content_filter',
      ]),
    ] as const)
      it(`${reason} is ${finish}`, () =>
        expect([reply(ended(reason, { text: 'a' })).finish, finishOf(stream(ended(reason, { text: 'a' })))]).to.deep.equal([finish, finish]))

    for (const reason of ['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'OTHER', 'NO_IMAGE']) {
      it(`${reason} is an error`, () => {
        const json = { candidates: [{ finishReason: reason, finishMessage: 'why' }] }
        const { status, code, message, provider } = refused(json)
        expect({ status, code, message, provider }).to.deep.equal({
          status: 502,
          code: 'bad_upstream_response',
          message: `acme: the model ended with ${reason}: why`,
          provider: 'acme',
        })
        expect(errorOf(stream(json))?.message).to.equal(message)
      })
    }
    for (const reason of ['OTHER', 'NO_IMAGE']) it(`${reason} after a text is stop`, () => expect(reply(ended(reason, { text: 'a' })).finish).to.equal('stop'))
    it('MALFORMED_FUNCTION_CALL after a text is an error', () => expect(refused(ended('MALFORMED_FUNCTION_CALL', { text: 'a' })).status).to.equal(502))

    const call = { functionCall: { name: 'f' } }
    it('STOP with a call is tool_calls', () => expect(reply(ended('STOP', call)).finish).to.equal('tool_calls'))
    it('MAX_TOKENS with a call stays length', () => expect(reply(ended('MAX_TOKENS', call)).finish).to.equal('length'))
  })

  describe('usage', () => {
    const usage = (usageMetadata: object) => reply({ ...ended('STOP', { text: 'a' }), usageMetadata }).usage
    it('adds thoughts to the answer and tools to the prompt', () => {
      expectEqualJson(usage({ promptTokenCount: 105, cachedContentTokenCount: 90, candidatesTokenCount: 18, thoughtsTokenCount: 22, totalTokenCount: 145 }), {
        inputTokens: 105,
        cachedTokens: 90,
        outputTokens: 40,
        reasoningTokens: 22,
        totalTokens: 145,
      })
      expectEqualJson(usage({ promptTokenCount: 5, toolUsePromptTokenCount: 2, candidatesTokenCount: 1 }), { inputTokens: 7, outputTokens: 1 })
    })
    it('tells audio apart', () => {
      expectEqualJson(
        usage({
          promptTokenCount: 5,
          promptTokensDetails: [
            { modality: 'TEXT', tokenCount: 2 },
            { modality: 'AUDIO', tokenCount: 3 },
          ],
          candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 4 }],
        }),
        { inputTokens: 5, outputTokens: 0, audioInputTokens: 3, audioOutputTokens: 4 },
      )
    })
    it('is not invented', () => expect(reply(ended('STOP', { text: 'a' }))).not.to.have.property('usage'))
  })

  describe('that is none', () => {
    for (const [name, json, expected] of [
      [
        'an error',
        { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow', details: [{ retryDelay: '12s' }] } },
        { status: 429, code: '429', message: 'slow', retryAfterMs: 12_000 },
      ],
      ['an error without a status', { error: { status: 'INTERNAL', message: 'm' } }, { status: 502, code: 'INTERNAL', message: 'm' }],
      ['an error that is a text', { error: 'm' }, { status: 502, code: null, message: 'm' }],
      ['no candidates', { candidates: [] }, { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned no candidates' }],
      ['nothing', {}, { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned no candidates' }],
      [
        'candidates of another type',
        { candidates: 'x' },
        { status: 502, code: 'bad_upstream_response', message: "the provider's candidates is not a list of objects" },
      ],
      ['a text of another type', said({ text: 5 }), { status: 502, code: 'bad_upstream_response', message: "the provider's text is not a text" }],
      [
        'a call without a name',
        said({ functionCall: {} }),
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider called a function without a name' },
      ],
    ] as const) {
      it(name, () => {
        const { status, code, message, retryAfterMs } = refused(json)
        expect({ status, code, message, retryAfterMs }).to.deep.equal({ retryAfterMs: undefined, ...expected })
      })
    }
    it('tolerates null for absent', () => {
      expectEqualJson(
        reply({
          error: null,
          promptFeedback: null,
          usageMetadata: null,
          candidates: [{ finishReason: null, content: { parts: [{ text: 'a', thoughtSignature: null, thought: null }, { text: null }] } }],
        }),
        { blocks: [{ type: 'text', text: 'a' }], finish: 'stop' },
      )
    })
  })
})

describe('gemini: a stream', () => {
  it('tells each step', () => {
    expectEqualJson(
      stream(
        { responseId: 'g1', modelVersion: 'gemini-3', ...said({ text: 'Think', thought: true }), usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 } },
        said({ text: ' more', thought: true }, { text: 'Low' }),
        said({ text: ' tide' }),
        { ...ended('STOP', { text: '' }), usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2, thoughtsTokenCount: 6, totalTokenCount: 12 } },
      ),
      [
        { type: 'start', id: 'g1', model: 'gemini-3' },
        { type: 'usage', usage: { inputTokens: 4, outputTokens: 0, totalTokens: 4 } },
        { type: 'open', key: '0', block: { type: 'reasoning', isSummary: true } },
        { type: 'delta', key: '0', text: 'Think' },
        { type: 'delta', key: '0', text: ' more' },
        { type: 'close', key: '0' },
        { type: 'open', key: '1', block: { type: 'text' } },
        { type: 'delta', key: '1', text: 'Low' },
        { type: 'delta', key: '1', text: ' tide' },
        { type: 'usage', usage: { inputTokens: 4, outputTokens: 8, reasoningTokens: 6, totalTokens: 12 } },
        { type: 'close', key: '1' },
        { type: 'finish', finish: 'stop' },
        { type: 'end' },
      ],
    )
  })

  it('says at its end what comes late: what is unknown, and what belongs to its candidate, the last word of each', () => {
    const [first, second] = [{ groundingMetadata: { a: 1 } }, { groundingMetadata: { a: 2 }, citationMetadata: { b: 1 } }]
    const events = stream(
      { known: 1, ...said({ text: 'a' }) },
      { known: 1, candidates: [first] },
      { newField: 3, candidates: [{ ...second, finishReason: 'STOP' }] },
    )
    expectEqualJson(events[0], { type: 'start', extras: { known: 1 } })
    expectEqualJson(events.at(-2), { type: 'finish', finish: 'stop', extras: { ...second, newField: 3 } })
  })

  const parallel = [
    { responseId: 'g1', ...said({ functionCall: { name: 'tide', args: { port: 'Brést 🌊' } }, thoughtSignature: 'Z1' }) },
    {
      ...ended('STOP', { functionCall: { id: 'f2', name: 'now' } }),
      usageMetadata: { promptTokenCount: 30, candidatesTokenCount: 12, thoughtsTokenCount: 60, totalTokenCount: 102 },
    },
  ]
  for (const [name, feeding] of feedings) {
    it(`of parallel calls over two chunks is the same ${name}`, () => {
      expectEqualJson(readStream(upstream, parallel, feeding), [
        { type: 'start', id: 'g1' },
        { type: 'open', key: '0', block: { type: 'tool_call', id: '', name: 'tide', state: { vendor: 'google', value: 'Z1' } } },
        { type: 'delta', key: '0', text: '{"port":"Brést 🌊"}' },
        { type: 'close', key: '0' },
        { type: 'usage', usage: { inputTokens: 30, outputTokens: 72, reasoningTokens: 60, totalTokens: 102 } },
        { type: 'open', key: '1', block: { type: 'tool_call', id: 'f2', name: 'now' } },
        { type: 'delta', key: '1', text: '{}' },
        { type: 'close', key: '1' },
        { type: 'finish', finish: 'tool_calls' },
        { type: 'end' },
      ])
    })
  }

  const blocks = (...parts: object[]) => blocksOf(stream(said(...parts), ended('STOP')))
  it('keeps long numbers and __proto__ in arguments', () => {
    const [block] = blocksOf(
      stream(
        '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"id":12345678901234567890,"__proto__":{"a":1}}}}]},"finishReason":"STOP"}]}',
      ),
    )
    expect(block).to.include({ delta: '{"id":12345678901234567890,"__proto__":{"a":1}}' })
  })
  it('puts the signature of an empty text on the text before', () =>
    expectEqualJson(blocks({ text: 'a' }, { text: '', thoughtSignature: 'T' }), [{ type: 'text', delta: 'a', 'state of google': 'T' }]))
  it('puts the signature of an empty text on a text of its own after anything else', () => {
    expectEqualJson(blocks({ functionCall: { name: 'f' } }, { text: '', thoughtSignature: 'T' }).slice(1), [{ type: 'text', 'state of google': 'T' }])
    expectEqualJson(blocks({ text: 'r', thought: true }, { thoughtSignature: 'T' }).slice(1), [{ type: 'text', 'state of google': 'T' }])
  })
  it('never joins two signatures, nor what follows one', () => {
    expectEqualJson(blocks({ text: 'a', thoughtSignature: 'T1' }, { text: 'b', thoughtSignature: 'T2' }, { text: 'c' }), [
      { type: 'text', delta: 'a', 'state of google': 'T1' },
      { type: 'text', delta: 'b', 'state of google': 'T2' },
      { type: 'text', delta: 'c' },
    ])
  })
  it('keeps the signature of a thought', () =>
    expectEqualJson(blocks({ text: 'r', thought: true, thoughtSignature: 'R' }), [{ type: 'reasoning', isSummary: true, delta: 'r', 'state of google': 'R' }]))
  it('says of which model a signature is', () => {
    const [, opened] = stream({ modelVersion: 'gemini-3', ...ended('STOP', { functionCall: { name: 'f' }, thoughtSignature: 'Z' }) })
    expectEqualJson(opened, {
      type: 'open',
      key: '0',
      block: { type: 'tool_call', id: '', name: 'f', state: { vendor: 'google', value: 'Z', model: 'gemini-3' } },
    })
  })
  it('shows pictures, but no drafts of them', () => {
    expectEqualJson(blocks({ inlineData: { mimeType: 'image/jpeg', data: 'DD' }, thought: true }, { inlineData: { mimeType: 'image/png', data: 'AA' } }), [
      { type: 'image', mime: 'image/png', data: 'AA' },
    ])
  })
  it('shows code that was run, and what came of it', () => {
    const parts = [{ executableCode: { language: 'PYTHON', code: 'print(1)' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }]
    expectEqualJson(blocks(...parts), [{ type: 'text', delta: '\n```python\nprint(1)\n```\n\n```\n1\n```\n' }])
  })
  it('skips parts that nobody knows', () => expectEqualJson(blocks({ newPart: {} }, {}, { text: 'a' }), [{ type: 'text', delta: 'a' }]))

  describe('of arguments in pieces', () => {
    const piece = (functionCall: object) => said({ functionCall })
    it('puts them together by their paths', () => {
      const events = stream(
        said({ functionCall: { id: 'f1', name: 'f', willContinue: true }, thoughtSignature: 'Z' }),
        piece({ partialArgs: [{ jsonPath: '$.port.name', stringValue: 'Br', willContinue: true }], willContinue: true }),
        piece({
          partialArgs: [
            { jsonPath: '$.port.name', stringValue: 'est' },
            { jsonPath: '$.days[0]', numberValue: 3 },
            { jsonPath: '$.days[1]', numberValue: 4.5 },
          ],
          willContinue: true,
        }),
        piece({
          partialArgs: [
            { jsonPath: "$['is now']", boolValue: true },
            { jsonPath: '$.none', nullValue: null },
            { jsonPath: '$.__proto__', stringValue: 'p' },
          ],
          willContinue: true,
        }),
        piece({}),
        ended('STOP', { functionCall: { name: 'g' } }),
      )
      expectEqualJson(blocksOf(events), [
        {
          type: 'tool_call',
          id: 'f1',
          name: 'f',
          state: { vendor: 'google', value: 'Z' },
          delta: '{"port":{"name":"Brest"},"days":[3,4.5],"is now":true,"none":null,"__proto__":"p"}',
        },
        { type: 'tool_call', id: '', name: 'g', delta: '{}' },
      ])
    })
    it('takes the end of the stream for their end', () => {
      const events = stream(piece({ name: 'f', partialArgs: [{ jsonPath: '$.a', stringValue: 'b' }], willContinue: true }), ended('STOP'))
      expectEqualJson(blocksOf(events), [{ type: 'tool_call', id: '', name: 'f', delta: '{"a":"b"}' }])
      expect(finishOf(events)).to.equal('tool_calls')
    })
  })

  it('of a blocked prompt names the reason', () => {
    expectEqualJson(stream({ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 } }), [
      { type: 'start' },
      { type: 'usage', usage: { inputTokens: 12, outputTokens: 0, totalTokens: 12 } },
      { type: 'open', key: '0', block: { type: 'refusal' } },
      { type: 'delta', key: '0', text: 'Blocked by the provider: SAFETY' },
      { type: 'close', key: '0' },
      { type: 'finish', finish: 'content_filter' },
      { type: 'end' },
    ])
  })
  it('waits for the end of the bytes, since more may follow the finish reason', () => {
    const events = stream(ended('STOP', { text: 'a' }), said({ text: 'b' }), { usageMetadata: { promptTokenCount: 1 } })
    expectEqualJson(blocksOf(events), [{ type: 'text', delta: 'ab' }])
    expect(events.slice(-4).map(({ type }) => type)).to.deep.equal(['usage', 'close', 'finish', 'end'])
  })
  it('without a finish reason says nothing of an end', () =>
    expect(stream(said({ text: 'a' })).map(({ type }) => type)).to.deep.equal(['start', 'open', 'delta']))
  it('of nothing says nothing', () => expect(stream()).to.deep.equal([]))
  it('tolerates a [DONE]', () => expect(finishOf(stream(ended('STOP', { text: 'a' }), '[DONE]'))).to.equal('stop'))

  describe('with an error', () => {
    for (const [name, data, expected] of [
      ['at its beginning', [{ error: { code: 503, status: 'UNAVAILABLE', message: 'm' } }], { status: 503, code: '503', message: 'm' }],
      ['in a list', ['[{"error":{"code":400,"message":"m"}}]'], { status: 400, code: '400', message: 'm' }],
      ['in the middle', [said({ text: 'a' }), { error: { code: 500, message: 'm' } }], { status: 500, code: '500', message: 'm' }],
      [
        'of another type',
        [said({ text: 'a' }), said({ text: [] })],
        { status: 502, code: 'bad_upstream_response', message: "the provider's text is not a text" },
      ],
      ['that is no JSON', [said({ text: 'a' }), '{"cand'], { status: 502, code: 'stream_incomplete', message: 'acme sent an event that cannot be read' }],
      ['that is no object', ['7'], { status: 502, code: 'bad_upstream_response', message: 'acme: provider sent JSON that is no answer' }],
    ] as const) {
      it(name, () => {
        const events = stream(...data, ended('STOP', { text: 'late' }))
        const { status, code, message } = errorOf(events)!
        expect({ status, code, message }).to.deep.equal(expected)
        expect(events.at(-1)?.type).to.equal('error')
      })
    }
  })
})
