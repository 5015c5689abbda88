import { expect } from 'chai'
import groq from '../../providers/groq.ts'
import { judge, redact } from '../support/guardrails.ts'
import { conforms, respelled, type CallOverrides } from '../support/provider.ts'
import { Served } from '../support/serve.ts'

const after = (body: object, call: CallOverrides = {}) => respelled(groq, body, { model: 'llama-3.3-70b-versatile', ...call })

describe('the provider groq', () => {
  conforms(groq, 'groq.ts')

  it('drops names of speakers and logit_bias', () => {
    expect(after({ messages: [{ role: 'user', name: 'ann', content: 'x' }], logit_bias: { 1: 1 } })).to.deep.include({
      body: { messages: [{ role: 'user', content: 'x' }] },
      dropped: ['logit_bias', 'messages.name'],
    })
  })
  it('keeps the names of tools', () => {
    const body = { messages: [], tools: [{ type: 'function', function: { name: 'f' } }] }
    expect(after(body).body).to.deep.equal(body)
  })
  for (const [body, param] of [
    [{ logprobs: true }, 'logprobs'],
    [{ top_logprobs: 2 }, 'top_logprobs'],
    [{ n: 2 }, 'n'],
  ] as const) {
    it(`refuses ${JSON.stringify(body)}`, () =>
      expect(() => after(body))
        .to.throw()
        .with.include({ status: 400, param }))
  }
  it('takes the same at their defaults', () => expect(after({ logprobs: false, n: 1 })).to.deep.include({ body: {}, dropped: [] }))
  it('sends a temperature of 0 as it is', () => expect(after({ temperature: 0 }).body).to.deep.equal({ temperature: 0 }))
  it('sends either limit as it is', () =>
    expect([after({ max_tokens: 1 }).body, after({ max_completion_tokens: 1 }).body]).to.deep.equal([{ max_tokens: 1 }, { max_completion_tokens: 1 }]))
  it('sends service_tier as it is', () => expect(after({ service_tier: 'flex' }).body).to.deep.equal({ service_tier: 'flex' }))
  it('gets the role developer as system', () =>
    expect(after({ messages: [{ role: 'developer', content: 'x' }] }).body).to.deep.equal({ messages: [{ role: 'system', content: 'x' }] }))
  it('gets no thoughts back', () =>
    expect(after({ messages: [{ role: 'assistant', content: 'x', reasoning: 'a', reasoning_content: 'b' }] }).body).to.deep.equal({
      messages: [{ role: 'assistant', content: 'x' }],
    }))

  describe('parses the thoughts', () => {
    it('of models that think, unless the caller says otherwise', () => {
      expect(after({}, { model: 'qwen/qwen3-32b' }).body).to.deep.equal({ reasoning_format: 'parsed' })
      expect(after({ reasoning_format: 'raw' }, { model: 'qwen/qwen3-32b' }).body).to.deep.equal({ reasoning_format: 'raw' })
      expect(after({ include_reasoning: false }, { model: 'qwen/qwen3-32b' }).body).to.deep.equal({ include_reasoning: false })
    })
    it('of no other', () => expect(after({}).body).to.deep.equal({}))
  })

  describe('takes as effort', () => {
    const cases: readonly [string, string, object][] = [
      ['openai/gpt-oss-120b', 'minimal', { reasoning_effort: 'low' }],
      ['openai/gpt-oss-120b', 'medium', { reasoning_effort: 'medium' }],
      ['openai/gpt-oss-120b', 'max', { reasoning_effort: 'high' }],
      ['qwen/qwen3-32b', 'none', { reasoning_effort: 'none', reasoning_format: 'parsed' }],
      ['qwen/qwen3-32b', 'high', { reasoning_effort: 'default', reasoning_format: 'parsed' }],
    ]
    for (const [model, word, expected] of cases)
      it(`of ${model} ${word}`, () => expect(after({ reasoning_effort: word }, { model }).body).to.deep.equal(expected))
    it('of other models none', () => expect(after({ reasoning_effort: 'high' })).to.deep.include({ body: {}, dropped: ['reasoning_effort'] }))
  })

  it('reports an error in x_groq', () => {
    expect(groq.fault?.({ choices: [], x_groq: { error: 'over capacity' } }, 'groq')).to.include({ message: 'over capacity', status: 502 })
    expect(groq.fault?.({ choices: [], x_groq: { id: 'req', usage: {} } }, 'groq')).to.equal(undefined)
  })

  describe('has a stream fail by an error in x_groq', () => {
    const events = [
      { choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }], x_groq: { id: 'r' } },
      { choices: [], x_groq: { id: 'r', error: 'over capacity' } },
    ].map(event => `data: ${JSON.stringify(event)}\n\n`)
    const done = 'data: [DONE]\n\n'
    const told = 'data: {"error":{"type":"provider_error","message":"over capacity","param":null,"code":"bad_upstream_response"}}\n\n'
    const judged = { inference: [{ insert: { use: './judge.ts', options: { word: 'x' } }, before: 'retry' }] }
    for (const [name, pipelines, chunks, status, expected] of [
      ['that is told to the caller', {}, events, 200, events.join('') + told],
      ['that is known of where the end has left', {}, [...events, done], 200, events.join('') + done],
      ['that is all the answer where policy holds it', judged, [...events, done], 502, told.slice('data: '.length).trim()],
    ] as const) {
      it(name, async () => {
        await using served = await Served.start({
          env: { OPENAI_API_KEY: '', GROQ_API_KEY: 'gsk', GROQ_MODELS: 'm' },
          config: { pipelines, providers: { groq: { base_url: '${OPENAI_BASE_URL}' } } },
          files: { 'judge.ts': judge },
        })
        served.upstream.always({ chunks })
        const answer = await served.chat({ model: 'groq/m', messages: [{ role: 'user', content: 'hi' }], stream: true })
        expect([answer.status, answer.body.toString()]).to.deep.equal([status, expected])
        expect((await served.completions.ended()).error?.message).to.equal('over capacity')
      })
    }
  })

  describe('says what a model wrote instead of a tool call', () => {
    const failed = { message: 'Failed to call a function', type: 'invalid_request_error', code: 'tool_use_failed', failed_generation: '<function=f>' }
    const told = { type: 'invalid_request_error', message: 'Failed to call a function', param: null, code: 'tool_use_failed' }
    for (const [name, pipelines, expected] of [
      ['to who is told how calls failed', {}, { ...told, failed_generation: '<function=f>' }],
      ['not where guardrails see replies', { inference: [{ insert: { use: './redact.ts', options: { word: 'x' } }, before: 'retry' }] }, told],
    ] as const) {
      it(name, async () => {
        await using served = await Served.start({
          env: { OPENAI_API_KEY: '', GROQ_API_KEY: 'gsk', GROQ_MODELS: 'm' },
          config: { pipelines, providers: { groq: { base_url: '${OPENAI_BASE_URL}' } } },
          files: { 'redact.ts': redact },
        })
        served.upstream.always({ status: 400, body: { error: failed } })
        const { status, body } = await served.chat({ model: 'groq/m', messages: [{ role: 'user', content: 'hi' }] })
        expect([status, JSON.parse(body.toString())]).to.deep.equal([400, { error: expected }])
      })
    }
  })

  it('lists active models, with their limits', () => {
    const data = [
      { id: 'a', active: true, created: 5, owned_by: 'Meta', context_window: 8192, max_completion_tokens: 100 },
      { id: 'b', active: false },
      { id: 'c' },
    ]
    expect(groq.models?.({ data })).to.deep.equal([
      { id: 'a', created: 5, owned_by: 'Meta', metadata: { context_window: 8192, max_output_tokens: 100 } },
      { id: 'c' },
    ])
  })
})
