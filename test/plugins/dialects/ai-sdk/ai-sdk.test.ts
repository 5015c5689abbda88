import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import type { NeutralRequest } from '../../../../core/neutral/request.ts'
import aiSdk from '../../../../plugins/dialects/ai-sdk/index.ts'
import { blocksOf, destination, feedings, neutralRequest, readReply, readStream, writeRequest } from '../../../support/translation.ts'

const upstream = aiSdk.upstream!
const to = (vendor = 'openai') => destination({ traits: { vendor } })
const user = (...blocks: NeutralRequest['turns'][number]['blocks']) => ({ turns: [{ role: 'user' as const, blocks }] })
const asked = (request: Partial<NeutralRequest>, vendor?: string) => writeRequest(upstream, neutralRequest(request), to(vendor))
const options = (request: Partial<NeutralRequest>, vendor?: string) => asked(request, vendor).body['options'] as Record<string, any>
const refused = (work: () => unknown) => expect(work).to.throw(GatewayError).that.includes({ status: 400 })

describe('ai-sdk writes a request', () => {
  it('as a model, a stream or none, and options', () => {
    expect(asked({}).body).to.deep.equal({ model: 'm', stream: false, options: { prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] } })
    expect(asked({ isStream: true }).body['stream']).to.equal(true)
  })

  for (const [what, request, expected] of [
    [
      'sampling',
      { sampling: { temperature: 0.1, topP: 0.2, topK: 3, seed: 4, presencePenalty: 0.5, frequencyPenalty: 0.6 }, maxOutputTokens: 7, stop: ['a', ''] },
      { temperature: 0.1, topP: 0.2, topK: 3, seed: 4, presencePenalty: 0.5, frequencyPenalty: 0.6, maxOutputTokens: 7, stopSequences: ['a'] },
    ],
    ['effort', { reasoning: { effort: 'high' } }, { reasoning: 'high' }],
    ['no thoughts', { reasoning: { isEnabled: false } }, { reasoning: 'none' }],
    [
      'a budget',
      { reasoning: { budget: 12_000 } },
      { reasoning: 'medium', providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 12_000 } } } },
    ],
    ['JSON', { output: { kind: 'json_object' } }, { responseFormat: { type: 'json' } }],
    [
      'a schema',
      { output: { kind: 'json_schema', name: 'n', schema: { $schema: 'x', type: 'object' }, strict: true, description: 'd' } },
      { responseFormat: { type: 'json', name: 'n', schema: { type: 'object' }, description: 'd' }, providerOptions: { openai: { strictJsonSchema: true } } },
    ],
    [
      'hints',
      { hints: { user: 'u', promptCacheKey: 'k', serviceTier: 'flex', verbosity: 'low' }, sampling: { logitBias: { 1: 2 } } },
      { providerOptions: { openai: { user: 'u', logitBias: { 1: 2 }, promptCacheKey: 'k', serviceTier: 'flex', textVerbosity: 'low' } } },
    ],
    [
      'words for one vendor, which win',
      { hints: { user: 'u' }, vendorExtras: { openai: { user: 'v' }, google: { safetySettings: [] } } },
      { providerOptions: { openai: { user: 'v' }, google: { safetySettings: [] } } },
    ],
  ] as const) {
    it(`with ${what}`, () => {
      const { prompt: _, ...rest } = options(request)
      expect(rest).to.deep.equal(expected)
    })
  }

  const tools = [{ name: 'f', description: 'd', schema: { type: 'object' }, strict: true }, { name: 'g' }]
  for (const [what, request, expected] of [
    ['auto', { toolChoice: { kind: 'auto' } }, { type: 'auto' }],
    ['none', { toolChoice: { kind: 'none' } }, { type: 'none' }],
    ['required', { toolChoice: { kind: 'required' } }, { type: 'required' }],
    ['named', { toolChoice: { kind: 'named', name: 'g' } }, { type: 'tool', toolName: 'g' }],
    ['of a list', { toolChoice: { kind: 'allowed', names: ['g'], mode: 'required' } }, { type: 'required' }],
  ] as const) {
    it(`with tools, the choice ${what}`, () => {
      const written = options({ tools, ...request })
      expect(written['toolChoice']).to.deep.equal(expected)
      expect(written['tools'].map(({ name }: { name: string }) => name)).to.deep.equal(what === 'of a list' ? ['g'] : ['f', 'g'])
    })
  }

  it('with tools that say nothing of their arguments, called one at a time', () => {
    const written = options({ tools, parallelToolCalls: false })
    expect(written['tools']).to.deep.equal([
      { type: 'function', name: 'f', description: 'd', inputSchema: { type: 'object' }, strict: true },
      { type: 'function', name: 'g', inputSchema: { type: 'object', properties: {} } },
    ])
    expect(written['providerOptions']).to.deep.equal({ openai: { parallelToolCalls: false }, anthropic: { disableParallelToolUse: true } })
  })

  it('with names that packages take', () => {
    const { body, spelled } = asked({ tools: [{ name: 'a.b' }] })
    expect((body['options'] as any).tools[0].name).to.equal('a_b')
    expect(spelled.toolNames?.get('a_b')).to.equal('a.b')
  })

  for (const [what, block, expected] of [
    [
      'an image',
      { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AA==' } },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AA==' } },
    ],
    [
      'an image by address',
      { type: 'image', source: { kind: 'url', url: 'https://x.test/a' }, detail: 'high' },
      { type: 'file', mediaType: 'image/*', data: { type: 'url', url: 'https://x.test/a' }, providerOptions: { openai: { imageDetail: 'high' } } },
    ],
    [
      'an image by id',
      { type: 'image', source: { kind: 'file', vendor: 'openai', id: 'file-1' } },
      { type: 'file', mediaType: 'image/*', data: { type: 'reference', reference: { openai: 'file-1' } } },
    ],
    ['sound', { type: 'audio', mime: 'audio/wav', data: 'AA==' }, { type: 'file', mediaType: 'audio/wav', data: { type: 'data', data: 'AA==' } }],
    [
      'a video',
      { type: 'video', source: { kind: 'url', url: 'https://x.test/v' } },
      { type: 'file', mediaType: 'video/*', data: { type: 'url', url: 'https://x.test/v' } },
    ],
    [
      'a file',
      { type: 'file', name: 'a.pdf', source: { kind: 'base64', mime: 'application/pdf', data: 'AA==' } },
      { type: 'file', mediaType: 'application/pdf', filename: 'a.pdf', data: { type: 'data', data: 'AA==' } },
    ],
    ['a file of text', { type: 'file', name: 'a.txt', source: { kind: 'text', text: 'hi' } }, { type: 'text', text: 'a.txt\nhi' }],
    [
      'a cache mark',
      { type: 'text', text: 'hi', cache: { ttl: '1h' } },
      { type: 'text', text: 'hi', providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } } },
    ],
  ] as const) {
    it(`with ${what}`, () => expect(options(user(block))['prompt'][0].content).to.deep.equal([expected]))
  }

  it('with system texts at the beginning, and a note where one stood later', () => {
    const { body, losses } = asked({
      system: [
        { text: 'a', kind: 'system', before: 0 },
        { text: 'b', kind: 'developer', before: 1 },
      ],
    })
    expect((body['options'] as any).prompt.slice(0, 2)).to.deep.equal([
      { role: 'system', content: 'a' },
      { role: 'system', content: 'b' },
    ])
    expect(losses.reported).to.deep.equal(['system_position'])
  })

  it('with calls and their results', () => {
    const { prompt } = options({
      turns: [
        {
          role: 'assistant',
          blocks: [
            { type: 'text', text: '' },
            { type: 'tool_call', id: 'c1', name: 'f', argumentsText: '{"n":12345678901234567890}' },
            { type: 'tool_call', id: 'c2', name: 'g', argumentsText: '' },
          ],
        },
        {
          role: 'tool',
          blocks: [
            {
              type: 'tool_result',
              callId: 'c1',
              blocks: [
                { type: 'text', text: 'a' },
                { type: 'text', text: 'b' },
              ],
            },
            { type: 'tool_result', callId: 'c2', isError: true, blocks: [{ type: 'text', text: 'no' }] },
            {
              type: 'tool_result',
              callId: 'c2',
              blocks: [
                { type: 'text', text: 'see' },
                { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AA==' } },
              ],
            },
          ],
        },
      ],
    })
    expect(JSON.stringify(prompt[0].content[0].input, (_, value: unknown) => value)).to.match(/12345678901234567|rawJSON/)
    expect(prompt[0].content[1]).to.deep.equal({ type: 'tool-call', toolCallId: 'c2', toolName: 'g', input: {} })
    expect(prompt[1].content.map(({ toolName, output }: any) => [toolName, output])).to.deep.equal([
      ['f', { type: 'text', value: 'ab' }],
      ['g', { type: 'error-text', value: 'no' }],
      [
        'g',
        {
          type: 'content',
          value: [
            { type: 'text', text: 'see' },
            { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AA==' } },
          ],
        },
      ],
    ])
  })

  it('with thoughts for the vendor that thought them only', () => {
    const turns = [
      {
        role: 'assistant' as const,
        blocks: [
          { type: 'reasoning' as const, text: 'hm', state: { vendor: 'anthropic', value: 'S' } },
          { type: 'reasoning' as const, text: '', redacted: 'R' },
          { type: 'text' as const, text: 'x' },
        ],
      },
    ]
    expect(options({ turns }, 'anthropic')['prompt'][0].content.slice(0, 2)).to.deep.equal([
      { type: 'reasoning', text: 'hm', providerOptions: { anthropic: { signature: 'S' } } },
      { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'R' } } },
    ])
    expect(options({ turns }, 'openai')['prompt'][0].content).to.deep.equal([{ type: 'text', text: 'x' }])
  })

  it('without what another vendor encrypted, which is among the losses, as is a call whose arguments are no JSON', () => {
    const redacted = { type: 'reasoning', text: '', redacted: 'R', state: { vendor: 'bedrock-converse', value: '' } } as const
    const { losses, body } = asked(
      { turns: [{ role: 'assistant', blocks: [redacted, { type: 'tool_call', id: 't', name: 'f', argumentsText: '{"cut' }] }] },
      'anthropic',
    )
    expect(JSON.stringify(body)).to.not.include('redactedData')
    expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([
      ['reasoning', true],
      ['tool_calls.arguments', false],
    ])
  })

  it('with a note of what it does not take', () => {
    expect(asked({ extras: { foo: 1 }, hints: { store: true, prediction: {} } }).losses.reported).to.deep.equal(['foo', 'prediction', 'store'])
  })

  for (const [what, request] of [
    ['several answers', { sampling: { count: 2 } }],
    ['log probabilities', { wants: { logprobs: true } }],
    ['sound for an answer', { hints: { modalities: ['text', 'audio'] } }],
    ["an image of the assistant's", { turns: [{ role: 'assistant', blocks: [{ type: 'image', source: { kind: 'url', url: 'https://x.test' } }] }] }],
  ] as const) {
    it(`never with ${what}`, () => refused(() => asked(request)))
  }
})

