import { expect } from 'chai'
import type { Block, NeutralRequest, SystemText, Tool } from '../../../../core/neutral/request.ts'
import type { JsonObject } from '../../../../core/neutral/request.ts'
import type { Destination, ModelTraits, TranslationOptions } from '../../../../core/neutral/translation.ts'
import bedrock from '../../../../plugins/dialects/bedrock-converse/index.ts'
import { refusalOf } from '../../../support/refusal-of.ts'
import { destination, neutralRequest, writeRequest, type TranslatedRequest } from '../../../support/translation.ts'

const upstream = bedrock.upstream!
const claude: ModelTraits = { vendor: 'anthropic' }
const hello = { role: 'user', content: [{ text: 'hello' }] }

function to(traits: ModelTraits = {}, options: Partial<TranslationOptions> = {}): Destination {
  return destination({ model: 'acme.model-v1:0', settings: { json_schema_tool: true }, traits, options })
}

function write(overrides: Partial<NeutralRequest>, traits?: ModelTraits, options?: Partial<TranslationOptions>): TranslatedRequest {
  return writeRequest(upstream, neutralRequest(overrides), to(traits, options))
}

/** The body without the message that says hello. */
function bodyOf(overrides: Partial<NeutralRequest>, traits?: ModelTraits, options?: Partial<TranslationOptions>): JsonObject {
  const { messages: _messages, ...rest } = write(overrides, traits, options).body
  return rest
}

function user(...blocks: Block[]): Partial<NeutralRequest> {
  return { turns: [{ role: 'user', blocks }] }
}

function contentOf(...blocks: Block[]): unknown {
  const [message] = write(user(...blocks)).body['messages'] as unknown as { content: unknown }[]
  return message!.content
}

const tide: Tool = { name: 'tide', description: 'Tells the tide', schema: { type: 'object', properties: { port: { type: 'string' } } } }
const now: Tool = { name: 'now' }
const tideSpec = {
  toolSpec: { name: 'tide', description: 'Tells the tide', inputSchema: { json: { type: 'object', properties: { port: { type: 'string' } } } } },
}
const nowSpec = { toolSpec: { name: 'now', inputSchema: { json: { type: 'object', properties: {} } } } }

const history: NeutralRequest['turns'] = [
  { role: 'user', blocks: [{ type: 'text', text: 'Tide?' }] },
  { role: 'assistant', blocks: [{ type: 'tool_call', id: 'c1', name: 'tide', argumentsText: '{}' }] },
  { role: 'tool', blocks: [{ type: 'tool_result', callId: 'c1', blocks: [{ type: 'text', text: 'high' }] }] },
]

