/** Chat completion requests as neutral ones. */

import { expect } from 'chai'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { NeutralRequest } from '../../../../core/neutral/request.ts'
import type { CallerSide } from '../../../../core/neutral/translation.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import { refusalOf } from '../../../support/refusal-of.ts'
import { expectEqualJson, readRequest } from '../../../support/translation.ts'

const caller = openaiChat.caller as CallerSide

const body = (more: object) => ({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more })
const read = (more: object) => readRequest(caller, body(more))
const withMessages = (...messages: object[]) => readRequest(caller, { model: 'm', messages })
const turn = (message: object) => withMessages(message).turns[0]
const parts = (...content: object[]) => withoutPlaces(turn({ role: 'user', content })?.blocks ?? [])

/** Without `at`, which has tests of its own. */
function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, inner: unknown) => (name === 'at' ? undefined : inner)))
}

const png = 'iVBORw0KGgo='
const fn = (name: string, more: object = {}) => ({ type: 'function', function: { name, ...more } })
const call = (id: string, name: string, args: unknown = '{}', more: object = {}) => ({ id, type: 'function', function: { name, arguments: args }, ...more })

describe('openai-chat reads a request:', () => {
  it('the least that there is', () => {
    expectEqualJson(read({}), {
      from: 'openai-chat',
      model: 'm',
      system: [],
      turns: [{ role: 'user', at: 'messages[0]', blocks: [{ type: 'text', text: 'hi', at: 'messages[0].content' }] }],
      tools: [],
      sampling: {},
      stop: [],
      hints: {},
      wants: {},
      isStream: false,
      extras: {},
      vendorExtras: {},
    })
  })

  describe('at the top', () => {
    const cases: [name: string, more: object, expected: Partial<NeutralRequest>][] = [
      ['stream', { stream: true }, { isStream: true }],
      ['stream_options.include_usage', { stream: true, stream_options: { include_usage: true } }, { isStream: true, wants: { usageEvent: true } }],
      ['max_tokens', { max_tokens: 5 }, { maxOutputTokens: 5 }],
      ['max_completion_tokens before max_tokens', { max_tokens: 5, max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
      [
        'sampling',
        { temperature: 0.5, top_p: 0.9, top_k: 7, seed: 1, presence_penalty: 0.1, frequency_penalty: 0.2, logit_bias: { 5: 1 }, n: 2 },
        { sampling: { temperature: 0.5, topP: 0.9, topK: 7, seed: 1, presencePenalty: 0.1, frequencyPenalty: 0.2, logitBias: { 5: 1 }, count: 2 } },
      ],
      ['stop, one', { stop: 'a' }, { stop: ['a'] }],
      ['stop, several, without empty ones', { stop: ['a', '', 'b'] }, { stop: ['a', 'b'] }],
      ['logprobs', { logprobs: true, top_logprobs: 3 }, { wants: { logprobs: true, topLogprobs: 3 } }],
      [
        'wishes',
        {
          user: 'u',
          safety_identifier: 's',
          metadata: { a: '1' },
          service_tier: 'flex',
          store: true,
          verbosity: 'low',
          prompt_cache_key: 'k',
          prompt_cache_options: { mode: 'x' },
          prompt_cache_retention: '24h',
          moderation: {},
          prediction: { type: 'content', content: 'x' },
          modalities: ['text', 'audio'],
          audio: { voice: 'v' },
          web_search_options: {},
        },
        {
          hints: {
            user: 'u',
            safetyIdentifier: 's',
            metadata: { a: '1' },
            serviceTier: 'flex',
            store: true,
            verbosity: 'low',
            promptCacheKey: 'k',
            promptCacheOptions: { mode: 'x' },
            promptCacheRetention: '24h',
            moderation: {},
            prediction: { type: 'content', content: 'x' },
            modalities: ['text', 'audio'],
            audio: { voice: 'v' },
            webSearch: {},
          },
        },
      ],
      [
        'null, which counts as absent',
        { temperature: null, stop: null, tools: null, tool_choice: null, response_format: null, user: null, stream: null, reasoning: null, max_tokens: null },
        {},
      ],
      ['what it does not know', { min_p: 0.1, chat_template_kwargs: { a: [1] } }, { extras: { min_p: 0.1, chat_template_kwargs: { a: [1] } } }],
      ["provider, which as a string is the gateway's", { provider: 'acme' }, {}],
      ["provider, which as an object is a router's", { provider: { order: ['a'] } }, { extras: { provider: { order: ['a'] } } }],
      [
        'extra_body, by vendor',
        { extra_body: { google: { cached_content: 'c' }, top_k: 5 } },
        { vendorExtras: { google: { cached_content: 'c' } }, extras: { extra_body: { top_k: 5 } } },
      ],
      ['cache_control', { cache_control: { type: 'ephemeral', ttl: '1h' } }, { cache: { ttl: '1h' } }],
    ]
    for (const [name, more, expected] of cases) it(name, () => expectEqualJson(read(more), { ...read({}), ...expected }))

    it('counts with numbers that are longer than JavaScript holds', () => {
      const { sampling, maxOutputTokens } = readRequest(
        caller,
        '{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.70000000000000007,"max_tokens":12345678901234567890}',
      )
      expect({ sampling, maxOutputTokens }).to.deep.equal({ sampling: { temperature: 0.7000000000000001 }, maxOutputTokens: 12345678901234567000 })
    })

    it('long numbers, digit by digit', () => {
      const { sampling, extras } = readRequest(
        caller,
        '{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":12345678901234567890,"n_keep":98765432109876543210}',
      )
      expect(JSON.stringify({ sampling, extras })).to.equal('{"sampling":{"seed":12345678901234567890},"extras":{"n_keep":98765432109876543210}}')
    })
    it('a member named __proto__', () => {
      expect(JSON.stringify(readRequest(caller, '{"model":"m","messages":[],"__proto__":{"a":1}}').extras)).to.equal('{"__proto__":{"a":1}}')
    })
  })

  describe('of reasoning', () => {
    const cases: [name: string, more: object, reasoning: NeutralRequest['reasoning'], wants?: object][] = [
      ['reasoning_effort', { reasoning_effort: 'high' }, { effort: 'high' }],
      ['an effort of none', { reasoning_effort: 'none' }, { effort: 'none' }, { reasoning: false }],
      ['an object', { reasoning: { effort: 'low', summary: 'auto', max_tokens: 2000 } }, { effort: 'low', summary: 'auto', budget: 2000 }],
      ["the flat effort before the object's", { reasoning_effort: 'high', reasoning: { effort: 'low' } }, { effort: 'high' }],
      ['switched off', { reasoning: { enabled: false } }, { isEnabled: false }, { reasoning: false }],
      ['not to be shown', { reasoning: { effort: 'high', exclude: true } }, { effort: 'high' }, { reasoning: false }],
    ]
    for (const [name, more, reasoning, wants = {}] of cases)
      it(name, () => expect({ reasoning: read(more).reasoning, wants: read(more).wants }).to.deep.equal({ reasoning, wants }))
  })

  describe('of tools', () => {
    const cases: [name: string, more: object, expected: object][] = [
      [
        'a function',
        { tools: [fn('tide', { description: 'd', parameters: { type: 'object' }, strict: true })] },
        { tools: [{ name: 'tide', description: 'd', schema: { type: 'object' }, strict: true, at: 'tools[0]' }] },
      ],
      ['a function without parameters', { tools: [fn('tide')] }, { tools: [{ name: 'tide', at: 'tools[0]' }] }],
      [
        'a function with a mark',
        { tools: [{ ...fn('tide'), cache_control: { type: 'ephemeral' } }] },
        { tools: [{ name: 'tide', cache: {}, at: 'tools[0]' }] },
      ],
      [
        'a function with a mark inside',
        { tools: [fn('tide', { cache_control: { type: 'ephemeral', ttl: '1h' } })] },
        { tools: [{ name: 'tide', cache: { ttl: '1h' }, at: 'tools[0]' }] },
      ],
      [
        'a custom tool',
        { tools: [{ type: 'custom', custom: { name: 'run', description: 'd', format: { type: 'text' } } }] },
        { tools: [{ name: 'run', description: 'd', custom: { name: 'run', description: 'd', format: { type: 'text' } }, at: 'tools[0]' }] },
      ],
      [
        'a hosted tool',
        { tools: [{ type: 'web_search', max: 1 }] },
        { tools: [{ name: 'web_search', hosted: { type: 'web_search', max: 1 }, at: 'tools[0]' }] },
      ],
      [
        'legacy functions',
        { functions: [{ name: 'tide', description: 'd', parameters: {} }] },
        { tools: [{ name: 'tide', description: 'd', schema: {}, at: 'functions[0]' }] },
      ],
      ['parallel calls', { parallel_tool_calls: false }, { parallelToolCalls: false }],
      ['the choice auto', { tool_choice: 'auto' }, { toolChoice: { kind: 'auto' } }],
      ['the choice none', { tool_choice: 'none' }, { toolChoice: { kind: 'none' } }],
      ['the choice required', { tool_choice: 'required' }, { toolChoice: { kind: 'required' } }],
      ["the choice any, Mistral's", { tool_choice: 'any' }, { toolChoice: { kind: 'required' } }],
      ['the choice of one', { tool_choice: fn('tide') }, { toolChoice: { kind: 'named', name: 'tide' } }],
      ['the choice of a custom one', { tool_choice: { type: 'custom', custom: { name: 'run' } } }, { toolChoice: { kind: 'named', name: 'run' } }],
      [
        'the choice of some',
        { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [fn('a'), fn('b')] } } },
        { toolChoice: { kind: 'allowed', names: ['a', 'b'], mode: 'required' } },
      ],
      ['the legacy choice', { function_call: { name: 'tide' } }, { toolChoice: { kind: 'named', name: 'tide' } }],
      ['the legacy choice in a word', { function_call: 'none' }, { toolChoice: { kind: 'none' } }],
    ]
    for (const [name, more, expected] of cases) it(name, () => expectEqualJson(read(more), { ...read({}), ...expected }))
  })

  describe('of the answer', () => {
    const schema = { type: 'object' }
    const cases: [name: string, format: object, output: NeutralRequest['output']][] = [
      ['text', { type: 'text' }, undefined],
      ['json_object', { type: 'json_object' }, { kind: 'json_object' }],
      [
        'json_schema',
        { type: 'json_schema', json_schema: { name: 'n', schema, strict: true, description: 'd' } },
        { kind: 'json_schema', name: 'n', schema, strict: true, description: 'd', at: 'response_format.json_schema' },
      ],
    ]
    for (const [name, response_format, output] of cases) it(name, () => expect(read({ response_format }).output).to.deep.equal(output))
  })

  describe('of system texts', () => {
    it('where they stood, and of which kind', () => {
      expectEqualJson(
        withMessages(
          { role: 'system', content: 'a' },
          {
            role: 'developer',
            content: [
              { type: 'text', text: 'b', cache_control: { type: 'ephemeral' } },
              { type: 'text', text: 'c' },
            ],
          },
          { role: 'user', content: 'hi' },
          { role: 'system', content: 'd' },
        ).system,
        [
          { text: 'a', kind: 'system', before: 0, at: 'messages[0].content' },
          { text: 'b', kind: 'developer', before: 0, cache: {}, at: 'messages[1].content[0]' },
          { text: 'c', kind: 'developer', before: 0, at: 'messages[1].content[1]' },
          { text: 'd', kind: 'system', before: 1, at: 'messages[3].content' },
        ],
      )
    })

    it('with the mark of a message on the last of them', () => {
      const texts = ['a', 'b'].map(text => ({ type: 'text', text }))
      const { system } = withMessages({ role: 'system', content: texts, cache_control: { type: 'ephemeral' } }, { role: 'user', content: 'hi' })
      expect(system.map(({ text, cache }) => [text, cache])).to.deep.equal([
        ['a', undefined],
        ['b', {}],
      ])
    })
  })

  describe('of parts', () => {
    const cases: [name: string, part: object, expected: object][] = [
      ['text', { type: 'text', text: 'a' }, { type: 'text', text: 'a' }],
      ['a text with a mark', { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }, { type: 'text', text: 'a', cache: { ttl: '1h' } }],
      [
        'image data',
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'low' } },
        { type: 'image', source: { kind: 'base64', mime: 'image/png', data: png }, detail: 'low' },
      ],
      [
        'an image whose data says its type',
        { type: 'image_url', image_url: { url: `data:;base64,${png}` } },
        { type: 'image', source: { kind: 'base64', mime: 'image/png', data: png } },
      ],
      [
        'an image by address',
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
      ],
      [
        "Mistral's bare address",
        { type: 'image_url', image_url: 'https://example.com/a.png' },
        { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
      ],
      ['audio', { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } }, { type: 'audio', mime: 'audio/mp3', data: 'AA==' }],
      [
        'a pdf',
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0=' }, mime: 'application/pdf', name: 'a.pdf' },
      ],
      [
        'a pdf in bare base64',
        { type: 'file', file: { file_data: 'JVBERi0=' } },
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0=' }, mime: 'application/pdf' },
      ],
      [
        'a pdf by address',
        { type: 'file', file: { file_data: 'https://example.com/a.pdf' } },
        { type: 'file', source: { kind: 'url', url: 'https://example.com/a.pdf' } },
      ],
      [
        'a file by address',
        { type: 'file', file: { file_url: 'https://example.com/a.pdf' } },
        { type: 'file', source: { kind: 'url', url: 'https://example.com/a.pdf' } },
      ],
      ['a file by id', { type: 'file', file: { file_id: 'file-1' } }, { type: 'file', source: { kind: 'file', vendor: 'openai', id: 'file-1' } }],
      [
        'a plain text file',
        { type: 'file', file: { filename: 'a.csv', file_data: `data:text/csv;base64,${Buffer.from('é,b').toString('base64')}` } },
        { type: 'file', source: { kind: 'text', text: 'é,b' }, mime: 'text/csv', name: 'a.csv' },
      ],
      [
        'a text file that is none',
        { type: 'file', file: { file_data: 'data:text/plain;base64,/w==' } },
        { type: 'file', source: { kind: 'base64', mime: 'text/plain', data: '/w==' }, mime: 'text/plain' },
      ],
      [
        'a video',
        { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } },
        { type: 'video', source: { kind: 'url', url: 'https://example.com/a.mp4' } },
      ],
    ]
    for (const [name, part, expected] of cases) it(name, () => expect(parts(part)).to.deep.equal([expected]))

    it('each with its place', () => {
      const [, image] =
        turn({
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        })?.blocks ?? []
      expect(image?.at).to.equal('messages[0].content[1].image_url.url')
    })
  })

  describe('of the assistant', () => {
    const state = (vendor: string, value: string) => ({ state: { vendor, value } })
    const cases: [name: string, message: object, expected: object[]][] = [
      ['a text', { content: 'a' }, [{ type: 'text', text: 'a' }]],
      ['nothing', { content: null }, []],
      ['an empty text', { content: '' }, []],
      ['a refusal', { content: null, refusal: 'no' }, [{ type: 'refusal', text: 'no' }]],
      ['a refusal among the parts', { content: [{ type: 'refusal', refusal: 'no' }] }, [{ type: 'refusal', text: 'no' }]],
      [
        'a text, then calls',
        { content: 'a', tool_calls: [call('x', 'tide', '{"a":1}')] },
        [
          { type: 'text', text: 'a' },
          { type: 'tool_call', id: 'x', name: 'tide', argumentsText: '{"a":1}' },
        ],
      ],
      ['arguments that are an object', { tool_calls: [call('x', 'tide', { a: 1 })] }, [{ type: 'tool_call', id: 'x', name: 'tide', argumentsText: '{"a":1}' }]],
      ['broken arguments', { tool_calls: [call('x', 'tide', '{"a')] }, [{ type: 'tool_call', id: 'x', name: 'tide', argumentsText: '{"a' }]],
      [
        'a custom call',
        { tool_calls: [{ id: 'x', type: 'custom', custom: { name: 'run', input: 'a = 1' } }] },
        [{ type: 'tool_call', id: 'x', name: 'run', argumentsText: 'a = 1', isCustom: true }],
      ],
      [
        'a legacy call',
        { content: null, function_call: { name: 'tide', arguments: '{}' } },
        [{ type: 'tool_call', id: 'call_fn_1', name: 'tide', argumentsText: '{}' }],
      ],
      [
        'reasoning_content',
        { content: 'a', reasoning_content: 'hm' },
        [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'a' },
        ],
      ],
      [
        'reasoning',
        { content: 'a', reasoning: 'hm' },
        [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'a' },
        ],
      ],
      ['<think>, which is left alone', { content: '<think>hm</think>a' }, [{ type: 'text', text: '<think>hm</think>a' }]],
      [
        'thinking among the parts (Mistral)',
        {
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'text', text: 'a' },
          ],
        },
        [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'a' },
        ],
      ],
      [
        "Anthropic's thinking blocks",
        {
          reasoning_content: 'hm',
          extra_content: {
            anthropic: {
              thinking_blocks: [
                { type: 'thinking', thinking: 'hm', signature: 'S' },
                { type: 'redacted_thinking', data: 'R' },
              ],
            },
          },
        },
        [
          { type: 'reasoning', text: 'hm', ...state('anthropic', 'S') },
          { type: 'reasoning', text: '', redacted: 'R', ...state('anthropic', '') },
        ],
      ],
      [
        'thinking_blocks',
        { thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'S' }] },
        [{ type: 'reasoning', text: 'hm', ...state('anthropic', 'S') }],
      ],
      [
        "OpenAI's reasoning items",
        {
          extra_content: {
            openai: {
              reasoning_items: [
                {
                  id: 'rs_1',
                  encrypted_content: 'E',
                  summary: [
                    { type: 'summary_text', text: 'a' },
                    { type: 'summary_text', text: 'b' },
                  ],
                },
              ],
            },
          },
        },
        [{ type: 'reasoning', text: 'a\n\nb', isSummary: true, itemId: 'rs_1', ...state('openai', 'E') }],
      ],
      [
        'reasoning_details',
        { reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'S', format: 'anthropic-claude-v1' }] },
        [{ type: 'reasoning', text: 'hm', ...state('anthropic', 'S') }],
      ],
      [
        "Google's signature of a text",
        { content: 'a', extra_content: { google: { thought_signature: 'S' } } },
        [{ type: 'text', text: 'a', ...state('google', 'S') }],
      ],
      [
        "Google's signature of a call",
        { tool_calls: [call('x', 'tide', '{}', { extra_content: { google: { thought_signature: 'S' } } })] },
        [{ type: 'tool_call', id: 'x', name: 'tide', argumentsText: '{}', ...state('google', 'S') }],
      ],
      [
        'a flat signature of a call',
        { tool_calls: [call('x', 'tide', '{}', { thought_signature: 'S' })] },
        [{ type: 'tool_call', id: 'x', name: 'tide', argumentsText: '{}', ...state('google', 'S') }],
      ],
      [
        'a flat signature of a call, in camel case',
        { tool_calls: [call('x', 'tide', '{}', { thoughtSignature: 'S' })] },
        [{ type: 'tool_call', id: 'x', name: 'tide', argumentsText: '{}', ...state('google', 'S') }],
      ],
    ]
    for (const [name, message, expected] of cases)
      it(name, () => expect(withoutPlaces(turn({ role: 'assistant', ...message })?.blocks)).to.deep.equal(expected))
  })

  describe('of results', () => {
    const calls = { role: 'assistant', tool_calls: [call('x', 'tide'), { id: 'y', type: 'custom', custom: { name: 'run', input: '' } }] }
    const resultOf = (message: object) => withoutPlaces(withMessages(calls, message).turns[1]?.blocks[0])
    const cases: [name: string, message: object, expected: object][] = [
      [
        'a text',
        { role: 'tool', tool_call_id: 'x', content: 'ok' },
        { type: 'tool_result', callId: 'x', name: 'tide', blocks: [{ type: 'text', text: 'ok' }] },
      ],
      [
        'several texts',
        {
          role: 'tool',
          tool_call_id: 'x',
          content: [
            { type: 'text', text: 'o' },
            { type: 'text', text: 'k' },
          ],
        },
        {
          type: 'tool_result',
          callId: 'x',
          name: 'tide',
          blocks: [
            { type: 'text', text: 'o' },
            { type: 'text', text: 'k' },
          ],
        },
      ],
      [
        'an image',
        { role: 'tool', tool_call_id: 'x', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }] },
        { type: 'tool_result', callId: 'x', name: 'tide', blocks: [{ type: 'image', source: { kind: 'base64', mime: 'image/png', data: png } }] },
      ],
      [
        'an error',
        { role: 'tool', tool_call_id: 'x', content: 'no', extra_content: { anthropic: { is_error: true } } },
        { type: 'tool_result', callId: 'x', name: 'tide', blocks: [{ type: 'text', text: 'no' }], isError: true },
      ],
      [
        'of a custom tool',
        { role: 'tool', tool_call_id: 'y', content: 'ok' },
        { type: 'tool_result', callId: 'y', name: 'run', blocks: [{ type: 'text', text: 'ok' }], isCustom: true },
      ],
      ['of an unknown call', { role: 'tool', tool_call_id: 'z', content: 'ok' }, { type: 'tool_result', callId: 'z', blocks: [{ type: 'text', text: 'ok' }] }],
    ]
    for (const [name, message, expected] of cases) it(name, () => expect(resultOf(message)).to.deep.equal(expected))

    it('of legacy functions, to the last call of that name that has none', () => {
      const legacy = { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }
      const { turns } = withMessages(
        legacy,
        { role: 'function', name: 'f', content: '1' },
        legacy,
        { role: 'function', name: 'f', content: '2' },
        { role: 'function', name: 'g', content: '3' },
      )
      expect(
        turns.flatMap(({ blocks }) => blocks.map(block => (block.type === 'tool_call' ? block.id : block.type === 'tool_result' ? block.callId : ''))),
      ).to.deep.equal(['call_fn_1', 'call_fn_1', 'call_fn_2', 'call_fn_2', 'g'])
    })
  })

  it('names of speakers', () => expect(turn({ role: 'user', name: 'Ann', content: 'hi' })?.name).to.equal('Ann'))

  describe('drops members that nobody knows, by their path, and refuses them where translation is strict:', () => {
    const message = (more: object) => ({ messages: [{ role: 'assistant', content: 'hi', ...more }] })
    for (const [where, more, field, param] of [
      ['of a message', message({ x: 1 }), 'messages.x', 'messages[0].x'],
      [
        'of a text',
        message({
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b', x: 1 },
          ],
        }),
        'messages.content.x',
        'messages[0].content[1].x',
      ],
      [
        'of an image',
        message({ content: [{ type: 'image_url', image_url: { url: 'https://a', x: 1 } }] }),
        'messages.content.image_url.x',
        'messages[0].content[0].image_url.x',
      ],
      ['of a call', message({ tool_calls: [call('i', 'n', '{}', { x: 1 })] }), 'messages.tool_calls.x', 'messages[0].tool_calls[0].x'],
      [
        'of a called function',
        message({ tool_calls: [{ id: 'i', type: 'function', function: { name: 'n', arguments: '{}', x: 1 } }] }),
        'messages.tool_calls.function.x',
        'messages[0].tool_calls[0].function.x',
      ],
      ['of a result', { messages: [{ role: 'tool', tool_call_id: 'i', content: 'r', x: 1 }] }, 'messages.x', 'messages[0].x'],
      ['of a tool', { tools: [{ ...fn('n'), x: 1 }] }, 'tools.x', 'tools[0].x'],
      ['of a function', { tools: [fn('n', { x: 1 })] }, 'tools.function.x', 'tools[0].function.x'],
    ] as const)
      it(where, () => {
        const losses = new Losses()
        readRequest(caller, body(more), losses)
        expect(losses.reported).to.deep.equal([field])
        expect(refusalOf(() => readRequest(caller, body(more), new Losses(true)))).to.deep.include({ status: 400, code: 'unsupported_parameter', param })
      })

    it('but for what clients repeat of the answer before', () => {
      const losses = new Losses(true)
      readRequest(caller, body(message({ refusal: null, annotations: [], audio: null, tool_calls: [{ index: 0, ...call('i', 'n') }] })), losses)
      expect(losses.reported).to.deep.equal([])
    })
  })

  describe('refuses', () => {
    const message = (content: unknown) => ({ messages: [{ role: 'user', content }] })
    const cases: [name: string, more: object, param: string, code?: string][] = [
      ['an unknown part', message([{ type: 'text', text: 'a' }, { type: 'hologram' }]), 'messages[0].content[1]'],
      ['an unknown role', { messages: [{ role: 'critic', content: 'a' }] }, 'messages[0].role'],
      ['a message that is no object', { messages: ['hi'] }, 'messages[0]', 'invalid_type'],
      ['content of another type', message(7), 'messages[0].content', 'invalid_type'],
      [
        'an image in a system message',
        { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'https://example.com' } }] }] },
        'messages[0].content[0].image_url.url',
      ],
      ['an image without an address', message([{ type: 'image_url', image_url: {} }]), 'messages[0].content[0].image_url.url', 'invalid_type'],
      ['a data URL of no known type', message([{ type: 'image_url', image_url: { url: 'data:;base64,AAAA' } }]), 'messages[0].content[0].image_url.url'],
      ['a file of nothing', message([{ type: 'file', file: {} }]), 'messages[0].content[0].file'],
      [
        'audio in a result',
        { messages: [{ role: 'tool', tool_call_id: 'x', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] }] },
        'messages[0].content[0].input_audio.data',
      ],
      ['a temperature that is no number', { temperature: 'hot' }, 'temperature', 'invalid_type'],
      ['a stop list of numbers', { stop: [1] }, 'stop[0]', 'invalid_type'],
      ['tools that are no list', { tools: {} }, 'tools', 'invalid_type'],
      ['a function without a name', { tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name', 'missing_required_parameter'],
      ['an unknown tool choice', { tool_choice: 'maybe' }, 'tool_choice', 'invalid_value'],
      ['an unknown format', { response_format: { type: 'grammar' } }, 'response_format.type'],
      ['a call of nothing', { messages: [{ role: 'assistant', tool_calls: [{ id: 'x' }] }] }, 'messages[0].tool_calls[0]'],
    ]
    for (const [name, more, param, code = 'unsupported_parameter'] of cases)
      it(name, () => expect(refusalOf(() => read(more))).to.deep.include({ status: 400, code, param }))
  })
})
