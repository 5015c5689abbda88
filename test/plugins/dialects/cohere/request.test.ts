import { expect } from 'chai'
import type { Block, JsonObject, NeutralRequest, SystemText, Tool } from '../../../../core/neutral/request.ts'
import type { ModelTraits, TranslationOptions } from '../../../../core/neutral/translation.ts'
import cohere from '../../../../plugins/dialects/cohere/index.ts'
import { refusalOf } from '../../../support/refusal-of.ts'
import { destination, neutralRequest, writeRequest, type TranslatedRequest } from '../../../support/translation.ts'

const upstream = cohere.upstream!

function write(overrides: Partial<NeutralRequest>, traits: ModelTraits = {}, options: Partial<TranslationOptions> = {}): TranslatedRequest {
  return writeRequest(upstream, neutralRequest(overrides), destination({ model: 'command-x', traits, options }))
}

/** The body without the model, and without the message that says hello. */
function bodyOf(overrides: Partial<NeutralRequest>, traits?: ModelTraits, options?: Partial<TranslationOptions>): JsonObject {
  const { messages: _messages, model: _model, ...rest } = write(overrides, traits, options).body
  return rest
}

function user(...blocks: Block[]): Partial<NeutralRequest> {
  return { turns: [{ role: 'user', blocks }] }
}

function messagesOf(overrides: Partial<NeutralRequest>): unknown {
  return write(overrides).body['messages']
}

const tide: Tool = { name: 'tide', description: 'Tells the tide', schema: { $schema: 'x', type: 'object', properties: { port: { type: 'string' } } } }
const now: Tool = { name: 'now' }
const tideSpec = {
  type: 'function',
  function: { name: 'tide', description: 'Tells the tide', parameters: { type: 'object', properties: { port: { type: 'string' } } } },
}
const nowSpec = { type: 'function', function: { name: 'now', parameters: { type: 'object', properties: {} } } }