describe('bedrock-converse: a request', () => {
  it('is a message, the model and the stream standing in the URL', () => {
    expect(write({ isStream: true }).body).to.deep.equal({ messages: [hello] })
    expect([upstream.operation(false), upstream.operation(true)]).to.deep.equal(['converse', 'converse_stream'])
  })

  it('gives the same bytes for the same request', () => {
    const request = { tools: [tide, now], turns: history, stop: ['x'], sampling: { temperature: 0.5 } }
    expect(write(request).spelled.body.equals(write(request).spelled.body)).to.equal(true)
  })

  const carried: readonly (readonly [row: string, request: Partial<NeutralRequest>, expected: object])[] = [
    ['output cap', { maxOutputTokens: 9 }, { inferenceConfig: { maxTokens: 9 } }],
    ['temperature', { sampling: { temperature: 0.3 } }, { inferenceConfig: { temperature: 0.3 } }],
    ['top_p', { sampling: { topP: 0.3 } }, { inferenceConfig: { topP: 0.3 } }],
    ['top_k', { sampling: { topK: 5 } }, { additionalModelRequestFields: { top_k: 5 } }],
    ['stop, empty ones removed', { stop: ['a', '', 'b'] }, { inferenceConfig: { stopSequences: ['a', 'b'] } }],
    ['metadata map', { hints: { metadata: { team: 'a-b' } } }, { requestMetadata: { team: 'a-b' } }],
    ['tier priority', { hints: { serviceTier: 'priority' } }, { serviceTier: { type: 'priority' } }],
    ['tier default', { hints: { serviceTier: 'default' } }, { serviceTier: { type: 'default' } }],
    ['tier flex', { hints: { serviceTier: 'flex' } }, { serviceTier: { type: 'flex' } }],
    ['tier auto, which says nothing', { hints: { serviceTier: 'auto' } }, {}],
    ['tier standard_only', { hints: { serviceTier: 'standard_only' } }, { serviceTier: { type: 'default' } }],
    [
      'vendor extras',
      { vendorExtras: { bedrock: { guardrailConfig: { guardrailIdentifier: 'g' } }, cohere: { x: 1 } } },
      { guardrailConfig: { guardrailIdentifier: 'g' } },
    ],
    [
      'vendor extras over derived members',
      { sampling: { topK: 5 }, vendorExtras: { bedrock: { additionalModelRequestFields: { anthropic_beta: ['b'] } } } },
      { additionalModelRequestFields: { top_k: 5, anthropic_beta: ['b'] } },
    ],
    ['members that nobody knows', { extras: { performanceConfig: { latency: 'optimized' } } }, { performanceConfig: { latency: 'optimized' } }],
    ['modalities of text only', { hints: { modalities: ['text'] } }, {}],
    ['n of 1', { sampling: { count: 1 } }, {}],
  ]
  for (const [row, request, expected] of carried) {
    it(`carries ${row}`, () => {
      expect(bodyOf(request)).to.deep.equal(expected)
      expect(write(request).losses.reported).to.deep.equal([])
    })
  }

  const dropped: readonly (readonly [row: string, request: Partial<NeutralRequest>, field: string, expected?: object, traits?: ModelTraits])[] = [
    ['temperature above 1', { sampling: { temperature: 1.5 } }, 'temperature', { inferenceConfig: { temperature: 1 } }],
    ['seed', { sampling: { seed: 1 } }, 'seed'],
    ['presence penalty', { sampling: { presencePenalty: 1 } }, 'presence_penalty'],
    ['frequency penalty', { sampling: { frequencyPenalty: 1 } }, 'frequency_penalty'],
    ['logit_bias', { sampling: { logitBias: { 1: 2 } } }, 'logit_bias'],
    ['verbosity', { hints: { verbosity: 'low' } }, 'verbosity'],
    ['prediction', { hints: { prediction: { type: 'content', content: 'x' } } }, 'prediction'],
    ['store', { hints: { store: true } }, 'store'],
    ['a tier that AWS does not have', { hints: { serviceTier: 'scale' } }, 'service_tier'],
    ['effort for a model that is not of Claude', { reasoning: { effort: 'high' } }, 'reasoning_effort'],
    ['an effort that nobody knows', { reasoning: { effort: 'some' } }, 'reasoning_effort', {}, claude],
    ['an effort that nobody knows, by budget', { reasoning: { effort: 'some' } }, 'reasoning_effort', {}, { ...claude, thinking: 'budget' }],
    [
      'parallel_tool_calls for a model that is not of Claude',
      { tools: [now], parallelToolCalls: false },
      'parallel_tool_calls',
      { toolConfig: { tools: [nowSpec] } },
    ],
    ['strict of a tool, for a model that does not take it', { tools: [{ ...now, strict: true }] }, 'tools.strict', { toolConfig: { tools: [nowSpec] } }],
    [
      'a forced choice for a model that cannot be forced',
      { tools: [now], toolChoice: { kind: 'required' } },
      'tool_choice',
      { toolConfig: { tools: [nowSpec], toolChoice: { auto: {} } } },
      { forcedTools: false },
    ],
    ['temperature where sampling is fixed', { sampling: { temperature: 0.5 } }, 'temperature', {}, { fixedSampling: true }],
    ['top_p where sampling is fixed', { sampling: { topP: 0.9 } }, 'top_p', {}, { fixedSampling: true }],
    ['top_k where sampling is fixed', { sampling: { topK: 5 } }, 'top_k', {}, { fixedSampling: true }],
    [
      'top_p beside temperature, where only one is taken',
      { sampling: { temperature: 0.5, topP: 0.9 } },
      'top_p',
      { inferenceConfig: { temperature: 0.5 } },
      { singleSampling: true },
    ],
    ['stop of white space, for Claude', { stop: ['\n'] }, 'stop', { additionalModelResponseFieldPaths: ['/stop_sequence'] }, claude],
  ]
  for (const [row, request, field, expected = {}, traits] of dropped) {
    it(`drops ${row} with a note, and refuses it under strict`, () => {
      expect(bodyOf(request, traits)).to.deep.equal(expected)
      expect(write(request, traits).losses.reported).to.deep.equal([field])
      expect(refusalOf(() => write(request, traits, { strict: true })).status).to.equal(400)
    })
  }

  const silent: readonly (readonly [row: string, request: Partial<NeutralRequest>])[] = [
    ['user id', { hints: { user: 'u', safetyIdentifier: 's' } }],
    ['cache key', { hints: { promptCacheKey: 'k' } }],
    ['store: false', { hints: { store: false } }],
    ['metadata that AWS does not take', { hints: { metadata: { 'a|b': 'x', deep: { a: 1 } } } }],
    ['truncation: disabled', { hints: { truncation: 'disabled' } }],
    ['effort none, for a model that is not told', { reasoning: { effort: 'none' } }],
    ['a summary of what was thought', { reasoning: { summary: 'auto' } }],
  ]
  for (const [row, request] of silent) {
    it(`drops ${row} without a note, even under strict`, () => {
      const { body, losses } = write(request, {}, { strict: true })
      expect(body).to.deep.equal({ messages: [hello] })
      expect(losses.reported).to.deep.equal([])
    })
  }

  const refused: readonly (readonly [row: string, request: Partial<NeutralRequest>, param: string, traits?: ModelTraits])[] = [
    ['n above 1', { sampling: { count: 2 } }, 'n'],
    ['logprobs', { wants: { logprobs: true } }, 'logprobs'],
    ['audio out', { hints: { modalities: ['text', 'audio'] } }, 'modalities'],
    ['web search', { hints: { webSearch: {} } }, 'web_search_options'],
    ['system text alone', { turns: [], system: [{ text: 'Be brief.', kind: 'system', before: 0 }] }, 'messages'],
    ['an empty message alone', user({ type: 'text', text: '' }), 'messages'],
    ['nothing but space', user({ type: 'text', text: ' \n' }), 'messages'],
    ['system text alone (responses)', { from: 'openai-responses', turns: [], system: [{ text: 'Be brief.', kind: 'system', before: 0 }] }, 'input'],
    [
      'a prefill that the model does not take',
      { turns: [...neutralRequest().turns, { role: 'assistant', blocks: [{ type: 'text', text: '{' }], at: 'messages[1]' }] },
      'messages[1]',
      { prefill: false },
    ],
    [
      'image URL',
      user({ type: 'image', source: { kind: 'url', url: 'https://a.example/a.png' }, at: 'messages[0].content[1].image_url.url' }),
      'messages[0].content[1].image_url.url',
    ],
    ['image file id', user({ type: 'image', source: { kind: 'file', vendor: 'openai', id: 'f' }, at: 'messages[0].content[0]' }), 'messages[0].content[0]'],
    ['an image of a type that AWS does not take', user({ type: 'image', source: { kind: 'base64', mime: 'image/bmp', data: 'Qk0=' }, at: 'x' }), 'x'],
    ['audio', user({ type: 'audio', mime: 'audio/wav', data: 'AA==', at: 'messages[0].content[0].input_audio' }), 'messages[0].content[0].input_audio'],
    ['pdf URL', user({ type: 'file', source: { kind: 'url', url: 'https://a.example/a.pdf' }, at: 'x' }), 'x'],
    ['a file of an unknown type', user({ type: 'file', source: { kind: 'base64', mime: 'application/zip', data: 'UEs=' }, at: 'x' }), 'x'],
    [
      'a server tool of Anthropic',
      { from: 'anthropic-messages', tools: [{ name: 'web_search', hosted: { type: 'web_search_20250305', name: 'web_search' }, at: 'tools[0]' }] },
      'tools[0]',
    ],
    ['system text that policy has not seen', { extras: { system: [{ text: 'x' }] } }, 'system'],
    ['messages that policy has not seen', { vendorExtras: { bedrock: { messages: [] } } }, 'extra_body.bedrock.messages'],
    [
      'a schema that is too deep',
      {
        tools: [
          { name: 'a', at: 'tools[0]', schema: Array.from({ length: 70 }).reduce<JsonObject>(inner => ({ type: 'object', properties: { a: inner } }), {}) },
        ],
      },
      'tools[0]',
    ],
  ]
  for (const [row, request, param, traits] of refused) {
    it(`refuses ${row}, naming the place`, () => {
      const error = refusalOf(() => write(request, traits))
      expect([error.status, error.code, error.param]).to.deep.equal([400, 'unsupported_parameter', param])
    })
  }
})

