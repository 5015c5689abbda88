import { expect } from 'chai'
import compatible from '../../providers/openai-compatible.ts'
import { endpointsOf } from '../../core/upstream/provider/provider-facts.ts'
import { callOf, conforms, instanceFacts, rerouted, respelled, settingsOf } from '../support/provider.ts'

const after = (body: object, settings: object = {}, call: object = {}) => respelled(compatible, body, { settings: { name: 'acme', ...settings }, ...call })

describe('the provider openai-compatible', () => {
  conforms(compatible, 'openai-compatible.ts')

  it('needs a base, and no key', () => expect(compatible.needs).to.deep.equal(['base_url']))

  describe('max_tokens_field', () => {
    const cases: readonly [object, object][] = [
      [{}, { max_tokens: 5 }],
      [{ max_tokens_field: 'max_tokens' }, { max_tokens: 5 }],
      [{ max_tokens_field: 'max_completion_tokens' }, { max_completion_tokens: 5 }],
      [{ max_tokens_field: 'both' }, { max_tokens: 5, max_completion_tokens: 5 }],
    ]
    for (const [settings, expected] of cases)
      it(JSON.stringify(settings), () => expect(after({ max_completion_tokens: 5 }, settings).body).to.deep.equal(expected))
  })

  describe('system_role', () => {
    const said = (role: string) => ({ messages: [{ role, content: 'x' }] })
    it('system converts developer', () => expect(after(said('developer')).body).to.deep.equal(said('system')))
    it('developer keeps it', () => expect(after(said('developer'), { system_role: 'developer' }).body).to.deep.equal(said('developer')))
  })

  describe('stream_usage', () => {
    const asked = { stream: true, stream_options: { include_usage: true, other: 1 } }
    it('auto asks as Tapline does', () => {
      expect(compatible.usageOnRequest).to.equal(true)
      expect(after(asked).body).to.deep.equal(asked)
    })
    it('auto learns that a server refuses to be asked', () => {
      const word = compatible.learn?.({ status: 400, code: null, param: null, message: 'unknown field: stream_options' }, callOf(compatible)) ?? ''
      expect(after(asked, {}, { learned: new Set([word]) }).body).to.deep.equal({ stream: true })
      expect(compatible.learn?.({ status: 400, code: null, param: null, message: 'temperature is too high' }, callOf(compatible))).to.equal(undefined)
    })
    it('always asks', () => {
      expect(after({ stream: true }, { stream_usage: 'always' }, { streamed: true }).body).to.deep.equal({
        stream: true,
        stream_options: { include_usage: true },
      })
      expect(after({ stream: true, stream_options: { other: 1 } }, { stream_usage: 'always' }, { streamed: true }).body).to.deep.equal({
        stream: true,
        stream_options: { other: 1, include_usage: true },
      })
      expect(after({}, { stream_usage: 'always' }).body).to.deep.equal({})
      expect(
        compatible.learn?.({ status: 400, code: null, param: 'stream_options', message: '' }, callOf(compatible, { settings: { stream_usage: 'always' } })),
      ).to.equal(undefined)
    })
    it('never asks', () => expect(after(asked, { stream_usage: 'never' }).body).to.deep.equal({ stream: true }))
  })

  describe('reasoning_in', () => {
    const cases: readonly [string, object, object, string[]][] = [
      ['flat', { reasoning_effort: 'low' }, { reasoning_effort: 'low' }, []],
      ['flat', { reasoning: { effort: 'low' } }, { reasoning_effort: 'low' }, []],
      ['flat', { reasoning: { effort: 'low', exclude: true, x: 1 } }, { reasoning_effort: 'low' }, ['reasoning.exclude', 'reasoning.x']],
      ['object', { reasoning_effort: 'low' }, { reasoning: { effort: 'low' } }, []],
      ['object', { reasoning_effort: 'low', reasoning: { exclude: true } }, { reasoning: { exclude: true, effort: 'low' } }, []],
      ['thinking', { reasoning_effort: 'low' }, { thinking: { type: 'enabled' } }, []],
      ['thinking', { reasoning: { effort: 'none' } }, { thinking: { type: 'disabled' } }, []],
      ['template_kwargs', { reasoning_effort: 'low' }, { chat_template_kwargs: { enable_thinking: true } }, []],
      ['template_kwargs', { reasoning_effort: 'none', chat_template_kwargs: { a: 1 } }, { chat_template_kwargs: { a: 1, enable_thinking: false } }, []],
      ['none', { reasoning_effort: 'low' }, {}, ['reasoning_effort']],
    ]
    for (const [how, before, body, dropped] of cases)
      it(`${how}: ${JSON.stringify(before)}`, () => expect(after(before, { reasoning_in: how })).to.deep.include({ body, dropped }))
  })

  describe('reasoning_out', () => {
    const reply = { choices: [{ index: 0, message: { role: 'assistant', content: '<think>a</think>b' } }] }
    const read = (settings: object) => compatible.normalizer?.(settingsOf(compatible, { ...settings }))?.(reply)
    it('auto leaves replies to the dialect', () => expect(read({})).to.equal(undefined))
    it('think takes thoughts out of the text', () =>
      expect(read({ reasoning_out: 'think' })).to.deep.equal({ choices: [{ index: 0, message: { role: 'assistant', content: 'b', reasoning_content: 'a' } }] }))
  })

  describe('drop_params are removed, and said so', () => {
    const cases: readonly [string, object, object?][] = [
      ['from chats', {}],
      ['from Responses', { operation: 'responses', dialect: 'openai-responses' }],
      ['from Messages', { operation: 'messages', dialect: 'anthropic-messages' }],
      ['from embeddings', { operation: 'embeddings' }],
      ["with the rules of OpenAI's models", {}, { strict_openai_models: true }],
    ]
    for (const [name, call, settings] of cases)
      it(name, () =>
        expect(after({ seed: 5, top_k: 3, user: 'u' }, { drop_params: ['seed', 'top_k', 'other'], ...settings }, call)).to.deep.include({
          body: { user: 'u' },
          dropped: ['seed', 'top_k'],
        }),
      )
  })

  describe('image_urls', () => {
    const isData = (settings: object) => compatible.imageAsData?.('https://a.example/a.png', settingsOf(compatible, { ...settings }))
    it('forward sends them on', () => expect(isData({})).to.equal(false))
    it('data_only takes data only', () => expect(isData({ image_urls: 'data_only' })).to.equal('refused'))
    it('fetch takes what Tapline has fetched', () => expect(isData({ image_urls: 'fetch' })).to.equal(true))
  })

  describe('json_schema', () => {
    const body = { messages: [{ role: 'user', content: 'x' }], response_format: { type: 'json_schema', json_schema: { schema: {} } } }
    it('forward sends it on', () => expect(after(body).body).to.deep.equal(body))
    it('json_object tells it in words', () =>
      expect(after(body, { json_schema: 'json_object' }).body['response_format']).to.deep.equal({ type: 'json_object' }))
    it('prompt tells it in words only', () => expect(after(body, { json_schema: 'prompt' }).body).not.to.have.property('response_format'))
  })

  describe('operations', () => {
    const operationsOf = (settings: object) => Object.keys(instanceFacts(compatible, { ...settings })['operations']).sort()
    it('are chat, embeddings and models', () => expect(operationsOf({})).to.deep.equal(['chat', 'embeddings', 'models']))
    it('are those of further dialects, too', () => {
      expect(operationsOf({ native_dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'] })).to.deep.equal([
        'chat',
        'embeddings',
        'messages',
        'models',
        'responses',
      ])
    })
    it('are all that it could have, for the configuration to choose', () =>
      expect(operationsOf({ operations: ['chat', 'speech'] })).to.include.members(['speech', 'transcriptions', 'moderations', 'rerank']))
  })

  it('operations may be named by what they are about', () => {
    const served = (operations: readonly string[]) => [...endpointsOf(instanceFacts(compatible, { operations })).keys()].sort()
    expect(served(['chat', 'files'])).to.deep.equal(['chat', 'files_content', 'files_create', 'files_delete', 'files_get', 'files_list'])
    expect(served(['responses'])).to.deep.equal(['responses'])
    expect(served(['responses_compact', 'responses_get', 'responses_cancel'])).to.deep.equal(['responses_cancel', 'responses_compact', 'responses_get'])
    expect(served(['batches_get'])).to.deep.equal(['batches_get'])
    expect(served(['stored_responses'])).to.deep.equal(['responses_cancel', 'responses_delete', 'responses_get', 'responses_input_items'])
  })

  it("strict_openai_models spells calls for OpenAI's models", () => {
    expect(after({ max_tokens: 5, temperature: 0.5 }, { strict_openai_models: true }, { model: 'gpt-5' })).to.deep.include({
      body: { max_completion_tokens: 5 },
      dropped: ['temperature'],
    })
    expect(rerouted(compatible, { stop: 'x' }, { model: 'gpt-5', settings: { strict_openai_models: true } })).to.equal('openai-chat')
    expect(rerouted(compatible, { stop: 'x' }, { model: 'gpt-5' })).to.equal(undefined)
  })
})