const usage3 = { inputTokens: { total: 15, noCache: 10, cacheRead: 5, cacheWrite: 0 }, outputTokens: { total: 9, text: 7, reasoning: 2 } }
const usage = { inputTokens: 15, outputTokens: 9, cachedTokens: 5, cacheWriteTokens: 0, reasoningTokens: 2 }

describe('ai-sdk reads a reply', () => {
  it('with thoughts, text, sources, images and calls', () => {
    expect(
      readReply(upstream, {
        content: [
          { type: 'reasoning', text: 'hm', providerMetadata: { anthropic: { signature: 'S' } } },
          { type: 'text', text: 'hi' },
          { type: 'source', sourceType: 'url', id: '1', url: 'https://x.test', title: 'X' },
          { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AA==' } },
          { type: 'tool-call', toolCallId: 'own', toolName: 'search', input: '{}', providerExecuted: true },
          { type: 'tool-call', toolCallId: 'c1', toolName: 'f', input: '', providerMetadata: { google: { thoughtSignature: 'T' } } },
          { type: 'future', x: 1 },
        ],
        finishReason: { unified: 'tool-calls', raw: 'tool_use' },
        usage: usage3,
        response: { id: 'r1', modelId: 'm-1' },
      }),
    ).to.deep.equal({
      id: 'r1',
      model: 'm-1',
      finish: 'tool_calls',
      usage,
      blocks: [
        { type: 'reasoning', text: 'hm', state: { vendor: 'anthropic', value: 'S', model: 'm-1' } },
        { type: 'text', text: 'hi', annotations: [{ type: 'url_citation', url_citation: { url: 'https://x.test', title: 'X' } }] },
        { type: 'image', mime: 'image/png', data: 'AA==' },
        { type: 'tool_call', id: 'c1', name: 'f', argumentsText: '{}', state: { vendor: 'google', value: 'T', model: 'm-1' } },
      ],
    })
  })

  for (const [reason, finish] of [
    ['stop', 'stop'],
    ['length', 'length'],
    ['content-filter', 'content_filter'],
    ['other', 'stop'],
    ['unknown', 'stop'],
    [{ unified: 'stop', raw: 'stop_sequence' }, 'stop_sequence'],
    [{ unified: 'other', raw: 'pause_turn' }, 'pause'],
    [{ unified: 'content-filter', raw: 'refusal' }, 'refusal'],
  ] as const) {
    it(`that ended with ${JSON.stringify(reason)}`, () =>
      expect(readReply(upstream, { content: [{ type: 'text', text: 'x' }], finishReason: reason }).finish).to.equal(finish))
  }

  it('with the usage of version 2', () => {
    expect(
      readReply(upstream, { content: [], finishReason: 'stop', usage: { inputTokens: 5, outputTokens: 6, totalTokens: 11, cachedInputTokens: 2 } }).usage,
    ).to.deep.equal({ inputTokens: 5, outputTokens: 6, totalTokens: 11, cachedTokens: 2 })
  })

  it('and says where it is none', () => {
    expect(() => readReply(upstream, {}))
      .to.throw(GatewayError)
      .that.includes({ status: 502 })
    expect(() => readReply(upstream, { content: [], finishReason: 'error' }))
      .to.throw(GatewayError)
      .that.includes({ status: 502 })
  })
})

describe('ai-sdk reads a stream', () => {
  const parts = [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'r1', modelId: 'm-1' },
    { type: 'reasoning-start', id: '0' },
    { type: 'reasoning-delta', id: '0', delta: 'hm' },
    { type: 'reasoning-delta', id: '0', delta: '', providerMetadata: { anthropic: { signature: 'S' } } },
    { type: 'reasoning-end', id: '0' },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'h' },
    { type: 'text-delta', id: '0', delta: 'i' },
    { type: 'text-end', id: '0' },
    { type: 'tool-input-start', id: 'c1', toolName: 'f' },
    { type: 'tool-input-delta', id: 'c1', delta: '{"a":' },
    { type: 'tool-input-delta', id: 'c1', delta: '1}' },
    { type: 'tool-input-end', id: 'c1' },
    { type: 'tool-call', toolCallId: 'c1', toolName: 'f', input: '{"a":1}' },
    { type: 'tool-call', toolCallId: 'c2', toolName: 'g', input: '' },
    { type: 'tool-input-start', id: 'own', toolName: 'search', providerExecuted: true },
    { type: 'tool-call', toolCallId: 'own', toolName: 'search', input: '{}', providerExecuted: true },
    { type: 'ping' },
    { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'x' }, usage: usage3 },
  ]

  for (const [name, feeding] of feedings) {
    it(`whole, ${name}`, () => {
      const events = readStream(upstream, parts, feeding)
      expect(events[0]).to.deep.equal({ type: 'start', id: 'r1', model: 'm-1' })
      expect(blocksOf(events)).to.deep.equal([
        { type: 'reasoning', delta: 'hm', 'state of anthropic': 'S' },
        { type: 'text', delta: 'hi' },
        { type: 'tool_call', id: 'c1', name: 'f', delta: '{"a":1}' },
        { type: 'tool_call', id: 'c2', name: 'g', delta: '{}' },
      ])
      expect(events.slice(-3)).to.deep.equal([{ type: 'usage', usage }, { type: 'finish', finish: 'tool_calls' }, { type: 'end' }])
    })
  }

  it('without beginnings and metadata', () => {
    expect(
      blocksOf(
        readStream(upstream, [
          { type: 'text-delta', id: '1', delta: 'a' },
          { type: 'finish', finishReason: 'stop' },
        ]),
      ),
    ).to.deep.equal([{ type: 'text', delta: 'a' }])
  })

  it('that is cut, and says nothing of an end', () => {
    expect(readStream(upstream, parts.slice(0, 8)).some(({ type }) => type === 'finish' || type === 'end' || type === 'error')).to.equal(false)
  })

  for (const [what, part, expected] of [
    ['an error', { type: 'error', error: { message: 'busy', status: 529 } }, { status: 529, message: 'busy' }],
    ['an error without a status', { type: 'error', error: { message: 'oops' } }, { status: 502, message: 'oops' }],
    ['a failed end', { type: 'finish', finishReason: { unified: 'error' } }, { status: 502 }],
    ['what is no JSON', 'oops', { code: 'stream_incomplete' }],
  ] as const) {
    it(`with ${what}`, () => {
      const last = readStream(upstream, [...parts.slice(0, 8), part]).at(-1)
      expect(last).to.have.property('type', 'error')
      expect((last as any).error).to.include(expected)
    })
  }
})