describe('bedrock-converse: system text', () => {
  const text = (text: string, before = 0, more: Partial<SystemText> = {}): SystemText => ({ text, kind: 'system', before, ...more })

  it('leads as blocks, with a cache point behind a marked one', () => {
    const { body, losses } = write({ system: [text('A', 0, { cache: { ttl: '1h' } }), text(''), text('\n'), text('B', 0, { kind: 'developer', cache: {} })] })
    expect(body['system']).to.deep.equal([{ text: 'A' }, { cachePoint: { type: 'default', ttl: '1h' } }, { text: 'B' }, { cachePoint: { type: 'default' } }])
    expect(losses.reported).to.deep.equal([])
  })

  it('is lifted from where it stood, with a note', () => {
    const { body, losses } = write({ system: [text('A'), text('B', 1)] })
    expect(body['system']).to.deep.equal([{ text: 'A' }, { text: 'B' }])
    expect(losses.reported).to.deep.equal(['system_position'])
  })
})

describe('bedrock-converse: input parts', () => {
  const pdf = { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0=' } as const
  const rows: readonly (readonly [row: string, block: Block, expected: object])[] = [
    ['text', { type: 'text', text: 'a' }, { text: 'a' }],
    ['refusal', { type: 'refusal', text: 'no' }, { text: 'no' }],
    [
      'image data',
      { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'iVBORw0=' }, detail: 'low' },
      { image: { format: 'png', source: { bytes: 'iVBORw0=' } } },
    ],
    [
      'image data of type jpeg',
      { type: 'image', source: { kind: 'base64', mime: 'image/jpeg', data: '/9j/' } },
      { image: { format: 'jpeg', source: { bytes: '/9j/' } } },
    ],
    [
      'image in a bucket',
      { type: 'image', source: { kind: 'url', url: 's3://b/k.JPG' } },
      { image: { format: 'jpeg', source: { s3Location: { uri: 's3://b/k.JPG' } } } },
    ],
    [
      'pdf data',
      { type: 'file', source: pdf, name: 'q3_report (v2).pdf' },
      { document: { format: 'pdf', name: 'q3 report (v2)', source: { bytes: 'JVBERi0=' } } },
    ],
    [
      'pdf data without a name or type',
      { type: 'file', source: { ...pdf, mime: '' } },
      { document: { format: 'pdf', name: 'document', source: { bytes: 'JVBERi0=' } } },
    ],
    [
      'a file told by its name',
      { type: 'file', source: { kind: 'base64', mime: 'application/octet-stream', data: 'YSxi' }, name: 'a.csv' },
      { document: { format: 'csv', name: 'a', source: { bytes: 'YSxi' } } },
    ],
    [
      'plain text file',
      { type: 'file', source: { kind: 'text', text: 'zwölf' } },
      { document: { format: 'txt', name: 'document', source: { bytes: 'enfDtmxm' } } },
    ],
    [
      'plain text file in Markdown',
      { type: 'file', source: { kind: 'text', text: '#' }, mime: 'text/markdown' },
      { document: { format: 'md', name: 'document', source: { bytes: 'Iw==' } } },
    ],
    [
      'document.context and citations.enabled',
      { type: 'file', source: pdf, name: 'Law', context: 'of 1999', citations: true },
      { document: { format: 'pdf', name: 'Law', source: { bytes: 'JVBERi0=' }, context: 'of 1999', citations: { enabled: true } } },
    ],
    ['video', { type: 'video', source: { kind: 'base64', mime: 'video/mp4', data: 'AAAA' } }, { video: { format: 'mp4', source: { bytes: 'AAAA' } } }],
    [
      'video in a bucket',
      { type: 'video', source: { kind: 'url', url: 's3://b/k.webm' } },
      { video: { format: 'webm', source: { s3Location: { uri: 's3://b/k.webm' } } } },
    ],
  ]
  for (const [row, block, expected] of rows) {
    it(`carries ${row}`, () => {
      expect(contentOf(block)).to.deep.equal([expected])
    })
  }

  it('numbers documents of the same name, and keeps to the alphabet of names', () => {
    const named = (name: string): Block => ({ type: 'file', source: pdf, name })
    const names = (contentOf(named('a'), named('a.pdf'), named('ä--b  [c]'), named('a'), named('x'.repeat(300))) as any[]).map(
      ({ document }) => document.name as string,
    )
    expect(names).to.deep.equal(['a', 'a 2', '--b [c]', 'a 3', 'x'.repeat(200)])
  })

  for (const [what, text] of [
    ['empty texts', ''],
    ['texts of nothing but space, which are refused', '\n '],
  ] as const) {
    it(`leaves out ${what}, and turns that become empty`, () => {
      const turns: NeutralRequest['turns'] = [
        {
          role: 'user',
          blocks: [
            { type: 'text', text },
            { type: 'text', text: 'a' },
          ],
        },
        { role: 'assistant', blocks: [{ type: 'text', text }] },
        { role: 'user', blocks: [{ type: 'text', text: 'b' }] },
      ]
      expect(write({ turns }).body['messages']).to.deep.equal([{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }])
    })
  }

  it('merges neighbours of one role', () => {
    const turn = (role: 'user' | 'assistant', text: string) => ({ role, blocks: [{ type: 'text', text }] }) as const
    expect(
      write({ turns: [turn('user', 'a'), turn('user', 'b'), turn('assistant', 'c'), turn('assistant', 'd'), turn('user', 'e')] }).body['messages'],
    ).to.deep.equal([
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      { role: 'assistant', content: [{ text: 'c' }, { text: 'd' }] },
      { role: 'user', content: [{ text: 'e' }] },
    ])
  })
})

