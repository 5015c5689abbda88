/** Replies and streams, from Anthropic and to callers of its messages. */

import { expect } from 'chai'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import { Assembler, replayed } from '../../../../core/neutral/assemble.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { Finish, NeutralEvent, NeutralReply, ReplyBlock } from '../../../../core/neutral/reply.ts'
import { unseal } from '../../../../core/neutral/state.ts'
import { splitEvents } from '../../../../core/stream/borders.ts'
import type { ReplyContext } from '../../../../core/neutral/translation.ts'
import type { Usage } from '../../../../core/neutral/usage.ts'
import anthropic from '../../../../plugins/dialects/anthropic-messages/index.ts'
import { message, messageEvents } from '../../../support/messages.ts'
import {
  blocksOf,
  destination,
  expectEqualJson,
  expectMentioned,
  feedings,
  neutralRequest,
  readReply,
  readStream,
  replyContext,
  writeReply,
  writeStream,
  writtenEvents,
  type Payload,
} from '../../../support/translation.ts'

const caller = anthropic.caller!
const upstream = anthropic.upstream!

const finishes: readonly (readonly [Finish, string])[] = [
  ['stop', 'end_turn'],
  ['stop_sequence', 'stop_sequence'],
  ['length', 'max_tokens'],
  ['context_window', 'model_context_window_exceeded'],
  ['refusal', 'refusal'],
  ['pause', 'pause_turn'],
]

const text = (text: string): ReplyBlock => ({ type: 'text', text })
const call = (argumentsText = '{}', id = 't1'): ReplyBlock => ({ type: 'tool_call', id, name: 'tide', argumentsText })
const sealing = { from: destination({ options: { seal_foreign_state: true } }) }
const asking = (reasoning: object): Partial<ReplyContext> => ({ request: neutralRequest({ reasoning }) })

