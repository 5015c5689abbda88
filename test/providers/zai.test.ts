import { expect } from 'chai'
import zai from '../../providers/zai.ts'
import { conforms, respelled, type CallOverrides } from '../support/provider.ts'

const after = (body: object, call: CallOverrides = {}) => respelled(zai, body, { model: 'glm-4.6', ...call })

describe('the provider zai', () => {
  conforms(zai, 'zai.ts')

  it('is found at a base without /v1', () => expect(zai.baseUrl).to.equal('https://api.z.ai/api/paas/v4'))

  describe('is told to think', () => {
    const cases: readonly [string, string, object, string[]][] = [
      ['glm-4.6', 'none', { thinking: { type: 'disabled' } }, []],
      ['glm-4.6', 'high', { thinking: { type: 'enabled' } }, []],
      ['glm-5.2', 'low', { thinking: { type: 'enabled' }, reasoning_effort: 'low' }, []],
      ['glm-5.2', 'medium', { thinking: { type: 'enabled' }, reasoning_effort: 'high' }, []],
      ['glm-5.2', 'xhigh', { thinking: { type: 'enabled' }, reasoning_effort: 'max' }, []],
      ['glm-5.2', 'none', { thinking: { type: 'disabled' } }, []],
      ['glm-5.3', 'none', {}, ['reasoning_effort']],
      ['glm-5.3', 'max', { thinking: { type: 'enabled' }, reasoning_effort: 'max' }, []],
      ['glm-4-plus', 'high', {}, ['reasoning_effort']],
    ]
    for (const [model, word, body, dropped] of cases)
      it(`${model}: ${word}`, () => expect(after({ reasoning_effort: word }, { model })).to.deep.include({ body, dropped }))
    it('by the caller himself', () => {
      const body = { thinking: { type: 'enabled', clear_thinking: false }, do_sample: false }
      expect(after({ ...body, reasoning_effort: 'none' }).body).to.deep.equal(body)
    })
  })

  describe('with tools', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    it('streams their arguments', () =>
      expect(after({ tools, stream: true }, { streamed: true }).body).to.deep.equal({ tools, stream: true, tool_stream: true }))
    it('streams them where the caller wants, and the model can', () => {
      expect(after({ tools, tool_stream: false }, { streamed: true }).body).to.deep.equal({ tools, tool_stream: false })
      expect(after({ tools }, { streamed: true, model: 'glm-4.5' }).body).to.deep.equal({ tools })
      expect(after({ tools }).body).to.deep.equal({ tools })
    })
    it('chooses for itself', () => {
      expect(after({ tools, tool_choice: 'auto' }).body).to.deep.equal({ tools, tool_choice: 'auto' })
      for (const choice of ['required', { type: 'function', function: { name: 'f' } }])
        expect(after({ tools, tool_choice: choice })).to.deep.include({ body: { tools }, dropped: ['tool_choice'] })
    })
    it('gets none where none shall be called', () => expect(after({ tools, tool_choice: 'none' })).to.deep.include({ body: {}, dropped: [] }))
    it('knows nothing of strict', () =>
      expect(after({ tools: [{ type: 'function', function: { name: 'f', strict: true } }] })).to.deep.include({ body: { tools }, dropped: ['tools.strict'] }))
  })

  it('takes no names, no penalties', () => {
    expect(after({ messages: [{ role: 'user', name: 'ann', content: 'x' }], presence_penalty: 1, frequency_penalty: 1 })).to.deep.include({
      body: { messages: [{ role: 'user', content: 'x' }] },
      dropped: ['frequency_penalty', 'messages.name', 'presence_penalty'],
    })
  })
  it('refuses several answers, and logprobs', () => {
    expect(() => after({ n: 2 }))
      .to.throw()
      .with.include({ status: 400, param: 'n' })
    expect(() => after({ logprobs: true }))
      .to.throw()
      .with.include({ status: 400, param: 'logprobs' })
    expect(after({ n: 1, logprobs: false }).body).to.deep.equal({})
  })
  it('is asked for max_tokens', () => expect(after({ max_completion_tokens: 5 }).body).to.deep.equal({ max_tokens: 5 }))
  it('takes JSON without a schema', () =>
    expect(after({ messages: [{ role: 'user', content: 'x' }], response_format: { type: 'json_schema', json_schema: { schema: {} } } }))
      .to.deep.include({ dropped: ['response_format'] })
      .and.nested.include({ 'body.response_format.type': 'json_object' }))
  it('takes a temperature up to 1', () => {
    expect(after({ temperature: 1.5 })).to.deep.include({ body: { temperature: 1 }, dropped: ['temperature'] })
    expect(after({ temperature: 0.9 })).to.deep.include({ body: { temperature: 0.9 }, dropped: [] })
  })
  it('stops at one sequence', () => {
    expect(after({ stop: ['a', 'b'] })).to.deep.include({ body: { stop: ['a'] }, dropped: ['stop'] })
    expect(after({ stop: 'a' })).to.deep.include({ body: { stop: 'a' }, dropped: [] })
  })
  it('gets request_id and user_id as they are', () =>
    expect(after({ request_id: 'r', user_id: 'someone' }).body).to.deep.equal({ request_id: 'r', user_id: 'someone' }))
  it('reports network_error as a failure', () => expect(zai.fault?.({ choices: [{ finish_reason: 'network_error' }] }, 'zai')).to.include({ status: 502 }))
  it('takes no other ending for one', () => {
    for (const word of ['sensitive', 'model_context_window_exceeded', 'stop'])
      expect(zai.fault?.({ choices: [{ finish_reason: word }] }, 'zai')).to.equal(undefined)
  })
})