describe('bedrock-converse: tools', () => {
  it('carries function tools, an object schema where none was given', () => {
    expect(bodyOf({ tools: [tide, now] })).to.deep.equal({ toolConfig: { tools: [tideSpec, nowSpec] } })
  })

  it('leaves out an empty description and $schema, and says that it is an object', () => {
    const tool: Tool = { name: 'a', description: '', schema: { $schema: 'https://json-schema.org', properties: { n: { minimum: 1 } } } }
    expect(bodyOf({ tools: [tool] })).to.deep.equal({
      toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: { type: 'object', properties: { n: { minimum: 1 } } } } } }] },
    })
  })

  it('keeps strict where the model allows it, within what strict schemas may say', () => {
    const tool: Tool = { name: 'a', strict: true, schema: { type: 'object', properties: { n: { type: 'number', minimum: 1 } } } }
    expect(bodyOf({ tools: [tool] }, { strictTools: true })).to.deep.equal({
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'a',
              strict: true,
              inputSchema: { json: { type: 'object', properties: { n: { type: 'number', description: 'minimum: 1' } }, additionalProperties: false } },
            },
          },
        ],
      },
    })
    expect(JSON.stringify(bodyOf({ tools: [tool] }, { strictTools: false }))).not.to.contain('strict')
  })

  it('keeps long numbers of a schema', () => {
    const { spelled } = write({
      tools: [{ name: 'a', schema: { type: 'object', properties: { n: { maximum: (JSON as any).rawJSON('12345678901234567890') } } } }],
    })
    expect(spelled.body.toString()).to.contain('"maximum":12345678901234567890')
  })

  it('spells names that AWS does not take otherwise, the same in history and choice, and says so', () => {
    const name = 'files.read file'
    const turns: NeutralRequest['turns'] = [
      history[0]!,
      { role: 'assistant', blocks: [{ type: 'tool_call', id: 'c1', name, argumentsText: '{}' }] },
      history[2]!,
    ]
    const { body, spelled } = write({ tools: [{ name }], toolChoice: { kind: 'named', name }, turns })
    expect(body['toolConfig']).to.deep.equal({
      tools: [{ toolSpec: { name: 'files_read_file', inputSchema: { json: { type: 'object', properties: {} } } } }],
      toolChoice: { tool: { name: 'files_read_file' } },
    })
    expect((body['messages'] as any)[1].content[0].toolUse.name).to.equal('files_read_file')
    expect([...spelled.toolNames!]).to.deep.equal([['files_read_file', name]])
  })

  it('leaves out custom tools with a note; a choice that names one becomes auto', () => {
    const custom: Tool = { name: 'shell', custom: { type: 'custom' } }
    const { body, losses } = write({ tools: [custom, now], toolChoice: { kind: 'named', name: 'shell' } })
    expect(body['toolConfig']).to.deep.equal({ tools: [nowSpec], toolChoice: { auto: {} } })
    expect(losses.reported).to.deep.equal(['tools.custom'])
    expect(bodyOf({ tools: [custom], toolChoice: { kind: 'required' }, parallelToolCalls: false })).to.deep.equal({})
  })

  it('wraps custom tools on request, their grammar in the description', () => {
    const custom: Tool = { name: 'shell', description: 'Runs', custom: { format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } } } }
    expect(bodyOf({ tools: [custom] }, {}, { wrap_custom_tools: true })).to.deep.equal({
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'shell',
              description: 'Runs\n\nstart: "x"',
              inputSchema: { json: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } },
            },
          },
        ],
      },
    })
  })

  it('leaves out hosted tools of Responses with a note', () => {
    const { body, losses } = write({ from: 'openai-responses', tools: [{ name: 'web_search', hosted: { type: 'web_search' } }] })
    expect([body['toolConfig'], losses.reported]).to.deep.equal([undefined, ['tools.web_search']])
  })

  const choices: readonly (readonly [row: string, choice: NeutralRequest['toolChoice'], expected: object])[] = [
    ['auto', { kind: 'auto' }, { tools: [tideSpec, nowSpec], toolChoice: { auto: {} } }],
    ['required', { kind: 'required' }, { tools: [tideSpec, nowSpec], toolChoice: { any: {} } }],
    ['named', { kind: 'named', name: 'tide' }, { tools: [tideSpec, nowSpec], toolChoice: { tool: { name: 'tide' } } }],
    ['allowed list, auto', { kind: 'allowed', names: ['now'], mode: 'auto' }, { tools: [nowSpec], toolChoice: { auto: {} } }],
    ['allowed list, required', { kind: 'allowed', names: ['now'], mode: 'required' }, { tools: [nowSpec], toolChoice: { any: {} } }],
  ]
  for (const [row, choice, expected] of choices) {
    it(`spells the choice ${row}`, () => {
      expect(bodyOf({ tools: [tide, now], ...(choice === undefined ? {} : { toolChoice: choice }) })['toolConfig']).to.deep.equal(expected)
    })
  }

  it('keeps a tool that the history calls when it filters', () => {
    expect(
      (bodyOf({ tools: [tide, now], turns: history, toolChoice: { kind: 'allowed', names: ['now'], mode: 'auto' } })['toolConfig'] as any).tools,
    ).to.deep.equal([tideSpec, nowSpec])
  })

  it('drops the tools for the choice none', () => {
    expect(bodyOf({ tools: [tide], toolChoice: { kind: 'none' } })).to.deep.equal({})
  })

  it('keeps the tools and asks not to call any, for the choice none with calls in the history, with a note', () => {
    const { body, losses } = write({ tools: [tide], toolChoice: { kind: 'none' }, turns: history })
    expect(body['toolConfig']).to.deep.equal({ tools: [tideSpec] })
    expect(body['system']).to.deep.equal([{ text: 'Do not call any tool. Answer with text only.' }])
    expect(losses.reported).to.deep.equal(['tool_choice'])
  })

  it('makes up the tools that the history calls if the request has none', () => {
    expect(bodyOf({ turns: history, toolChoice: { kind: 'required' }, parallelToolCalls: false })).to.deep.equal({
      toolConfig: { tools: [{ toolSpec: { name: 'tide', inputSchema: { json: { type: 'object', properties: {} } } } }] },
    })
  })

  it("says parallel=false in fields of Claude's own, and the choice with it", () => {
    const fields = (choice?: NeutralRequest['toolChoice']) =>
      bodyOf({ tools: [tide], parallelToolCalls: false, ...(choice === undefined ? {} : { toolChoice: choice }) }, claude)
    const expected = (tool_choice: object) => ({
      toolConfig: { tools: [tideSpec] },
      additionalModelRequestFields: { tool_choice: { ...tool_choice, disable_parallel_tool_use: true } },
    })
    expect(fields()).to.deep.equal(expected({ type: 'auto' }))
    expect(fields({ kind: 'required' })).to.deep.equal(expected({ type: 'any' }))
    expect(fields({ kind: 'named', name: 'tide' })).to.deep.equal(expected({ type: 'tool', name: 'tide' }))
  })
})

