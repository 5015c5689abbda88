/** Requests as Anthropic gets them. */

import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { NeutralRequest, Tool, ToolResultBlock, Turn } from '../../../../core/neutral/request.ts'
import type { ModelTraits } from '../../../../core/neutral/translation.ts'
import anthropic from '../../../../plugins/dialects/anthropic-messages/index.ts'
import { knownTraits } from '../../../../plugins/dialects/anthropic-messages/models.ts'
import { destination, expectEqualJson, expectMentioned, neutralRequest, writeRequest } from '../../../support/translation.ts'

const upstream = anthropic.upstream!

interface Case {
  readonly what: string
  readonly request: Partial<NeutralRequest>
  readonly traits?: ModelTraits
  readonly model?: string
  readonly settings?: Readonly<Record<string, unknown>>
  /** Members of the body. */
  readonly body?: object
  readonly absent?: readonly string[]
  readonly dropped?: readonly string[]
  readonly silent?: readonly string[]
}

function write({ request, traits = {}, model = 'm', settings = {} }: Omit<Case, 'what'>, options = {}) {
  return writeRequest(upstream, neutralRequest(request), destination({ model, settings, traits: { vendor: 'anthropic', ...traits }, options }))
}

function refusal(request: Partial<NeutralRequest>, traits: ModelTraits = {}, options = {}): GatewayError {
  try {
    write({ request, traits }, options)
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    throw cause
  }
  throw new Error('it was not refused')
}

function check(cases: readonly Case[]): void {
  for (const one of cases)
    it(one.what, () => {
      const { body, losses } = write(one)
      if (one.body !== undefined) expectMentioned(body, one.body)
      for (const name of one.absent ?? []) expect(body, name).to.not.have.property(name)
      expect(losses.reported).to.deep.equal(one.dropped ?? [])
      for (const name of one.silent ?? []) expect(losses.list.filter(({ isSilent }) => isSilent).map(({ field }) => field)).to.include(name)
      if ((one.dropped?.length ?? 0) > 0)
        expect(refusal(one.request, { ...knownTraits(one.model ?? ''), ...one.traits }, { strict: true }).code).to.equal('unsupported_parameter')
    })
}

const user = (text: string, at?: string): Turn => ({ role: 'user', blocks: [{ type: 'text', text, ...(at === undefined ? {} : { at }) }] })
const call = (id: string, argumentsText = '{}', name = 'tide') => ({ type: 'tool_call', id, name, argumentsText }) as const
const result = (callId: string, text = 'r'): ToolResultBlock => ({ type: 'tool_result', callId, blocks: text === '' ? [] : [{ type: 'text', text }] })
const tide: Tool = { name: 'tide', schema: { type: 'object', properties: {} } }