describe('replies from Anthropic', () => {
  const read = (sample: object) => readReply(upstream, sample, destination({ model: 'claude-sent' }))

  it('text, thinking and calls', () => {
    expectEqualJson(
      read(
        message({
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'S' },
            { type: 'redacted_thinking', data: 'D' },
            { type: 'text', text: 'a', citations: [{ type: 'char_location' }] },
            { type: 'tool_use', id: 't', name: 'n', input: { b: 1, a: 2 } },
            { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
            { type: 'new_block' },
          ],
        }),
      ),
      {
        id: 'msg_01',
        model: 'claude-test',
        finish: 'tool_calls',
        usage: { inputTokens: 14, outputTokens: 9, cachedTokens: 0, cacheWriteTokens: 0 },
        blocks: [
          { type: 'reasoning', text: 'hm', isSummary: true, state: { vendor: 'anthropic', value: 'S', model: 'claude-test' } },
          { type: 'reasoning', text: '', redacted: 'D' },
          { type: 'text', text: 'a', annotations: [{ type: 'char_location' }] },
          { type: 'tool_call', id: 't', name: 'n', argumentsText: '{"b":1,"a":2}' },
        ],
      },
    )
  })

  for (const [finish, reason] of finishes) it(`stop_reason ${reason}`, () => expect(read(message({ stopReason: reason })).finish).to.equal(finish))
  it('stop_reason tool_use', () => expect(read(message({ content: [{ type: 'tool_use', id: 't', name: 'n', input: {} }] })).finish).to.equal('tool_calls'))
  it('tool_use without a call is an end like any other', () => expect(read(message({ stopReason: 'tool_use' })).finish).to.equal('stop'))
  it('a cut call stays cut', () =>
    expect(read(message({ content: [{ type: 'tool_use', id: 't', name: 'n', input: {} }], stopReason: 'max_tokens' })).finish).to.equal('length'))
  it('a reason that nobody knows, and none', () =>
    expect([read(message({ stopReason: 'new' })).finish, read({ content: [] }).finish]).to.deep.equal(['stop', 'stop']))
  it('the sequence that it stopped at', () => expect(read({ ...message({ stopReason: 'stop_sequence' }), stop_sequence: 'END' }).stopSequence).to.equal('END'))
  it('the words of a refusal, behind what was said', () => {
    expect(read({ ...message({ stopReason: 'refusal' }), stop_details: { explanation: 'because' } }).blocks).to.deep.equal([
      { type: 'text', text: 'Good day.' },
      { type: 'refusal', text: 'because' },
    ])
  })
  it('usage: 105 in, of which 90 read and 5 written; 40 out, of which 22 reasoning', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 90,
      cache_creation_input_tokens: 5,
      output_tokens: 40,
      output_tokens_details: { thinking_tokens: 22 },
    }
    expect(read(message({ usage })).usage).to.deep.equal({ inputTokens: 105, cachedTokens: 90, cacheWriteTokens: 5, outputTokens: 40, reasoningTokens: 22 })
  })
  it('members that nobody knows', () => expect(read({ ...message(), new_member: 1 }).extras).to.deep.equal({ new_member: 1 }))
  it('long numbers of arguments', () => {
    const [block] = readReply(upstream, '{"content":[{"type":"tool_use","id":"t","name":"n","input":{"id":12345678901234567890}}]}').blocks
    expect(block).to.have.property('argumentsText', '{"id":12345678901234567890}')
  })
  it('refuses an error, and what is no message', () => {
    const fault = (value: object) => {
      try {
        return read(value) as never
      } catch (cause) {
        return cause as GatewayError
      }
    }
    expect(fault({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } })).to.deep.include({ status: 529, message: 'busy', provider: 'acme' })
    expect(fault({}).code).to.equal('bad_upstream_response')
  })
  it('takes the tool that stands for a schema for the answer', () => {
    const from = destination({ settings: { json_schema_tool: true } })
    const sample = message({ content: [{ type: 'tool_use', id: 't', name: 'json_output', input: { a: 1 } }] })
    expectMentioned(readReply(upstream, sample, from), { blocks: [{ type: 'text', text: '{"a":1}' }], finish: 'stop' })
    expectMentioned(readStream(upstream, events(sample), { from }).slice(-2), [{ type: 'finish', finish: 'stop' }, { type: 'end' }])
    expect(blocksOf(readStream(upstream, events(sample), { from }))).to.deep.equal([{ type: 'text', delta: '{"a":1}' }])
  })
})

/** The events of a sample, as payloads. */
function events(sample: object, size = 4): Payload[] {
  return messageEvents(sample, size).map(event => {
    const [name = '', data = ''] = event.trim().split('\n')
    return { event: name.slice(7), data: data.slice(6) }
  })
}