describe('bedrock-converse: calls and results in the history', () => {
  const call = (argumentsText: string, id = 'c1'): NeutralRequest['turns'] => [
    history[0]!,
    { role: 'assistant', blocks: [{ type: 'tool_call', id, name: 'tide', argumentsText }] },
  ]
  const inputOf = (argumentsText: string) => (write({ turns: call(argumentsText) }).body['messages'] as any)[1].content[0].toolUse.input as unknown

  const inputs: readonly (readonly [row: string, text: string, expected: object])[] = [
    ['nothing', '', {}],
    ['white space', ' \n', {}],
    ['an object', '{"a":1}', { a: 1 }],
    ['other JSON', '[1]', { value: [1] }],
    ['broken JSON', '{"a":', { _invalid_json: '{"a":' }],
  ]
  for (const [row, text, expected] of inputs)
    it(`takes ${row} as arguments`, () => {
      expect(inputOf(text)).to.deep.equal(expected)
    })

  it('notes broken arguments', () => {
    expect(write({ turns: call('{"a":') }).losses.reported).to.deep.equal(['tool_calls.arguments'])
  })

  it('keeps long numbers and __proto__ in arguments', () => {
    expect(write({ turns: call('{"id":12345678901234567890,"__proto__":{"a":1}}') }).spelled.body.toString()).to.contain(
      '"input":{"id":12345678901234567890,"__proto__":{"a":1}}',
    )
  })

  it('gives calls of custom tools as their input', () => {
    const turns: NeutralRequest['turns'] = [
      history[0]!,
      { role: 'assistant', blocks: [{ type: 'tool_call', id: 'c', name: 'shell', argumentsText: 'ls {', isCustom: true }] },
    ]
    expect((write({ turns }).body['messages'] as any)[1].content[0].toolUse.input).to.deep.equal({ input: 'ls {' })
  })

  it('spells ids that AWS does not take otherwise, in call and result alike', () => {
    const id = `call:${'x'.repeat(80)}`
    const turns: NeutralRequest['turns'] = [...call('{}', id), { role: 'tool', blocks: [{ type: 'tool_result', callId: id, blocks: [] }] }]
    const [
      ,
      {
        content: [{ toolUse }],
      },
      {
        content: [{ toolResult }],
      },
    ] = write({ turns }).body['messages'] as any
    expect(toolUse.toolUseId).to.match(/^[A-Za-z0-9_-]{1,64}$/)
    expect(toolResult.toolUseId).to.equal(toolUse.toolUseId)
  })

  it('puts all results of a turn into one user message, before what the user says', () => {
    const turns: NeutralRequest['turns'] = [
      history[0]!,
      {
        role: 'assistant',
        blocks: [
          { type: 'text', text: 'One moment.' },
          { type: 'tool_call', id: 'a', name: 'tide', argumentsText: '' },
          { type: 'tool_call', id: 'b', name: 'now', argumentsText: '' },
        ],
      },
      { role: 'tool', blocks: [{ type: 'tool_result', callId: 'a', blocks: [{ type: 'text', text: 'high' }] }] },
      { role: 'user', blocks: [{ type: 'text', text: 'Go on.' }] },
      { role: 'tool', blocks: [{ type: 'tool_result', callId: 'b', blocks: [{ type: 'text', text: '09:40' }] }] },
    ]
    expect((write({ turns }).body['messages'] as any).slice(1)).to.deep.equal([
      {
        role: 'assistant',
        content: [{ text: 'One moment.' }, { toolUse: { toolUseId: 'a', name: 'tide', input: {} } }, { toolUse: { toolUseId: 'b', name: 'now', input: {} } }],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'a', content: [{ text: 'high' }] } },
          { toolResult: { toolUseId: 'b', content: [{ text: '09:40' }] } },
          { text: 'Go on.' },
        ],
      },
    ])
  })

  const png = { kind: 'base64', mime: 'image/png', data: 'iVBORw0=' } as const
  type Result = Extract<Block, { type: 'tool_result' }>
  const results: readonly (readonly [row: string, result: Partial<Result>, expected: object])[] = [
    ['one text', { blocks: [{ type: 'text', text: 'high' }] }, { content: [{ text: 'high' }] }],
    ['a text that is an object', { blocks: [{ type: 'text', text: '{"m":2}' }] }, { content: [{ json: { m: 2 } }] }],
    ['a text that only begins like one', { blocks: [{ type: 'text', text: '{not' }] }, { content: [{ text: '{not' }] }],
    [
      'several texts',
      {
        blocks: [
          { type: 'text', text: 'a' },
          { type: 'text', text: '' },
          { type: 'text', text: 'b' },
        ],
      },
      { content: [{ text: 'a' }, { text: 'b' }] },
    ],
    [
      'image and file',
      {
        blocks: [
          { type: 'image', source: png },
          { type: 'file', source: { kind: 'text', text: 'x' }, name: 'n' },
        ],
      },
      { content: [{ image: { format: 'png', source: { bytes: 'iVBORw0=' } } }, { document: { format: 'txt', name: 'n', source: { bytes: 'eA==' } } }] },
    ],
    ['isError', { blocks: [{ type: 'text', text: 'closed' }], isError: true }, { content: [{ text: 'closed' }], status: 'error' }],
    ['empty', { blocks: [] }, { content: [{ json: {} }] }],
    ['nothing but space', { blocks: [{ type: 'text', text: '\n' }] }, { content: [{ json: {} }] }],
    ['one empty text', { blocks: [{ type: 'text', text: '' }] }, { content: [{ json: {} }] }],
  ]
  const answered = (result: Partial<Result>): NeutralRequest['turns'] => [
    ...call('{}'),
    { role: 'tool', blocks: [{ type: 'tool_result', callId: 'c1', blocks: [], ...result }] },
  ]
  for (const [row, result, expected] of results) {
    it(`carries a result: ${row}`, () => {
      expect((write({ turns: answered(result) }).body['messages'] as any)[2].content).to.deep.equal([{ toolResult: { toolUseId: 'c1', ...expected } }])
    })
  }

  it('keeps the spelling of numbers in a result', () => {
    const { spelled } = write({ turns: answered({ blocks: [{ type: 'text', text: '{"m":2.0,"id":12345678901234567890}' }] }) })
    expect(spelled.body.toString()).to.contain('{"json":{"m":2.0,"id":12345678901234567890}}')
  })
})

