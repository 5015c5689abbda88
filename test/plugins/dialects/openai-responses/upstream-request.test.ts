import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import type { JsonObject, NeutralRequest } from '../../../../core/neutral/request.ts'
import { seal } from '../../../../core/neutral/state.ts'
import type { ModelTraits } from '../../../../core/neutral/translation.ts'
import chat from '../../../../plugins/dialects/openai-chat/index.ts'
import dialect from '../../../../plugins/dialects/openai-responses/index.ts'
import { destination, expectEqualJson, neutralRequest, translateRequest, writeRequest } from '../../../support/translation.ts'

const upstream = dialect.upstream!
const to = (traits: ModelTraits = {}, strict = false) =>
  destination({ model: 'gpt-5', provider: 'openai', traits: { vendor: 'openai', ...traits }, options: { strict } })
const write = (request: Partial<NeutralRequest>, traits: ModelTraits = {}, strict = false) =>
  writeRequest(upstream, neutralRequest(request), to(traits, strict))
const bodyOf = (request: Partial<NeutralRequest>, traits: ModelTraits = {}) =>
  write(request, traits).body as JsonObject & { readonly input: readonly JsonObject[] }
const inputOf = (...turns: NeutralRequest['turns']) => bodyOf({ turns }).input
const tool = { name: 'f', schema: { type: 'object' } }
const text = (value: string) => ({ type: 'text', text: value }) as const
const call = { type: 'tool_call', id: 'c1', name: 'n', argumentsText: '{"a":1}' } as const
const own = { type: 'reasoning', text: 's', isSummary: true, itemId: 'rs_1', state: { vendor: 'openai', value: 'gAAA' } } as const

