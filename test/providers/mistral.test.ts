import { expect } from 'chai'
import mistral from '../../providers/mistral.ts'
import { conforms, respelled, type CallOverrides } from '../support/provider.ts'

const after = (body: object, call: CallOverrides = {}) => respelled(mistral, body, { model: 'mistral-large-latest', ...call })

describe('the provider mistral', () => {
  conforms(mistral, 'mistral.ts')

  describe('calls otherwise', () => {
    const cases: readonly [string, object, object][] = [
      ['seed', { seed: 5 }, { random_seed: 5 }],
      ['max_completion_tokens', { max_completion_tokens: 5 }, { max_tokens: 5 }],
      ['tool_choice required', { tool_choice: 'required' }, { tool_choice: 'any' }],
      ['the role developer', { messages: [{ role: 'developer', content: 'x' }] }, { messages: [{ role: 'system', content: 'x' }] }],
    ]
    for (const [name, before, expected] of cases) it(name, () => expect(after(before).body).to.deep.equal(expected))
    it('not a tool that is named', () => {
      const body = { tool_choice: { type: 'function', function: { name: 'f' } } }
      expect(after(body).body).to.deep.equal(body)
    })
  })

  it("takes no others' fields", () => {
    expect(
      after({
        user: 'u',
        logit_bias: {},
        logprobs: false,
        store: true,
        stream_options: { include_usage: true },
        service_tier: 'auto',
        reasoning_effort: 'high',
        verbosity: 'low',
        safety_identifier: 's',
        prompt_cache_retention: '24h',
        prompt_cache_options: {},
      }),
    ).to.deep.include({
      body: {},
      dropped: ['logit_bias', 'reasoning_effort', 'service_tier', 'store', 'verbosity'],
      silent: ['prompt_cache_options', 'prompt_cache_retention', 'safety_identifier', 'stream_options', 'user'],
    })
  })
  it('refuses logprobs that are asked for', () =>
    expect(() => after({ logprobs: true }))
      .to.throw()
      .with.include({ status: 400, param: 'logprobs' }))
  it('takes effort for models that think', () =>
    expect(after({ reasoning_effort: 'medium' }, { model: 'mistral-medium-3.5' }).body).to.deep.equal({ reasoning_effort: 'high' }))
  it('takes names of tools only', () => {
    const said = (more: object) => ({
      messages: [...['system', 'user', 'assistant'].map(role => ({ role, content: 'x', ...more })), { role: 'tool', name: 'f', content: 'y' }],
    })
    expect(after(said({ name: 'ann' }))).to.deep.include({ body: said({}), dropped: [], silent: ['messages.name'] })
  })
  it('takes nothing that OpenAI says of its answers', () => {
    const answer = { role: 'assistant', content: 'x' }
    expect(after({ messages: [{ ...answer, refusal: null, annotations: [], audio: null }] })).to.deep.include({ body: { messages: [answer] }, dropped: [] })
    expect(after({ messages: [{ ...answer, refusal: 'no', audio: { id: 'a' } }] })).to.deep.include({
      body: { messages: [answer] },
      dropped: ['messages.audio', 'messages.refusal'],
    })
  })
  it('gets its own fields as they are', () => {
    const body = {
      safe_prompt: true,
      prompt_mode: 'reasoning',
      prediction: {},
      parallel_tool_calls: false,
      guardrails: [],
      prompt_cache_key: 'k',
      metadata: {},
      messages: [{ role: 'assistant', content: 'x', prefix: true }],
    }
    expect(after(body).body).to.deep.equal(body)
  })
  it('gets images by string and by object', () => {
    const body = {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: 'https://a.example/a.png' },
            { type: 'image_url', image_url: { url: 'https://a.example/a.png' } },
          ],
        },
      ],
    }
    expect(after(body).body).to.deep.equal(body)
  })
  it("gets a user message behind a tool's as it is", () => {
    const body = {
      messages: [
        { role: 'tool', tool_call_id: 'abcdef123', content: 'y' },
        { role: 'user', content: 'x' },
      ],
    }
    expect(after(body).body).to.deep.equal(body)
  })
  it('knows ids of nine letters and digits', () => {
    const { body } = after({
      messages: [
        { role: 'assistant', content: '', tool_calls: [{ id: 'call_abc' }, { id: 'abcdef123' }] },
        { role: 'tool', tool_call_id: 'call_abc', content: 'r' },
      ],
    })
    const [
      {
        tool_calls: [made, kept],
      },
      { tool_call_id: answered },
    ] = body['messages'] as [{ tool_calls: [{ id: string }, { id: string }] }, { tool_call_id: string }]
    expect(made.id).to.match(/^[A-Za-z0-9]{9}$/)
    expect([answered, kept.id]).to.deep.equal([made.id, 'abcdef123'])
  })

  describe('gets thoughts back', () => {
    const body = { messages: [{ role: 'assistant', content: 'x', reasoning_content: 'hm' }] }
    it('as parts, with models that think', () =>
      expect(after(body, { model: 'magistral-medium-latest' }).body).to.deep.equal({
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
              { type: 'text', text: 'x' },
            ],
          },
        ],
      }))
    it('not at all with others', () => expect(after(body).body).to.deep.equal({ messages: [{ role: 'assistant', content: 'x' }] }))
  })

  it('sends usage without being asked', () => expect(mistral.usageOnRequest).to.equal(undefined))
  it('reports error as a failure, model_length not', () => {
    expect(mistral.fault?.({ choices: [{ finish_reason: 'error' }] }, 'mistral')).to.include({ status: 502 })
    expect(mistral.fault?.({ choices: [{ finish_reason: 'model_length' }] }, 'mistral')).to.equal(undefined)
  })

  it('embeds into numbers, of the size that is asked for', () => {
    expect(
      respelled(mistral, { model: 'm', input: 'x', dimensions: 5, encoding_format: 'base64', output_dtype: 'float' }, { operation: 'embeddings' }).body,
    ).to.deep.equal({ model: 'm', input: 'x', output_dimension: 5, encoding_format: 'float', output_dtype: 'float' })
  })
})