describe('bedrock-converse: structured output', () => {
  const schema = { type: 'object', properties: { kg: { type: 'number', minimum: 0 } }, required: ['kg'], additionalProperties: false } as const
  const output = { kind: 'json_schema', name: 'catch', strict: true, schema } as const

  it('spells a schema as text, within what strict schemas may say', () => {
    expect(bodyOf({ output })).to.deep.equal({
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: {
            jsonSchema: {
              name: 'catch',
              schema: '{"type":"object","properties":{"kg":{"type":"number","description":"minimum: 0"}},"required":["kg"],"additionalProperties":false}',
            },
          },
        },
      },
    })
  })

  it('asks for JSON in the system text, with a note', () => {
    const { body, losses } = write({ output: { kind: 'json_object' }, system: [{ text: 'Be brief.', kind: 'system', before: 0 }] })
    expect((body['system'] as any[]).map(({ text }) => text as string)).to.deep.equal([
      'Be brief.',
      'Answer with a single JSON object and nothing else: no code fences, no text around it.',
    ])
    expect(losses.reported).to.deep.equal(['response_format'])
  })

  it('notes that strict:false is constrained anyway', () => {
    expect(write({ output: { ...output, strict: false } }).losses.reported).to.deep.equal(['response_format.json_schema.strict'])
  })

  it('forces a tool on models without support', () => {
    expect(bodyOf({ output }, { jsonSchema: false })).to.deep.equal({
      toolConfig: {
        tools: [{ toolSpec: { name: 'json_output', description: 'Gives the answer.', inputSchema: { json: schema } } }],
        toolChoice: { tool: { name: 'json_output' } },
      },
    })
  })

  it('refuses a schema there, unless the tool is asked for', () => {
    const refused = () => writeRequest(upstream, neutralRequest({ output }), destination({ traits: { jsonSchema: false } }))
    expect(refusalOf(refused).param).to.equal('response_format.json_schema')
    expect(refusalOf(() => write({ output: { ...output, at: 'text.format' } }, { jsonSchema: false, forcedTools: false })).param).to.equal('text.format')
  })

  it('refuses that together with other tools, and with thinking', () => {
    expect(refusalOf(() => write({ output, tools: [now] }, { jsonSchema: false })).param).to.equal('response_format.json_schema')
    expect(refusalOf(() => write({ output, reasoning: { effort: 'high' } }, { ...claude, thinking: 'budget', jsonSchema: false })).param).to.equal(
      'response_format.json_schema',
    )
  })

  it("never lets a caller's tool take the name of that tool", () => {
    const { body, spelled } = write({ tools: [{ name: 'json_output' }] }, { jsonSchema: false })
    const [{ toolSpec }] = (body['toolConfig'] as any).tools
    expect(toolSpec.name).not.to.equal('json_output')
    expect(spelled.toolNames!.get(toolSpec.name)).to.equal('json_output')
  })
})

