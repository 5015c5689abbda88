/** Worked examples of translations from and to Anthropic's messages. */

import anthropic from '../../../../plugins/dialects/anthropic-messages/index.ts'
import chat from '../../../../plugins/dialects/openai-chat/index.ts'
import {
  countedIds,
  destination,
  expectEqualJson,
  expectMentioned,
  feedings,
  replyContext,
  translateRequest,
  translateStream,
  writeReply,
  writeStream,
  type Payload,
} from '../../../support/translation.ts'

const a = { caller: anthropic.caller!, upstream: anthropic.upstream! }
const c = { caller: chat.caller!, upstream: chat.upstream! }
const claude = destination({ traits: { vendor: 'anthropic' } })
const image = (url: string) => ({
  model: 'm',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url, detail: 'low' } },
      ],
    },
  ],
})

describe('worked examples of anthropic-messages', () => {
  describe('parallel tool calls, from a chat stream', () => {
    const chunks: Payload[] = [
      '{"id":"c1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"tide","arguments":""}}]}}]}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"port\\":\\"Br"}}]}}]}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"est\\"}"}}]}}]}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"now","arguments":""}}]}}]}',
      '{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}',
      '{"choices":[],"usage":{"prompt_tokens":50,"completion_tokens":18,"total_tokens":68,"prompt_tokens_details":{"cached_tokens":32}}}',
      '[DONE]',
    ]
    const expected = [
      {
        type: 'message_start',
        message: {
          id: 'msg_x',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 6, output_tokens: 0 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'call_a', name: 'tide', input: {} } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"port":"Br' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: 'est"}' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'call_b', name: 'now', input: {} } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: { input_tokens: 18, cache_read_input_tokens: 32, cache_creation_input_tokens: 0, output_tokens: 18 },
      },
      { type: 'message_stop' },
    ]
    for (const [name, feeding] of feedings)
      it(name, () => {
        expectEqualJson(
          translateStream(c.upstream, chunks, a.caller, replyContext({ ids: { ...countedIds(), base62: prefix => `${prefix}x` } }), feeding),
          expected,
        )
      })
  })

  describe('thinking, then a tool without arguments, to a chat stream', () => {
    const events: Payload[] = [
      '{"type":"message_start","message":{"id":"msg_7","model":"claude-x","usage":{"input_tokens":10,"cache_read_input_tokens":90,"cache_creation_input_tokens":5,"output_tokens":1}}}',
      '{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Need the clock."}}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG1"}}',
      '{"type":"content_block_stop","index":0}',
      '{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"now","input":{}}}',
      '{"type":"content_block_stop","index":1}',
      '{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":40,"output_tokens_details":{"thinking_tokens":22}}}',
      '{"type":"message_stop"}',
    ]
    const expected = [
      '{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}',
      '{"choices":[{"index":0,"delta":{"reasoning_content":"Need the clock."},"finish_reason":null}],"usage":null}',
      '{"choices":[{"index":0,"delta":{"extra_content":{"anthropic":{"thinking_blocks":[{"type":"thinking","thinking":"Need the clock.","signature":"SIG1"}]}}},"finish_reason":null}],"usage":null}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"now","arguments":""}}]},"finish_reason":null}],"usage":null}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":null}],"usage":null}',
      '{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}',
      '{"choices":[],"usage":{"prompt_tokens":105,"completion_tokens":40,"total_tokens":145,"prompt_tokens_details":{"cached_tokens":90,"cache_write_tokens":5},"completion_tokens_details":{"reasoning_tokens":22}}}',
    ]
    for (const [name, feeding] of feedings)
      it(name, () => {
        const request = c.caller.request(
          { model: 'm', stream: true, stream_options: { include_usage: true }, messages: [{ role: 'user', content: 'hi' }] },
          replyContext().losses,
        )
        const chunks = translateStream(a.upstream, events, c.caller, replyContext({ request, from: claude }), feeding).filter(
          chunk => typeof chunk !== 'string',
        )
        expectMentioned(chunks, `[${expected.join(',')}]`)
      })
  })

  it('the replay of that, with results, from a chat request', () => {
    const { body } = translateRequest(
      c.caller,
      {
        model: 'm',
        messages: [
          { role: 'user', content: 'Times?' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 't1', type: 'function', function: { name: 'now', arguments: '' } },
              { id: 't2', type: 'function', function: { name: 'tide', arguments: '{"port":"Brest"}' } },
            ],
            extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'Need the clock.', signature: 'SIG1' }] } },
          },
          { role: 'tool', tool_call_id: 't1', content: '09:40' },
          { role: 'tool', tool_call_id: 't2', content: 'closed', extra_content: { anthropic: { is_error: true } } },
          { role: 'user', content: 'Go on.' },
        ],
        tools: [{ type: 'function', function: { name: 'now' } }],
        parallel_tool_calls: false,
      },
      a.upstream,
      claude,
    )
    expectEqualJson(body, {
      model: 'm',
      max_tokens: 4096,
      tools: [{ name: 'now', input_schema: { type: 'object', properties: {} } }],
      messages: [
        { role: 'user', content: 'Times?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Need the clock.', signature: 'SIG1' },
            { type: 'tool_use', id: 't1', name: 'now', input: {} },
            { type: 'tool_use', id: 't2', name: 'tide', input: { port: 'Brest' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: '09:40' },
            { type: 'tool_result', tool_use_id: 't2', content: 'closed', is_error: true },
            { type: 'text', text: 'Go on.' },
          ],
        },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
  })

  it('an image, from a chat request', () => {
    const expected = (source: object) => ({
      model: 'm',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', source },
          ],
        },
      ],
      max_tokens: 4096,
    })
    expectEqualJson(
      translateRequest(c.caller, image('data:image/png;base64,iVBORw0='), a.upstream).body,
      expected({ type: 'base64', media_type: 'image/png', data: 'iVBORw0=' }),
    )
    expectEqualJson(translateRequest(c.caller, image('https://x.example/a.png'), a.upstream).body, expected({ type: 'url', url: 'https://x.example/a.png' }))
  })

  it('a schema for the answer, from a chat request', () => {
    const schema = { type: 'object', properties: { kg: { type: 'number', minimum: 0 } }, required: ['kg'], additionalProperties: false }
    const { body } = translateRequest(
      c.caller,
      {
        model: 'm',
        messages: [{ role: 'user', content: 'hi' }],
        response_format: { type: 'json_schema', json_schema: { name: 'catch', strict: true, schema } },
      },
      a.upstream,
    )
    expectMentioned(body, {
      output_config: {
        format: {
          type: 'json_schema',
          schema: { type: 'object', properties: { kg: { type: 'number', description: 'minimum: 0' } }, required: ['kg'], additionalProperties: false },
        },
      },
    })
  })

  it('a blocked prompt, from a reply', () => {
    const text = 'Blocked by the provider: PROHIBITED_CONTENT'
    expectMentioned(writeReply(a.caller, { blocks: [{ type: 'refusal', text }], finish: 'content_filter', usage: { inputTokens: 12, totalTokens: 12 } }), {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text }],
      stop_reason: 'refusal',
      stop_sequence: null,
      usage: { input_tokens: 12, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 0 },
    })
  })

  describe('a foreign signature', () => {
    const reply = {
      blocks: [{ type: 'tool_call', id: 'f1', name: 'tide', argumentsText: '{}', state: { vendor: 'google', value: 'Z9' } }],
      finish: 'tool_calls',
    } as const
    const sealed = 'tl1.eyJ2IjoxLCJmIjoiZ29vZ2xlIiwicyI6W3siY2FsbCI6ImYxIiwic2lnIjoiWjkifV19'

    it('stands in the call', () => {
      expectMentioned(writeReply(a.caller, reply), {
        content: [{ type: 'tool_use', id: 'f1', name: 'tide', input: {}, extra_content: { google: { thought_signature: 'Z9' } } }],
        stop_reason: 'tool_use',
      })
    })
    it('is sealed in a block before it, if so configured', () => {
      const context = replyContext({ from: destination({ options: { seal_foreign_state: true } }) })
      expectEqualJson(
        { content: writeReply(a.caller, reply, context)['content']! },
        {
          content: [
            { type: 'thinking', thinking: '', signature: sealed },
            { type: 'tool_use', id: 'f1', name: 'tide', input: {} },
          ],
        },
      )
      const events = writeStream(
        a.caller,
        [
          { type: 'start' },
          { type: 'open', key: '0', block: { type: 'tool_call', id: 'f1', name: 'tide', state: { vendor: 'google', value: 'Z9' } } },
          { type: 'close', key: '0' },
        ],
        context,
      )
      expectEqualJson(events.slice(1), [
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: sealed } },
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'f1', name: 'tide', input: {} } },
        { type: 'content_block_stop', index: 1 },
      ])
    })
    it('comes back from either, and never reaches Anthropic', () => {
      const body = (content: object[]) => ({
        model: 'm',
        max_tokens: 9,
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'f1', content: '2 m' }] },
        ],
      })
      const call = { type: 'tool_use', id: 'f1', name: 'tide', input: {} }
      for (const content of [
        [{ ...call, extra_content: { google: { thought_signature: 'Z9' } } }],
        [{ type: 'thinking', thinking: '', signature: sealed }, call],
        [{ ...call, thought_signature: 'Z9' }],
      ]) {
        const { request, body: spelled } = translateRequest(a.caller, body(content), a.upstream, claude)
        expectEqualJson(request.turns[1]?.blocks, [
          {
            type: 'tool_call',
            id: 'f1',
            name: 'tide',
            argumentsText: '{}',
            state: { vendor: 'google', value: 'Z9' },
            at: `messages[1].content[${content.length - 1}]`,
          },
        ])
        expectMentioned(spelled, {
          messages: [
            { role: 'user', content: 'hi' },
            { role: 'assistant', content: [call] },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'f1', content: '2 m' }] },
          ],
        })
      }
    })
  })
})
