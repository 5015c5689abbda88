import { expect } from 'chai'
import openai from '../../providers/openai.ts'
import { callOf, conforms, instanceFacts, rerouted, respelled, settingsOf, type CallOverrides } from '../support/provider.ts'

const after = (model: string, body: object, call: CallOverrides = {}) => respelled(openai, body, { model, ...call })
const efforts = (model: string) => openai.traits?.(model, settingsOf(openai)).efforts

describe('the provider openai', () => {
  conforms(openai, 'openai.ts')

  it('has its own headers for organization and project', () => {
    expect(openai.resolve?.(settingsOf(openai, { organization: 'org-1', project: 'proj_1' })).defaultHeaders).to.deep.equal({
      'OpenAI-Organization': 'org-1',
      'OpenAI-Project': 'proj_1',
    })
  })

  it('is found where its facts say', () => {
    const { baseUrl, operations } = instanceFacts(openai)
    expect(baseUrl).to.equal('https://api.openai.com/v1')
    expect(operations).to.include({
      chat: 'POST /chat/completions',
      responses: 'POST /responses',
      embeddings: 'POST /embeddings',
      models: 'GET /models',
      responses_input_tokens: 'POST /responses/input_tokens',
      responses_compact: 'POST /responses/compact',
    })
  })

  describe('takes for a reasoning family', () => {
    for (const model of [
      'o1',
      'o3-mini',
      'o4-mini-2025-04-16',
      'gpt-5',
      'gpt-5-mini',
      'gpt-5.1',
      'gpt-5.2-2025-12-11',
      'gpt-6',
      'gpt-10.2-mini',
      'ft:gpt-5-mini:acme::1',
    ]) {
      it(model, () => expect(after(model, { max_tokens: 9 }).body).to.deep.equal({ max_completion_tokens: 9 }))
    }
    for (const model of [
      'gpt-35-turbo',
      'gpt-35',
      'gpt-3.5-turbo',
      'gpt-4',
      'gpt-4.1-mini',
      'gpt-4o',
      'chatgpt-4o-latest',
      'gpt-oss-120b',
      'omni-moderation-latest',
      'gpt-50x',
    ]) {
      it(`not ${model}`, () => expect(after(model, { max_tokens: 9, temperature: 0.5 }).body).to.deep.equal({ max_tokens: 9, temperature: 0.5 }))
    }
  })

  describe('spells calls of models that think', () => {
    const cases: readonly [string, object, object, string[]][] = [
      ['max_tokens is max_completion_tokens', { max_tokens: 9 }, { max_completion_tokens: 9 }, []],
      ['temperature and top_p go when they are not 1', { temperature: 0.2, top_p: 0.9 }, {}, ['temperature', 'top_p']],
      ['temperature and top_p of 1 stay', { temperature: 1, top_p: 1.0 }, { temperature: 1, top_p: 1 }, []],
      [
        'penalties, logit_bias and logprobs go',
        { presence_penalty: 1, frequency_penalty: 1, logit_bias: { 5: 1 }, logprobs: false },
        {},
        ['frequency_penalty', 'logit_bias', 'logprobs', 'presence_penalty'],
      ],
      ['what is null goes without a word', { presence_penalty: null, logit_bias: null }, {}, []],
      [
        'a reasoning object is flattened, without its summary',
        { reasoning: { effort: 'low', summary: 'auto' } },
        { reasoning_effort: 'low' },
        ['reasoning.summary'],
      ],
    ]
    for (const [name, before, expected, dropped] of cases) {
      it(name, () => {
        const { body, dropped: names } = after('gpt-5', before)
        expect([body, names]).to.deep.equal([expected, dropped])
      })
    }

    it('logprobs that are asked for are refused', () =>
      expect(() => after('gpt-5', { logprobs: true }))
        .to.throw()
        .with.include({ status: 400, param: 'logprobs' }))

    it('stop is left to Tapline', () => {
      expect(rerouted(openai, { stop: ['END'] }, { model: 'gpt-5' })).to.equal('openai-chat')
      const { body, stopAt } = after('gpt-5', { stop: ['END', ''] })
      expect([body, stopAt]).to.deep.equal([{}, ['END']])
      expect(after('gpt-5', { stop: 'X' }).stopAt).to.deep.equal(['X'])
    })

    it("stop is the model's own where it takes it", () => {
      expect(rerouted(openai, { stop: ['END'] }, { model: 'gpt-4o' })).to.equal(undefined)
      expect(after('gpt-4o', { stop: 'END' }).body).to.deep.equal({ stop: 'END' })
    })
  })

  it('only renames the limit for ids with -chat', () => {
    expect(after('gpt-5-chat-latest', { max_tokens: 9, temperature: 0.2, stop: 'x' }).body).to.deep.equal({
      max_completion_tokens: 9,
      temperature: 0.2,
      stop: 'x',
    })
  })

  it('keeps max_completion_tokens of both limits', () => {
    for (const model of ['gpt-5', 'gpt-4o']) expect(after(model, { max_tokens: 1, max_completion_tokens: 2 }).body).to.deep.equal({ max_completion_tokens: 2 })
  })

  describe('drops the effort of models that do not think', () => {
    for (const model of ['gpt-3.5-turbo', 'gpt-4', 'gpt-4o-mini', 'chatgpt-4o-latest']) {
      it(model, () => {
        const { body, dropped } = after(model, { reasoning_effort: 'high' })
        expect([body, dropped]).to.deep.equal([{}, ['reasoning_effort']])
      })
    }
    it('an order not to think is no loss', () => expect(after('gpt-4o', { reasoning_effort: 'none' })).to.deep.include({ body: {}, dropped: [] }))
  })

  describe('knows the efforts of', () => {
    const cases: readonly [string, string[]][] = [
      ['o3', ['low', 'medium', 'high']],
      ['gpt-5', ['minimal', 'low', 'medium', 'high']],
      ['gpt-5-mini', ['minimal', 'low', 'medium', 'high']],
      ['gpt-5.1', ['none', 'low', 'medium', 'high']],
      ['gpt-5.2', ['none', 'low', 'medium', 'high', 'xhigh']],
      ['gpt-5.6', ['none', 'low', 'medium', 'high', 'xhigh']],
      ['gpt-5.2-codex', ['low', 'medium', 'high', 'xhigh']],
    ]
    for (const [model, accepted] of cases) it(model, () => expect(efforts(model)).to.deep.equal(accepted))

    const clamped: readonly [string, string, string][] = [
      ['o3', 'minimal', 'low'],
      ['o3', 'none', 'low'],
      ['o3', 'xhigh', 'high'],
      ['o3', 'medium', 'medium'],
      ['gpt-5', 'none', 'minimal'],
      ['gpt-5', 'max', 'high'],
      ['gpt-5.1', 'minimal', 'low'],
      ['gpt-5.2', 'max', 'xhigh'],
    ]
    for (const [model, word, nearest] of clamped) {
      it(`${model}: ${word} is ${nearest}`, () => {
        expect(after(model, { reasoning_effort: word })).to.deep.include({ body: { reasoning_effort: nearest }, dropped: [] })
        expect(respelled(openai, { reasoning: { effort: word } }, { model, operation: 'responses', dialect: 'openai-responses' }).body).to.deep.equal({
          reasoning: { effort: nearest },
        })
      })
    }

    it("a model of the user's, of which only is known that it thinks: any", () => {
      const settings = { model_traits: [{ models: 'acme*', reasoning: true }] }
      for (const word of ['minimal', 'max']) {
        expect(after('acme-1', { reasoning_effort: word }, { settings })).to.deep.include({ body: { reasoning_effort: word }, dropped: [] })
        const call = { model: 'acme-1', operation: 'responses', dialect: 'openai-responses', settings }
        expect(respelled(openai, { reasoning: { effort: word } }, call).body).to.deep.equal({ reasoning: { effort: word } })
      }
    })
    it("a model of the user's", () => {
      const settings = { model_traits: [{ models: 'gpt-5.9*', efforts: ['low', 'max'] }] }
      expect(after('gpt-5.9-x', { reasoning_effort: 'xhigh' }, { settings }).body).to.deep.equal({ reasoning_effort: 'low' })
      expect(openai.traits?.('gpt-5.9-x', settingsOf(openai, settings)).efforts).to.deep.equal(['low', 'max'])
    })
  })

  describe('sends through /responses', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }
    const cases: readonly [string, string, object, boolean][] = [
      ['tools of a model that thinks, from 5.6 on', 'gpt-5.6', { tools }, true],
      ['tools of 5.6 with some effort', 'gpt-5.6-mini', { tools, reasoning_effort: 'low' }, true],
      ['not tools of 5.6 that shall not think', 'gpt-5.6', { tools, reasoning_effort: 'none' }, false],
      ['not 5.6 without tools', 'gpt-5.6', {}, false],
      ['not tools of models before', 'gpt-5.5', { tools }, false],
      ['tools of 6', 'gpt-6', { tools }, true],
      ['whatever a model that knows nothing else is asked', 'o3-pro', {}, true],
      ['tools of models that take them there only, whatever the effort', 'gpt-5.2-codex', { tools, reasoning_effort: 'none' }, true],
      ['an image that a tool gave', 'gpt-4o', { messages: [{ role: 'tool', tool_call_id: 'a', content: [image] }] }, true],
      ['a file that a tool gave', 'gpt-4o', { messages: [{ role: 'tool', tool_call_id: 'a', content: [{ type: 'file', file: { file_id: 'f' } }] }] }, true],
      ['not an image that a user gave', 'gpt-4o', { messages: [{ role: 'user', content: [image] }] }, false],
      ['a file by its address', 'gpt-4o', { messages: [{ role: 'user', content: [{ type: 'file', file: { file_url: 'https://a.example/a.pdf' } }] }] }, true],
      [
        'not a file that comes with the call',
        'gpt-4o',
        { messages: [{ role: 'user', content: [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }] }] },
        false,
      ],
    ]
    for (const [name, model, body, isSent] of cases) it(name, () => expect(rerouted(openai, body, { model })).to.equal(isSent ? 'openai-responses' : undefined))

    it('a model that the user says so of', () => {
      expect(rerouted(openai, { tools }, { model: 'acme', settings: { model_traits: [{ models: 'acme', responses: 'tools' }] } })).to.equal('openai-responses')
    })

    it('a model that has refused tools elsewhere', () => {
      const word =
        openai.learn?.(
          {
            status: 400,
            code: null,
            param: 'tools',
            message: 'Function tools with this model are only supported in v1/responses. Please use /v1/responses instead.',
          },
          callOf(openai, { model: 'gpt-new' }),
        ) ?? ''
      expect(rerouted(openai, { tools }, { model: 'gpt-new', learned: new Set([word]) })).to.equal('openai-responses')
      expect(rerouted(openai, { tools }, { model: 'gpt-other', learned: new Set([word]) })).to.equal(undefined)
    })

    it('learns nothing from other refusals', () => {
      for (const message of ['Invalid schema for function f', 'temperature is too high'])
        expect(openai.learn?.({ status: 400, code: null, param: null, message }, callOf(openai))).to.equal(undefined)
    })

    it('callers of other dialects with tools, and images that tools gave', () => {
      const call = { model: 'gpt-5.6', dialect: 'anthropic-messages', operation: 'messages' }
      expect(rerouted(openai, { tools: [{ name: 'f' }] }, call)).to.equal('openai-responses')
      expect(rerouted(openai, { tools: [{ name: 'f' }], thinking: { type: 'disabled' } }, call)).to.equal(undefined)
      expect(
        rerouted(
          openai,
          { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image' }] }] }] },
          { ...call, model: 'gpt-4o' },
        ),
      ).to.equal('openai-responses')
      expect(rerouted(openai, { stop_sequences: ['x'] }, call)).to.equal(undefined)
    })

    it('nothing that came through it', () =>
      expect(
        rerouted(openai, { tools: [{ type: 'function', name: 'f' }] }, { model: 'gpt-5.6', dialect: 'openai-responses', operation: 'responses' }),
      ).to.equal(undefined))
  })

  describe('sees to files that come with the call', () => {
    const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] })
    const pdf = 'data:application/pdf;base64,JVBERi0='
    it('one without a name gets one', () =>
      expect(after('gpt-4o', user({ type: 'file', file: { file_data: pdf } })).body).to.deep.equal(
        user({ type: 'file', file: { file_data: pdf, filename: 'document.pdf' } }),
      ))
    it('one with a name keeps it', () =>
      expect(after('gpt-4o', user({ type: 'file', file: { filename: 'a.pdf', file_data: pdf } })).body).to.deep.equal(
        user({ type: 'file', file: { filename: 'a.pdf', file_data: pdf } }),
      ))
    it('a text becomes a text headed by its name', () =>
      expect(
        after('gpt-4o', user({ type: 'file', file: { filename: 'a.md', file_data: `data:text/markdown;base64,${Buffer.from('Hé').toString('base64')}` } }))
          .body,
      ).to.deep.equal(user({ type: 'text', text: 'a.md\nHé' })))
  })

  it('makes functions tools before a model that thinks sees them', () => {
    expect(rerouted(openai, { functions: [{ name: 'f' }] }, { model: 'gpt-5' })).to.equal('openai-chat')
    expect(rerouted(openai, { messages: [{ role: 'assistant', function_call: { name: 'f', arguments: '{}' } }] }, { model: 'o3' })).to.equal('openai-chat')
  })

  it("takes out the state of OpenAI's own models, which only /responses takes back", () => {
    const held = { extra_content: { openai: { reasoning_items: [{ id: 'rs_1', encrypted_content: 'E', summary: [] }] } } }
    const history = (more: object) => ({
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'a', ...more, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' }, ...more }] },
        { role: 'tool', tool_call_id: 'c', content: 'r', ...more },
      ],
    })
    expect(after('gpt-5', history(held))).to.deep.include({ body: history({}), dropped: [] })
    expect(after('gpt-5', history(held), { settings: { base_url: 'https://proxy.example/v1' } }).body).to.deep.equal(history(held))
  })

  it('keeps the role developer', () =>
    expect(after('gpt-5', { messages: [{ role: 'developer', content: 'x' }] }).body).to.deep.equal({ messages: [{ role: 'developer', content: 'x' }] }))

  describe('leaves bodies alone', () => {
    const body = { max_tokens: 9, temperature: 0.3, stop: 'x', reasoning_effort: 'none', tools: [{ type: 'function', function: { name: 'f' } }] }
    it('of other hosts', () => {
      expect(respelled(openai, body, { model: 'gpt-5.6', settings: { base_url: 'https://proxy.example/v1' } }).body).to.deep.equal(body)
      expect(rerouted(openai, body, { model: 'gpt-5.6', settings: { base_url: 'https://proxy.example/v1' } })).to.equal(undefined)
    })
    it('unless they are said to serve its models', () =>
      expect(
        respelled(openai, body, { model: 'gpt-5.6', settings: { base_url: 'https://proxy.example/v1', strict_openai_models: true } }).body,
      ).not.to.have.property('max_tokens'))
    it('of regional hosts of its own not', () =>
      expect(respelled(openai, body, { model: 'gpt-5.6', settings: { base_url: 'https://eu.api.openai.com/v1' } }).body).not.to.have.property('max_tokens'))
    it('of embeddings', () =>
      expect(respelled(openai, { input: 'x', dimensions: 5 }, { operation: 'embeddings', model: 'text-embedding-3-small' }).body).to.deep.equal({
        input: 'x',
        dimensions: 5,
      }))
  })

  it('refuses under strict translation what it would drop', () =>
    expect(() => after('gpt-5', { temperature: 0.2 }, { strict: true }))
      .to.throw()
      .with.include({ status: 400, param: 'temperature' }))
})