describe('requests to anthropic-messages', () => {
  describe('top level', () =>
    check([
      {
        what: 'model, and max_tokens as configured',
        request: {},
        traits: { defaultMaxTokens: 77 },
        body: { model: 'm', max_tokens: 77 },
        silent: ['max_tokens'],
        absent: ['stream', 'temperature', 'tools', 'system', 'thinking'],
      },
      { what: 'max_tokens by default', request: {}, body: { max_tokens: 4096 } },
      { what: 'max_tokens as said', request: { maxOutputTokens: 9 }, body: { max_tokens: 9 } },
      { what: 'stream', request: { isStream: true }, body: { stream: true } },
      { what: 'temperature above 1', request: { sampling: { temperature: 1.5 } }, body: { temperature: 1 }, dropped: ['temperature'] },
      {
        what: 'temperature and top_p with older models',
        request: { sampling: { temperature: 0.5, topP: 0.9, topK: 3 } },
        model: 'claude-sonnet-4-0',
        body: { temperature: 0.5, top_p: 0.9, top_k: 3 },
      },
      {
        what: 'temperature and top_p with models that take one of them',
        request: { sampling: { temperature: 0.5, topP: 0.9 } },
        model: 'claude-sonnet-4-5',
        body: { temperature: 0.5 },
        absent: ['top_p'],
        dropped: ['top_p'],
      },
      {
        what: 'sampling where it is fixed',
        request: { sampling: { temperature: 0.5, topP: 0.9, topK: 3 } },
        model: 'claude-opus-4-7',
        absent: ['temperature', 'top_p', 'top_k'],
        dropped: ['temperature', 'top_k', 'top_p'],
      },
      {
        what: 'sampling at its defaults where it is fixed',
        request: { sampling: { temperature: 1, topP: 1 } },
        model: 'claude-opus-4-7',
        body: { temperature: 1, top_p: 1 },
      },
      { what: 'stop', request: { stop: ['a', '', 'b'] }, body: { stop_sequences: ['a', 'b'] } },
      { what: 'stop of white space', request: { stop: ['\n', 'b'] }, body: { stop_sequences: ['b'] }, dropped: ['stop'] },
      { what: 'user', request: { hints: { user: 'u' } }, body: { metadata: { user_id: 'u' } } },
      { what: 'safety_identifier before user', request: { hints: { user: 'u', safetyIdentifier: 's' } }, body: { metadata: { user_id: 's' } } },
      { what: 'metadata', request: { hints: { metadata: { a: 'b' } } }, absent: ['metadata'], silent: ['metadata'] },
      { what: 'prompt_cache_key', request: { hints: { promptCacheKey: 'k' } }, silent: ['prompt_cache_key'] },
      { what: 'tier default', request: { hints: { serviceTier: 'default' } }, body: { service_tier: 'standard_only' } },
      { what: 'tier auto', request: { hints: { serviceTier: 'auto' } }, body: { service_tier: 'auto' } },
      { what: 'tier flex', request: { hints: { serviceTier: 'flex' } }, absent: ['service_tier'], dropped: ['service_tier'] },
      { what: 'seed', request: { sampling: { seed: 1 } }, dropped: ['seed'] },
      {
        what: 'penalties and logit_bias',
        request: { sampling: { presencePenalty: 1, frequencyPenalty: 1, logitBias: {} } },
        dropped: ['frequency_penalty', 'logit_bias', 'presence_penalty'],
      },
      { what: 'penalties of zero', request: { sampling: { presencePenalty: 0, frequencyPenalty: 0 } }, silent: ['frequency_penalty', 'presence_penalty'] },
      {
        what: 'verbosity, prediction and store',
        request: { hints: { verbosity: 'low', prediction: {}, store: true } },
        dropped: ['prediction', 'store', 'verbosity'],
      },
      { what: 'store: false, and one answer', request: { hints: { store: false }, sampling: { count: 1 } } },
      { what: 'truncation', request: { hints: { truncation: 'auto' } }, dropped: ['truncation'] },
      {
        what: "OpenAI's word for how long a prompt is cached",
        request: { hints: { promptCacheRetention: '24h' } },
        absent: ['prompt_cache_retention'],
        dropped: ['prompt_cache_retention'],
      },
      { what: 'fields that nobody knows', request: { extras: { new_field: { a: 1 } } }, body: { new_field: { a: 1 } } },
      {
        what: 'extras for this vendor, and none for another',
        request: { vendorExtras: { anthropic: { container: 'c', model: 'x' }, google: { a: 1 } } },
        body: { container: 'c', model: 'm' },
        absent: ['a'],
      },
      { what: 'a mark for the whole prompt', request: { cache: { ttl: '1h' } }, body: { cache_control: { type: 'ephemeral', ttl: '1h' } } },
    ]))

  for (const [what, request, param] of [
    ['n above 1', { sampling: { count: 2 } }, 'n'],
    ['logprobs', { wants: { logprobs: true } }, 'logprobs'],
    ['audio in the answer', { hints: { modalities: ['text', 'audio'] } }, 'modalities'],
    ['web search', { hints: { webSearch: {} } }, 'web_search_options'],
    ['a request with only system text', { system: [{ text: 's', kind: 'system', before: 0 }], turns: [] }, 'messages'],
    ['a request with an empty message only', { turns: [user('')] }, 'messages'],
    ['a request with nothing but space', { turns: [user(' \n')] }, 'messages'],
    ['a request without a user', { turns: [{ role: 'assistant', blocks: [{ type: 'text', text: 'a' }] }] }, 'messages'],
    [
      'audio',
      { turns: [{ role: 'user', blocks: [{ type: 'audio', mime: 'audio/wav', data: 'AA==', at: 'messages[0].content[0]' }] }] },
      'messages[0].content[0]',
    ],
    ['video', { turns: [{ role: 'user', blocks: [{ type: 'video', source: { kind: 'url', url: 'x' }, at: 'v' }] }] }, 'v'],
    ['files of other vendors', { turns: [{ role: 'user', blocks: [{ type: 'file', source: { kind: 'file', vendor: 'openai', id: 'f' }, at: 'f' }] }] }, 'f'],
    [
      'files that are neither PDF nor text',
      { turns: [{ role: 'user', blocks: [{ type: 'file', source: { kind: 'base64', mime: 'application/zip', data: 'AA==' }, at: 'z' }] }] },
      'z',
    ],
    ['tools of other vendors', { tools: [{ name: 'web_search', hosted: { type: 'web_search' }, at: 'tools[0]' }] }, 'tools[0]'],
  ] as const)
    it(`refuses ${what}`, () => {
      const error = refusal(request)
      expect([error.status, error.code, error.param]).to.deep.equal([400, 'unsupported_parameter', param])
    })

  describe('system', () =>
    check([
      {
        what: 'all kinds, in order, with their marks',
        request: {
          system: [
            { text: 'a', kind: 'system', before: 0, cache: {} },
            { text: '', kind: 'system', before: 0 },
            { text: '\n', kind: 'system', before: 0 },
            { text: 'b', kind: 'developer', before: 0 },
          ],
        },
        body: {
          system: [
            { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
            { type: 'text', text: 'b' },
          ],
        },
      },
      {
        what: 'later ones, lifted',
        request: { turns: [user('u'), user('v')], system: [{ text: 'a', kind: 'system', before: 1 }] },
        body: {
          system: [{ type: 'text', text: 'a' }],
          messages: [
            { role: 'user', content: 'u' },
            { role: 'user', content: 'v' },
          ],
        },
        dropped: ['system_position'],
      },
      {
        what: 'later ones, where the model takes them',
        request: {
          turns: [user('u'), user('v')],
          system: [
            { text: 's', kind: 'system', before: 0 },
            { text: 'a', kind: 'system', before: 1 },
            { text: 'b', kind: 'system', before: 2 },
          ],
        },
        traits: { systemTurns: true },
        body: {
          system: [{ type: 'text', text: 's' }],
          messages: [
            { role: 'user', content: 'u' },
            { role: 'system', content: 'a' },
            { role: 'user', content: 'v' },
            { role: 'system', content: 'b' },
          ],
        },
      },
    ]))

  describe('messages', () => {
    const messages = (turns: readonly Turn[], expected: readonly object[], more: Partial<Case> = {}): Case => ({
      what: '',
      request: { turns },
      body: { messages: expected },
      ...more,
    })
    const one = (what: string, block: Turn['blocks'][number], expected: object, more: Partial<Case> = {}): Case => ({
      ...messages([{ role: 'user', blocks: [block, { type: 'text', text: 't' }] }], [{ role: 'user', content: [expected, { type: 'text', text: 't' }] }], more),
      what,
    })
    check([
      { ...messages([user('hi', 'messages[0].content')], [{ role: 'user', content: 'hi' }]), what: 'a string stays one' },
      { ...messages([user('hi', 'messages[0].content[0]')], [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]), what: 'an array stays one' },
      one(
        'image data',
        { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AA==' }, cache: {} },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' }, cache_control: { type: 'ephemeral' } },
      ),
      one(
        'image URL',
        { type: 'image', source: { kind: 'url', url: 'https://x' }, detail: 'low' },
        { type: 'image', source: { type: 'url', url: 'https://x' } },
        { silent: ['detail'] },
      ),
      one(
        'image file id',
        { type: 'image', source: { kind: 'file', vendor: 'anthropic', id: 'f' } },
        { type: 'image', source: { type: 'file', file_id: 'f' } },
      ),
      one(
        'pdf data',
        { type: 'file', mime: 'application/pdf', name: 'a.pdf', source: { kind: 'base64', mime: 'application/pdf', data: 'AA==' } },
        { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' } },
      ),
      one('pdf URL', { type: 'file', source: { kind: 'url', url: 'https://x/a.pdf' } }, { type: 'document', source: { type: 'url', url: 'https://x/a.pdf' } }),
      one(
        'plain text file',
        { type: 'file', source: { kind: 'text', text: 'abc' }, context: 'c', citations: true },
        { type: 'document', context: 'c', citations: { enabled: true }, source: { type: 'text', media_type: 'text/plain', data: 'abc' } },
      ),
      one(
        'text as data',
        { type: 'file', source: { kind: 'base64', mime: 'text/csv', data: Buffer.from('a,b').toString('base64') } },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
      ),
      one(
        'an image as a file',
        { type: 'file', source: { kind: 'base64', mime: 'image/gif', data: 'AA==' } },
        { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: 'AA==' } },
      ),
      {
        ...messages(
          [
            {
              role: 'user',
              blocks: [
                { type: 'text', text: '' },
                { type: 'text', text: 'a' },
              ],
            },
          ],
          [{ role: 'user', content: [{ type: 'text', text: 'a' }] }],
        ),
        what: 'empty texts are left out',
      },
      {
        ...messages(
          [
            user('a'),
            { role: 'assistant', blocks: [{ type: 'text', text: '\n\n' }, call('1')] },
            { role: 'tool', blocks: [result('1', ' \n')] },
            { role: 'assistant', blocks: [{ type: 'text', text: ' ' }] },
            user('b'),
          ],
          [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'tide', input: {} }] },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1' }] },
            { role: 'user', content: 'b' },
          ],
          { silent: ['messages'] },
        ),
        what: 'texts of nothing but space are left out, as they are refused',
      },
      { ...messages([user(''), user('a')], [{ role: 'user', content: 'a' }], { silent: ['messages'] }), what: 'empty turns are left out' },
      { ...messages([{ ...user('a'), name: 'Ann' }], [{ role: 'user', content: 'a' }], { silent: ['name'] }), what: 'names' },
      {
        ...messages(
          [user('a'), { role: 'assistant', blocks: [{ type: 'refusal', text: 'no' }] }, user('b')],
          [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: [{ type: 'text', text: 'no' }] },
            { role: 'user', content: 'b' },
          ],
        ),
        what: 'refusals are texts',
      },
      {
        ...messages(
          [
            user('a'),
            { role: 'assistant', blocks: [call('1'), call('2', '{"a":[1,"__proto__"]}')] },
            { role: 'tool', blocks: [result('1')] },
            { role: 'tool', blocks: [{ ...result('2'), isError: true }] },
            user('b'),
            user('c'),
          ],
          [
            { role: 'user', content: 'a' },
            {
              role: 'assistant',
              content: [
                { type: 'tool_use', id: '1', name: 'tide', input: {} },
                { type: 'tool_use', id: '2', name: 'tide', input: { a: [1, '__proto__'] } },
              ],
            },
            {
              role: 'user',
              content: [
                { type: 'tool_result', tool_use_id: '1', content: 'r' },
                { type: 'tool_result', tool_use_id: '2', content: 'r', is_error: true },
                { type: 'text', text: 'b' },
                { type: 'text', text: 'c' },
              ],
            },
          ],
        ),
        what: 'all results are one message, with what follows',
      },
      {
        ...messages(
          [user('a'), { role: 'assistant', blocks: [call('1')] }, user('b'), { role: 'tool', blocks: [result('1', '')] }],
          [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'tide', input: {} }] },
            {
              role: 'user',
              content: [
                { type: 'tool_result', tool_use_id: '1' },
                { type: 'text', text: 'b' },
              ],
            },
          ],
        ),
        what: 'results come first, empty ones without content',
      },
      {
        ...messages(
          [user('a'), { role: 'assistant', blocks: [call('1')] }, user('b')],
          [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'tide', input: {} }] },
            { role: 'user', content: 'b' },
          ],
        ),
        what: 'a missing result is not made up',
      },
      {
        ...messages(
          [
            user('a'),
            { role: 'assistant', blocks: [call('1')] },
            {
              role: 'tool',
              blocks: [
                {
                  type: 'tool_result',
                  callId: '1',
                  blocks: [
                    { type: 'text', text: 'a', at: 'x[0]' },
                    { type: 'image', source: { kind: 'url', url: 'https://x' } },
                  ],
                },
              ],
            },
          ],
          [
            { role: 'user', content: 'a' },
            { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'tide', input: {} }] },
            {
              role: 'user',
              content: [
                {
                  type: 'tool_result',
                  tool_use_id: '1',
                  content: [
                    { type: 'text', text: 'a' },
                    { type: 'image', source: { type: 'url', url: 'https://x' } },
                  ],
                },
              ],
            },
          ],
        ),
        what: 'images in results',
      },
    ])

    const input = (argumentsText: string) => {
      const { body, losses } = write({
        request: { turns: [user('a'), { role: 'assistant', blocks: [call('1', argumentsText)] }, { role: 'tool', blocks: [result('1')] }] },
      })
      return [JSON.stringify((body['messages'] as { content: { input: unknown }[] }[])[1]?.content[0]?.input), losses.reported]
    }
    for (const [text, expected, dropped = []] of [
      ['', '{}'],
      [' ', '{}'],
      ['{"a":12345678901234567890,"__proto__":1}', '{"a":12345678901234567890,"__proto__":1}'],
      ['7', '{"value":7}'],
      ['"x"', '{"value":"x"}'],
      ['{"a":', '{"_invalid_json":"{\\"a\\":"}', ['tool_calls.arguments']],
    ] as const)
      it(`arguments ${text} become ${expected}`, () => expect(input(text)).to.deep.equal([expected, dropped]))

    it('a call that takes free text has one string', () => {
      const { body } = write({
        request: { turns: [user('a'), { role: 'assistant', blocks: [{ ...call('1', 'x = 1'), isCustom: true }] }, { role: 'tool', blocks: [result('1')] }] },
      })
      expectMentioned(body, { messages: [{ role: 'user', content: 'a' }, { content: [{ input: { input: 'x = 1' } }] }, { role: 'user' }] })
    })

    it('spells illegal ids alike in calls and results, the same each time', () => {
      const turns: Turn[] = [user('a'), { role: 'assistant', blocks: [call('a.b:1')] }, { role: 'tool', blocks: [result('a.b:1')] }]
      const [, used, given] = write({ request: { turns } }).body['messages'] as unknown as { content: { id: string; tool_use_id: string }[] }[]
      expect(used?.content[0]?.id).to.match(/^toolu_tl[0-9a-f]{22}$/)
      expect(given?.content[0]?.tool_use_id).to.equal(used?.content[0]?.id)
      expect(write({ request: { turns } }).spelled.body.equals(write({ request: { turns } }).spelled.body)).to.equal(true)
    })
  })

  describe('tools', () => {
    const tools = (tools: readonly Tool[], more: Partial<NeutralRequest> = {}) => ({ tools, ...more })
    check([
      {
        what: 'a function',
        request: tools([{ name: 'tide', description: 'd', schema: { type: 'object', properties: { a: { minimum: 1 } }, $schema: 'x' }, cache: {} }]),
        body: {
          tools: [
            {
              name: 'tide',
              description: 'd',
              input_schema: { type: 'object', properties: { a: { minimum: 1 } }, $schema: 'x' },
              cache_control: { type: 'ephemeral' },
            },
          ],
        },
      },
      { what: 'without parameters', request: tools([{ name: 'now' }]), body: { tools: [{ name: 'now', input_schema: { type: 'object', properties: {} } }] } },
      {
        what: 'parameters without a type',
        request: tools([{ name: 'now', schema: { properties: { a: {} } } }]),
        body: { tools: [{ name: 'now', input_schema: { type: 'object', properties: { a: {} } } }] },
      },
      {
        what: 'strict',
        request: tools([{ name: 'now', strict: true, schema: { type: 'object', properties: { a: { type: 'number', minimum: 1 } }, required: ['a'] } }]),
        body: {
          tools: [
            {
              name: 'now',
              strict: true,
              input_schema: { type: 'object', properties: { a: { type: 'number', description: 'minimum: 1' } }, required: ['a'], additionalProperties: false },
            },
          ],
        },
      },
      {
        what: 'strict with models that do not take it',
        request: tools([{ name: 'now', strict: true, schema: { type: 'object' } }]),
        model: 'claude-sonnet-4-0',
        body: { tools: [{ name: 'now', input_schema: { type: 'object' } }] },
        dropped: ['tools.strict'],
      },
      {
        what: 'free text',
        request: tools([{ name: 'patch', custom: {} }, tide]),
        body: { tools: [{ name: 'tide', input_schema: { type: 'object', properties: {} } }] },
        dropped: ['tools.custom'],
      },
      { what: 'choice auto', request: tools([tide], { toolChoice: { kind: 'auto' } }), body: { tool_choice: { type: 'auto' } } },
      { what: 'choice none', request: tools([tide], { toolChoice: { kind: 'none' }, parallelToolCalls: false }), body: { tool_choice: { type: 'none' } } },
      { what: 'choice required', request: tools([tide], { toolChoice: { kind: 'required' } }), body: { tool_choice: { type: 'any' } } },
      {
        what: 'choice of one',
        request: tools([tide, { name: 'now' }], { toolChoice: { kind: 'named', name: 'now' }, parallelToolCalls: false }),
        body: { tools: [{ name: 'tide' }, { name: 'now' }], tool_choice: { type: 'tool', name: 'now', disable_parallel_tool_use: true } },
      },
      {
        what: 'choice among some',
        request: tools([tide, { name: 'now' }], { toolChoice: { kind: 'allowed', names: ['now'], mode: 'required' } }),
        body: { tools: [{ name: 'now' }], tool_choice: { type: 'any' } },
      },
      {
        what: 'no parallel calls',
        request: tools([tide], { parallelToolCalls: false }),
        body: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      },
      { what: 'parallel calls', request: tools([tide], { parallelToolCalls: true }), absent: ['tool_choice'] },
      { what: 'choice without tools', request: { toolChoice: { kind: 'required' }, parallelToolCalls: false }, absent: ['tools', 'tool_choice'] },
      {
        what: 'hosted tools of Responses',
        request: {
          from: 'openai-responses',
          tools: [{ name: 'web_search', hosted: { type: 'web_search' } }, tide],
          toolChoice: { kind: 'named', name: 'web_search' },
        },
        body: { tools: [{ name: 'tide' }], tool_choice: { type: 'auto' } },
        dropped: ['tools.web_search'],
      },
    ])

    it('wraps free text when told to', () => {
      expectMentioned(write({ request: tools([{ name: 'patch', description: 'd', custom: {} }]) }, { wrap_custom_tools: true }).body, {
        tools: [{ name: 'patch', input_schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } }],
      })
    })

    it('spells names within the alphabet, in the history too, and says which', () => {
      const { body, spelled } = write({
        request: {
          tools: [{ name: 'get.tide' }],
          toolChoice: { kind: 'named', name: 'get.tide' },
          turns: [user('a'), { role: 'assistant', blocks: [call('1', '{}', 'get.tide')] }, { role: 'tool', blocks: [result('1')] }],
        },
      })
      expectMentioned(body, {
        tools: [{ name: 'get_tide' }],
        tool_choice: { name: 'get_tide' },
        messages: [{ role: 'user' }, { content: [{ name: 'get_tide' }] }, { role: 'user' }],
      })
      expect([...(spelled.toolNames ?? [])]).to.deep.equal([['get_tide', 'get.tide']])
    })

    it('refuses schemas that are too deep', () => {
      let schema: object = {}
      for (let i = 0; i < 70; i++) schema = { type: 'object', properties: { a: schema } }
      expect(refusal({ tools: [{ name: 'deep', schema: schema as never, at: 'tools[0]' }] }).param).to.equal('tools[0]')
    })
  })

  describe('the answer', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    check([
      {
        what: 'json_object',
        request: { output: { kind: 'json_object' }, system: [{ text: 's', kind: 'system', before: 0 }] },
        body: {
          system: [
            { type: 'text', text: 's' },
            { type: 'text', text: 'Answer with a single JSON object and nothing else: no explanation, no code fences.' },
          ],
        },
        dropped: ['response_format'],
      },
      {
        what: 'json_schema',
        request: { output: { kind: 'json_schema', name: 'n', description: 'd', strict: true, schema } },
        body: { output_config: { format: { type: 'json_schema', schema: { ...schema, additionalProperties: false } } } },
      },
      {
        what: 'strict: false',
        request: { output: { kind: 'json_schema', name: 'n', strict: false, schema } },
        body: { output_config: { format: { type: 'json_schema' } } },
        dropped: ['response_format.json_schema.strict'],
      },
      {
        what: 'json_schema by a tool',
        request: { output: { kind: 'json_schema', name: 'n', schema } },
        model: 'claude-3-haiku',
        settings: { json_schema_tool: true },
        body: { tools: [{ name: 'json_output', input_schema: schema }], tool_choice: { type: 'tool', name: 'json_output' } },
        absent: ['output_config'],
      },
    ])
    it('refuses a schema where the model takes none', () => {
      const request = { output: { kind: 'json_schema', name: 'n', schema } } as const
      expect(refusal(request, { jsonSchema: false }).param).to.equal('response_format.json_schema')
      expect(() => write({ request: { ...request, tools: [tide] }, traits: { jsonSchema: false }, settings: { json_schema_tool: true } })).to.throw(
        /together with tools/,
      )
      expect(() =>
        write({
          request: { ...request, reasoning: { effort: 'low' } },
          traits: { jsonSchema: false, thinking: 'budget' },
          settings: { json_schema_tool: true },
        }),
      ).to.throw(/together with thinking/)
    })
  })

  describe('thinking', () => {
    const budget: ModelTraits = { thinking: 'budget' }
    const enabled = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } })
    const loop = (...blocks: Turn['blocks']): Turn[] => [
      user('a'),
      { role: 'assistant', blocks: [...blocks, call('1')] },
      { role: 'tool', blocks: [result('1')] },
    ]
    const thought = { type: 'reasoning', text: 'hm', state: { vendor: 'anthropic', value: 'S' } } as const
    check([
      { what: 'none said', request: {}, absent: ['thinking', 'output_config'] },
      ...(['low', 'medium', 'high', 'xhigh', 'max'] as const).map(effort => ({
        what: `effort ${effort}, adaptive`,
        request: { reasoning: { effort } },
        model: 'claude-opus-4-7',
        body: { thinking: { type: 'adaptive' }, output_config: { effort } },
      })),
      {
        what: 'effort minimal, adaptive',
        request: { reasoning: { effort: 'minimal' } },
        body: { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
        silent: ['reasoning_effort'],
      },
      ...([{}, budget] as const).map(traits => ({
        what: `an effort that nobody knows${traits === budget ? ', by budget' : ''}`,
        request: { reasoning: { effort: 'huge' } },
        traits,
        absent: ['thinking', 'output_config'],
        dropped: ['reasoning_effort'],
      })),
      {
        what: 'thinking with an effort that nobody knows',
        request: { reasoning: { effort: 'huge', isEnabled: true } },
        body: { thinking: { type: 'adaptive' } },
        absent: ['output_config'],
        dropped: ['reasoning_effort'],
      },
      {
        what: 'effort xhigh where it is not taken',
        request: { reasoning: { effort: 'xhigh' } },
        model: 'claude-opus-4-6',
        body: { output_config: { effort: 'high' } },
        silent: ['reasoning_effort'],
      },
      ...(
        [
          ['minimal', 5000],
          ['low', 5000],
          ['medium', 10000],
          ['high', 20000],
          ['xhigh', 20000],
          ['max', 20000],
        ] as const
      ).map(([effort, tokens]) => ({
        what: `effort ${effort}, by budget`,
        request: { reasoning: { effort } },
        traits: budget,
        body: { ...enabled(tokens), max_tokens: tokens + 1024 },
        absent: ['output_config'],
      })),
      { what: 'effort none', request: { reasoning: { effort: 'none' } }, traits: budget, body: { thinking: { type: 'disabled' } } },
      { what: 'effort none, adaptive', request: { reasoning: { effort: 'none' } }, body: { thinking: { type: 'disabled' } }, absent: ['output_config'] },
      {
        what: 'effort none where the model always thinks',
        request: { reasoning: { effort: 'none' } },
        traits: { alwaysThinks: true },
        absent: ['thinking'],
        dropped: ['reasoning_effort'],
      },
      {
        what: 'effort where the model does not think',
        request: { reasoning: { effort: 'low' } },
        model: 'claude-3-haiku',
        absent: ['thinking'],
        dropped: ['reasoning_effort'],
      },
      { what: 'a budget', request: { reasoning: { budget: 3000 } }, traits: budget, body: { ...enabled(3000), max_tokens: 4096 } },
      { what: 'a budget below the least', request: { reasoning: { budget: 10 } }, traits: budget, body: { ...enabled(1024) } },
      ...(
        [
          [9999, 'low'],
          [10000, 'medium'],
          [20000, 'high'],
        ] as const
      ).map(([tokens, effort]) => ({
        what: `a budget of ${tokens}, adaptive`,
        request: { reasoning: { budget: tokens } },
        body: { thinking: { type: 'adaptive' }, output_config: { effort } },
      })),
      { what: 'a summary', request: { reasoning: { effort: 'low', summary: 'auto' } }, body: { thinking: { type: 'adaptive', display: 'summarized' } } },
      {
        what: 'a limit that leaves less than the budget',
        request: { reasoning: { effort: 'high' }, maxOutputTokens: 6000 },
        traits: budget,
        body: { ...enabled(4976), max_tokens: 6000 },
      },
      {
        what: 'a limit that leaves hardly any',
        request: { reasoning: { effort: 'high' }, maxOutputTokens: 1500 },
        traits: budget,
        body: { ...enabled(1024), max_tokens: 1500 },
      },
      {
        what: 'a limit that leaves none',
        request: { reasoning: { effort: 'high' }, maxOutputTokens: 1024 },
        traits: budget,
        body: { max_tokens: 1024 },
        absent: ['thinking'],
        dropped: ['reasoning_effort'],
      },
      {
        what: 'no sampling besides',
        request: { reasoning: { effort: 'low' }, sampling: { temperature: 0.2, topP: 0.5, topK: 3 } },
        traits: budget,
        absent: ['temperature', 'top_p', 'top_k'],
        dropped: ['temperature', 'top_k', 'top_p'],
      },
      {
        what: 'sampling near 1 besides',
        request: { reasoning: { effort: 'low' }, sampling: { temperature: 1, topP: 0.96 } },
        traits: budget,
        body: { temperature: 1, top_p: 0.96 },
      },
      {
        what: 'an effort, and a tool that must be called',
        request: { reasoning: { effort: 'low' }, tools: [tide], toolChoice: { kind: 'required' } },
        traits: budget,
        body: { tool_choice: { type: 'any' } },
        absent: ['thinking'],
        dropped: ['reasoning_effort'],
      },
      {
        what: 'history of its own',
        request: { reasoning: { effort: 'low' }, turns: loop(thought, { type: 'reasoning', text: '', redacted: 'D' }) },
        traits: budget,
        body: {
          ...enabled(5000),
          messages: [
            { role: 'user' },
            { content: [{ type: 'thinking', thinking: 'hm', signature: 'S' }, { type: 'redacted_thinking', data: 'D' }, { type: 'tool_use' }] },
            { role: 'user' },
          ],
        },
      },
      {
        what: 'history that is lost in a loop of calls',
        request: { reasoning: { effort: 'low' }, turns: loop() },
        traits: budget,
        absent: ['thinking'],
        dropped: ['thinking'],
      },
      { what: 'history that is lost, adaptive', request: { reasoning: { effort: 'low' }, turns: loop() }, body: { thinking: { type: 'adaptive' } } },
      {
        what: 'history that is lost before',
        request: { reasoning: { effort: 'low' }, turns: [...loop(), { role: 'assistant', blocks: [{ type: 'text', text: 'so' }] }, user('b')] },
        traits: budget,
        body: { ...enabled(5000) },
      },
      ...(
        [
          ['unsigned', { type: 'reasoning', text: 'hm' }],
          ['with an empty signature', { ...thought, state: { vendor: 'anthropic', value: '' } }],
          ['sealed', { ...thought, state: { vendor: 'anthropic', value: 'tl1.x' } }],
          ['of another vendor', { ...thought, state: { vendor: 'openai', value: 'S' } }],
          ['encrypted by another vendor', { ...thought, redacted: 'D', state: { vendor: 'openai', value: '' } }],
        ] as const
      ).map(([what, block]) => ({
        what: `history ${what}`,
        request: { turns: loop(block) },
        body: { messages: [{ role: 'user' }, { content: [{ type: 'tool_use', id: '1', name: 'tide', input: {} }] }, { role: 'user' }] },
        silent: ['reasoning'],
      })),
      {
        what: 'in its own words',
        request: {
          reasoning: { effort: 'low' },
          extras: { thinking: { type: 'enabled', budget_tokens: 2000 }, output_config: { effort: 'max', task_budget: 3 } },
        },
        traits: budget,
        body: { ...enabled(2000), output_config: { task_budget: 3 } },
      },
      {
        what: 'in its own words, to a model that takes no budget',
        request: { vendorExtras: { anthropic: { thinking: { type: 'enabled', budget_tokens: 15000 } } } },
        model: 'claude-opus-4-7',
        body: { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      },
      {
        what: 'switched off in its own words',
        request: { reasoning: { effort: 'high' }, extras: { thinking: { type: 'disabled' } } },
        body: { thinking: { type: 'disabled' } },
        absent: ['output_config'],
      },
    ])

    it('refuses a budget together with a tool that must be called', () => {
      expect(refusal({ reasoning: { budget: 2000 }, tools: [tide], toolChoice: { kind: 'named', name: 'tide' } }, budget).param).to.equal('tool_choice')
    })
  })

  describe('an assistant message at the end', () => {
    const turns: Turn[] = [user('a'), { role: 'assistant', blocks: [{ type: 'text', text: '{' }], at: 'messages[1]' }]
    it('is gone on from by older models', () =>
      expectMentioned(write({ request: { turns }, model: 'claude-sonnet-4-5' }).body, { messages: [{ role: 'user' }, { role: 'assistant', content: '{' }] }))
    it('is refused for newer ones', () => {
      expect(refusal({ turns }, { prefill: false })).to.deep.include({ param: 'messages[1]', status: 400 })
      expect(() => write({ request: { turns }, model: 'claude-opus-4-6' })).to.throw(/does not go on/)
    })
  })

  it('keeps the last four cache marks', () => {
    const cache = {}
    const { body, losses } = write({
      request: {
        tools: [{ ...tide, cache }],
        system: [{ text: 's', kind: 'system', before: 0, cache }],
        turns: [{ role: 'user', blocks: [1, 2, 3, 4].map(n => ({ type: 'text', text: String(n), cache })) }],
      },
    })
    expect(JSON.stringify(body).match(/cache_control/g)).to.have.length(4)
    expect(JSON.stringify([body['tools'], body['system']])).to.not.include('cache_control')
    expect(losses.reported).to.deep.equal(['cache_control'])
  })

  it('is the same bytes each time', () => {
    const request = { tools: [tide], reasoning: { effort: 'low' }, turns: [user('a')], sampling: { temperature: 1 } }
    expect(write({ request }).spelled.body.equals(write({ request }).spelled.body)).to.equal(true)
  })

  it('writes what a Responses request with reasoning says', () => {
    const { body } = writeRequest(
      upstream,
      neutralRequest({
        from: 'openai-responses',
        maxOutputTokens: 900,
        system: [{ text: 'Be brief.', kind: 'developer', before: 0 }],
        turns: [
          user('Tide?', 'input[0].content[0]'),
          {
            role: 'assistant',
            blocks: [
              { type: 'reasoning', text: 'Ask the tool.', isSummary: true, state: { vendor: 'anthropic', value: 'S2' } },
              { type: 'text', text: 'One moment.' },
              call('call_1'),
            ],
          },
          { role: 'tool', blocks: [{ type: 'tool_result', callId: 'call_1', blocks: [{ type: 'text', text: '2 m', at: 'input[4].output[0]' }] }] },
        ],
      }),
      destination({ traits: { vendor: 'anthropic' } }),
      new Losses(),
    )
    expectEqualJson(body, {
      model: 'm',
      system: [{ type: 'text', text: 'Be brief.' }],
      max_tokens: 900,
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Tide?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Ask the tool.', signature: 'S2' },
            { type: 'text', text: 'One moment.' },
            { type: 'tool_use', id: 'call_1', name: 'tide', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: '2 m' }] }] },
      ],
    })
  })
})