describe('cohere: a request', () => {
  it('is a model and a message', () => {
    expect(write({}).body).to.deep.equal({ model: 'command-x', messages: [{ role: 'user', content: 'hello' }] })
    expect([upstream.operation(false), upstream.operation(true)]).to.deep.equal(['cohere_chat', 'cohere_chat'])
  })

  const carried: readonly (readonly [row: string, request: Partial<NeutralRequest>, expected: object])[] = [
    ['stream', { isStream: true }, { stream: true }],
    ['output cap', { maxOutputTokens: 9 }, { max_tokens: 9 }],
    ['temperature, above 1 too', { sampling: { temperature: 1.5 } }, { temperature: 1.5 }],
    ['top_p', { sampling: { topP: 0.3 } }, { p: 0.3 }],
    ['top_k', { sampling: { topK: 5 } }, { k: 5 }],
    ['stop', { stop: ['a', '', 'b'] }, { stop_sequences: ['a', 'b'] }],
    ['seed', { sampling: { seed: 1 } }, { seed: 1 }],
    ['presence and frequency penalty', { sampling: { presencePenalty: 1, frequencyPenalty: 0.5 } }, { presence_penalty: 1, frequency_penalty: 0.5 }],
    [
      'vendor extras',
      { vendorExtras: { cohere: { documents: ['d'], citation_options: { mode: 'FAST' } } } },
      { documents: ['d'], citation_options: { mode: 'FAST' } },
    ],
    ['members that nobody knows', { extras: { safety_mode: 'OFF' } }, { safety_mode: 'OFF' }],
    ['json_object', { output: { kind: 'json_object' } }, { response_format: { type: 'json_object' } }],
    [
      'json_schema',
      { output: { kind: 'json_schema', name: 'n', schema: { type: 'object', properties: { a: { minimum: 1 } }, required: ['a'] }, strict: true } },
      { response_format: { type: 'json_object', json_schema: { type: 'object', properties: { a: { minimum: 1 } }, required: ['a'] } } },
    ],
    [
      'json_schema that requires nothing',
      { output: { kind: 'json_schema', name: 'n', schema: { properties: { a: {}, b: {} } } } },
      { response_format: { type: 'json_object', json_schema: { type: 'object', properties: { a: {}, b: {} }, required: ['a'] } } },
    ],
    ['effort none', { reasoning: { effort: 'none' } }, { thinking: { type: 'disabled' } }],
    ['effort low', { reasoning: { effort: 'low' } }, { thinking: { type: 'enabled' } }],
    ['effort max', { reasoning: { effort: 'max' } }, { thinking: { type: 'enabled' } }],
    ['a budget', { reasoning: { budget: 900, isEnabled: true } }, { thinking: { type: 'enabled', token_budget: 900 } }],
  ]
  for (const [row, request, expected] of carried) {
    it(`carries ${row}`, () => {
      expect(bodyOf(request)).to.deep.equal(expected)
      expect(write(request).losses.reported).to.deep.equal([])
    })
  }

  const dropped: readonly (readonly [row: string, request: Partial<NeutralRequest>, field: string, expected?: object, traits?: ModelTraits])[] = [
    ['logit_bias', { sampling: { logitBias: { 1: 2 } } }, 'logit_bias'],
    ['verbosity', { hints: { verbosity: 'low' } }, 'verbosity'],
    ['prediction', { hints: { prediction: {} } }, 'prediction'],
    ['store', { hints: { store: true } }, 'store'],
    ['tier', { hints: { serviceTier: 'priority' } }, 'service_tier'],
    ['strict on some tools', { tools: [{ ...tide, strict: true }, now] }, 'tools.strict', { tools: [tideSpec, nowSpec] }],
    ['parallel=false', { tools: [now], parallelToolCalls: false }, 'parallel_tool_calls', { tools: [nowSpec] }],
    [
      'strict:false of a schema',
      { output: { kind: 'json_schema', name: 'n', schema: { type: 'object', required: ['a'] }, strict: false } },
      'response_format.json_schema.strict',
      { response_format: { type: 'json_object', json_schema: { type: 'object', required: ['a'] } } },
    ],
    ['an effort that nobody knows', { reasoning: { effort: 'huge' } }, 'reasoning_effort'],
    ['effort for a model that does not think', { reasoning: { effort: 'low' } }, 'reasoning_effort', {}, { thinking: 'none' }],
    ['citations of a document', user({ type: 'file', source: { kind: 'text', text: 'a' }, citations: true }), 'citations'],
  ]
  for (const [row, request, field, expected = {}, traits] of dropped) {
    it(`drops ${row} with a note, and refuses it under strict`, () => {
      expect(bodyOf(request, traits)).to.deep.equal(expected)
      expect(write(request, traits).losses.reported).to.deep.equal([field])
      expect(refusalOf(() => write(request, traits, { strict: true })).status).to.equal(400)
    })
  }

  const silent: readonly (readonly [row: string, request: Partial<NeutralRequest>, traits?: ModelTraits])[] = [
    ['user id', { hints: { user: 'u', safetyIdentifier: 's' } }],
    ['metadata', { hints: { metadata: { a: 'b' } } }],
    ['cache key', { hints: { promptCacheKey: 'k' } }],
    ['cache marks', { cache: {}, turns: [{ role: 'user', blocks: [{ type: 'text', text: 'hello', cache: {} }] }] }],
    ['the name of a speaker', { turns: [{ role: 'user', name: 'Ann', blocks: [{ type: 'text', text: 'hello' }] }] }],
    ['effort none, for a model that does not think', { reasoning: { effort: 'none' } }, { thinking: 'none' }],
  ]
  for (const [row, request, traits] of silent) {
    it(`drops ${row} without a note, even under strict`, () => {
      const { body, losses } = write(request, traits, { strict: true })
      expect(body).to.deep.equal({ model: 'command-x', messages: [{ role: 'user', content: 'hello' }] })
      expect(losses.reported).to.deep.equal([])
    })
  }

  const refused: readonly (readonly [row: string, request: Partial<NeutralRequest>, param: string])[] = [
    ['n above 1', { sampling: { count: 2 } }, 'n'],
    ['logprobs', { wants: { logprobs: true } }, 'logprobs'],
    ['audio out', { hints: { modalities: ['audio'] } }, 'modalities'],
    ['web search', { hints: { webSearch: {} } }, 'web_search_options'],
    ['image file id', user({ type: 'image', source: { kind: 'file', vendor: 'openai', id: 'f' }, at: 'messages[0].content[0]' }), 'messages[0].content[0]'],
    ['audio', user({ type: 'audio', mime: 'audio/wav', data: 'AA==', at: 'messages[0].content[0]' }), 'messages[0].content[0]'],
    ['video', user({ type: 'video', source: { kind: 'url', url: 'https://a.example' }, at: 'x' }), 'x'],
    ['pdf data', user({ type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0=' }, at: 'x' }), 'x'],
    ['pdf URL', user({ type: 'file', source: { kind: 'url', url: 'https://a.example/a.pdf' }, at: 'x' }), 'x'],
    [
      'an image from the assistant',
      { turns: [{ role: 'assistant', blocks: [{ type: 'image', source: { kind: 'url', url: 'https://a.example' }, at: 'x' }] }] },
      'x',
    ],
    [
      "an image in a tool's result",
      {
        turns: [
          {
            role: 'tool',
            blocks: [{ type: 'tool_result', callId: 'c', blocks: [{ type: 'image', source: { kind: 'url', url: 'https://a.example' }, at: 'x' }] }],
          },
        ],
      },
      'x',
    ],
    [
      'a server tool of Anthropic',
      { from: 'anthropic-messages', tools: [{ name: 'web_search', hosted: { type: 'web_search_20250305' }, at: 'tools[0]' }] },
      'tools[0]',
    ],
    ['messages that policy has not seen', { extras: { chat_history: [] } }, 'chat_history'],
    ['messages for Cohere that policy has not seen', { vendorExtras: { cohere: { messages: [] } } }, 'extra_body.cohere.messages'],
  ]
  for (const [row, request, param] of refused) {
    it(`refuses ${row}, naming the place`, () => {
      const error = refusalOf(() => write(request))
      expect([error.status, error.code, error.param]).to.deep.equal([400, 'unsupported_parameter', param])
    })
  }

  it('sends five stop sequences and leaves the rest to be emulated', () => {
    const { body, spelled } = write({ stop: ['a', 'b', '', 'c', 'd', 'e', 'f', 'g'] })
    expect(body['stop_sequences']).to.deep.equal(['a', 'b', 'c', 'd', 'e'])
    expect(spelled.emulatedStop).to.deep.equal(['f', 'g'])
    expect(write({ stop: ['a'] }).spelled.emulatedStop).to.equal(undefined)
  })
})

describe('cohere: messages', () => {
  const system = (text: string, before: number, kind: SystemText['kind'] = 'system'): SystemText => ({ text, kind, before })

  it('keep system text where it stood, as system', () => {
    const turns: NeutralRequest['turns'] = [
      { role: 'user', blocks: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', blocks: [{ type: 'text', text: 'b' }] },
    ]
    expect(messagesOf({ turns, system: [system('S', 0), system('', 0), system('D', 1, 'developer'), system('E', 2)] })).to.deep.equal([
      { role: 'system', content: 'S' },
      { role: 'user', content: 'a' },
      { role: 'system', content: 'D' },
      { role: 'assistant', content: 'b' },
      { role: 'system', content: 'E' },
    ])
  })

  const parts: readonly (readonly [row: string, block: Block, expected: object])[] = [
    [
      'image data',
      { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'iVBORw0=' }, detail: 'low' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0=', detail: 'low' } },
    ],
    [
      'image detail original, as the most that there is',
      { type: 'image', source: { kind: 'url', url: 'https://a.example/a.png' }, detail: 'original' },
      { type: 'image_url', image_url: { url: 'https://a.example/a.png', detail: 'high' } },
    ],
    [
      'image URL',
      { type: 'image', source: { kind: 'url', url: 'https://a.example/a.png' } },
      { type: 'image_url', image_url: { url: 'https://a.example/a.png' } },
    ],
    [
      'plain text file, headed with its name',
      { type: 'file', source: { kind: 'text', text: 'zwölf' }, name: 'n.txt', context: 'of 1999' },
      { type: 'text', text: 'n.txt\nof 1999\nzwölf' },
    ],
    [
      'plain text file as data',
      { type: 'file', source: { kind: 'base64', mime: 'text/plain', data: 'YQ==' }, name: 'n.txt' },
      { type: 'text', text: 'n.txt\na' },
    ],
  ]
  for (const [row, block, expected] of parts) {
    it(`carry ${row}`, () => {
      expect(messagesOf(user({ type: 'text', text: 'a' }, { type: 'text', text: '' }, block))).to.deep.equal([
        { role: 'user', content: [{ type: 'text', text: 'a' }, expected] },
      ])
    })
  }

  it('leave out what is empty', () => {
    expect(
      messagesOf({
        turns: [
          { role: 'assistant', blocks: [] },
          { role: 'user', blocks: [{ type: 'text', text: 'a' }] },
          { role: 'user', blocks: [] },
        ],
      }),
    ).to.deep.equal([{ role: 'user', content: 'a' }])
  })

  it('carry calls and one message per result, and no thoughts', () => {
    const turns: NeutralRequest['turns'] = [
      {
        role: 'assistant',
        blocks: [
          { type: 'reasoning', text: 'Hm.', state: { vendor: 'anthropic', value: 'S' } },
          { type: 'text', text: 'One moment.' },
          { type: 'tool_call', id: 'a', name: 'tide', argumentsText: '{"id":12345678901234567890}' },
          { type: 'tool_call', id: 'b', name: 'now', argumentsText: ' ' },
          { type: 'tool_call', id: 'c', name: 'shell', argumentsText: 'ls', isCustom: true },
        ],
      },
      {
        role: 'tool',
        blocks: [
          { type: 'tool_result', callId: 'a', blocks: [{ type: 'text', text: 'high' }], isError: true },
          {
            type: 'tool_result',
            callId: 'b',
            blocks: [
              { type: 'text', text: 'x' },
              { type: 'text', text: 'y' },
            ],
          },
          { type: 'tool_result', callId: 'c', blocks: [] },
        ],
      },
      { role: 'user', blocks: [{ type: 'text', text: 'Go on.' }] },
    ]
    expect(messagesOf({ turns })).to.deep.equal([
      {
        role: 'assistant',
        content: 'One moment.',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'tide', arguments: '{"id":12345678901234567890}' } },
          { id: 'b', type: 'function', function: { name: 'now', arguments: '{}' } },
          { id: 'c', type: 'function', function: { name: 'shell', arguments: '{"input":"ls"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'high' },
      {
        role: 'tool',
        tool_call_id: 'b',
        content: [
          { type: 'text', text: 'x' },
          { type: 'text', text: 'y' },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: '' },
      { role: 'user', content: 'Go on.' },
    ])
  })
})

describe('cohere: tools', () => {
  it('are functions with a schema each, and strict together', () => {
    expect(bodyOf({ tools: [tide, now] })).to.deep.equal({ tools: [tideSpec, nowSpec] })
    expect(
      bodyOf({
        tools: [
          { ...tide, strict: true },
          { ...now, strict: true },
        ],
      }),
    ).to.deep.equal({ tools: [tideSpec, nowSpec], strict_tools: true })
    expect(bodyOf({ tools: [{ ...tide, strict: false }] })).to.deep.equal({ tools: [tideSpec] })
  })

  const choices: readonly (readonly [row: string, choice: NonNullable<NeutralRequest['toolChoice']>, expected: object])[] = [
    ['auto', { kind: 'auto' }, { tools: [tideSpec, nowSpec] }],
    ['none', { kind: 'none' }, { tools: [tideSpec, nowSpec], tool_choice: 'NONE' }],
    ['required', { kind: 'required' }, { tools: [tideSpec, nowSpec], tool_choice: 'REQUIRED' }],
    ['named', { kind: 'named', name: 'now' }, { tools: [nowSpec], tool_choice: 'REQUIRED' }],
    ['allowed list, auto', { kind: 'allowed', names: ['now'], mode: 'auto' }, { tools: [nowSpec] }],
    ['allowed list, required', { kind: 'allowed', names: ['tide'], mode: 'required' }, { tools: [tideSpec], tool_choice: 'REQUIRED' }],
  ]
  for (const [row, toolChoice, expected] of choices)
    it(`spell the choice ${row}`, () => {
      expect(bodyOf({ tools: [tide, now], toolChoice })).to.deep.equal(expected)
    })

  it('say nothing of choice and parallel without tools', () => {
    expect(bodyOf({ toolChoice: { kind: 'required' }, parallelToolCalls: false })).to.deep.equal({})
  })

  it('leave out custom tools with a note, or wrap them', () => {
    const tools: Tool[] = [{ name: 'shell', custom: {} }]
    expect(write({ tools }).losses.reported).to.deep.equal(['tools.custom'])
    expect(bodyOf({ tools }, {}, { wrap_custom_tools: true })['tools']).to.deep.equal([
      { type: 'function', function: { name: 'shell', parameters: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } } },
    ])
  })

  it('have names within the alphabet', () => {
    const { body, spelled } = write({ tools: [{ name: 'a.b' }], toolChoice: { kind: 'named', name: 'a.b' } })
    expect((body['tools'] as any)[0].function.name).to.equal('a_b')
    expect([...spelled.toolNames!]).to.deep.equal([['a_b', 'a.b']])
  })
})