describe('bedrock-converse: reasoning controls of Claude', () => {
  const fields = (thinking: object) => ({ additionalModelRequestFields: { thinking } })
  const efforts: readonly (readonly [row: string, effort: string, adaptive: string, budget: number])[] = [
    ['minimal', 'minimal', 'low', 5000],
    ['low', 'low', 'low', 5000],
    ['medium', 'medium', 'medium', 10_000],
    ['high', 'high', 'high', 20_000],
    ['xhigh', 'xhigh', 'xhigh', 20_000],
    ['max', 'max', 'max', 20_000],
  ]
  for (const [row, effort, adaptive, budget] of efforts) {
    it(`spells effort ${row}`, () => {
      expect(bodyOf({ reasoning: { effort } }, claude)).to.deep.equal({ outputConfig: { effort: adaptive }, ...fields({ type: 'adaptive' }) })
      expect(bodyOf({ reasoning: { effort } }, { ...claude, thinking: 'budget' })).to.deep.equal(fields({ type: 'enabled', budget_tokens: budget }))
    })
  }

  it('spells effort none as disabled', () => {
    for (const thinking of ['adaptive', 'budget'] as const)
      expect(bodyOf({ reasoning: { effort: 'none', isEnabled: false } }, { ...claude, thinking })).to.deep.equal(fields({ type: 'disabled' }))
  })

  it('notes that a model which always thinks cannot be told not to', () => {
    const { losses, body } = write({ reasoning: { effort: 'none' } }, { ...claude, alwaysThinks: true })
    expect([losses.reported, body]).to.deep.equal([['reasoning_effort'], { messages: [hello] }])
  })

  it('keeps within the efforts of the model, and notes it in silence', () => {
    const { body, losses } = write({ reasoning: { effort: 'max' } }, { ...claude, efforts: ['low', 'medium', 'high'] }, { strict: true })
    expect(body['outputConfig']).to.deep.equal({ effort: 'high' })
    expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([['reasoning_effort', true]])
  })

  it('spells a budget, and as an effort where only that is taken', () => {
    expect(bodyOf({ reasoning: { budget: 12_000, isEnabled: true } }, { ...claude, thinking: 'budget' })).to.deep.equal(
      fields({ type: 'enabled', budget_tokens: 12_000 }),
    )
    expect(bodyOf({ reasoning: { budget: 12_000, isEnabled: true } }, claude)).to.deep.equal({
      outputConfig: { effort: 'medium' },
      ...fields({ type: 'adaptive' }),
    })
    expect(bodyOf({ reasoning: { budget: 10 } }, { ...claude, thinking: 'budget' })).to.deep.equal(fields({ type: 'enabled', budget_tokens: 1024 }))
  })

  it('spells adaptive thinking without an effort, and how it is to be shown', () => {
    expect(bodyOf({ reasoning: { isEnabled: true, display: 'summarized' } }, claude)).to.deep.equal(fields({ type: 'adaptive', display: 'summarized' }))
  })

  const limits: readonly (readonly [limit: number, budget: number | undefined])[] = [
    [20_001, 20_000],
    [20_000, 18_976],
    [4096, 3072],
    [1500, 1024],
    [1024, undefined],
  ]
  for (const [limit, budget] of limits) {
    it(`prefers a smaller budget to more than ${limit} tokens`, () => {
      const { body, losses } = write({ reasoning: { effort: 'high' }, maxOutputTokens: limit }, { ...claude, thinking: 'budget' })
      expect(body['inferenceConfig']).to.deep.equal({ maxTokens: limit })
      expect(body['additionalModelRequestFields']).to.deep.equal(budget === undefined ? undefined : { thinking: { type: 'enabled', budget_tokens: budget } })
      expect(losses.reported).to.deep.equal(budget === undefined ? ['reasoning_effort'] : [])
    })
  }

  it('drops the sampling that thinking forbids', () => {
    const { body, losses } = write({ reasoning: { effort: 'low' }, sampling: { temperature: 0.2, topP: 0.9, topK: 3 } }, { ...claude, thinking: 'budget' })
    expect(body['inferenceConfig']).to.equal(undefined)
    expect(losses.reported).to.deep.equal(['temperature', 'top_k', 'top_p'])
    expect(bodyOf({ reasoning: { effort: 'low' }, sampling: { temperature: 1, topP: 0.96 } }, claude)['inferenceConfig']).to.deep.equal({
      temperature: 1,
      topP: 0.96,
    })
  })

  const forced = { tools: [now], toolChoice: { kind: 'required' } } as const
  it('does not think when it is made to call a tool and thinking was only an effort', () => {
    const { body, losses } = write({ ...forced, reasoning: { effort: 'high' } }, { ...claude, thinking: 'budget' })
    expect([body['additionalModelRequestFields'], losses.reported]).to.deep.equal([undefined, ['reasoning_effort']])
  })

  it('refuses a forced tool and a budget that were both asked for', () => {
    expect(refusalOf(() => write({ ...forced, reasoning: { budget: 5000, isEnabled: true } }, { ...claude, thinking: 'budget' })).param).to.equal('tool_choice')
  })

  it('lets adaptive models think when they are made to call a tool', () => {
    expect(bodyOf({ ...forced, reasoning: { effort: 'high' } }, claude)['outputConfig']).to.deep.equal({ effort: 'high' })
  })

  it('asks for the stop sequence', () => {
    expect(bodyOf({ stop: ['x'] }, claude)).to.deep.equal({ inferenceConfig: { stopSequences: ['x'] }, additionalModelResponseFieldPaths: ['/stop_sequence'] })
  })
})