describe('ai-sdk spells embeddings', () => {
  const { request, reply } = upstream.embeddings!
  it('as values, with options', () => {
    const spelled = request({ model: 'x', input: ['a', 'b'], dimensions: 2, user: 'u', extra_body: { cohere: { inputType: 'x' } } }, to(), {
      drop() {},
      silent() {},
    } as any) as { body: Buffer }
    expect(JSON.parse(spelled.body.toString())).to.deep.equal({
      model: 'm',
      values: ['a', 'b'],
      options: { dimensions: 2, providerOptions: { openai: { dimensions: 2, user: 'u' }, google: { outputDimensionality: 2 }, cohere: { inputType: 'x' } } },
    })
    refused(() => request({ input: [[1, 2]] }, to(), { drop() {}, silent() {} } as any))
  })

  it('and reads them', () => {
    expect(reply([{ embeddings: [[1, 2]], usage: { tokens: 3 } }], to(), { input: 'a' })).to.deep.equal({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
      model: 'm',
      usage: { prompt_tokens: 3, total_tokens: 3 },
    })
    expect(() => reply([{}], to(), { input: 'a' }))
      .to.throw(GatewayError)
      .that.includes({ status: 502 })
    expect(() => reply([{ embeddings: [] }], to(), { input: 'a' }))
      .to.throw(GatewayError)
      .that.includes({ status: 502 })
  })
})