describe('what is known of Claude models', () => {
  for (const [ids, traits] of [
    [['claude-2.1', 'claude-instant-1.2', 'anthropic.claude-v2'], { thinking: 'none', jsonSchema: false, prefill: true }],
    [['claude-3-haiku-20240307', 'claude-3-5-sonnet@20240620', 'anthropic/claude-3.5-sonnet'], { thinking: 'none', jsonSchema: false, prefill: true }],
    [['claude-3-7-sonnet-20250219'], { thinking: 'budget', jsonSchema: false }],
    [
      ['claude-sonnet-4-20250514', 'claude-opus-4-0', 'claude-opus-4@20250514', 'us.anthropic.claude-sonnet-4-20250514-v1:0'],
      { thinking: 'budget', jsonSchema: false, prefill: true },
    ],
    [
      ['claude-opus-4-1-20250805', 'claude-sonnet-4-5', 'claude-haiku-4.5', 'claude-opus-4-5@20251101'],
      { thinking: 'budget', jsonSchema: true, singleSampling: true, prefill: true },
    ],
    [
      ['claude-opus-4-6', 'claude-sonnet-4.6', 'eu.anthropic.claude-opus-4-6-v1'],
      { thinking: 'adaptive', singleSampling: true, prefill: false, fixedSampling: false },
    ],
    [['claude-opus-4-7', 'claude-opus-4-10', 'claude-sonnet-5', 'claude-next'], { thinking: 'adaptive', fixedSampling: true, prefill: false }],
  ] as const)
    for (const id of ids) it(id, () => expect(knownTraits(id)).to.deep.include({ vendor: 'anthropic', family: 'claude', ...traits }))

  it('nothing of others', () => expect(knownTraits('gpt-5')).to.deep.equal({}))
})