describe('bedrock-converse: reasoning in the history', () => {
  type Reasoning = Extract<Block, { type: 'reasoning' }>
  const signed = (vendor: string, value = 'SIG'): Reasoning => ({ type: 'reasoning', text: 'Hm.', state: { vendor, value } })
  const after = (block: Reasoning, traits: ModelTraits = claude): unknown => {
    const turns: NeutralRequest['turns'] = [history[0]!, { role: 'assistant', blocks: [block, { type: 'text', text: 'a' }] }, history[0]!]
    return (write({ turns }, traits).body['messages'] as any)[1].content as unknown
  }

  it('goes back to Claude with its signature', () => {
    expect(after(signed('anthropic'))).to.deep.equal([{ reasoningContent: { reasoningText: { text: 'Hm.', signature: 'SIG' } } }, { text: 'a' }])
  })

  it('goes back to Claude redacted', () => {
    for (const state of [{}, { state: { vendor: 'anthropic', value: '' } }]) {
      expect(after({ type: 'reasoning', text: '', redacted: 'QUJD', ...state })).to.deep.equal([
        { reasoningContent: { redactedContent: 'QUJD' } },
        { text: 'a' },
      ])
    }
  })

  const foreign: readonly (readonly [name: string, block: Reasoning, traits?: ModelTraits])[] = [
    ['of another vendor', signed('google')],
    ['of another vendor, redacted', { type: 'reasoning', text: '', redacted: 'x', state: { vendor: 'openai', value: '' } }],
    ['without a signature', { type: 'reasoning', text: 'Hm.' }],
    ['with an empty signature', signed('anthropic', '')],
    ['that is sealed', signed('anthropic', 'tl1.abc')],
    ['of Claude, for another model', signed('anthropic'), {}],
    ['of Claude, redacted, for another model', { type: 'reasoning', text: '', redacted: 'x' }, {}],
  ]
  for (const [name, block, traits] of foreign)
    it(`does not go on ${name}`, () => {
      expect(after(block, traits)).to.deep.equal([{ text: 'a' }])
    })

  const loop = (...reasoning: Reasoning[]): Partial<NeutralRequest> => ({
    tools: [tide],
    reasoning: { effort: 'low' },
    turns: [history[0]!, { role: 'assistant', blocks: [...reasoning, ...history[1]!.blocks] }, history[2]!],
  })

  it('that is lost in a loop of calls turns thinking by budget off, with a note', () => {
    const { body, losses } = write(loop(signed('google')), { ...claude, thinking: 'budget' })
    expect([body['additionalModelRequestFields'], losses.reported]).to.deep.equal([undefined, ['thinking']])
  })

  it('that is there lets thinking by budget on', () => {
    expect(write(loop(signed('anthropic')), { ...claude, thinking: 'budget' }).body['additionalModelRequestFields']).to.deep.equal({
      thinking: { type: 'enabled', budget_tokens: 5000 },
    })
  })

  it('that is lost is no matter to adaptive models', () => {
    expect(write(loop(), claude).losses.reported).to.deep.equal([])
  })
})

describe('bedrock-converse: cache marks', () => {
  const point = { cachePoint: { type: 'default' } }

  it('stand behind tools, texts, calls and results', () => {
    const turns: NeutralRequest['turns'] = [
      { role: 'user', blocks: [{ type: 'text', text: 'a', cache: {} }] },
      { role: 'assistant', blocks: [{ type: 'tool_call', id: 'c', name: 'now', argumentsText: '', cache: {} }] },
      { role: 'tool', blocks: [{ type: 'tool_result', callId: 'c', blocks: [], cache: {} }] },
    ]
    const { body } = write({ tools: [{ ...now, cache: {} }], turns })
    expect((body['toolConfig'] as any).tools).to.deep.equal([nowSpec, point])
    expect((body['messages'] as any[]).map(({ content }) => (content as unknown[]).at(-1))).to.deep.equal([point, point, point])
  })

  it('within a result stand behind it', () => {
    const turns: NeutralRequest['turns'] = [
      { role: 'assistant', blocks: [{ type: 'tool_call', id: 'c', name: 'now', argumentsText: '' }] },
      { role: 'tool', blocks: [{ type: 'tool_result', callId: 'c', blocks: [{ type: 'text', text: 'r', cache: { ttl: '1h' } }] }] },
    ]
    const marked = [{ toolResult: { toolUseId: 'c', content: [{ text: 'r' }] } }, { cachePoint: { type: 'default', ttl: '1h' } }]
    expect((write({ tools: [now], turns, cache: {} }).body['messages'] as any[]).at(-1)).to.deep.equal({ role: 'user', content: marked })
  })

  it('for the whole prompt stands behind its last block', () => {
    expect(write({ cache: {} }).body['messages']).to.deep.equal([{ role: 'user', content: [{ text: 'hello' }, point] }])
  })

  it('stay away from a model that has refused them', () => {
    const { body, losses } = write({ tools: [{ ...now, cache: {} }], cache: {} }, { cacheMarks: false })
    expect(JSON.stringify(body)).not.to.contain('cachePoint')
    expect(losses.reported).to.deep.equal([])
  })

  it('are at most four, the last ones, with a note', () => {
    const marked = (text: string) => ({ type: 'text', text, cache: {} }) as const
    const { body, losses } = write({
      tools: [{ ...now, cache: {} }],
      system: [{ text: 's', kind: 'system', before: 0, cache: {} }],
      ...user(marked('a'), marked('b'), marked('c')),
      cache: {},
    })
    expect((body['toolConfig'] as any).tools).to.deep.equal([nowSpec])
    expect(body['system']).to.deep.equal([{ text: 's' }, point])
    expect((body['messages'] as any)[0].content).to.deep.equal([{ text: 'a' }, point, { text: 'b' }, point, { text: 'c' }, point])
    expect(losses.reported).to.deep.equal(['cache_control'])
  })
})
