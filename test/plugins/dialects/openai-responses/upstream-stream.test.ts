import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import type { NeutralEvent } from '../../../../core/neutral/reply.ts'
import chat from '../../../../plugins/dialects/openai-chat/index.ts'
import dialect from '../../../../plugins/dialects/openai-responses/index.ts'
import {
  blocksOf,
  countedIds,
  destination,
  expectEqualJson,
  expectMentioned,
  feedings,
  readReply,
  readStream,
  replyContext,
  translateStream,
  type Payload,
} from '../../../support/translation.ts'
import { begun, call, customCall, makers, message, reasoning, response, summary, usage } from './samples.ts'

const upstream = dialect.upstream!
type Part = { readonly events: readonly object[]; readonly item: object }

const ended = (more: object = {}) => ({ type: 'response.completed', response: response({ usage, ...more }) })
const whole = (parts: readonly Part[], end: object = ended({ output: parts.map(({ item }) => item) })): Payload[] => [
  ...begun,
  ...parts.flatMap(({ events }) => [...events]),
  end,
]
const read = (...parts: readonly Part[]) => readStream(upstream, whole(parts))
const finishOf = (events: readonly NeutralEvent[]) => events.find(({ type }) => type === 'finish')

describe('a stream of Responses, read', () => {
  it('starts with the id and the model', () => {
    expect(read()[0]).to.deep.equal({ type: 'start', id: 'resp_1', model: 'm' })
  })

  const rows: Record<string, { part: Part; block: object; finish: string }> = {
    'a text': { part: message({ pieces: ['a', 'b'] }), block: { type: 'text', delta: 'ab' }, finish: 'stop' },
    'a refusal': { part: makers.refusal({ pieces: ['n', 'o'] }), block: { type: 'refusal', delta: 'no' }, finish: 'refusal' },
    'a call': { part: call({ pieces: ['{"a"', ':1}'] }), block: { type: 'tool_call', id: 'call_0', name: 'tide', delta: '{"a":1}' }, finish: 'tool_calls' },
    'a call without arguments': { part: call({ pieces: [] }), block: { type: 'tool_call', id: 'call_0', name: 'tide' }, finish: 'tool_calls' },
    'a call whose arguments are nothing but space': {
      part: call({ pieces: [' ', '\n'] }),
      block: { type: 'tool_call', id: 'call_0', name: 'tide' },
      finish: 'tool_calls',
    },
    'a custom call': {
      part: customCall({ pieces: ['fr', 'ee'] }),
      block: { type: 'tool_call', id: 'call_0', name: 'patch', isCustom: true, delta: 'free' },
      finish: 'tool_calls',
    },
    'a summary, with its state': {
      part: summary({ pieces: ['s', 't'] }),
      block: { type: 'reasoning', isSummary: true, itemId: 'rs_0', delta: 'st', 'state of openai': 'gAAA' },
      finish: 'stop',
    },
    'reasoning as such': { part: reasoning({ pieces: ['s', 't'] }), block: { type: 'reasoning', itemId: 'rs_0', delta: 'st' }, finish: 'stop' },
  }
  for (const [name, { part, block, finish }] of Object.entries(rows)) {
    it(`reads ${name} (6.4)`, () => {
      const events = read(part)
      expect(blocksOf(events)).to.deep.equal([block])
      expect(finishOf(events)).to.deep.equal({ type: 'finish', finish })
      expect(events.slice(-3).map(({ type }) => type)).to.deep.equal(['usage', 'finish', 'end'])
    })

    it(`reads ${name} where only the item came whole`, () => {
      const events = readStream(
        upstream,
        whole([
          {
            item: part.item,
            events: part.events.filter(event => !/delta|_text\.done|arguments\.done|input\.done|part|refusal/.test((event as { type: string }).type)),
          },
        ]),
      )
      expect(blocksOf(events)).to.deep.equal([block])
    })

    it(`reads ${name} where only the response came whole`, () => {
      expect(blocksOf(readStream(upstream, [ended({ output: [part.item] })]))).to.deep.equal([block])
    })
  }

  it('takes arguments that come whole only', () => {
    const { events, item } = call({ pieces: ['{"a":1}'] })
    const [added, , done] = events
    expect(blocksOf(readStream(upstream, whole([{ item, events: [added!, done!] }], ended({ output: [] }))))).to.deep.equal([
      { type: 'tool_call', id: 'call_0', name: 'tide', delta: '{"a":1}' },
    ])
  })

  it('opens parts that nobody announced', () => {
    const deltas = (type: string, more: object) => ({ item: {}, events: ['a', 'b'].map(delta => ({ type, item_id: 'x', output_index: 0, ...more, delta })) })
    expect(blocksOf(read(deltas('response.reasoning_text.delta', { content_index: 0 })))).to.deep.equal([{ type: 'reasoning', delta: 'ab' }])
    expect(blocksOf(read(deltas('response.output_text.delta', { content_index: 0 })))).to.deep.equal([{ type: 'text', delta: 'ab' }])
  })

  it('sets the parts of a summary apart', () => {
    const pieces = [
      [0, 'a'],
      [0, 'b'],
      [1, 'c'],
    ].map(([index, delta]) => ({ type: 'response.reasoning_summary_text.delta', item_id: 'rs', output_index: 0, summary_index: index, delta }))
    expect(blocksOf(read({ item: {}, events: pieces }))).to.deep.equal([{ type: 'reasoning', isSummary: true, delta: 'ab\n\nc' }])
  })

  it('reads one of two forms of the same thoughts', () => {
    const both = ['response.reasoning_summary_text.delta', 'response.reasoning_text.delta'].map(type => ({ type, item_id: 'rs', output_index: 0, delta: 'a' }))
    expect(blocksOf(read({ item: {}, events: both }))).to.deep.equal([{ type: 'reasoning', isSummary: true, delta: 'a' }])
  })

  it('keeps items apart that are open side by side', () => {
    const [one, other] = [call({ index: 0, pieces: ['{"a"', ':1}'] }), call({ index: 1, pieces: ['{"b"', ':2}'] })]
    const mixed = { item: one.item, events: one.events.flatMap((event, i) => [event, other.events[i]!]) }
    expect(
      blocksOf(readStream(upstream, whole([mixed], ended({ output: [one.item, other.item] })))).map(block => (block as { delta: string }).delta),
    ).to.deep.equal(['{"a":1}', '{"b":2}'])
  })

  it('reads sources', () => {
    const { events, item } = message({ pieces: ['a'] })
    const annotation = { type: 'url_citation', title: 't', url: 'u' }
    const added = { type: 'response.output_text.annotation.added', output_index: 0, content_index: 0, annotation_index: 0, annotation }
    expect(blocksOf(readStream(upstream, whole([{ item, events: events.toSpliced(3, 0, added) }])))).to.deep.equal([
      { type: 'text', delta: 'a', annotations: [annotation] },
    ])
  })

  it('reads what the tokens were worth', () => {
    const logprobs = [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }]
    const part = message({ pieces: ['a'] }, { logprobs })
    expect(read(part).filter(({ type }) => type === 'delta')).to.deep.equal([{ type: 'delta', key: '0', text: 'a', logprobs }])
    expectMentioned(translateStream(upstream, whole([part]), chat.caller!)[1], { choices: [{ delta: { content: 'a' }, logprobs: { content: logprobs } }] })
  })

  it('reads images, and passes over what tools of the vendor did', () => {
    const items = [
      { id: 'ig', type: 'image_generation_call', status: 'completed', result: 'AAAA', output_format: 'webp' },
      { id: 'ws', type: 'web_search_call', status: 'completed', action: { query: 'q' } },
    ]
    const parts = items.map((item, index) => ({
      item,
      events: [
        { type: 'response.output_item.added', output_index: index, item: { ...item, result: null } },
        { type: 'response.web_search_call.searching', output_index: index },
        { type: 'response.output_item.done', output_index: index, item },
      ],
    }))
    expect(blocksOf(read(...parts))).to.deep.equal([{ type: 'image', mime: 'image/webp', data: 'AAAA' }])
  })

  it('counts tokens (5.3)', () => {
    expect(read().find(({ type }) => type === 'usage')).to.deep.equal({
      type: 'usage',
      usage: { inputTokens: 10, outputTokens: 7, cachedTokens: 4, cacheWriteTokens: 1, reasoningTokens: 3, totalTokens: 17 },
    })
  })

  const ends: Record<string, [end: object, parts: Part[], finish: string]> = {
    completed: [ended(), [message({ pieces: ['a'] })], 'stop'],
    'completed with calls': [ended(), [call({ pieces: ['{}'] })], 'tool_calls'],
    'incomplete: max_output_tokens': [
      { type: 'response.incomplete', response: response({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }) },
      [call({ pieces: ['{"a'] })],
      'length',
    ],
    'incomplete: content_filter': [
      { type: 'response.incomplete', response: response({ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }) },
      [message({ pieces: ['a'] })],
      'content_filter',
    ],
    'incomplete, as the event alone says': [
      { type: 'response.incomplete', response: { incomplete_details: { reason: 'max_output_tokens' } } },
      [message({ pieces: ['a'] })],
      'length',
    ],
    'incomplete for a reason that nobody knows': [
      { type: 'response.incomplete', response: response({ status: 'incomplete', incomplete_details: { reason: 'steered' } }) },
      [],
      'length',
    ],
  }
  for (const [name, [end, parts, finish]] of Object.entries(ends)) {
    it(`finishes: ${name} (5.2)`, () => {
      expect(finishOf(readStream(upstream, whole(parts, end)))).to.deep.include({ finish })
    })
  }

  it('says what no piece said of its texts, once the whole is there', () => {
    const [text, called] = [message({ index: 0, pieces: ['low ', 'tide'] }), call({ index: 1, pieces: ['{"a"', ':1}'] })]
    const events = whole([text, called]) as { type: string; delta?: string }[]
    const lost = events.filter(({ delta }) => delta !== 'tide' && delta !== ':1}')
    expect(events.length - lost.length).to.equal(2)
    const said = (payloads: readonly object[]) => blocksOf(readStream(upstream, payloads))
    expect(said(lost)).to.deep.equal(said(events))
    expect(said(lost.filter(({ type }) => !type.endsWith('.done')))).to.deep.equal(said(events))
  })

  describe('that fails', () => {
    const failures: Record<string, [event: object, expected: object]> = {
      'a failed response': [
        { type: 'response.failed', response: response({ status: 'failed', error: { code: 'context_length_exceeded', message: 'too long' } }) },
        { code: 'context_length_exceeded', message: 'too long', status: 400 },
      ],
      'an error': [
        { type: 'error', code: 'server_is_overloaded', message: 'busy', param: null },
        { code: 'server_is_overloaded', message: 'busy', status: 503 },
      ],
      'an error, nested': [
        { type: 'error', error: { type: 'server_error', code: 'rate_limit_exceeded', message: 'wait' } },
        { code: 'rate_limit_exceeded', status: 429 },
      ],
    }
    for (const [name, [event, expected]] of Object.entries(failures)) {
      it(`reports ${name}, and says nothing after it`, () => {
        const events = readStream(upstream, [...begun, event, ended()])
        const last = events.at(-1)
        expect(last?.type === 'error' ? last.error : undefined)
          .to.be.instanceOf(GatewayError)
          .and.deep.include({ provider: 'acme', ...expected })
      })
    }

    it('reports what it cannot read', () => {
      const last = readStream(upstream, [...begun, '{']).at(-1)
      expect(last?.type === 'error' ? last.error.code : undefined).to.equal('stream_incomplete')
    })

    it('says nothing of an end that did not come', () => {
      const cut = whole([message({ pieces: ['a'] })]).slice(0, -1)
      expect(readStream(upstream, [...cut, '[DONE]']).at(-1)?.type).to.equal('close')
    })
  })

  it('tolerates [DONE], queued, and what nobody knows', () => {
    const events = readStream(upstream, [
      begun[0]!,
      { type: 'response.queued', response: {} },
      { type: 'keepalive', sequence_number: 1 },
      { type: 'response.telepathy', delta: 'x' },
      ended(),
      '[DONE]',
    ])
    expect(events.map(({ type }) => type)).to.deep.equal(['start', 'usage', 'finish', 'end'])
  })

  describe('however it comes (12.2)', () => {
    const parts = Object.entries(makers).map(([name, make], index) => make({ index, pieces: name === 'call' ? ['{"a"', ':"é😀"}'] : ['é', '😀'] }))
    const expected = readStream(upstream, whole(parts))
    for (const [name, feeding] of feedings) {
      it(`says the same ${name}`, () => {
        expect(readStream(upstream, whole(parts), feeding)).to.deep.equal(expected)
      })
    }
  })

  it('comes back as it went, but for its ids', () => {
    const parts = [summary({ index: 0, pieces: ['s'] }), message({ index: 1, pieces: ['a', 'b'] }), call({ index: 2, pieces: ['{"n":12345678901234567890}'] })]
    const context = replyContext({ ids: countedIds(), request: { ...replyContext().request, wants: { encryptedReasoning: true } } })
    const last = translateStream(upstream, whole(parts), dialect.caller!, context).at(-2) as { response: { output: object[]; usage: object } }
    const extra = { openai: { reasoning_items: [{ id: 'rs_0', encrypted_content: 'gAAA', summary: [{ type: 'summary_text', text: 's' }] }] } }
    expectEqualJson(last.response.output, [
      { ...parts[0]?.item, extra_content: extra },
      { ...parts[1]?.item, id: 'msg_1' },
      { ...parts[2]?.item, id: 'fc_call_2' },
    ])
    expectEqualJson(last.response.usage, usage)
  })
})