describe('streams from Anthropic', () => {
  const content = [
    { type: 'thinking', thinking: 'Need the clöck.', signature: 'SIG1' },
    { type: 'redacted_thinking', data: 'D' },
    { type: 'text', text: 'One 🌊 moment.' },
    { type: 'tool_use', id: 't1', name: 'tide', input: { port: 'Brest', id: 7 } },
    { type: 'tool_use', id: 't2', name: 'now', input: {} },
  ]

  for (const [name, feeding] of feedings)
    it(`amount to the plain reply, fed ${name}`, () => {
      const assembler = new Assembler()
      for (const event of readStream(upstream, events({ content }), feeding)) assembler.emit(event)
      expectEqualJson(assembler.reply(), readReply(upstream, message({ content })))
    })

  it('tell usage as it comes: later counts replace, null keeps', () => {
    const counts = readStream(upstream, [
      { type: 'message_start', message: { usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 1 } } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: null, output_tokens: 40 } },
      { type: 'message_stop' },
    ]).flatMap(event => (event.type === 'usage' ? [event.usage] : []))
    expect(counts).to.deep.equal([
      { inputTokens: 100, cachedTokens: 90 },
      { inputTokens: 100, cachedTokens: 90, outputTokens: 40 },
    ])
  })

  const start = { type: 'message_start', message: { id: 'm1', model: 'claude-x' } }
  const end = [{ type: 'message_delta', delta: { stop_reason: 'end_turn' } }, { type: 'message_stop' }]
  const types = (payloads: Payload[]) => readStream(upstream, payloads).map(({ type }) => type)

  it('begin blocks with what they have at once', () => {
    expect(
      blocksOf(
        readStream(upstream, [
          start,
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'a' } },
          { type: 'content_block_stop', index: 0 },
          { type: 'content_block_start', index: 1, content_block: { type: 'thinking', thinking: 'b', signature: 'S' } },
          { type: 'content_block_stop', index: 1 },
          { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 't', name: 'n', input: { a: 1 } } },
          { type: 'content_block_stop', index: 2 },
          ...end,
        ]),
      ),
    ).to.deep.equal([
      { type: 'text', delta: 'a' },
      { type: 'reasoning', isSummary: true, delta: 'b', 'state of anthropic': 'S' },
      { type: 'tool_call', id: 't', name: 'n', delta: '{"a":1}' },
    ])
  })
  it('have arguments that come at once with their numbers as they were spelled', () => {
    const events: Payload[] = [
      start,
      '{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{"a":1.0,"b":-0}}}',
      ...end,
    ]
    expect(blocksOf(readStream(upstream, events))).to.deep.equal([{ type: 'tool_call', id: 't', name: 'n', delta: '{"a":1.0,"b":-0}' }])
  })
  it('have arguments in pieces instead of those at once', () => {
    expect(
      blocksOf(
        readStream(upstream, [
          start,
          { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 't', name: 'n', input: {} } },
          { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"a"' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: ':1}' } },
          { type: 'content_block_stop', index: 0 },
          ...end,
        ]),
      ),
    ).to.deep.equal([{ type: 'tool_call', id: 't', name: 'n', delta: '{"a":1}' }])
  })
  it('have signatures in pieces', () => {
    expect(
      blocksOf(
        readStream(upstream, [
          start,
          { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'S1' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'S2' } },
          { type: 'content_block_stop', index: 0 },
          ...end,
        ]),
      ),
    ).to.deep.equal([{ type: 'reasoning', isSummary: true, 'state of anthropic': 'S1S2' }])
  })
  it('have citations', () => {
    expectMentioned(
      readStream(upstream, [
        start,
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation: { type: 'x' } } },
        ...end,
      ])[2],
      { type: 'meta', annotations: [{ type: 'x' }] },
    )
  })
  it('pass over tools of the server, pings and what nobody knows', () => {
    expect(
      types([
        start,
        { type: 'ping' },
        { type: 'new_event' },
        { type: 'content_block_start', index: 0, content_block: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} } },
        { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{}' } },
        { type: 'content_block_stop', index: 0 },
        ...end,
      ]),
    ).to.deep.equal(['start', 'finish', 'end'])
  })
  it('close what is open at the end', () => {
    expect(types([start, { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }, ...end])).to.deep.equal([
      'start',
      'open',
      'close',
      'finish',
      'end',
    ])
  })
  it('are complete with a reason to stop, without message_stop', () => expect(types([start, ...end.slice(0, 1)])).to.deep.equal(['start', 'finish', 'end']))
  it('say nothing of an end that is missing', () => {
    for (let n = 0; n < 3; n++)
      expect(
        types(
          [
            start,
            { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
            { type: 'message_delta', delta: { stop_reason: null } },
          ].slice(0, n),
        ),
      ).to.not.include('finish')
  })
  it('end with an error', () => {
    const [, event, ...others] = readStream(upstream, [start, { type: 'error', error: { type: 'overloaded_error', message: 'busy' } }, ...end])
    expect(event?.type === 'error' && event.error).to.deep.include({ status: 529, message: 'busy', provider: 'acme' })
    expect(others).to.deep.equal([])
  })
  it('end with an error where an event cannot be read', () => {
    const [, event] = readStream(upstream, [start, '{"type":', ...end])
    expect(event?.type === 'error' && event.error.code).to.equal('stream_incomplete')
  })
})

