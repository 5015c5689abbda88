/** Neutral replies and events as chat completions. */

import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import { replayed } from '../../../../core/neutral/assemble.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { NeutralEvent, NeutralReply, ReplyBlock } from '../../../../core/neutral/reply.ts'
import type { CallerSide, UpstreamSide } from '../../../../core/neutral/translation.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import {
  blocksOf,
  destination,
  expectEqualJson,
  expectMentioned,
  neutralRequest,
  readReply,
  readStream,
  replyContext,
  writeReply,
  writeStream,
  writtenEvents,
} from '../../../support/translation.ts'

const caller = openaiChat.caller as CallerSide
const upstream = openaiChat.upstream as UpstreamSide

const base: NeutralReply = { blocks: [{ type: 'text', text: 'so' }], finish: 'stop' }
const asking = (wants: object = { usageEvent: true }) => replyContext({ request: neutralRequest({ wants }) })
const messageOf = (blocks: readonly ReplyBlock[], context = replyContext()) =>
  (writeReply(caller, { ...base, blocks }, context)['choices'] as { message: object }[])[0]?.message
const choicesOf = (events: readonly NeutralEvent[], context = replyContext()) =>
  writeStream(caller, events, context)
    .filter(data => typeof data !== 'string')
    .flatMap(data => data['choices'] as { delta: object; finish_reason: string | null }[])
const deltasOf = (events: readonly NeutralEvent[], context = replyContext()) =>
  choicesOf(events, context)
    .map(({ delta }) => delta)
    .slice(1)
const spoken = (blocks: readonly ReplyBlock[]) => replayed({ ...base, blocks })

const thought = (text: string, vendor?: string, value = 'S'): ReplyBlock => ({
  type: 'reasoning',
  text,
  ...(vendor === undefined ? {} : { state: { vendor, value } }),
})
const called = (id: string, argumentsText = '{}', more: object = {}): ReplyBlock => ({ type: 'tool_call', id, name: 'tide', argumentsText, ...more })
const spelledCall = (id: string, args = '{}', more: object = {}) => ({ id, type: 'function', function: { name: 'tide', arguments: args }, ...more })