describe('a request, written for Responses', () => {
  it('keeps nothing with the provider, and asks for what has to come back (3.8)', () => {
    expect(bodyOf({})).to.deep.equal({
      model: 'gpt-5',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] }],
      store: false,
      include: ['reasoning.encrypted_content'],
    })
    expect(bodyOf({}, { thinking: 'none' })).to.not.have.property('include')
  })

  describe('the top level (3.1)', () => {
    const carried: Record<string, [request: Partial<NeutralRequest>, body: object]> = {
      stream: [{ isStream: true }, { stream: true }],
      'output cap': [{ maxOutputTokens: 9 }, { max_output_tokens: 9 }],
      'temperature, top_p': [{ sampling: { temperature: 1.5, topP: 0.5 } }, { temperature: 1.5, top_p: 0.5 }],
      logprobs: [{ wants: { logprobs: true, topLogprobs: 3 } }, { include: ['reasoning.encrypted_content', 'message.output_text.logprobs'], top_logprobs: 3 }],
      'user id': [{ hints: { user: 'u', safetyIdentifier: 's' } }, { user: 'u', safety_identifier: 's' }],
      'metadata map': [{ hints: { metadata: { a: 'b' } } }, { metadata: { a: 'b' } }],
      tier: [{ hints: { serviceTier: 'flex' } }, { service_tier: 'flex' }],
      verbosity: [{ hints: { verbosity: 'low' } }, { text: { verbosity: 'low' } }],
      'cache key': [{ hints: { promptCacheKey: 'k' } }, { prompt_cache_key: 'k' }],
      'how long the cache keeps the prompt': [{ hints: { promptCacheRetention: '24h' } }, { prompt_cache_retention: '24h' }],
      'web search': [
        { hints: { webSearch: { search_context_size: 'low', user_location: { type: 'approximate', approximate: { city: 'Oslo' } } } } },
        { tools: [{ type: 'web_search', search_context_size: 'low', user_location: { type: 'approximate', city: 'Oslo' } }] },
      ],
      'what nobody knows of a place': [
        { hints: { webSearch: { user_location: { type: 'approximate', x: 1, approximate: { city: 'Oslo' } } } } },
        { tools: [{ type: 'web_search', user_location: { x: 1, type: 'approximate', city: 'Oslo' } }] },
      ],
      'what nobody knows': [{ extras: { something_new: { a: 1 }, store: 'not this' } }, { something_new: { a: 1 }, store: false }],
    }
    for (const [row, [request, expected]] of Object.entries(carried)) {
      it(`carries ${row}`, () => {
        const { body, losses } = write(request)
        expect(body).to.deep.include(expected)
        expect(losses.list).to.deep.equal([])
      })
    }

    const dropped: Record<string, [request: Partial<NeutralRequest>, field: string]> = {
      top_k: [{ sampling: { topK: 4 } }, 'top_k'],
      seed: [{ sampling: { seed: 4 } }, 'seed'],
      presence: [{ sampling: { presencePenalty: 1 } }, 'presence_penalty'],
      frequency: [{ sampling: { frequencyPenalty: 1 } }, 'frequency_penalty'],
      logit_bias: [{ sampling: { logitBias: { 1: 2 } } }, 'logit_bias'],
      prediction: [{ hints: { prediction: { type: 'content', content: 'a' } } }, 'prediction'],
      store: [{ hints: { store: true } }, 'store'],
      'tier of Anthropic': [{ from: 'anthropic-messages', hints: { serviceTier: 'auto' } }, 'service_tier'],
      prefill: [
        {
          turns: [
            { role: 'user', blocks: [text('a')] },
            { role: 'assistant', blocks: [text('b')] },
          ],
        },
        'prefill',
      ],
      'document citations': [{ turns: [{ role: 'user', blocks: [{ type: 'file', source: { kind: 'text', text: 'a' }, citations: true }] }] }, 'citations'],
      'an effort that is not taken': [{ reasoning: { effort: 'extreme' } }, 'reasoning_effort'],
    }
    for (const [row, [request, field]] of Object.entries(dropped)) {
      it(`drops ${row}, with a note; refuses it where translation is strict`, () => {
        const traits = { efforts: ['low', 'high'] }
        expect(write(request, traits).losses.reported).to.deep.equal([field])
        expect(() => write(request, traits, true))
          .to.throw(GatewayError)
          .with.property('status', 400)
      })
    }

    const refused: Record<string, [request: Partial<NeutralRequest>, param: string]> = {
      n: [{ sampling: { count: 2 } }, 'n'],
      'audio out': [{ hints: { modalities: ['text', 'audio'], audio: {} } }, 'modalities'],
      audio: [
        { turns: [{ role: 'user', blocks: [{ type: 'audio', mime: 'audio/wav', data: 'AAAA', at: 'messages[0].content[0]' }] }] },
        'messages[0].content[0]',
      ],
      video: [
        { turns: [{ role: 'user', blocks: [{ type: 'video', source: { kind: 'url', url: 'https://a.test' }, at: 'messages[0].content[0]' }] }] },
        'messages[0].content[0]',
      ],
      "another vendor's file": [
        { turns: [{ role: 'user', blocks: [{ type: 'file', source: { kind: 'file', vendor: 'anthropic', id: 'f' }, at: 'messages[0].content[0]' }] }] },
        'messages[0].content[0]',
      ],
      "an assistant's image, for which it has no part": [
        { turns: [{ role: 'assistant', blocks: [{ type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' }, at: 'messages[0].content[0]' }] }] },
        'messages[0].content[0]',
      ],
      "a vendor's own tool": [{ tools: [{ name: 'bash', hosted: { type: 'bash_20250124' }, at: 'tools[0]' }] }, 'tools[0]'],
    }
    for (const [row, [request, param]] of Object.entries(refused)) {
      it(`refuses ${row}`, () => {
        expect(() => write(request))
          .to.throw(GatewayError)
          .that.deep.includes({ status: 400, code: 'unsupported_parameter', param })
      })
    }

    it("says nothing of users and metadata that Anthropic's callers send", () => {
      const { body, losses } = write({ from: 'anthropic-messages', hints: { user: 'session', metadata: { a: 1 } } })
      expect(body).to.not.have.any.keys('user', 'metadata')
      expect(losses.reported).to.deep.equal([])
    })

    it('leaves stop sequences to the gateway (row 16)', () => {
      const { spelled, body, losses } = write({ stop: ['a', 'b'] })
      expect(spelled.emulatedStop).to.deep.equal(['a', 'b'])
      expect(body).to.not.have.property('stop')
      expect(losses.list).to.deep.equal([])
    })
  })

  it('joins the system text that leads; later ones stand where they stood (3.2)', () => {
    const system = [
      { text: 'a', kind: 'system', before: 0 },
      { text: 'b', kind: 'developer', before: 0 },
      { text: 'c', kind: 'system', before: 1 },
      { text: 'd', kind: 'system', before: 2 },
    ] as const
    const body = bodyOf({
      system,
      turns: [
        { role: 'user', blocks: [text('1')] },
        { role: 'user', blocks: [text('2')] },
      ],
    })
    expect(body['instructions']).to.equal('a\n\nb')
    expect(body.input.map(({ role, content }) => [role, (content as { text: string }[])[0]?.text])).to.deep.equal([
      ['user', '1'],
      ['developer', 'c'],
      ['user', '2'],
      ['developer', 'd'],
    ])
  })

  it('writes parts (3.3)', () => {
    const [item] = inputOf({
      role: 'user',
      blocks: [
        text('a'),
        { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AAAA' }, detail: 'low' },
        { type: 'image', source: { kind: 'url', url: 'https://a.test/b.png' } },
        { type: 'image', source: { kind: 'file', vendor: 'openai', id: 'file_1' } },
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'AAAA' }, name: 'a.pdf', context: 'About it' },
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'AAAA' } },
        { type: 'file', source: { kind: 'url', url: 'https://a.test/c.pdf' } },
        { type: 'file', source: { kind: 'text', text: 'plain' }, name: 'a.txt' },
      ],
    })
    expect(item?.['content']).to.deep.equal([
      { type: 'input_text', text: 'a' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
      { type: 'input_image', image_url: 'https://a.test/b.png', detail: 'auto' },
      { type: 'input_image', file_id: 'file_1', detail: 'auto' },
      { type: 'input_text', text: 'About it' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      { type: 'input_file', file_url: 'https://a.test/c.pdf' },
      { type: 'input_text', text: 'a.txt\nplain' },
    ])
  })

  it('tells that a file by its address has no name', () => {
    const { losses } = write({ turns: [{ role: 'user', blocks: [{ type: 'file', source: { kind: 'url', url: 'https://a.test/c.pdf' }, name: 'c.pdf' }] }] })
    expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([['filename', true]])
  })

  describe('tools (3.4, 3.5)', () => {
    it('are flat, and always say whether they are strict', () => {
      expect(bodyOf({ tools: [{ ...tool, description: 'd', strict: true }, { name: 'g' }] })['tools']).to.deep.equal([
        { type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
        { type: 'function', name: 'g', strict: false },
      ])
    })

    it('take free text, with a flat grammar', () => {
      expect(
        bodyOf({ tools: [{ name: 'c', description: 'd', custom: { name: 'c', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } } }] })[
          'tools'
        ],
      ).to.deep.equal([{ type: 'custom', name: 'c', description: 'd', format: { type: 'grammar', syntax: 'lark', definition: 'x' } }])
    })

    it('get names that are legal, put back in the answer', () => {
      const { body, spelled } = write({
        tools: [{ name: 'a.b' }],
        toolChoice: { kind: 'named', name: 'a.b' },
        turns: [{ role: 'assistant', blocks: [{ ...call, name: 'a.b' }] }],
      })
      expect(JSON.stringify(body)).to.not.include('a.b')
      expect([...(spelled.toolNames ?? [])]).to.deep.equal([['a_b', 'a.b']])
    })

    const choices: Record<string, [choice: NeutralRequest['toolChoice'], expected: unknown]> = {
      auto: [{ kind: 'auto' }, 'auto'],
      none: [{ kind: 'none' }, 'none'],
      required: [{ kind: 'required' }, 'required'],
      named: [
        { kind: 'named', name: 'f' },
        { type: 'function', name: 'f' },
      ],
      'named, free': [
        { kind: 'named', name: 'c' },
        { type: 'custom', name: 'c' },
      ],
      'an allowed list': [
        { kind: 'allowed', names: ['f'], mode: 'required' },
        { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
      ],
    }
    for (const [row, [toolChoice, expected]] of Object.entries(choices)) {
      it(`are chosen: ${row}`, () => {
        expect(bodyOf({ tools: [tool, { name: 'c', custom: {} }], ...(toolChoice === undefined ? {} : { toolChoice }) })['tool_choice']).to.deep.equal(expected)
      })
    }

    it('say whether several may be called, and nothing where there is none', () => {
      expect(bodyOf({ tools: [tool], parallelToolCalls: false })['parallel_tool_calls']).to.equal(false)
      expect(bodyOf({ parallelToolCalls: false, toolChoice: { kind: 'required' } })).to.not.have.any.keys('parallel_tool_calls', 'tool_choice', 'tools')
    })
  })

  describe('history (3.6, 9.1)', () => {
    it('has calls and results as items', () => {
      expect(
        inputOf(
          {
            role: 'assistant',
            blocks: [text('a'), text('b'), call, { ...call, id: 'c2', argumentsText: '' }, { ...call, id: 'c3', argumentsText: 'free', isCustom: true }],
          },
          {
            role: 'tool',
            blocks: [
              { type: 'tool_result', callId: 'c1', blocks: [text('r')], isError: true },
              { type: 'tool_result', callId: 'c2', blocks: [text('r'), text('s')] },
              { type: 'tool_result', callId: 'c3', blocks: [] },
            ],
          },
          { role: 'user', blocks: [text('go on')] },
        ),
      ).to.deep.equal([
        {
          type: 'message',
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'a' },
            { type: 'output_text', text: 'b' },
          ],
        },
        { type: 'function_call', call_id: 'c1', name: 'n', arguments: '{"a":1}' },
        { type: 'function_call', call_id: 'c2', name: 'n', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'c3', name: 'n', input: 'free' },
        { type: 'function_call_output', call_id: 'c1', output: 'r' },
        {
          type: 'function_call_output',
          call_id: 'c2',
          output: [
            { type: 'input_text', text: 'r' },
            { type: 'input_text', text: 's' },
          ],
        },
        { type: 'custom_tool_call_output', call_id: 'c3', output: '' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'go on' }] },
      ])
    })

    it('has images and files in results', () => {
      expect(
        inputOf({ role: 'tool', blocks: [{ type: 'tool_result', callId: 'c1', blocks: [{ type: 'image', source: { kind: 'url', url: 'u' } }] }] })[0]?.[
          'output'
        ],
      ).to.deep.equal([{ type: 'input_image', detail: 'auto', image_url: 'u' }])
    })

    it("has the vendor's own reasoning before what it led to", () => {
      expect(inputOf({ role: 'assistant', blocks: [own, call] })).to.deep.equal([
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 's' }], encrypted_content: 'gAAA' },
        { type: 'function_call', call_id: 'c1', name: 'n', arguments: '{"a":1}' },
      ])
    })

    const lost: Record<string, object> = {
      "another vendor's": { ...own, state: { vendor: 'anthropic', value: 'S' } },
      sealed: { ...own, state: { vendor: 'openai', value: seal({ v: 1, f: 'openai', s: [] }) } },
      'without state': { type: 'reasoning', text: 'never said as text' },
      redacted: { type: 'reasoning', text: '', redacted: 'D', state: { vendor: 'anthropic', value: '' } },
    }
    for (const [name, block] of Object.entries(lost)) {
      it(`leaves out reasoning that is ${name}`, () => {
        const { body, losses } = write({ turns: [{ role: 'assistant', blocks: [block as typeof own, call] }] })
        expect((body['input'] as JsonObject[]).map(({ type }) => type)).to.deep.equal(['function_call'])
        expect(losses.reported).to.deep.equal([])
      })
    }

    it('leaves out reasoning that led to nothing', () => {
      expect(inputOf({ role: 'assistant', blocks: [text('a'), own] }, { role: 'user', blocks: [text('b')] }).map(({ type }) => type)).to.deep.equal([
        'message',
        'message',
      ])
    })
  })

  it('asks for the form of the answer (3.7)', () => {
    expect(bodyOf({ output: { kind: 'json_object' } })['text']).to.deep.equal({ format: { type: 'json_object' } })
    expect(bodyOf({ output: { kind: 'json_schema', name: 'n', schema: { type: 'object' }, strict: false, description: 'd' } })['text']).to.deep.equal({
      format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: false, description: 'd' },
    })
  })

  const efforts: Record<string, [controls: NonNullable<NeutralRequest['reasoning']>, traits: ModelTraits, expected: unknown]> = {
    'none, where it is taken': [{ effort: 'none' }, { efforts: ['none', 'low'] }, { effort: 'none' }],
    'none, where it is not': [{ effort: 'none' }, { efforts: ['low'] }, undefined],
    'low, clamped up': [{ effort: 'minimal' }, { efforts: ['low', 'high'] }, { effort: 'low' }],
    'max, clamped down': [{ effort: 'max' }, { efforts: ['low', 'high'] }, { effort: 'high' }],
    'a small budget': [{ budget: 2000 }, {}, { effort: 'low' }],
    'a middling budget': [{ budget: 10_000 }, {}, { effort: 'medium' }],
    'a large budget': [{ budget: 20_000 }, {}, { effort: 'high' }],
    'thinking switched on': [{ isEnabled: true }, {}, { effort: 'medium' }],
    'thinking switched off': [{ isEnabled: false }, {}, { effort: 'none' }],
    'a summary': [{ effort: 'high', summary: 'detailed' }, {}, { effort: 'high', summary: 'detailed' }],
    'thinking that shall be seen': [{ effort: 'high', display: 'summarized' }, {}, { effort: 'high', summary: 'auto' }],
    'any, of a model that cannot think': [{ effort: 'none' }, { thinking: 'none' }, undefined],
  }
  for (const [row, [reasoning, traits, expected]] of Object.entries(efforts)) {
    it(`tells how hard to think (3.8): ${row}`, () => {
      expect(bodyOf({ reasoning }, traits)['reasoning']).to.deep.equal(expected)
    })
  }

  it('writes the same bytes for the same request (12.12)', () => {
    const request = neutralRequest({ tools: [tool, { name: 'a b' }], turns: [{ role: 'assistant', blocks: [own, call] }], extras: { z: 1, a: 2 } })
    expect(upstream.request(request, to(), write({}).losses).body).to.deep.equal(upstream.request(request, to(), write({}).losses).body)
  })

  it('keeps long numbers and __proto__ (12.5)', () => {
    const { spelled } = translateRequest(
      chat.caller!,
      '{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"maximum":12345678901234567890,"__proto__":{"a":1}}}}]}',
      upstream,
      to(),
    )
    expect(spelled.body.toString()).to.include('"parameters":{"maximum":12345678901234567890,"__proto__":{"a":1}}')
  })

  it('takes a chat with tools as a whole', () => {
    const { body } = translateRequest(
      chat.caller!,
      {
        model: 'm',
        stream: true,
        max_completion_tokens: 50,
        messages: [
          { role: 'developer', content: 'be brief' },
          { role: 'user', content: 'Tide?' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'tide', arguments: '{}' } }],
            extra_content: { openai: { reasoning_items: [{ id: 'rs_1', encrypted_content: 'gAAA', summary: [] }] } },
          },
          { role: 'tool', tool_call_id: 'c1', content: '2 m' },
        ],
        tools: [{ type: 'function', function: { name: 'tide' } }],
        reasoning_effort: 'high',
      },
      upstream,
      to(),
    )
    expectEqualJson(body, {
      model: 'gpt-5',
      instructions: 'be brief',
      stream: true,
      max_output_tokens: 50,
      store: false,
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'high' },
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Tide?' }] },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' },
        { type: 'function_call', call_id: 'c1', name: 'tide', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: '2 m' },
      ],
      tools: [{ type: 'function', name: 'tide', strict: false }],
    })
  })
})
