/** Neutral requests as chat completions. */

import { expect } from 'chai'
import type { Block, NeutralRequest, Turn } from '../../../../core/neutral/request.ts'
import type { ModelTraits, UpstreamSide } from '../../../../core/neutral/translation.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import { refusalOf } from '../../../support/refusal-of.ts'
import { destination, expectEqualJson, neutralRequest, writeRequest } from '../../../support/translation.ts'

const upstream = openaiChat.upstream as UpstreamSide

interface Where {
  readonly traits?: ModelTraits
  readonly options?: object
}

const write = (request: Partial<NeutralRequest>, { traits = {}, options = {} }: Where = {}) =>
  writeRequest(upstream, neutralRequest(request), destination({ traits, options }))
const base = { model: 'm', messages: [{ role: 'user', content: 'hello' }] }
const messages = (turns: readonly Turn[], where?: Where) => write({ turns }, where).body['messages']
const lossesOf = (request: Partial<NeutralRequest>, where?: Where) =>
  write(request, where).losses.list.map(({ field, isSilent }) => (isSilent ? `(${field})` : field))

const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks })
const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks })
const results = (...blocks: Block[]): Turn => ({ role: 'tool', blocks })
const text = (words: string): Block => ({ type: 'text', text: words })
const call = (id: string, argumentsText = '{}', more: object = {}): Block => ({ type: 'tool_call', id, name: 'tide', argumentsText, ...more })
const result = (callId: string, ...blocks: Extract<Block, { type: 'tool_result' }>['blocks']): Block => ({ type: 'tool_result', callId, blocks })
const spelledCall = (id: string, args = '{}', more: object = {}) => ({ id, type: 'function', function: { name: 'tide', arguments: args }, ...more })
const image = { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AA==' } } as const
const tide = { name: 'tide', schema: { type: 'object' } }
const spelledTide = { type: 'function', function: { name: 'tide', parameters: { type: 'object' } } }

describe('openai-chat writes a request:', () => {
  it('the least that there is', () => expectEqualJson(write({}).body, base))
  it('the same bytes each time', () => {
    const request = { tools: [tide], system: [{ text: 'a', kind: 'system' as const, before: 0 }], sampling: { seed: 1 }, extras: { b: 1, a: 2 } }
    expect(write(request).spelled.body).to.deep.equal(write(request).spelled.body)
  })
  it('the model of the destination', () => expect(writeRequest(upstream, neutralRequest(), destination({ model: 'theirs' })).body['model']).to.equal('theirs'))

  describe('at the top', () => {
    const cases: [name: string, request: Partial<NeutralRequest>, expected: object, losses?: string[]][] = [
      ['a stream', { isStream: true }, { stream: true }],
      ['a stream with usage', { isStream: true, wants: { usageEvent: true } }, { stream: true, stream_options: { include_usage: true } }],
      ['no stream_options without a stream', { wants: { usageEvent: true } }, {}],
      ['the output cap', { maxOutputTokens: 5 }, { max_completion_tokens: 5 }],
      [
        'sampling',
        { sampling: { temperature: 0.5, topP: 0.9, topK: 7, seed: 1, presencePenalty: 0.1, frequencyPenalty: 0.2, logitBias: { 5: 1 }, count: 2 } },
        { temperature: 0.5, top_p: 0.9, top_k: 7, seed: 1, presence_penalty: 0.1, frequency_penalty: 0.2, logit_bias: { 5: 1 }, n: 2 },
      ],
      ['top_k of another dialect, which is dropped', { from: 'anthropic-messages', sampling: { topK: 7 } }, {}, ['top_k']],
      ['stop', { stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
      ['log probabilities', { wants: { logprobs: true, topLogprobs: 2 } }, { logprobs: true, top_logprobs: 2 }],
      [
        'wishes',
        {
          hints: {
            user: 'u',
            safetyIdentifier: 's',
            metadata: { a: '1' },
            serviceTier: 'flex',
            store: true,
            verbosity: 'low',
            promptCacheKey: 'k',
            prediction: { type: 'content' },
            modalities: ['text'],
            audio: {},
            webSearch: {},
          },
        },
        {
          user: 'u',
          safety_identifier: 's',
          metadata: { a: '1' },
          service_tier: 'flex',
          store: true,
          verbosity: 'low',
          prompt_cache_key: 'k',
          prediction: { type: 'content' },
          modalities: ['text'],
          audio: {},
          web_search_options: {},
        },
      ],
      [
        "an Anthropic caller's user, silently dropped",
        { from: 'anthropic-messages', hints: { user: 'u'.repeat(100), metadata: {} } },
        {},
        ['(user)', '(metadata)'],
      ],
      ["an Anthropic caller's tier, dropped", { from: 'anthropic-messages', hints: { serviceTier: 'standard_only' } }, {}, ['service_tier']],
      ["a Responses caller's store, which is the gateway's", { from: 'openai-responses', hints: { store: true } }, {}],
      ['truncation auto, dropped', { from: 'openai-responses', hints: { truncation: 'auto' } }, {}, ['truncation']],
      ['truncation disabled, without a word', { from: 'openai-responses', hints: { truncation: 'disabled' } }, {}],
      [
        'what only OpenAI takes, dropped',
        { hints: { promptCacheOptions: { mode: 'x' }, promptCacheRetention: '24h', moderation: {} } },
        {},
        ['prompt_cache_options', 'prompt_cache_retention', 'moderation'],
      ],
      ['what nobody knows', { extras: { min_p: 0.1, model: 'x' } }, { min_p: 0.1 }],
      ['a mark for all of the prompt, silently dropped', { cache: {} }, {}, ['(cache_control)']],
      ['what is for another vendor, not sent', { vendorExtras: { google: { a: 1 } } }, {}],
    ]
    for (const [name, request, expected, losses = []] of cases) {
      it(name, () => {
        expectEqualJson(write(request).body, { ...base, ...expected })
        expect(lossesOf(request)).to.deep.equal(losses)
      })
    }

    it('what is meant for this vendor', () =>
      expectEqualJson(write({ vendorExtras: { google: { a: 1 } }, extras: { extra_body: { b: 2 } } }, { traits: { vendor: 'google' } }).body, {
        ...base,
        extra_body: { b: 2, google: { a: 1 } },
      }))
    it('what only OpenAI takes, to OpenAI', () =>
      expectEqualJson(
        write({ hints: { promptCacheOptions: { mode: 'x' }, promptCacheRetention: '24h', moderation: {} } }, { traits: { vendor: 'openai' } }).body,
        {
          ...base,
          prompt_cache_options: { mode: 'x' },
          prompt_cache_retention: '24h',
          moderation: {},
        },
      ))
    it('the first four stop sequences; Tapline stops at the others', () => {
      const { body, spelled } = write({ stop: ['a', 'b', 'c', 'd', 'e', 'f'] })
      expect([body['stop'], spelled.emulatedStop]).to.deep.equal([
        ['a', 'b', 'c', 'd'],
        ['e', 'f'],
      ])
    })
    it('long numbers, digit by digit', () =>
      expect(write({ extras: JSON.parse('{"a":1}') as object as NeutralRequest['extras'] }).spelled.body.toString()).to.contain('"a":1'))
  })

  describe('of reasoning', () => {
    const cases: [name: string, reasoning: NeutralRequest['reasoning'], expected: string | undefined, losses?: string[], traits?: ModelTraits][] = [
      ['an effort', { effort: 'high' }, 'high'],
      ['an effort beyond the set, clamped', { effort: 'max' }, 'high', ['(reasoning_effort)'], { efforts: ['low', 'high'] }],
      ['an effort below the set, clamped', { effort: 'minimal' }, 'low', ['(reasoning_effort)'], { efforts: ['low', 'high'] }],
      ['none where it is taken', { effort: 'none' }, 'none', [], { efforts: ['none', 'low'] }],
      ['none where it is not, dropped', { effort: 'none' }, undefined, ['reasoning_effort'], { efforts: ['low', 'high'] }],
      ['an effort to a model that does not think, dropped', { effort: 'low' }, undefined, ['reasoning_effort'], { thinking: 'none' }],
      ['none to a model that does not think', { effort: 'none' }, undefined, ['(reasoning_effort)'], { thinking: 'none' }],
      ['an unknown word where the set is known, dropped', { effort: 'much' }, undefined, ['reasoning_effort'], { efforts: ['low'] }],
      ['a small budget', { budget: 9999 }, 'low'],
      ['a budget', { budget: 10_000 }, 'medium'],
      ['a large budget', { budget: 20_000 }, 'high'],
      ['the effort before the budget', { effort: 'low', budget: 20_000 }, 'low'],
      ['switched on', { isEnabled: true }, 'medium'],
      ['switched off', { isEnabled: false }, 'none'],
      ['a summary, dropped', { effort: 'low', summary: 'auto' }, 'low', ['reasoning.summary']],
    ]
    for (const [name, reasoning, expected, losses = [], traits = {}] of cases) {
      it(name, () => {
        expect(write({ reasoning: reasoning! }, { traits }).body['reasoning_effort']).to.equal(expected)
        expect(lossesOf({ reasoning: reasoning! }, { traits })).to.deep.equal(losses)
      })
    }
  })

  describe('of tools', () => {
    const cases: [name: string, request: Partial<NeutralRequest>, expected: object, losses?: string[], where?: Where][] = [
      [
        'a function',
        { tools: [{ ...tide, description: 'd', strict: true }] },
        { tools: [{ type: 'function', function: { name: 'tide', description: 'd', parameters: { type: 'object' }, strict: true } }] },
      ],
      ['a function without parameters', { tools: [{ name: 'tide' }] }, { tools: [{ type: 'function', function: { name: 'tide' } }] }],
      ['auto', { tools: [tide], toolChoice: { kind: 'auto' } }, { tools: [spelledTide], tool_choice: 'auto' }],
      ['none', { tools: [tide], toolChoice: { kind: 'none' } }, { tools: [spelledTide], tool_choice: 'none' }],
      ['required', { tools: [tide], toolChoice: { kind: 'required' } }, { tools: [spelledTide], tool_choice: 'required' }],
      [
        'one',
        { tools: [tide], toolChoice: { kind: 'named', name: 'tide' } },
        { tools: [spelledTide], tool_choice: { type: 'function', function: { name: 'tide' } } },
      ],
      [
        'some',
        { tools: [tide], toolChoice: { kind: 'allowed', names: ['tide'], mode: 'auto' } },
        {
          tools: [spelledTide],
          tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'tide' } }] } },
        },
      ],
      ['one by one', { tools: [tide], parallelToolCalls: false }, { tools: [spelledTide], parallel_tool_calls: false }],
      ['no choice without tools', { toolChoice: { kind: 'required' }, parallelToolCalls: false }, {}],
      [
        "Responses' hosted tools, left out with the choice of them",
        { from: 'openai-responses', tools: [tide, { name: 'web_search', hosted: { type: 'web_search' } }], toolChoice: { kind: 'named', name: 'web_search' } },
        { tools: [spelledTide], tool_choice: 'auto' },
        ['tools.web_search'],
      ],
      ['custom tools, left out', { tools: [{ name: 'run', custom: {} }] }, {}, ['tools.custom']],
      [
        'custom tools, wrapped',
        { tools: [{ name: 'run', description: 'd', custom: { format: { type: 'grammar', definition: 'G' } } }], toolChoice: { kind: 'named', name: 'run' } },
        {
          tools: [
            {
              type: 'function',
              function: { name: 'run', description: 'd\n\nG', parameters: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } },
            },
          ],
          tool_choice: { type: 'function', function: { name: 'run' } },
        },
        [],
        { options: { wrap_custom_tools: true } },
      ],
      [
        'custom tools to OpenAI',
        {
          from: 'openai-responses',
          tools: [{ name: 'run', description: 'd', custom: { type: 'custom', name: 'run', format: { type: 'grammar', syntax: 'lark', definition: 'G' } } }],
          toolChoice: { kind: 'named', name: 'run' },
        },
        {
          tools: [{ type: 'custom', custom: { name: 'run', description: 'd', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'G' } } } }],
          tool_choice: { type: 'custom', custom: { name: 'run' } },
        },
        [],
        { traits: { vendor: 'openai' } },
      ],
    ]
    for (const [name, request, expected, losses = [], where] of cases) {
      it(name, () => {
        expectEqualJson(write(request, where).body, { ...base, ...expected })
        expect(lossesOf(request, where)).to.deep.equal(losses)
      })
    }

    it('names outside the rule as others, everywhere the same', () => {
      const name = 'mcp.tide/now'
      const { body, spelled } = write({
        tools: [{ name }],
        toolChoice: { kind: 'named', name },
        turns: [user(text('hi')), assistant({ type: 'tool_call', id: 'x', name, argumentsText: '{}' }), results(result('x'))],
      })
      expectEqualJson(body, {
        model: 'm',
        tools: [{ type: 'function', function: { name: 'mcp_tide_now' } }],
        tool_choice: { type: 'function', function: { name: 'mcp_tide_now' } },
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: null, tool_calls: [{ id: 'x', type: 'function', function: { name: 'mcp_tide_now', arguments: '{}' } }] },
          { role: 'tool', tool_call_id: 'x', content: '' },
        ],
      })
      expect([...(spelled.toolNames ?? [])]).to.deep.equal([['mcp_tide_now', name]])
    })
  })

  describe('of the answer', () => {
    const schema = { type: 'object' }
    it('json_object', () => expect(write({ output: { kind: 'json_object' } }).body['response_format']).to.deep.equal({ type: 'json_object' }))
    it('json_schema', () =>
      expectEqualJson(write({ output: { kind: 'json_schema', name: 'n', schema, strict: false, description: 'd' } }).body['response_format'] as object, {
        type: 'json_schema',
        json_schema: { name: 'n', schema, strict: false, description: 'd' },
      }))
  })

  describe('of system texts', () => {
    const system = (words: string, before: number, kind: 'system' | 'developer' = 'system', more: object = {}) => ({ text: words, kind, before, ...more })
    const cases: [name: string, request: Partial<NeutralRequest>, expected: object[]][] = [
      ['one', { system: [system('a', 0)] }, [{ role: 'system', content: 'a' }, ...base.messages]],
      [
        'several of one kind as one message',
        { system: [system('a', 0), system('b', 0)] },
        [
          {
            role: 'system',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
          ...base.messages,
        ],
      ],
      [
        'each kind for itself',
        { system: [system('a', 0), system('b', 0, 'developer')] },
        [{ role: 'system', content: 'a' }, { role: 'developer', content: 'b' }, ...base.messages],
      ],
      [
        'later ones in place',
        { system: [system('a', 1)], turns: [user(text('hi')), assistant(text('so')), user(text('on'))] },
        [
          { role: 'user', content: 'hi' },
          { role: 'system', content: 'a' },
          { role: 'assistant', content: 'so' },
          { role: 'user', content: 'on' },
        ],
      ],
      ['behind everything', { system: [system('a', 1)] }, [...base.messages, { role: 'system', content: 'a' }]],
    ]
    for (const [name, request, expected] of cases) it(name, () => expectEqualJson(write(request).body['messages'] as object, expected))
  })

  describe('of parts', () => {
    const pdf: Block = { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'AA==' }, name: 'a.pdf' }
    const cases: [name: string, block: Block, expected: unknown, losses?: string[], traits?: ModelTraits][] = [
      ['a text', text('hi'), 'hi'],
      ['an empty text', text(''), ''],
      ['a marked text', { type: 'text', text: 'hi', cache: { ttl: '1h' } }, 'hi', ['(cache_control)']],
      [
        'a marked text where marks are passed on',
        { type: 'text', text: 'hi', cache: { ttl: '1h' } },
        [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        [],
        { cacheMarks: true },
      ],
      ['image data', image, [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }]],
      [
        'an image by address',
        { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, detail: 'low' },
        [{ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } }],
      ],
      [
        'a detail that only Responses have',
        { ...image, detail: 'original' },
        [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'high' } }],
      ],
      ['audio', { type: 'audio', mime: 'audio/mp3', data: 'AA==' }, [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } }]],
      ['audio by its other name', { type: 'audio', mime: 'audio/mpeg', data: 'AA==' }, [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } }]],
      ['a pdf', pdf, [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }]],
      [
        'a pdf with its context before it',
        { ...pdf, context: 'old' },
        [
          { type: 'text', text: 'old' },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } },
        ],
      ],
      [
        'a file of this vendor',
        { type: 'file', source: { kind: 'file', vendor: 'openai', id: 'file-1' } },
        [{ type: 'file', file: { file_id: 'file-1' } }],
        [],
        { vendor: 'openai' },
      ],
      [
        'a file of this vendor, which knows its name',
        { type: 'file', source: { kind: 'file', vendor: 'openai', id: 'file-1' }, name: 'a.pdf' },
        [{ type: 'file', file: { file_id: 'file-1' } }],
        ['(filename)'],
        { vendor: 'openai' },
      ],
      ['a plain text file, headed with its name', { type: 'file', source: { kind: 'text', text: 'hi' }, name: 'a.txt', context: 'old' }, 'a.txt\nold\nhi'],
      ['citations, dropped', { type: 'file', source: { kind: 'text', text: 'hi' }, citations: true }, 'hi', ['citations']],
    ]
    for (const [name, block, expected, losses = [], traits = {}] of cases) {
      it(name, () => {
        expectEqualJson(messages([user(block)], { traits }) as object, [{ role: 'user', content: expected }])
        expect(lossesOf({ turns: [user(block)] }, { traits })).to.deep.equal(losses)
      })
    }

    const refused: [name: string, block: Block, traits?: ModelTraits][] = [
      ['video', { type: 'video', source: { kind: 'url', url: 'https://example.com/a.mp4' }, at: 'here' }],
      ['an image by file id', { type: 'image', source: { kind: 'file', vendor: 'openai', id: 'f' }, at: 'here' }],
      ['a file by address', { type: 'file', source: { kind: 'url', url: 'https://example.com/a.pdf' }, at: 'here' }],
      ['a file of another vendor', { type: 'file', source: { kind: 'file', vendor: 'anthropic', id: 'f' }, at: 'here' }, { vendor: 'openai' }],
    ]
    for (const [name, block, traits = {}] of refused)
      it(`refuses ${name}`, () =>
        expect(refusalOf(() => messages([user(block)], { traits }))).to.deep.include({ status: 400, code: 'unsupported_parameter', param: 'here' }))
    it("refuses an assistant's image, for which it has no place", () => {
      const image: Block = { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, at: 'here' }
      expect(refusalOf(() => messages([assistant(image)]))).to.deep.include({ status: 400, code: 'unsupported_parameter', param: 'here' })
    })
  })

  describe('of turns', () => {
    const cases: [name: string, turns: Turn[], expected: object[], losses?: string[]][] = [
      [
        'neighbours of one role, apart',
        [user(text('a')), user(text('b'))],
        [
          { role: 'user', content: 'a' },
          { role: 'user', content: 'b' },
        ],
      ],
      [
        'several parts in order',
        [user(text('a'), image, text('b'))],
        [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
              { type: 'text', text: 'b' },
            ],
          },
        ],
      ],
      ["a speaker's name", [{ ...user(text('a')), name: 'Ann' }], [{ role: 'user', name: 'Ann', content: 'a' }]],
      ['empty ones not at all', [user(), assistant(), user(text('a'))], [{ role: 'user', content: 'a' }], ['(messages)', '(messages)']],
      [
        'texts joined before calls',
        [assistant(text('a'), call('x'), text('b')), results(result('x', { type: 'text', text: 'ok' }))],
        [
          { role: 'assistant', content: 'ab', tool_calls: [spelledCall('x')] },
          { role: 'tool', tool_call_id: 'x', content: 'ok' },
        ],
        ['(content)'],
      ],
      [
        'a refusal',
        [assistant({ type: 'refusal', text: 'no' }), user(text('a'))],
        [
          { role: 'assistant', content: null, refusal: 'no' },
          { role: 'user', content: 'a' },
        ],
      ],
      [
        'results in the order of their calls',
        [
          assistant(call('x'), call('y')),
          results(result('y', { type: 'text', text: '2' })),
          results(result('x', { type: 'text', text: '1' })),
          user(text('on')),
        ],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x'), spelledCall('y')] },
          { role: 'tool', tool_call_id: 'x', content: '1' },
          { role: 'tool', tool_call_id: 'y', content: '2' },
          { role: 'user', content: 'on' },
        ],
      ],
      [
        'results directly behind their calls',
        [assistant(call('x')), user(text('on')), results(result('x', { type: 'text', text: '1' }))],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x')] },
          { role: 'tool', tool_call_id: 'x', content: '1' },
          { role: 'user', content: 'on' },
        ],
      ],
      ['results of unknown calls', [results(result('z', { type: 'text', text: '1' }))], [{ role: 'tool', tool_call_id: 'z', content: '1' }]],
      [
        'a result of several texts, joined with nothing',
        [assistant(call('x')), results(result('x', { type: 'text', text: 'a' }, { type: 'text', text: 'b' }))],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x')] },
          { role: 'tool', tool_call_id: 'x', content: 'ab' },
        ],
      ],
      [
        'an empty result',
        [assistant(call('x')), results(result('x'))],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x')] },
          { role: 'tool', tool_call_id: 'x', content: '' },
        ],
      ],
      [
        'a text file as a result',
        [assistant(call('x')), results(result('x', { type: 'file', source: { kind: 'text', text: 'hi' }, name: 'a.txt' }))],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x')] },
          { role: 'tool', tool_call_id: 'x', content: 'a.txt\nhi' },
        ],
      ],
      [
        'a call without arguments',
        [assistant(call('x', '')), results(result('x'))],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x')] },
          { role: 'tool', tool_call_id: 'x', content: '' },
        ],
      ],
      [
        'broken arguments as they are',
        [assistant(call('x', '{"a')), results(result('x'))],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x', '{"a')] },
          { role: 'tool', tool_call_id: 'x', content: '' },
        ],
      ],
      [
        'a custom call as a function with one string',
        [assistant(call('x', 'a = 1', { isCustom: true })), results(result('x'))],
        [
          { role: 'assistant', content: null, tool_calls: [spelledCall('x', '{"input":"a = 1"}')] },
          { role: 'tool', tool_call_id: 'x', content: '' },
        ],
      ],
      [
        'an answer begun, which most models do not go on with',
        [user(text('a')), assistant(text('So'))],
        [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'So' },
        ],
        ['prefill'],
      ],
      [
        'thoughts',
        [assistant({ type: 'reasoning', text: 'h' }, { type: 'reasoning', text: 'm' }, text('a')), user(text('b'))],
        [
          { role: 'assistant', content: 'a', reasoning_content: 'hm' },
          { role: 'user', content: 'b' },
        ],
      ],
    ]
    for (const [name, turns, expected, losses = []] of cases) {
      it(name, () => {
        expectEqualJson(messages(turns) as object, expected)
        expect(lossesOf({ turns })).to.deep.equal(losses)
      })
    }

    it('a custom call to OpenAI', () => {
      expectEqualJson(messages([assistant(call('x', 'a = 1', { isCustom: true })), results(result('x'))], { traits: { vendor: 'openai' } }) as object, [
        { role: 'assistant', content: null, tool_calls: [{ id: 'x', type: 'custom', custom: { name: 'tide', input: 'a = 1' } }] },
        { role: 'tool', tool_call_id: 'x', content: '' },
      ])
    })
    it('an answer begun where the model goes on', () =>
      expect(lossesOf({ turns: [user(text('a')), assistant(text('So'))] }, { traits: { prefill: true } })).to.deep.equal([]))
    it('an answer begun, refused under strict', () => {
      const turns = [user(text('a')), { ...assistant(text('So')), at: 'messages[1]' }]
      expect(refusalOf(() => messages(turns, { options: { strict: true } }))).to.deep.include({
        status: 400,
        code: 'unsupported_parameter',
        param: 'messages[1]',
      })
    })
  })

  describe('of images in results', () => {
    const turns = [
      assistant(call('x'), call('y')),
      results(result('x', { type: 'text', text: 'a' }, image), result('y', { type: 'text', text: 'b' })),
      user(text('on')),
    ]
    const [assistantMessage, on] = [
      { role: 'assistant', content: null, tool_calls: [spelledCall('x'), spelledCall('y')] },
      { role: 'user', content: 'on' },
    ]

    it('moved behind all results, where the model sees them', () => {
      expectEqualJson(messages(turns, { traits: { images: true } }) as object, [
        assistantMessage,
        { role: 'tool', tool_call_id: 'x', content: 'a' },
        { role: 'tool', tool_call_id: 'y', content: 'b' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
        on,
      ])
      expect(lossesOf({ turns }, { traits: { images: true } })).to.deep.equal([])
    })
    it('dropped elsewhere', () => {
      expectEqualJson(messages(turns) as object, [
        assistantMessage,
        { role: 'tool', tool_call_id: 'x', content: 'a' },
        { role: 'tool', tool_call_id: 'y', content: 'b' },
        on,
      ])
      expect(lossesOf({ turns })).to.deep.equal(['tool_result.image'])
    })
  })

  describe('of state', () => {
    const signed: Block = { type: 'reasoning', text: 'hm', state: { vendor: 'anthropic', value: 'S' } }
    const redacted: Block = { type: 'reasoning', text: '', redacted: 'R' }
    const item: Block = { type: 'reasoning', text: 'hm', isSummary: true, itemId: 'rs_1', state: { vendor: 'openai', value: 'E' } }
    const google = { vendor: 'google', value: 'G' }
    const message = (vendor: string | undefined, ...blocks: Block[]) =>
      (messages([assistant(...blocks), user(text('on'))], { traits: vendor === undefined ? {} : { vendor } }) as object[])[0]
    const cases: [name: string, vendor: string | undefined, blocks: Block[], expected: object][] = [
      [
        "Anthropic's to Anthropic",
        'anthropic',
        [signed, redacted, text('a')],
        {
          content: 'a',
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
      ],
      ["Anthropic's to nobody else", 'google', [signed, redacted, text('a')], { content: 'a', reasoning_content: 'hm' }],
      ["Anthropic's to nobody unknown", undefined, [signed, redacted, text('a')], { content: 'a', reasoning_content: 'hm' }],
      [
        "OpenAI's to OpenAI",
        'openai',
        [item, text('a')],
        {
          content: 'a',
          reasoning_content: 'hm',
          extra_content: { openai: { reasoning_items: [{ id: 'rs_1', encrypted_content: 'E', summary: [{ type: 'summary_text', text: 'hm' }] }] } },
        },
      ],
      ["OpenAI's to nobody else", 'anthropic', [item, text('a')], { content: 'a', reasoning_content: 'hm' }],
      [
        "Google's to Google",
        'google',
        [{ type: 'text', text: 'a', state: google }, call('x', '{}', { state: google })],
        {
          content: 'a',
          extra_content: { google: { thought_signature: 'G' } },
          tool_calls: [spelledCall('x', '{}', { extra_content: { google: { thought_signature: 'G' } } })],
        },
      ],
      [
        "Google's to nobody else",
        'openai',
        [{ type: 'text', text: 'a', state: google }, call('x', '{}', { state: google })],
        { content: 'a', tool_calls: [spelledCall('x')] },
      ],
      ['nothing but foreign state', 'openai', [redacted, text('a')], { content: 'a' }],
    ]
    for (const [name, vendor, blocks, expected] of cases) it(name, () => expectEqualJson(message(vendor, ...blocks), { role: 'assistant', ...expected }))

    it("a router's to the router, as it was listed", () => {
      const details = [
        { type: 'reasoning.text', text: 'hm', signature: 'S', format: 'anthropic-claude-v1', index: 0 },
        { type: 'reasoning.summary', summary: 'so', format: 'openai-responses-v1', index: 1 },
        { type: 'reasoning.encrypted', data: 'E', id: 'rs_1', format: 'openai-responses-v1', index: 1 },
        { type: 'reasoning.encrypted', data: 'F', format: 'anthropic-claude-v1', index: 2 },
      ]
      const reply = upstream.reply(
        { choices: [{ message: { content: 'a', reasoning: 'hmso', reasoning_details: details } }] },
        destination({ traits: { vendor: 'router' } }),
      )
      expectEqualJson(message('router', ...(reply.blocks as Block[])), {
        role: 'assistant',
        content: 'a',
        reasoning_content: 'hmso',
        reasoning_details: details,
      })
      expectEqualJson(message('openai', ...(reply.blocks as Block[])), { role: 'assistant', content: 'a', reasoning_content: 'hmso' })
    })

    it('with a silent note of what is not sent', () =>
      expect(lossesOf({ turns: [assistant(signed, call('x', '{}', { state: google })), results(result('x'))] })).to.deep.equal([
        '(extra_content)',
        '(extra_content)',
      ]))

    it('that a result is an error, to Anthropic', () => {
      const turns = [assistant(call('x')), results({ ...(result('x') as Extract<Block, { type: 'tool_result' }>), isError: true })]
      expectEqualJson((messages(turns, { traits: { vendor: 'anthropic' } }) as object[]).slice(1), [
        { role: 'tool', tool_call_id: 'x', content: '', extra_content: { anthropic: { is_error: true } } },
      ])
      expectEqualJson((messages(turns) as object[]).slice(1), [{ role: 'tool', tool_call_id: 'x', content: '' }])
      expect(lossesOf({ turns })).to.deep.equal(['(is_error)'])
    })
  })

  it("refuses an Anthropic caller's server tools", () => {
    expect(
      refusalOf(() => write({ from: 'anthropic-messages', tools: [{ name: 'web_search', hosted: { type: 'web_search_20250305' }, at: 'tools[0]' }] })),
    ).to.deep.include({ status: 400, code: 'unsupported_parameter', param: 'tools[0]' })
  })
  it('refuses a schema that is too deep', () => {
    let schema: object = {}
    for (let depth = 0; depth < 70; depth++) schema = { items: schema }
    expect(refusalOf(() => write({ tools: [{ name: 'f', schema: schema as never, at: 'tools[0]' }] }))).to.deep.include({
      status: 400,
      code: 'unsupported_parameter',
      param: 'tools[0]',
    })
  })
})