describe('openai-chat writes a plain reply:', () => {
  it('a text with everything around it', () => {
    const usage = { inputTokens: 105, outputTokens: 40, cachedTokens: 90, cacheWriteTokens: 5, reasoningTokens: 22 }
    expectEqualJson(writeReply(caller, { ...base, id: 'chatcmpl-9', model: 'm-1', created: 7, usage, serviceTier: 'default', extras: { citations: [1] } }), {
      id: 'chatcmpl-9',
      object: 'chat.completion',
      created: 7,
      model: 'm-1',
      provider: 'acme',
      choices: [{ index: 0, message: { role: 'assistant', content: 'so' }, logprobs: null, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 105,
        completion_tokens: 40,
        total_tokens: 145,
        prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 22 },
      },
      service_tier: 'default',
      citations: [1],
    })
  })

  it('with an id, a time and a model of its own where there are none', () => {
    expectMentioned(writeReply(caller, { ...base, id: 'msg_1' }), { id: 'chatcmpl-1', created: 1_704_067_200, model: 'm' })
  })

  it('without usage that nobody reported', () => expect(writeReply(caller, base)).to.not.have.property('usage'))
  it('with the total that the provider says', () =>
    expectMentioned(writeReply(caller, { ...base, usage: { inputTokens: 7, outputTokens: 9, totalTokens: 36 } }), {
      usage: { prompt_tokens: 7, completion_tokens: 9, total_tokens: 36 },
    }))
  it('with the log probabilities of a provider that gives them', () =>
    expectMentioned(writeReply(caller, { ...base, logprobs: [{ token: 'so' }] }), { choices: [{ logprobs: { content: [{ token: 'so' }], refusal: null } }] }))

  describe('of', () => {
    const cases: [name: string, blocks: ReplyBlock[], expected: object][] = [
      [
        'texts, joined with nothing',
        [{ type: 'text', text: 'a' }, called('x'), { type: 'text', text: 'b' }],
        { content: 'ab', tool_calls: [spelledCall('x')] },
      ],
      ['calls alone', [called('x')], { content: null, tool_calls: [spelledCall('x')] }],
      ['nothing', [], { content: '' }],
      ['a refusal', [{ type: 'refusal', text: 'no' }], { content: null, refusal: 'no' }],
      ['thoughts', [thought('hm'), { type: 'text', text: 'so' }], { content: 'so', reasoning_content: 'hm' }],
      [
        'several thoughts, signed',
        [thought('a', 'anthropic', 'S1'), { type: 'reasoning', text: '', redacted: 'R' }, thought('b', 'anthropic', 'S2'), called('x')],
        {
          content: null,
          reasoning_content: 'ab',
          tool_calls: [spelledCall('x')],
          extra_content: {
            anthropic: {
              thinking_blocks: [
                { type: 'thinking', thinking: 'a', signature: 'S1' },
                { type: 'redacted_thinking', data: 'R' },
                { type: 'thinking', thinking: 'b', signature: 'S2' },
              ],
            },
          },
        },
      ],
      [
        'what is encrypted for OpenAI',
        [
          { type: 'reasoning', text: 'hm', isSummary: true, itemId: 'rs_1', state: { vendor: 'openai', value: 'E' } },
          { type: 'text', text: 'so' },
        ],
        {
          content: 'so',
          reasoning_content: 'hm',
          extra_content: { openai: { reasoning_items: [{ id: 'rs_1', encrypted_content: 'E', summary: [{ type: 'summary_text', text: 'hm' }] }] } },
        },
      ],
      [
        'a text with a signature',
        [{ type: 'text', text: 'so', state: { vendor: 'google', value: 'S' } }],
        { content: 'so', extra_content: { google: { thought_signature: 'S' } } },
      ],
      [
        'a call with a signature',
        [called('x', '{}', { state: { vendor: 'google', value: 'S' } })],
        { content: null, tool_calls: [spelledCall('x', '{}', { extra_content: { google: { thought_signature: 'S' } } })] },
      ],
      ['calls without arguments', [called('x', ''), called('y', ' ')], { content: null, tool_calls: [spelledCall('x'), spelledCall('y')] }],
      [
        'calls without ids of their own',
        [called(''), called('x'), called('x')],
        { content: null, tool_calls: [spelledCall('call_tl1'), spelledCall('x'), spelledCall('call_tl2')] },
      ],
      ['arguments that are no JSON', [called('x', '{"a')], { content: null, tool_calls: [spelledCall('x', '{"a')] }],
      [
        'a custom tool',
        [called('x', 'a = 1', { isCustom: true })],
        { content: null, tool_calls: [{ id: 'x', type: 'custom', custom: { name: 'tide', input: 'a = 1' } }] },
      ],
      [
        'sources on the web, however they are spelled, and no others',
        [
          {
            type: 'text',
            text: 'so',
            annotations: [{ type: 'url_citation', url: 'u', start_index: 0 }, { type: 'url_citation', url_citation: { url: 'v' } }, { type: 'file_citation' }],
          },
        ],
        {
          content: 'so',
          annotations: [
            { type: 'url_citation', url_citation: { url: 'u', start_index: 0 } },
            { type: 'url_citation', url_citation: { url: 'v' } },
          ],
        },
      ],
      [
        'images',
        [{ type: 'image', mime: 'image/png', data: 'AA==' }],
        { content: '', images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
      ],
    ]
    for (const [name, blocks, expected] of cases) it(name, () => expectEqualJson(messageOf(blocks), { role: 'assistant', ...expected }))
  })

  it('without thoughts where the caller wants none, and with their state', () => {
    expectEqualJson(messageOf([thought('hm', 'anthropic')], asking({ reasoning: false })), {
      role: 'assistant',
      content: '',
      extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'S' }] } },
    })
  })

  it('a wrapped tool as the tool that it stands for', () => {
    const context = replyContext({ request: neutralRequest({ tools: [{ name: 'tide', custom: {} }] }) })
    expectMentioned(messageOf([called('x', '{"input":"a = 1"}'), called('y', 'broken')], context), {
      tool_calls: [
        { id: 'x', type: 'custom', custom: { name: 'tide', input: 'a = 1' } },
        { id: 'y', type: 'custom', custom: { name: 'tide', input: 'broken' } },
      ],
    })
  })

  describe('ends with', () => {
    const cases: [finish: NeutralReply['finish'], expected: object, more?: object][] = [
      ['stop', { finish_reason: 'stop' }],
      ['stop_sequence', { finish_reason: 'stop', stop_reason: 'END' }, { stopSequence: 'END' }],
      ['length', { finish_reason: 'length' }],
      ['context_window', { finish_reason: 'length' }],
      ['tool_calls', { finish_reason: 'tool_calls' }],
      ['content_filter', { finish_reason: 'content_filter' }],
      ['refusal', { finish_reason: 'content_filter' }],
      ['pause', { finish_reason: 'stop' }],
    ]
    for (const [finish, expected, more = {}] of cases) {
      it(finish, () => {
        const reply = { ...base, finish, ...more }
        expectMentioned(writeReply(caller, reply), { choices: [expected] })
        expectMentioned(choicesOf(replayed(reply)).at(-1), { delta: {}, ...expected })
      })
    }

    it('a note of a pause', () => {
      const losses = new Losses()
      writeReply(caller, { ...base, finish: 'pause' }, replyContext({ losses }))
      expect(losses.reported).to.deep.equal(['pause_turn'])
    })
    it('a silent note of a pause once the stream has begun', () => {
      const losses = new Losses(true)
      writeStream(caller, replayed({ ...base, finish: 'pause' }), replyContext({ losses }))
      expect(losses.list).to.deep.include({ field: 'pause_turn', action: 'not known to openai-chat', isSilent: true })
    })
  })
})