describe('a plain response, read', () => {
  it('has blocks in order, its model and usage', () => {
    const output = [
      summary({ pieces: ['s'] }).item,
      message({ pieces: ['a'] }).item,
      makers.refusal({ pieces: ['no'] }).item,
      call({ pieces: ['{}'] }).item,
      customCall({ pieces: ['free'] }).item,
      { type: 'web_search_call', id: 'w' },
    ]
    expect(readReply(upstream, response({ output, usage, service_tier: 'flex' }))).to.deep.equal({
      id: 'resp_1',
      model: 'm',
      created: 1,
      finish: 'tool_calls',
      serviceTier: 'flex',
      usage: { inputTokens: 10, outputTokens: 7, cachedTokens: 4, cacheWriteTokens: 1, reasoningTokens: 3, totalTokens: 17 },
      blocks: [
        { type: 'reasoning', text: 's', isSummary: true, itemId: 'rs_0', state: { vendor: 'openai', value: 'gAAA' } },
        { type: 'text', text: 'a' },
        { type: 'refusal', text: 'no' },
        { type: 'tool_call', id: 'call_0', name: 'tide', argumentsText: '{}' },
        { type: 'tool_call', id: 'call_0', name: 'patch', argumentsText: 'free', isCustom: true },
      ],
    })
  })

  it('names the vendor that encrypted it', () => {
    const [block] = readReply(upstream, response({ output: [summary({ pieces: ['s'] }).item] }), destination({ traits: { vendor: 'xai' } })).blocks
    expect(block).to.have.nested.property('state.vendor', 'xai')
  })

  it('has what its tokens were worth', () => {
    const logprobs = [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }]
    expect(readReply(upstream, response({ output: [message({ pieces: ['a'] }, { logprobs }).item] })).logprobs).to.deep.equal(logprobs)
  })

  it('finishes as the response says', () => {
    const finish = (more: object) => readReply(upstream, response(more)).finish
    expect(finish({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [call({ pieces: ['{'] }).item] })).to.equal('length')
    expect(finish({ status: 'incomplete', incomplete_details: { reason: 'content_filter' } })).to.equal('content_filter')
    expect(finish({ output: [makers.refusal({ pieces: ['no'] }).item] })).to.equal('refusal')
    expect(finish({})).to.equal('stop')
  })

  it('is refused if it is an error, has failed, or has no output', () => {
    expect(() => readReply(upstream, response({ status: 'failed', error: { code: 'server_error', message: 'no' } }))).to.throw(GatewayError, 'no')
    expect(() => readReply(upstream, response({ status: 'failed', error: null })))
      .to.throw(GatewayError, 'a failed response')
      .that.includes({ status: 502, code: 'bad_upstream_response' })
    expect(() => readReply(upstream, { id: 'x' }))
      .to.throw(GatewayError)
      .with.property('code', 'bad_upstream_response')
  })
})
