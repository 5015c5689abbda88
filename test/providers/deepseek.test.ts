import { expect } from 'chai'
import deepseek from '../../providers/deepseek.ts'
import { conforms, instanceFacts, respelled, type CallOverrides } from '../support/provider.ts'

const after = (body: object, call: CallOverrides = {}) => respelled(deepseek, body, { model: 'deepseek-chat', ...call })

describe('the provider deepseek', () => {
  conforms(deepseek, 'deepseek.ts')

  it('is found at its root, also when /v1 is said', () => {
    for (const base of ['https://api.deepseek.com', 'https://api.deepseek.com/v1'])
      expect(instanceFacts(deepseek, { base_url: base }).baseUrl).to.equal('https://api.deepseek.com')
    expect(deepseek.operations).to.include({ chat: 'POST /chat/completions', models: 'GET /models' })
  })

  it('has no embeddings', () => expect(deepseek.operations).not.to.have.property('embeddings'))
  it('speaks openai-chat, and more only when that is configured', () => {
    expect(instanceFacts(deepseek).dialects).to.deep.equal(['openai-chat'])
    expect(instanceFacts(deepseek, { native_dialects: ['openai-chat', 'anthropic-messages'] }).dialects).to.deep.equal(['openai-chat', 'anthropic-messages'])
  })

  describe('is told to think by its own words', () => {
    const cases: readonly [string, object][] = [
      ['minimal', { reasoning_effort: 'low' }],
      ['low', { reasoning_effort: 'low' }],
      ['medium', { reasoning_effort: 'high' }],
      ['high', { reasoning_effort: 'high' }],
      ['xhigh', { reasoning_effort: 'high' }],
      ['max', { reasoning_effort: 'max' }],
      ['none', { thinking: { type: 'disabled' } }],
    ]
    for (const [word, expected] of cases) it(word, () => expect(after({ reasoning_effort: word }).body).to.deep.equal(expected))
    it("or those of the user's table", () =>
      expect(after({ reasoning_effort: 'xhigh' }, { settings: { effort_map: { xhigh: 'max' } } }).body).to.deep.equal({ reasoning_effort: 'max' }))
    it('a word that nobody knows is dropped', () => expect(after({ reasoning_effort: 'silly' })).to.deep.include({ body: {}, dropped: ['reasoning_effort'] }))
    it('what the caller says of thinking counts', () =>
      expect(after({ reasoning_effort: 'none', thinking: { type: 'enabled' } }).body).to.deep.equal({ thinking: { type: 'enabled' } }))
  })

  it('gets reasoning_content on turns with tool calls, empty where it was lost', () => {
    const [call, plain] = [
      { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] },
      { role: 'assistant', content: 'x' },
    ]
    expect(after({ messages: [call, plain] }).body).to.deep.equal({ messages: [{ ...call, reasoning_content: '' }, plain] })
  })

  it('is asked for max_tokens', () => expect(after({ max_completion_tokens: 5 }).body).to.deep.equal({ max_tokens: 5 }))
  it('gets the role developer as system', () =>
    expect(after({ messages: [{ role: 'developer', content: 'x' }] }).body).to.deep.equal({ messages: [{ role: 'system', content: 'x' }] }))
  it('fails on logprobs of the old reasoner only', () => {
    expect(() => after({ logprobs: true }, { model: 'deepseek-reasoner' }))
      .to.throw()
      .with.include({ status: 400, param: 'logprobs' })
    expect(after({ logprobs: true }).body).to.deep.equal({ logprobs: true })
  })

  describe('asked for JSON', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    const schema = { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } }
    it('is told of it', () =>
      expect(after({ messages, response_format: { type: 'json_object' } }).body['messages']).to.deep.equal([
        { role: 'system', content: 'Answer with one json object and nothing else' },
        ...messages,
      ]))
    it('with a schema gets the schema in words', () =>
      expect(after({ messages, ...schema })).to.deep.include({
        body: {
          messages: [
            { role: 'system', content: 'Answer with one json object and nothing else. It must be valid against this JSON Schema: {"type":"object"}' },
            ...messages,
          ],
          response_format: { type: 'json_object' },
        },
        dropped: ['response_format'],
      }))
    it('with a schema refuses, if configured so', () =>
      expect(() => after({ messages, ...schema }, { settings: { json_schema_mode: 'error' } }))
        .to.throw()
        .with.include({ status: 400, param: 'response_format' }))
  })

  it('reports insufficient_system_resource as a failure of its own', () => {
    expect(deepseek.fault?.({ choices: [{ index: 0, finish_reason: 'insufficient_system_resource' }] }, 'deepseek')).to.include({
      status: 503,
      provider: 'deepseek',
    })
    expect(deepseek.fault?.({ choices: [{ index: 0, finish_reason: 'stop' }] }, 'deepseek')).to.equal(undefined)
  })
})