describe('openai-chat writes a stream:', () => {
  const chunk = (delta: object, more: object = {}, finish_reason: string | null = null) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_704_067_200,
    model: 'm-1',
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...more,
  })
  const reply: NeutralReply = { ...base, model: 'm-1', usage: { inputTokens: 3, outputTokens: 2 } }

  it('a text', () => {
    expectEqualJson(writeStream(caller, replayed(reply)), [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'so' }),
      chunk({}, {}, 'stop'),
      '[DONE]',
    ])
  })

  it('a text with the usage that was asked for', () => {
    const { choices: _choices, ...head } = chunk({})
    expectEqualJson(writeStream(caller, replayed(reply), asking()), [
      chunk({ role: 'assistant', content: '' }, { usage: null }),
      chunk({ content: 'so' }, { usage: null }),
      chunk({}, { usage: null }, 'stop'),
      { ...head, choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
      '[DONE]',
    ])
  })

  it('no usage that nobody reported', () =>
    expect(writeStream(caller, replayed(base), asking()).filter(data => typeof data !== 'string' && (data['choices'] as object[]).length === 0)).to.deep.equal(
      [],
    ))
  it('no names of events', () => expect(writtenEvents(caller, replayed(reply)).filter(({ event }) => event !== undefined)).to.deep.equal([]))
  it('nothing before there is something to say', () =>
    expect(
      writeStream(caller, [
        { type: 'start', id: 'x', model: 'm' },
        { type: 'usage', usage: {} },
      ]),
    ).to.deep.equal([]))
  it('an answer of nothing', () =>
    expectEqualJson(
      choicesOf(replayed({ ...base, blocks: [] })).map(({ delta, finish_reason }) => ({ delta, finish_reason })),
      [
        { delta: { role: 'assistant', content: '' }, finish_reason: null },
        { delta: {}, finish_reason: 'stop' },
      ],
    ))

  describe('of', () => {
    const opened = (index: number, id: string, more: object = {}) => ({ tool_calls: [{ index, ...spelledCall(id, '', more) }] })
    const piece = (index: number, text: string) => ({ tool_calls: [{ index, function: { arguments: text } }] })
    const cases: [name: string, events: readonly NeutralEvent[], expected: object[]][] = [
      ['thoughts', spoken([thought('hm')]), [{ reasoning_content: 'hm' }, {}]],
      ['a refusal', spoken([{ type: 'refusal', text: 'no' }]), [{ refusal: 'no' }, {}]],
      [
        'signed thoughts that follow one another, in one list',
        spoken([thought('a', 'anthropic', 'S1'), { type: 'reasoning', text: '', redacted: 'R' }, { type: 'text', text: 'so' }]),
        [
          { reasoning_content: 'a' },
          {
            extra_content: {
              anthropic: {
                thinking_blocks: [
                  { type: 'thinking', thinking: 'a', signature: 'S1' },
                  { type: 'redacted_thinking', data: 'R' },
                ],
              },
            },
          },
          { content: 'so' },
          {},
        ],
      ],
      [
        'signed thoughts with text between, in growing lists',
        spoken([thought('a', 'anthropic', 'S1'), { type: 'text', text: 'so' }, { type: 'reasoning', text: '', redacted: 'R' }]),
        [
          { reasoning_content: 'a' },
          { extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'a', signature: 'S1' }] } } },
          { content: 'so' },
          {
            extra_content: {
              anthropic: {
                thinking_blocks: [
                  { type: 'thinking', thinking: 'a', signature: 'S1' },
                  { type: 'redacted_thinking', data: 'R' },
                ],
              },
            },
          },
          {},
        ],
      ],
      [
        'a signature in pieces',
        [
          { type: 'start' },
          { type: 'open', key: 't', block: { type: 'reasoning' } },
          { type: 'state', key: 't', state: { vendor: 'anthropic', value: 'S' } },
          { type: 'state', key: 't', state: { vendor: 'anthropic', value: '1' } },
          { type: 'close', key: 't' },
          { type: 'finish', finish: 'stop' },
        ],
        [{ extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'S1' }] } } }, {}],
      ],
      [
        'a text with a signature',
        spoken([{ type: 'text', text: 'so', state: { vendor: 'google', value: 'S' } }]),
        [{ content: 'so' }, { extra_content: { google: { thought_signature: 'S' } } }, {}],
      ],
      [
        'calls that alternate',
        [
          { type: 'start' },
          { type: 'open', key: 'a', block: { type: 'tool_call', id: 'x', name: 'tide' } },
          { type: 'open', key: 'b', block: { type: 'tool_call', id: 'y', name: 'tide' } },
          { type: 'delta', key: 'b', text: '{' },
          { type: 'delta', key: 'a', text: '{}' },
          { type: 'delta', key: 'b', text: '}' },
          { type: 'close', key: 'a' },
          { type: 'close', key: 'b' },
        ],
        [opened(0, 'x'), opened(1, 'y'), piece(1, '{'), piece(0, '{}'), piece(1, '}')],
      ],
      [
        'a call with a signature',
        spoken([called('x', '{}', { state: { vendor: 'google', value: 'S' } })]),
        [opened(0, 'x', { extra_content: { google: { thought_signature: 'S' } } }), piece(0, '{}'), {}],
      ],
      [
        'a call whose signature comes late',
        [
          { type: 'start' },
          { type: 'open', key: 'a', block: { type: 'tool_call', id: 'x', name: 'tide' } },
          { type: 'delta', key: 'a', text: '{}' },
          { type: 'state', key: 'a', state: { vendor: 'google', value: 'S' } },
          { type: 'close', key: 'a' },
        ],
        [opened(0, 'x'), piece(0, '{}'), { tool_calls: [{ index: 0, extra_content: { google: { thought_signature: 'S' } } }] }],
      ],
      ['a call without arguments', spoken([called('x', '')]), [opened(0, 'x'), piece(0, '{}'), {}]],
      [
        'calls without ids of their own',
        spoken([called('', ''), called('x'), called('x')]).filter(({ type }) => type === 'open' || type === 'start'),
        [opened(0, 'call_tl1'), opened(1, 'x'), opened(2, 'call_tl2')],
      ],
      [
        'text, call, text',
        spoken([{ type: 'text', text: 'a' }, called('x'), { type: 'text', text: 'b' }]),
        [{ content: 'a' }, opened(0, 'x'), piece(0, '{}'), { content: 'b' }, {}],
      ],
      [
        'a custom tool',
        spoken([called('x', 'a = 1', { isCustom: true })]),
        [
          { tool_calls: [{ index: 0, id: 'x', type: 'custom', custom: { name: 'tide', input: '' } }] },
          { tool_calls: [{ index: 0, custom: { input: 'a = 1' } }] },
          {},
        ],
      ],
      [
        'sources',
        spoken([{ type: 'text', text: 'so', annotations: [{ type: 'url_citation', url: 'u' }, { type: 'x' }] }]),
        [{ content: 'so' }, { annotations: [{ type: 'url_citation', url_citation: { url: 'u' } }] }, {}],
      ],
      [
        'sources that come one by one, in one list',
        [
          { type: 'start' },
          { type: 'open', key: 'a', block: { type: 'text' } },
          { type: 'meta', key: 'a', annotations: [{ type: 'url_citation', url: 'u' }] },
          { type: 'delta', key: 'a', text: 'so' },
          { type: 'meta', key: 'a', annotations: [{ type: 'url_citation', url: 'v' }] },
          { type: 'finish', finish: 'stop' },
        ],
        [
          { content: 'so' },
          {
            annotations: [
              { type: 'url_citation', url_citation: { url: 'u' } },
              { type: 'url_citation', url_citation: { url: 'v' } },
            ],
          },
          {},
        ],
      ],
      [
        'images, told apart for clients who join lists',
        spoken([
          { type: 'image', mime: 'image/png', data: 'AA==' },
          { type: 'image', mime: 'image/jpeg', data: 'AQ==' },
        ]),
        [
          { images: [{ index: 0, type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
          { images: [{ index: 1, type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AQ==' } }] },
          {},
        ],
      ],
      [
        'half of a surrogate pair in each piece',
        [
          { type: 'start' },
          { type: 'open', key: 'a', block: { type: 'text' } },
          { type: 'delta', key: 'a', text: '\ud83d' },
          { type: 'delta', key: 'a', text: '\ude00' },
        ],
        [{ content: '\ud83d' }, { content: '\ude00' }],
      ],
    ]
    for (const [name, events, expected] of cases) it(name, () => expectEqualJson(deltasOf(events), expected))
  })

  it('log probabilities with their text', () => {
    const events: NeutralEvent[] = [
      { type: 'start' },
      { type: 'open', key: 'a', block: { type: 'text' } },
      { type: 'delta', key: 'a', text: 'so', logprobs: [{ token: 'so' }] },
    ]
    expectMentioned(choicesOf(events).at(-1), { delta: { content: 'so' }, logprobs: { content: [{ token: 'so' }], refusal: null } })
  })

  it('no thoughts where the caller wants none, and their state', () => {
    expectEqualJson(deltasOf(spoken([thought('hm', 'anthropic')]), asking({ reasoning: false })), [
      { extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'S' }] } } },
      {},
    ])
  })

  it('a wrapped tool as the tool that it stands for, when its input is complete', () => {
    const context = replyContext({ request: neutralRequest({ tools: [{ name: 'tide', custom: {} }] }) })
    const events: NeutralEvent[] = [
      { type: 'start' },
      { type: 'open', key: 'a', block: { type: 'tool_call', id: 'x', name: 'tide' } },
      { type: 'delta', key: 'a', text: '{"input":"a ' },
      { type: 'delta', key: 'a', text: '= 1"}' },
      { type: 'close', key: 'a' },
    ]
    expectEqualJson(deltasOf(events, context), [
      { tool_calls: [{ index: 0, id: 'x', type: 'custom', custom: { name: 'tide', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'a = 1' } }] },
    ])
  })

  it('an error, and no [DONE]', () => {
    const error = new GatewayError('stream_incomplete', 'upstream stream ended before completion', { status: 502 })
    expectEqualJson(writeStream(caller, [{ type: 'start' }, { type: 'open', key: 'a', block: { type: 'text' } }, { type: 'error', error }]).at(-1), {
      error: { type: 'provider_error', message: 'upstream stream ended before completion', param: null, code: 'stream_incomplete' },
    })
  })

  it('what its own reader understands', () => {
    const blocks: ReplyBlock[] = [
      thought('hm', 'anthropic'),
      { type: 'text', text: 'é\n"\u2028' },
      called('x', '{"n":12345678901234567890}'),
      called('y', '{"__proto__":1}'),
    ]
    const events = spoken(blocks)
    expect(blocksOf(readStream(upstream, writeStream(caller, events), { from: destination() }))).to.deep.equal(blocksOf(events))
    expect(readReply(upstream, writeReply(caller, { ...base, blocks })).blocks).to.deep.equal(blocks)
  })
})
