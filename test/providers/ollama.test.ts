import { expect } from 'chai'
import { parseJson } from '../../core/neutral/json.ts'
import { Losses } from '../../core/neutral/losses.ts'
import type { JsonObject } from '../../core/neutral/request.ts'
import ollama from '../../providers/ollama.ts'
import { conforms, instanceFacts, respelled, settingsOf } from '../support/provider.ts'
import { destination } from '../support/translation.ts'

describe('the provider ollama', () => {
  conforms(ollama, 'ollama.ts')

  it('is found at its root, however its base is given', () => {
    for (const base of ['http://gpu:11434', 'http://gpu:11434/v1']) expect(instanceFacts(ollama, { base_url: base }).baseUrl).to.equal('http://gpu:11434')
    expect(ollama.operations).to.include({
      chat: 'POST /v1/chat/completions',
      models: 'GET /v1/models',
      embeddings: 'POST /api/embed',
      responses: 'POST /v1/responses',
      messages: 'POST /v1/messages',
    })
  })
  it('registers when a base is given', () => expect(ollama.needsOneOf).to.deep.equal(['base_url']))

  it('takes images as data only', () => expect(ollama.imageAsData?.('https://a.example/a.png', settingsOf(ollama))).to.equal(true))
  it('chooses for itself whether to call a tool', () => {
    expect(respelled(ollama, { tool_choice: 'required' })).to.deep.include({ body: {}, dropped: ['tool_choice'] })
    expect(respelled(ollama, { tool_choice: 'auto' })).to.deep.include({ body: {}, dropped: [] })
  })
  it('takes no n, logit_bias and user', () =>
    expect(respelled(ollama, { n: 2, logit_bias: {}, user: 'u' })).to.deep.include({ body: {}, dropped: ['logit_bias', 'n'], silent: ['user'] }))
  it('misses no n that is one', () => expect(respelled(ollama, { n: 1 }, { strict: true })).to.deep.include({ body: {}, dropped: [], silent: ['n'] }))
  for (const [word, taken] of [
    ['none', 'none'],
    ['minimal', 'low'],
    ['low', 'low'],
    ['high', 'high'],
    ['xhigh', 'high'],
  ] as const) {
    it(`takes effort ${word} as ${taken}`, () => expect(respelled(ollama, { reasoning_effort: word }).body).to.deep.equal({ reasoning_effort: taken }))
  }
  it('gets no thoughts back', () =>
    expect(respelled(ollama, { messages: [{ role: 'assistant', content: 'x', reasoning_content: 'b' }] }).body).to.deep.equal({
      messages: [{ role: 'assistant', content: 'x' }],
    }))
  it('is asked for max_tokens, and gets the role developer as system', () =>
    expect(respelled(ollama, { max_completion_tokens: 5, messages: [{ role: 'developer', content: 'x' }] }).body).to.deep.equal({
      max_tokens: 5,
      messages: [{ role: 'system', content: 'x' }],
    }))
  it('knows a model with and without :latest', () =>
    expect(['llama3.2', 'llama3.2:latest', 'llama3.2:3b'].map(id => ollama.canonical?.(id))).to.deep.equal(['llama3.2', 'llama3.2', 'llama3.2:3b']))
  it('knows a model in each spelling of its name', () => {
    for (const id of ['library/llama3.2', 'registry.ollama.ai/library/llama3.2', 'https://registry.ollama.ai/library/llama3.2:latest', 'Llama3.2:LATEST'])
      expect(ollama.canonical?.(id), id).to.equal('llama3.2')
    expect(ollama.canonical?.('somebody/llama3.2')).to.equal('somebody/llama3.2')
  })

  describe('says of a model', () => {
    for (const [what, reply, metadata] of [
      [
        'what it can',
        { capabilities: ['completion', 'tools', 'thinking'] },
        { modes: ['chat'], capabilities: { vision: false, tools: true, reasoning: true } },
      ],
      ['that it embeds', { capabilities: ['embedding'] }, { modes: ['embedding'], capabilities: { vision: false, tools: false, reasoning: false } }],
      ['that it sees', { capabilities: ['completion', 'vision'] }, { modes: ['chat'], capabilities: { vision: true, tools: false, reasoning: false } }],
      [
        'how much it reads',
        { model_info: { 'general.architecture': 'llama', 'llama.context_length': 131_072, 'clip.context_length': 7 } },
        { context_window: 131_072 },
      ],
      ['nothing, if it is older', {}, {}],
      ['nothing by null', null, {}],
    ] as const) {
      it(what, () => expect(ollama.modelDetails?.read(reply)).to.deep.equal(metadata))
    }
    it('when asked for it by its id', () =>
      expect([ollama.modelDetails?.endpoint, ollama.modelDetails?.ask('llama3.2:latest')]).to.deep.equal(['POST /api/show', { model: 'llama3.2:latest' }]))
  })
  it('is taken for down after 5 s', () => expect(ollama.listingTimeoutMs).to.equal(5_000))

  describe('embeds', () => {
    const adapter = ollama.adapters?.['embeddings']
    const asked = (body: object) => ({
      operation: 'embeddings',
      body: { model: 'm', ...body } as JsonObject,
      files: [],
      to: destination({ provider: 'ollama' }),
      losses: new Losses(),
    })
    const list = (reply: object, body: object) =>
      parseJson(adapter?.reply(reply as JsonObject, asked(body)).body.toString() ?? '') as { data: { embedding: unknown }[] }

    it('by its own API', () => {
      expect(adapter?.request?.(asked({ input: 'x', dimensions: 5, truncate: false, encoding_format: 'base64', user: 'u' }))).to.deep.equal({
        model: 'm',
        input: ['x'],
        dimensions: 5,
        truncate: false,
      })
    })
    it("into OpenAI's list", () => {
      expect(
        list(
          {
            model: 'm',
            embeddings: [
              [1, 0],
              [0.5, 2],
            ],
            prompt_eval_count: 7,
          },
          { input: ['a', 'b'] },
        ),
      ).to.deep.equal({
        object: 'list',
        data: [
          { object: 'embedding', index: 0, embedding: [1, 0] },
          { object: 'embedding', index: 1, embedding: [0.5, 2] },
        ],
        model: 'm',
        usage: { prompt_tokens: 7, total_tokens: 7 },
      })
    })
    it('packed as little-endian floats', () => {
      const packed = Buffer.from(String(list({ embeddings: [[1, -2]] }, { input: 'a', encoding_format: 'base64' }).data[0]?.embedding), 'base64')
      expect([packed.length, packed.readFloatLE(0), packed.readFloatLE(4)]).to.deep.equal([8, 1, -2])
    })
    it('but zeros are no embedding', () =>
      expect(() => list({ embeddings: [[0, 0]] }, { input: 'a' }))
        .to.throw('zeros')
        .with.property('status', 502))
    it('but zeros of an empty text are', () => expect(list({ embeddings: [[0, 0]] }, { input: '' }).data).to.have.length(1))
    it('and a vector too few is a failure', () =>
      expect(() => list({ embeddings: [[1]] }, { input: ['a', 'b'] }))
        .to.throw()
        .with.property('status', 502))
    it('and tokens are refused', () =>
      expect(() => adapter?.request?.(asked({ input: [[1, 2]] })))
        .to.throw()
        .with.property('status', 400))
  })
})