describe('replies to callers of anthropic-messages', () => {
  const write = (reply: Partial<NeutralReply>, context: Partial<ReplyContext> = {}) =>
    writeReply(caller, { blocks: [text('a')], finish: 'stop', ...reply }, replyContext(context))

  it('have all that is always there', () => {
    expectEqualJson(write({ model: 'gpt' }), {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'gpt',
      content: [{ type: 'text', text: 'a' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 0 },
    })
    expect(write({})['model']).to.equal('m')
  })

  for (const [finish, reason] of [...finishes, ['content_filter', 'refusal'], ['tool_calls', 'end_turn']] as const)
    it(`finish ${finish}`, () => expect(write({ finish })['stop_reason']).to.equal(reason))
  it('finish tool_calls, also where the provider says otherwise', () => {
    expect([
      write({ blocks: [call()], finish: 'tool_calls' })['stop_reason'],
      write({ blocks: [call()], finish: 'stop' })['stop_reason'],
      write({ blocks: [call()], finish: 'length' })['stop_reason'],
    ]).to.deep.equal(['tool_use', 'tool_use', 'max_tokens'])
  })
  it('finish with the sequence that was hit', () =>
    expectMentioned(write({ finish: 'stop_sequence', stopSequence: 'END' }), { stop_reason: 'stop_sequence', stop_sequence: 'END' }))

  const blocks = (block: ReplyBlock, context: Partial<ReplyContext> = {}) => write({ blocks: [block] }, context)['content']
  for (const [what, block, expected, context] of [
    ['text', text('a'), [{ type: 'text', text: 'a' }]],
    ['empty text', text(''), []],
    ['a refusal', { type: 'refusal', text: 'no' }, [{ type: 'text', text: 'no' }]],
    ['reasoning that nobody signed', { type: 'reasoning', text: 'hm' }, [{ type: 'thinking', thinking: 'hm', signature: '' }]],
    ['reasoning without a word that nobody here can go on from', { type: 'reasoning', text: '', state: { vendor: 'openai', value: 'S' } }, []],
    [
      'reasoning that Anthropic signed',
      { type: 'reasoning', text: 'hm', state: { vendor: 'anthropic', value: 'S' } },
      [{ type: 'thinking', thinking: 'hm', signature: 'S' }],
    ],
    [
      'reasoning that another signed',
      { type: 'reasoning', text: 'hm', state: { vendor: 'openai', value: 'S' } },
      [{ type: 'thinking', thinking: 'hm', signature: '' }],
    ],
    ['redacted reasoning', { type: 'reasoning', text: '', redacted: 'D' }, [{ type: 'redacted_thinking', data: 'D' }]],
    ['reasoning for a caller who wants none', { type: 'reasoning', text: 'hm' }, [], asking({ isEnabled: false, effort: 'none' })],
    [
      'reasoning of which only the state is wanted',
      { type: 'reasoning', text: 'hm', state: { vendor: 'anthropic', value: 'S' } },
      [{ type: 'thinking', thinking: '', signature: 'S' }],
      asking({ display: 'omitted' }),
    ],
    ['a call', call('{"a":[1]}'), [{ type: 'tool_use', id: 't1', name: 'tide', input: { a: [1] } }]],
    ['a call without arguments', call(''), [{ type: 'tool_use', id: 't1', name: 'tide', input: {} }]],
    ['a call with broken arguments', call('{"a":'), [{ type: 'tool_use', id: 't1', name: 'tide', input: {} }]],
    [
      'a call with a state',
      { ...call(), state: { vendor: 'google', value: 'Z' } } as ReplyBlock,
      [{ type: 'tool_use', id: 't1', name: 'tide', input: {}, extra_content: { google: { thought_signature: 'Z' } } }],
    ],
    ['a call with an id that is none here', call('{}', 'functions.tide:0'), [{ type: 'tool_use', id: 'toolu_tl1', name: 'tide', input: {} }]],
    ['a call without an id', call('{}', ''), [{ type: 'tool_use', id: 'toolu_tl1', name: 'tide', input: {} }]],
  ] as readonly (readonly [string, ReplyBlock, object[], Partial<ReplyContext>?])[])
    it(`blocks: ${what}`, () => expect(blocks(block, context)).to.deep.equal(expected))

  it('a refusal is the reason to stop', () => expect(write({ blocks: [{ type: 'refusal', text: 'no' }] })['stop_reason']).to.equal('refusal'))
  it('gives each call an id of its own', () => expectMentioned(write({ blocks: [call(), call()] }), { content: [{ id: 't1' }, { id: 'toolu_tl1' }] }))
  it('seals reasoning that another signed', () => {
    const [block] = blocks({ type: 'reasoning', text: 'hm', itemId: 'rs_1', state: { vendor: 'openai', value: 'E', model: 'o' } }, sealing) as {
      thinking: string
      signature: string
    }[]
    expect([block?.thinking, unseal(block?.signature ?? '')]).to.deep.equal([
      'hm',
      { v: 1, f: 'openai', m: 'o', s: [{ type: 'thinking', thinking: 'hm', signature: 'E', id: 'rs_1' }] },
    ])
  })
  it('drops images', () => {
    const losses = new Losses()
    expect(blocks({ type: 'image', mime: 'image/png', data: 'AA==' }, { losses })).to.deep.equal([])
    expect(losses.reported).to.deep.equal(['images'])
    expect(() => blocks({ type: 'image', mime: 'image/png', data: 'AA==' }, { losses: new Losses(true) })).to.throw(GatewayError)
  })
  it('has no place for annotations', () => {
    const losses = new Losses(true)
    blocks({ type: 'text', text: 'a', annotations: [{}] }, { losses })
    expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([['annotations', true]])
  })

  for (const [what, usage, expected] of [
    [
      '105 in, of which 90 read and 5 written',
      { inputTokens: 105, cachedTokens: 90, cacheWriteTokens: 5, outputTokens: 40, reasoningTokens: 22 },
      [10, 90, 5, 40],
    ],
    ['more read than counted', { inputTokens: 5, cachedTokens: 9 }, [0, 9, 0, 0]],
    ['nothing', undefined, [0, 0, 0, 0]],
  ] as readonly (readonly [string, Usage | undefined, number[]])[])
    it(`usage: ${what}`, () => {
      const [input, read, written, output] = expected
      expect(write(usage === undefined ? {} : { usage })['usage']).to.deep.equal({
        input_tokens: input,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: written,
        output_tokens: output,
      })
    })
})

describe('streams to callers of anthropic-messages', () => {
  const open = (key: string, block: (NeutralEvent & { type: 'open' })['block']): NeutralEvent => ({ type: 'open', key, block })
  const delta = (key: string, text: string): NeutralEvent => ({ type: 'delta', key, text })
  const close = (key: string): NeutralEvent => ({ type: 'close', key })
  const state = (key: string, value: string, vendor = 'anthropic'): NeutralEvent => ({ type: 'state', key, state: { vendor, value } })
  const tool = (id: string) => ({ type: 'tool_call', id, name: 'tide' }) as const
  const finish: NeutralEvent[] = [{ type: 'finish', finish: 'stop' }, { type: 'end' }]
  const start: NeutralEvent = { type: 'start' }

  /** What is written, block by block: type and texts; anything else by its type. */
  function outline(events: readonly NeutralEvent[], context: Partial<ReplyContext> = {}): unknown[] {
    const out: unknown[] = []
    let index = -1
    let isOpen = false
    for (const { event, data } of writtenEvents(caller, events, replyContext(context))) {
      const json = data as unknown as { type: string; index: number; content_block: { type: string; id?: string }; delta: Record<string, string> }
      expect(event).to.equal(json.type)
      if (json.type === 'content_block_start') {
        expect([json.index, isOpen]).to.deep.equal([++index, false])
        isOpen = true
        out.push([json.content_block.id ?? json.content_block.type])
      } else if (json.type === 'content_block_delta') {
        expect([json.index, isOpen]).to.deep.equal([index, true])
        const [, value] = Object.values(json.delta)
        ;(out.at(-1) as unknown[]).push(json.delta['type'] === 'signature_delta' ? `signed ${value}` : value)
      } else if (json.type === 'content_block_stop') {
        expect([json.index, isOpen]).to.deep.equal([index, true])
        isOpen = false
      } else out.push(json.type === 'message_delta' ? json.delta['stop_reason'] : json.type)
    }
    return out
  }
  const blocks = (events: readonly NeutralEvent[], context: Partial<ReplyContext> = {}) => outline([start, ...events, ...finish], context).slice(1, -2)

  it('begin with an estimate, and end with the truth', () => {
    const events = writeStream(
      caller,
      [
        { type: 'start', id: 'c1', model: 'gpt' },
        { type: 'usage', usage: { inputTokens: 50, cachedTokens: 32, outputTokens: 18 } },
        { type: 'finish', finish: 'stop_sequence', stopSequence: 'END' },
        { type: 'end' },
      ],
      replyContext({ promptTokens: 14 }),
    )
    expectEqualJson(events, [
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'gpt',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 14, output_tokens: 0 },
        },
      },
      {
        type: 'message_delta',
        delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
        usage: { input_tokens: 18, cache_read_input_tokens: 32, cache_creation_input_tokens: 0, output_tokens: 18 },
      },
      { type: 'message_stop' },
    ])
  })

  it('start blocks as clients expect them', () => {
    const starts = writeStream(caller, [
      start,
      open('a', { type: 'text' }),
      delta('a', 'x'),
      close('a'),
      open('b', { type: 'reasoning' }),
      delta('b', 'hm'),
      close('b'),
      open('c', { type: 'tool_call', id: 't', name: 'n', state: { vendor: 'google', value: 'Z' } }),
      close('c'),
      open('d', { type: 'reasoning', redacted: 'D' }),
      close('d'),
    ])
    expectMentioned(
      starts.filter(event => (event as { type: string }).type === 'content_block_start'),
      [
        { content_block: { type: 'text', text: '' } },
        { content_block: { type: 'thinking', thinking: '', signature: '' } },
        { content_block: { type: 'tool_use', id: 't', name: 'n', input: {}, extra_content: { google: { thought_signature: 'Z' } } } },
        { content_block: { type: 'redacted_thinking', data: 'D' } },
      ],
    )
  })

  for (const [what, events, expected, context] of [
    ['text', [open('a', { type: 'text' }), delta('a', 'x'), delta('a', 'y'), close('a')], [['text', 'x', 'y']]],
    [
      'text and thinking without a word',
      [
        open('a', { type: 'reasoning' }),
        state('a', 'S', 'openai'),
        close('a'),
        open('b', tool('t')),
        delta('b', '{}'),
        close('b'),
        open('c', { type: 'text' }),
        state('c', 'Z', 'google'),
        close('c'),
      ],
      [['t', '{}']],
    ],
    [
      'signed thinking without a word',
      [open('a', { type: 'reasoning' }), state('a', 'S1'), state('a', 'S2'), close('a'), open('b', { type: 'text' }), delta('b', 'x'), close('b')],
      [
        ['thinking', 'signed S1S2'],
        ['text', 'x'],
      ],
    ],
    [
      'signed thinking without a word that waits for a call',
      [open('a', tool('t')), delta('a', '{'), open('b', { type: 'reasoning' }), state('b', 'S'), delta('a', '}'), close('a'), close('b')],
      [
        ['t', '{', '}'],
        ['thinking', 'signed S'],
      ],
    ],
    ['a refusal', [open('a', { type: 'refusal' }), delta('a', 'no'), close('a')], [['text', 'no']]],
    [
      'signed thinking: one signature, last',
      [open('a', { type: 'reasoning' }), state('a', 'S1'), delta('a', 'hm'), state('a', 'S2'), close('a')],
      [['thinking', 'hm', 'signed S1S2']],
    ],
    [
      'thinking that another signed: clients that know a signature by its event alone keep no thoughts without',
      [open('a', { type: 'reasoning' }), delta('a', 'hm'), state('a', 'S', 'openai'), close('a')],
      [['thinking', 'hm', 'signed ']],
    ],
    [
      'thinking for a caller who wants none',
      [open('a', { type: 'reasoning' }), delta('a', 'hm'), close('a'), open('b', { type: 'text' }), delta('b', 'x'), close('b')],
      [['text', 'x']],
      asking({ isEnabled: false, effort: 'none' }),
    ],
    [
      'thinking of which only the state is wanted',
      [open('a', { type: 'reasoning' }), delta('a', 'hm'), state('a', 'S'), close('a')],
      [['thinking', 'signed S']],
      asking({ display: 'omitted' }),
    ],
    ['a call without arguments', [open('a', tool('t')), close('a')], [['t']]],
    [
      'text that ends when a call begins',
      [open('a', { type: 'text' }), delta('a', 'x'), open('b', tool('t')), delta('b', '{}'), close('a'), close('b')],
      [
        ['text', 'x'],
        ['t', '{}'],
      ],
    ],
    [
      'text that goes on behind a call',
      [open('a', { type: 'text' }), delta('a', 'x'), open('b', tool('t')), delta('b', '{}'), delta('a', 'y'), close('a'), close('b')],
      [
        ['text', 'x'],
        ['t', '{}'],
        ['text', 'y'],
      ],
    ],
    [
      'thinking that goes on behind text',
      [open('a', { type: 'reasoning' }), delta('a', 'x'), open('b', { type: 'text' }), delta('b', 'y'), delta('a', 'z'), close('a'), close('b')],
      [
        ['thinking', 'x', 'signed '],
        ['text', 'y'],
        ['thinking', 'z', 'signed '],
      ],
    ],
    [
      'a call that is whole when the next begins',
      [open('a', tool('t')), delta('a', '{"a":1}'), open('b', tool('u')), delta('b', '{}'), close('a'), close('b')],
      [
        ['t', '{"a":1}'],
        ['u', '{}'],
      ],
    ],
    [
      'calls in turn, piece by piece',
      [open('a', tool('t')), delta('a', '{"a"'), open('b', tool('u')), delta('b', '{"b"'), delta('a', ':1}'), delta('b', ':2}'), close('a'), close('b')],
      [
        ['t', '{"a"', ':1}'],
        ['u', '{"b"', ':2}'],
      ],
    ],
    [
      'three calls at once',
      [
        open('a', tool('t')),
        open('b', tool('u')),
        open('c', tool('v')),
        delta('c', '{}'),
        delta('b', '{"b":1}'),
        delta('a', '{"a":1}'),
        close('a'),
        close('b'),
        close('c'),
      ],
      [
        ['t', '{"a":1}'],
        ['u', '{"b":1}'],
        ['v', '{}'],
      ],
    ],
    [
      'a third call, when the first is whole and the second waits',
      [
        open('a', tool('t')),
        delta('a', '{'),
        open('b', tool('u')),
        delta('b', '{}'),
        delta('a', '}'),
        open('c', tool('v')),
        delta('c', '{}'),
        close('a'),
        close('b'),
        close('c'),
      ],
      [
        ['t', '{', '}'],
        ['u', '{}'],
        ['v', '{}'],
      ],
    ],
    [
      'text that waits for a call',
      [open('a', tool('t')), delta('a', '{'), open('b', { type: 'text' }), delta('b', 'x'), delta('a', '}'), close('a'), close('b')],
      [
        ['t', '{', '}'],
        ['text', 'x'],
      ],
    ],
    [
      'what still waits at the end',
      [open('a', tool('t')), delta('a', '{"cut'), open('b', tool('u')), delta('b', '{"too'), close('b')],
      [
        ['t', '{"cut'],
        ['u', '{"too'],
      ],
    ],
    [
      'white space behind a whole call',
      [open('a', tool('t')), delta('a', '{}'), open('b', { type: 'text' }), delta('b', 'x'), delta('a', ' \n'), close('a'), close('b')],
      [
        ['t', '{}'],
        ['text', 'x'],
      ],
    ],
    [
      'calls with ids that are none here, or twice',
      [open('a', tool('x.y')), delta('a', '{}'), close('a'), open('b', tool('t')), close('b'), open('c', tool('t')), close('c')],
      [['toolu_tl1', '{}'], ['t'], ['toolu_tl2']],
    ],
    [
      'images',
      [open('a', { type: 'image', mime: 'image/png', data: 'AA==' }), close('a'), open('b', { type: 'text' }), delta('b', 'x'), close('b')],
      [['text', 'x']],
    ],
    ['annotations', [open('a', { type: 'text' }), delta('a', 'x'), { type: 'meta', key: 'a', annotations: [{}] }, close('a')], [['text', 'x']]],
  ] as readonly (readonly [string, NeutralEvent[], unknown[], Partial<ReplyContext>?])[])
    it(`blocks: ${what}`, () => expect(blocks(events, context)).to.deep.equal(expected))

  it('seal thinking that another signed', () => {
    const [block] = blocks(
      [open('a', { type: 'reasoning', itemId: 'rs_1' }), delta('a', 'h'), delta('a', 'm'), state('a', 'E', 'openai'), close('a')],
      sealing,
    ) as string[][]
    expect(unseal(block?.at(-1)?.slice(7) ?? '')).to.deep.equal({ v: 1, f: 'openai', s: [{ type: 'thinking', thinking: 'hm', signature: 'E', id: 'rs_1' }] })
  })

  it('end with an error rather than lose arguments', () => {
    expect(
      outline([
        start,
        open('a', tool('t')),
        delta('a', '{}'),
        open('b', { type: 'text' }),
        delta('b', 'x'),
        delta('a', '{"more":1}'),
        close('a'),
        close('b'),
        ...finish,
      ]),
    ).to.deep.equal(['message_start', ['t', '{}'], ['text', 'x'], 'error'])
  })
  it('end with an error that the provider reports', () => {
    const events = writeStream(caller, [
      start,
      open('a', { type: 'text' }),
      delta('a', 'x'),
      { type: 'error', error: gatewayError('stream_incomplete', 'upstream stream ended before completion', { provider: 'acme' }) },
      close('a'),
      ...finish,
    ])
    expectEqualJson(events.at(-1), {
      type: 'error',
      error: { type: 'api_error', message: 'upstream stream ended before completion', details: { error_code: 'stream_incomplete' } },
      request_id: 'req_1',
    })
    expect(events).to.have.length(4)
  })
  it('end with an error where translation is strict', () =>
    expect(outline([start, open('a', { type: 'image', mime: 'image/png', data: 'AA==' }), close('a'), ...finish], { losses: new Losses(true) })).to.deep.equal([
      'message_start',
      'error',
    ]))

  for (const [finish, reason] of [...finishes, ['content_filter', 'refusal'], ['tool_calls', 'end_turn']] as const)
    it(`finish ${finish}`, () => expect(outline([start, { type: 'finish', finish }, { type: 'end' }])).to.deep.equal(['message_start', reason, 'message_stop']))
  it('finish with calls, and with a refusal', () => {
    expect(outline([start, open('a', tool('t')), close('a'), ...finish]).at(-2)).to.equal('tool_use')
    expect(outline([start, open('a', { type: 'refusal' }), close('a'), ...finish]).at(-2)).to.equal('refusal')
  })

  it('amount to the plain reply', () => {
    const reply: NeutralReply = {
      blocks: [{ type: 'reasoning', text: 'hm', state: { vendor: 'anthropic', value: 'S' } }, text('a'), call('{"a":1}'), call('', 't2')],
      finish: 'tool_calls',
      usage: { inputTokens: 3, outputTokens: 2 },
    }
    const assembled = JSON.parse(anthropic.stream.assemble(writtenStream(replayed(reply))).toString()) as object
    expectMentioned(assembled, { ...writeReply(caller, reply), id: 'msg_1' })
  })
})

function writtenStream(events: readonly NeutralEvent[]) {
  const writer = caller.stream(replyContext())
  return splitEvents(Buffer.from(events.map(event => writer.write(event)).join('')))
}
