import { expect } from 'chai'
import type { GatewayError } from '../../../../core/errors.ts'
import type { Block, JsonObject, NeutralRequest, Tool, Turn } from '../../../../core/neutral/request.ts'
import type { ModelTraits } from '../../../../core/neutral/translation.ts'
import { seal } from '../../../../core/neutral/state.ts'
import gemini from '../../../../plugins/dialects/gemini/index.ts'
import { destination, expectEqualJson, neutralRequest, writeRequest } from '../../../support/translation.ts'

const upstream = gemini.upstream!

type To = Parameters<typeof destination>[0]

/** The body but for the contents, unless they are asked for. */
function written(overrides: Partial<NeutralRequest>, to: To = {}) {
  const { body, losses, spelled } = writeRequest(upstream, neutralRequest(overrides), destination(to))
  const silent = losses.list.filter(({ isSilent }) => isSilent).map(({ field }) => field)
  return { body, spelled, dropped: losses.reported, silent }
}

const config = (overrides: Partial<NeutralRequest>, traits: ModelTraits = {}) => written(overrides, { traits }).body['generationConfig']
const contents = (turns: readonly Turn[], to: To = {}) => written({ turns }, to).body['contents'] as readonly JsonObject[]
const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks })
const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks })
const results = (...blocks: Block[]): Turn => ({ role: 'tool', blocks })
const text = (words: string): Block => ({ type: 'text', text: words })
const call = (id: string, name: string, argumentsText = '{}', more = {}): Block => ({ type: 'tool_call', id, name, argumentsText, ...more })
const result = (callId: string, words?: string, more = {}): Block => ({
  type: 'tool_result',
  callId,
  blocks: words === undefined ? [] : [{ type: 'text', text: words }],
  ...more,
})
const google = (value: string, model?: string) => ({ state: { vendor: 'google', value, ...(model === undefined ? {} : { model }) } })
const sentinel = 'skip_thought_signature_validator'

function refused(overrides: Partial<NeutralRequest>, to: To = {}): GatewayError {
  try {
    written(overrides, to)
  } catch (error) {
    return error as GatewayError
  }
  throw new Error('it was not refused')
}

function expectRefusal(overrides: Partial<NeutralRequest>, param: string, to: To = {}): void {
  const { status, param: at } = refused(overrides, to)
  expect({ status, at }).to.deep.equal({ status: 400, at: param })
}

describe('gemini: a request', () => {
  it('says hello', () => expectEqualJson(written({}).body, { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] }))
  it('is the same bytes each time', () => {
    const request = neutralRequest({ tools: [{ name: 'a b' }, { name: 'a_b' }], system: [{ text: 's', kind: 'system', before: 0 }] })
    const bytes = () => writeRequest(upstream, request).spelled.body.toString()
    expect(bytes()).to.equal(bytes())
  })
  it('is served where plain and streamed answers are', () =>
    expect([upstream.operation(false), upstream.operation(true)]).to.deep.equal(['generate', 'generate_stream']))

  describe('top level', () => {
    for (const [row, overrides, expected] of [
      ['output cap', { maxOutputTokens: 9 }, { maxOutputTokens: 9 }],
      ['temperature', { sampling: { temperature: 1.5 } }, { temperature: 1.5 }],
      ['top_p', { sampling: { topP: 0.5 } }, { topP: 0.5 }],
      ['top_k', { sampling: { topK: 3 } }, { topK: 3 }],
      ['stop', { stop: ['a', '', 'b'] }, { stopSequences: ['a', 'b'] }],
      ['seed', { sampling: { seed: 7 } }, { seed: 7 }],
      ['presence and frequency', { sampling: { presencePenalty: 1, frequencyPenalty: -1 } }, { presencePenalty: 1, frequencyPenalty: -1 }],
      ['logprobs', { wants: { logprobs: true, topLogprobs: 2 } }, { responseLogprobs: true, logprobs: 2 }],
      ['modalities', { hints: { modalities: ['text', 'image'] } }, { responseModalities: ['TEXT', 'IMAGE'] }],
      ['modalities of text alone', { hints: { modalities: ['text'] } }, undefined],
      ['json_object', { output: { kind: 'json_object' } }, { responseMimeType: 'application/json' }],
    ] as const) {
      it(row, () => {
        const { body, dropped } = written(overrides)
        expectEqualJson((body['generationConfig'] as object) ?? {}, expected ?? {})
        expect(dropped).to.deep.equal([])
      })
    }

    it('stop beyond five is emulated', () => {
      const { body, spelled } = written({ stop: ['1', '2', '3', '4', '5', '6', '', '7'] })
      expectEqualJson(body['generationConfig'] as object, { stopSequences: ['1', '2', '3', '4', '5'] })
      expect(spelled.emulatedStop).to.deep.equal(['6', '7'])
    })

    for (const [row, overrides, dropped] of [
      ['logit_bias', { sampling: { logitBias: {} } }, ['logit_bias']],
      ['tier', { hints: { serviceTier: 'flex' } }, ['service_tier']],
      ['store', { hints: { store: true } }, ['store']],
      ['verbosity', { hints: { verbosity: 'low' } }, ['verbosity']],
      ['prediction', { hints: { prediction: {} } }, ['prediction']],
      ['truncation', { hints: { truncation: 'auto' } }, ['truncation']],
    ] as const) {
      it(`${row} is dropped, and refused under strict`, () => {
        expect(written(overrides)).to.deep.include({ dropped })
        expectRefusal(overrides, dropped[0], { options: { strict: true } })
      })
    }

    for (const [row, hints, field] of [
      ['user id', { user: 'u' }, 'user'],
      ['safety identifier', { safetyIdentifier: 'u' }, 'safety_identifier'],
      ['cache key', { promptCacheKey: 'k' }, 'prompt_cache_key'],
      ['metadata map', { metadata: { a: 'b' } }, 'metadata'],
    ] as const) {
      it(`${row} is left out in silence, under strict too`, () =>
        expect(written({ hints }, { options: { strict: true } })).to.deep.include({ dropped: [], silent: [field] }))
    }

    it('metadata map becomes labels on Vertex', () =>
      expectEqualJson(written({ hints: { metadata: { a: 'b' } } }, { type: 'vertex' }).body['labels'] as object, { a: 'b' }))
    it('cache marks are left out in silence', () => {
      for (const marked of [
        { cache: {} },
        { system: [{ text: 's', kind: 'system', before: 0, cache: {} }] },
        { tools: [{ name: 'f', cache: {} }] },
        { turns: [user({ type: 'text', text: 'a', cache: { ttl: '1h' } })] },
      ] as Partial<NeutralRequest>[]) {
        const { body, silent } = written(marked)
        expect(silent).to.deep.equal(['cache_control'])
        expect(JSON.stringify(body)).not.to.contain('cache').and.not.to.contain('1h')
      }
    })
    it('the name of a file is left out in silence', () => {
      const pdf = { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'JVBERi0xLjcK' }, name: 'a.pdf' } as const
      expect(written({ turns: [user(pdf)] }).silent).to.deep.equal(['filename'])
    })
    it('the name of a speaker is left out in silence', () => expect(written({ turns: [{ ...user(text('a')), name: 'Ann' }] }).silent).to.deep.equal(['name']))

    it('n above 1 is refused', () => expectRefusal({ sampling: { count: 2 } }, 'n'))
    it('n of 1 says nothing', () => expectEqualJson(written({ sampling: { count: 1 } }).body, written({}).body))
    it('logprobs of a stream are refused', () => expectRefusal({ wants: { logprobs: true }, isStream: true }, 'logprobs'))
    it('web search is refused', () => expectRefusal({ hints: { webSearch: {} } }, 'web_search_options'))
    it("web search is Google's own if the caller asks for that", () => {
      expectEqualJson(written({ hints: { webSearch: {} }, vendorExtras: { google: { tools: [{ googleSearch: {} }] } } }).body['tools'] as object, [
        { googleSearch: {} },
      ])
    })

    for (const name of ['temperature', 'top_p', 'top_k']) {
      it(`${name} is dropped for the newest models`, () => {
        const sampling = { temperature: name === 'temperature' ? 0 : undefined, topP: name === 'top_p' ? 1 : undefined, topK: name === 'top_k' ? 1 : undefined }
        const { body, dropped } = written({ sampling: { ...JSON.parse(JSON.stringify(sampling)), seed: 1 } }, { traits: { fixedSampling: true } })
        expectEqualJson(body['generationConfig'] as object, { seed: 1 })
        expect(dropped).to.deep.equal([name])
      })
    }

    it('unknown members stay where they are', () => expectEqualJson(written({ extras: { new_field: { a: 1 } } }).body['new_field'] as object, { a: 1 }))
    for (const name of ['contents', 'systemInstruction', 'system_instruction']) {
      it(`unknown members do not pass for the prompt: ${name}`, () => {
        expectRefusal({ extras: { [name]: [] } }, name)
        expectRefusal({ vendorExtras: { google: { [name]: [] } } }, `extra_body.google.${name}`)
      })
    }
  })

  describe('vendor extras', () => {
    const extra = (google: JsonObject, more: Partial<NeutralRequest> = {}) => written({ ...more, vendorExtras: { google, openai: { x: 1 } } }).body

    it('thinking_config wins over an effort', () => {
      const body = extra({ thinking_config: { thinking_budget: 99, include_thoughts: false } }, { reasoning: { effort: 'high' }, maxOutputTokens: 5 })
      expectEqualJson(body['generationConfig'] as object, { maxOutputTokens: 5, thinkingConfig: { thinkingBudget: 99, includeThoughts: false } })
    })
    it('a level wins over a budget', () => {
      expectEqualJson(extra({ thinking_config: { thinking_budget: 99, thinkingLevel: 'low' } })['generationConfig'] as object, {
        thinkingConfig: { thinkingLevel: 'low' },
      })
    })
    it('safety_settings and cached_content are copied', () => {
      expectEqualJson(extra({ safety_settings: [{ category: 'c', threshold: 't' }], cached_content: 'cachedContents/1' }), {
        contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
        safetySettings: [{ category: 'c', threshold: 't' }],
        cachedContent: 'cachedContents/1',
      })
    })
    it('tools join those of the request', () => {
      expectEqualJson(extra({ tools: [{ urlContext: {} }] }, { tools: [{ name: 'f' }] })['tools'] as object, [
        { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object', properties: {} } }] },
        { urlContext: {} },
      ])
    })
    it('tool_config and generation_config join those of the request', () => {
      const body = extra(
        { tool_config: { retrieval_config: {} }, generation_config: { media_resolution: 'M' }, speech_config: { a: 1 } },
        { tools: [{ name: 'f' }], toolChoice: { kind: 'auto' }, maxOutputTokens: 5 },
      )
      expectEqualJson(body['toolConfig'] as object, { functionCallingConfig: { mode: 'AUTO' }, retrievalConfig: {} })
      expectEqualJson(body['generationConfig'] as object, { maxOutputTokens: 5, mediaResolution: 'M', speechConfig: { a: 1 } })
    })
    it('are also taken beside the messages, where SDKs put them', () => {
      expectEqualJson(written({ extras: { google: { cached_content: 'c' } } }).body, {
        contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
        cachedContent: 'c',
      })
    })
  })

  describe('system', () => {
    it('is one part per text', () => {
      const { body, dropped } = written({
        system: [
          { text: 'a', kind: 'system', before: 0 },
          { text: '', kind: 'system', before: 0 },
          { text: 'b', kind: 'developer', before: 0 },
        ],
      })
      expectEqualJson(body['systemInstruction'] as object, { parts: [{ text: 'a' }, { text: 'b' }] })
      expect(dropped).to.deep.equal([])
    })
    it('loses its place', () => {
      const { body, dropped } = written({ turns: [user(text('a')), user(text('b'))], system: [{ text: 's', kind: 'system', before: 1 }] })
      expectEqualJson(body['systemInstruction'] as object, { parts: [{ text: 's' }] })
      expect(dropped).to.deep.equal(['system_position'])
    })
    it('alone is refused', () => {
      const { message, param } = refused({ turns: [], system: [{ text: 's', kind: 'system', before: 0 }] })
      expect({ message, param }).to.deep.equal({ message: 'messages must contain a user turn', param: 'messages' })
      expectRefusal({ turns: [user(text(''))], from: 'openai-responses' }, 'input')
      expectRefusal({ turns: [assistant(text('a'))] }, 'messages')
    })
  })

  describe('input parts', () => {
    const parts = (block: Block, to: To = {}) => ((contents([user(text('x'), block)], to) as JsonObject[])[0]!['parts'] as JsonObject[]).slice(1)
    const url = (address: string): Block => ({ type: 'image', source: { kind: 'url', url: address }, at: 'messages[0].content[1].image_url.url' })

    for (const [row, block, expected] of [
      ['text', text('a'), [{ text: 'a' }]],
      ['empty text', text(''), []],
      ['image data', { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AA' } }, [{ inlineData: { mimeType: 'image/png', data: 'AA' } }]],
      ['image of a bucket', url('gs://b/a.webp'), [{ fileData: { mimeType: 'image/webp', fileUri: 'gs://b/a.webp' } }]],
      [
        'image that was uploaded',
        url('https://generativelanguage.googleapis.com/v1beta/files/x1'),
        [{ fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x1' } }],
      ],
      [
        'image file id',
        { type: 'image', source: { kind: 'file', vendor: 'google', id: 'files/x1' } },
        [{ fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x1' } }],
      ],
      [
        'detail',
        { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AA' }, detail: 'low' },
        [{ inlineData: { mimeType: 'image/png', data: 'AA' } }],
      ],
      ['audio', { type: 'audio', mime: 'audio/wav', data: 'AA' }, [{ inlineData: { mimeType: 'audio/wav', data: 'AA' } }]],
      [
        'pdf data',
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'AA' }, name: 'a.pdf' },
        [{ inlineData: { mimeType: 'application/pdf', data: 'AA' } }],
      ],
      [
        'pdf of a bucket',
        { type: 'file', source: { kind: 'url', url: 'gs://b/a.pdf' } },
        [{ fileData: { mimeType: 'application/pdf', fileUri: 'gs://b/a.pdf' } }],
      ],
      ['plain text file', { type: 'file', source: { kind: 'text', text: 'tide' }, name: 'a.txt' }, [{ text: 'a.txt\ntide' }]],
      ['plain text file as data', { type: 'file', source: { kind: 'base64', mime: 'text/plain', data: 'dGlkZQ==' }, name: 'a.txt' }, [{ text: 'a.txt\ntide' }]],
      [
        'document context and title',
        { type: 'file', source: { kind: 'text', text: 'tide' }, name: 'Title', context: 'of Brest' },
        [{ text: 'Title\nof Brest\ntide' }],
      ],
      [
        'context of a pdf',
        { type: 'file', source: { kind: 'base64', mime: 'application/pdf', data: 'AA' }, context: 'of Brest' },
        [{ text: 'of Brest' }, { inlineData: { mimeType: 'application/pdf', data: 'AA' } }],
      ],
      ['video data', { type: 'video', source: { kind: 'base64', mime: 'video/mp4', data: 'AA' } }, [{ inlineData: { mimeType: 'video/mp4', data: 'AA' } }]],
      [
        'video of YouTube',
        { type: 'video', source: { kind: 'url', url: 'https://www.youtube.com/watch?v=1' } },
        [{ fileData: { fileUri: 'https://www.youtube.com/watch?v=1' } }],
      ],
      ['refusal', { type: 'refusal', text: 'no' }, [{ text: 'no' }]],
    ] as [string, Block, object[]][])
      it(row, () => expectEqualJson(parts(block), expected))

    it('image URL is refused', () => expectRefusal({ turns: [user(text('x'), url('https://x.test/a.png'))] }, 'messages[0].content[1].image_url.url'))
    it('image URL is passed to Vertex, with the type that its name says', () => {
      expectEqualJson(parts(url('https://x.test/a.JPG?w=1'), { type: 'vertex' }), [
        { fileData: { mimeType: 'image/jpeg', fileUri: 'https://x.test/a.JPG?w=1' } },
      ])
    })
    it('image URL whose name says no type is refused on Vertex, too', () => {
      expectRefusal({ turns: [user(text('x'), url('https://x.test/picture'))] }, 'messages[0].content[1].image_url.url', { type: 'vertex' })
    })
    it("an id of another vendor's file is refused", () =>
      expectRefusal({ turns: [user({ type: 'image', source: { kind: 'file', vendor: 'openai', id: 'file-1' }, at: 'input[0]' })] }, 'input[0]'))
    it('citations are dropped', () => {
      expect(written({ turns: [user({ type: 'file', source: { kind: 'text', text: 'a' }, citations: true })] }).dropped).to.deep.equal(['citations'])
    })
    it('empty turns are removed', () =>
      expectEqualJson(contents([user(text('')), user(text('a')), assistant(text(''))]), [{ role: 'user', parts: [{ text: 'a' }] }]))
    it('neighbouring turns of one role stay apart', () => {
      expectEqualJson(contents([user(text('a')), user(text('b'))]), [
        { role: 'user', parts: [{ text: 'a' }] },
        { role: 'user', parts: [{ text: 'b' }] },
      ])
    })
    it('an answer begun by the caller is told, with a note', () => {
      const turns = [user(text('a')), assistant(text('b'))]
      expect(written({ turns }).dropped).to.deep.equal(['prefill'])
      expectEqualJson(written({ turns }).body['contents'] as object, [
        { role: 'user', parts: [{ text: 'a' }] },
        { role: 'model', parts: [{ text: 'b' }] },
      ])
      expectRefusal({ turns }, 'prefill', { options: { strict: true } })
      expect(written({ turns }, { traits: { prefill: true } }).dropped).to.deep.equal([])
    })
  })

  describe('tools', () => {
    const tools = (...given: Tool[]) => written({ tools: given })
    const declared = (tool: Partial<Tool>) => ((tools({ name: 'f', ...tool }).body['tools'] as JsonObject[])[0]!['functionDeclarations'] as JsonObject[])[0]!
    const schema = (given: JsonObject | undefined) => declared(given === undefined ? {} : { schema: given })['parametersJsonSchema'] as object

    it('function tool', () => {
      expectEqualJson(
        tools(
          { name: 'f', description: 'd', schema: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } } },
          { name: 'g' },
        ).body['tools'] as object,
        [
          {
            functionDeclarations: [
              {
                name: 'f',
                description: 'd',
                parametersJsonSchema: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } },
              },
              { name: 'g', parametersJsonSchema: { type: 'object', properties: {} } },
            ],
          },
        ],
      )
    })
    for (const [row, given, expected] of [
      ['absent', undefined, { type: 'object', properties: {} }],
      ['without type', {}, { type: 'object', properties: {} }],
      ['without type, with properties', { properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
      ['without type, with a choice', { anyOf: [{ type: 'object' }] }, { anyOf: [{ type: 'object' }] }],
      ['with $schema', { $schema: 's', type: 'object' }, { type: 'object' }],
    ] as const)
      it(`parameters ${row}`, () => expectEqualJson(schema(given), expected))
    it('parameters keep their numbers', () => {
      const { spelled } = written({ tools: [{ name: 'f', schema: JSON.parse('{"type":"object","maximum":1}') }] })
      expect(spelled.body.toString()).to.contain('"maximum":1')
    })
    it('parameters that are too deep are refused', () => {
      let deep: JsonObject = { type: 'object' }
      for (let i = 0; i < 70; i++) deep = { type: 'object', properties: { a: deep } }
      expectRefusal({ tools: [{ name: 'f', schema: deep, at: 'tools[0]' }] }, 'tools[0]')
    })
    it('strict is dropped', () => {
      expect(tools({ name: 'f', strict: true }).dropped).to.deep.equal(['tools.strict'])
      expect(tools({ name: 'f', strict: false }).dropped).to.deep.equal([])
    })
    it('custom is left out with a note', () => {
      const { body, dropped } = tools({ name: 'f', custom: {} })
      expect([body['tools'], dropped]).to.deep.equal([undefined, ['tools.custom']])
    })
    it('custom is wrapped on request', () => {
      const { body } = written(
        { tools: [{ name: 'f', description: 'd', custom: { format: { type: 'grammar', definition: 'start: x' } } }] },
        { options: { wrap_custom_tools: true } },
      )
      expectEqualJson(body['tools'] as object, [
        {
          functionDeclarations: [
            {
              name: 'f',
              description: 'd\n\nstart: x',
              parametersJsonSchema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
            },
          ],
        },
      ])
    })
    it('hosted tools of Responses are left out with a note', () => {
      const { body, dropped } = written({
        from: 'openai-responses',
        tools: [{ name: 'web_search', hosted: { type: 'web_search' } }],
        toolChoice: { kind: 'required' },
        parallelToolCalls: false,
      })
      expect([body['tools'], body['toolConfig'], dropped]).to.deep.equal([undefined, undefined, ['tools.web_search']])
    })
    it('tools that Anthropic runs are refused', () => {
      expectRefusal({ from: 'anthropic-messages', tools: [{ name: 'bash', hosted: { type: 'bash_20250124', name: 'bash' }, at: 'tools[0]' }] }, 'tools[0]')
    })
    it('names outside of the alphabet get an alias, in history too', () => {
      const { body, spelled } = written({
        tools: [{ name: 'a b' }, { name: '1a' }, { name: 'ok.x:y-z' }],
        turns: [user(text('x')), assistant(call('call_1', 'a b')), results(result('call_1', 'r'))],
        toolChoice: { kind: 'named', name: 'a b' },
      })
      expect([...spelled.toolNames!]).to.deep.equal([
        ['a_b', 'a b'],
        ['_1a', '1a'],
      ])
      expect(JSON.stringify(body)).not.to.contain('a b')
      expectEqualJson(body['toolConfig'] as object, { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a_b'] } })
    })
    it('names that are legal say nothing', () => expect(tools({ name: 'f' }).spelled.toolNames).to.equal(undefined))
  })

  describe('tool choice', () => {
    const two: readonly Tool[] = [{ name: 'f' }, { name: 'g' }]
    for (const [row, toolChoice, expected] of [
      ['auto', { kind: 'auto' }, { mode: 'AUTO' }],
      ['none', { kind: 'none' }, { mode: 'NONE' }],
      ['required', { kind: 'required' }, { mode: 'ANY' }],
      ['named', { kind: 'named', name: 'f' }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
      ['named, but left out', { kind: 'named', name: 'x' }, { mode: 'AUTO' }],
      ['allowed list, required', { kind: 'allowed', names: ['g'], mode: 'required' }, { mode: 'ANY', allowedFunctionNames: ['g'] }],
      ['allowed list, auto', { kind: 'allowed', names: ['g'], mode: 'auto' }, { mode: 'VALIDATED', allowedFunctionNames: ['g'] }],
      ['allowed list, all left out', { kind: 'allowed', names: ['x'], mode: 'required' }, { mode: 'AUTO' }],
    ] as const)
      it(row, () => expectEqualJson(written({ tools: two, toolChoice }).body['toolConfig'] as object, { functionCallingConfig: expected }))

    it('absent', () => expect(written({ tools: two }).body).not.to.have.property('toolConfig'))
    it('allowed list, auto, where it is not supported: the list is cut', () => {
      const { body } = written({ tools: two, toolChoice: { kind: 'allowed', names: ['g'], mode: 'auto' } }, { traits: { strictTools: false } })
      expectEqualJson(body['tools'] as object, [{ functionDeclarations: [{ name: 'g', parametersJsonSchema: { type: 'object', properties: {} } }] }])
      expectEqualJson(body['toolConfig'] as object, { functionCallingConfig: { mode: 'AUTO' } })
    })
    it('parallel=false is dropped', () => expect(written({ tools: two, parallelToolCalls: false }).dropped).to.deep.equal(['parallel_tool_calls']))
    it('without tools there is none, nor a note', () => {
      const { body, dropped } = written({ toolChoice: { kind: 'required' }, parallelToolCalls: false })
      expect([body['toolConfig'], dropped]).to.deep.equal([undefined, []])
    })
  })

  describe('calls and results in history', () => {
    const history = (...turns: Turn[]) => contents([user(text('x')), ...turns], { traits: { thinking: 'budget' } })
    const args = (argumentsText: string, more = {}) =>
      JSON.stringify(((history(assistant(call('call_1', 'f', argumentsText, more)))[1]!['parts'] as JsonObject[])[0]!['functionCall'] as JsonObject)['args'])
    const response = (block: Partial<Block>) =>
      (
        (history(assistant(call('call_1', 'f')), results({ ...result('call_1'), ...block } as Block))[2]!['parts'] as JsonObject[])[0]![
          'functionResponse'
        ] as JsonObject
      )['response'] as object

    for (const [row, given, expected] of [
      ['empty', '', '{}'],
      ['blank', ' \n', '{}'],
      ['an object', '{"b":1,"a":[2]}', '{"b":1,"a":[2]}'],
      ['a long number', '{"id":12345678901234567890}', '{"id":12345678901234567890}'],
      ['__proto__', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
      ['other JSON', '[1]', '{"value":[1]}'],
      ['broken JSON', '{"a":', '{"_invalid_json":"{\\"a\\":"}'],
    ] as const) {
      it(`arguments: ${row}`, () => {
        const { spelled } = written({ turns: [user(text('x')), assistant(call('call_1', 'f', given))] })
        expect(spelled.body.toString()).to.contain(`"args":${expected}`)
      })
    }
    it('arguments that are broken leave a note', () =>
      expect(written({ turns: [user(text('x')), assistant(call('call_1', 'f', '{'))] }).dropped).to.deep.equal(['tool_calls.arguments']))
    it('arguments of a custom tool are its text', () => expect(args('free "text"', { isCustom: true })).to.equal('{"input":"free \\"text\\""}'))

    for (const [row, block, expected] of [
      ['one text', { blocks: [{ type: 'text', text: 'a' }] }, { result: 'a' }],
      ['a text file', { blocks: [{ type: 'file', source: { kind: 'base64', mime: 'text/plain', data: 'YQ==' }, name: 'n.txt' }] }, { result: 'n.txt\na' }],
      ['one text that is an object', { blocks: [{ type: 'text', text: ' {"m":2}' }] }, { m: 2 }],
      ['one text that is another JSON', { blocks: [{ type: 'text', text: '[2]' }] }, { result: '[2]' }],
      ['one text that is almost an object', { blocks: [{ type: 'text', text: '{"m":' }] }, { result: '{"m":' }],
      [
        'several texts',
        {
          blocks: [
            { type: 'text', text: '{"a":' },
            { type: 'text', text: '1}' },
          ],
        },
        { result: '{"a":1}' },
      ],
      ['an error', { blocks: [{ type: 'text', text: '{"m":2}' }], isError: true }, { error: '{"m":2}' }],
      ['empty', { blocks: [] }, {}],
      ['an empty text', { blocks: [{ type: 'text', text: '' }] }, {}],
    ] as [string, object, object][])
      it(`result: ${row}`, () => expectEqualJson(response(block), expected))

    it('result: the numbers of an object keep their spelling', () => {
      const { spelled } = written({
        turns: [user(text('x')), assistant(call('call_1', 'f')), results(result('call_1', '{"m":2.0,"id":12345678901234567890}'))],
      })
      expect(spelled.body.toString()).to.contain('"response":{"m":2.0,"id":12345678901234567890}')
    })

    it('results of one turn are one content, in the order of the calls, before what the user said', () => {
      const turns = [
        assistant(text('t'), call('call_1', 'f'), call('call_2', 'g')),
        results(result('call_2', 'b')),
        results(result('call_1', 'a')),
        user(text('go')),
      ]
      expectEqualJson(history(...turns).slice(1), [
        { role: 'model', parts: [{ text: 't' }, { functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'g', args: {} } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'f', response: { result: 'a' } } }, { functionResponse: { name: 'g', response: { result: 'b' } } }],
        },
        { role: 'user', parts: [{ text: 'go' }] },
      ])
    })
    it('ids of the provider go with call and result, others do not', () => {
      const [, calls, answers] = history(
        assistant(call('f1', 'f'), call('call_tlAb', 'f'), call('toolu_tlAb', 'f')),
        results(result('f1'), result('call_tlAb'), result('toolu_tlAb')),
      )
      expect((calls!['parts'] as JsonObject[]).map(part => (part['functionCall'] as JsonObject)['id'])).to.deep.equal(['f1', undefined, undefined])
      expect((answers!['parts'] as JsonObject[]).map(part => (part['functionResponse'] as JsonObject)['id'])).to.deep.equal(['f1', undefined, undefined])
    })
    it('a missing result is not invented', () => expect(history(assistant(call('call_1', 'f')), user(text('go')))).to.have.length(3))
    it('a result for an unknown id is refused', () =>
      expectRefusal({ turns: [user(text('x')), results(result('call_9', 'a', { at: 'messages[1]' }))] }, 'messages[1]'))
    it('a result for an unknown id that says its name is not', () => {
      expectEqualJson(history(results(result('x9', 'a', { name: 'f' })))[1]!['parts'] as object, [
        { functionResponse: { id: 'x9', name: 'f', response: { result: 'a' } } },
      ])
    })

    const picture = { type: 'image', source: { kind: 'base64', mime: 'image/png', data: 'AA' } } as const
    const shown = [assistant(call('call_1', 'f'), call('call_2', 'g')), results(result('call_1', 'a'), result('call_2')), user(text('go'))].map((turn, i) =>
      i === 1 ? results({ type: 'tool_result', callId: 'call_1', blocks: [{ type: 'text', text: 'a' }, picture] }, result('call_2', 'b')) : turn,
    )
    it('image results stand inside the response on 3.x', () => {
      expectEqualJson((contents([user(text('x')), ...shown], { traits: { thinking: 'level' } }) as JsonObject[])[2]!['parts'] as object, [
        { functionResponse: { name: 'f', response: { result: 'a' }, parts: [{ inlineData: { mimeType: 'image/png', data: 'AA' } }] } },
        { functionResponse: { name: 'g', response: { result: 'b' } } },
      ])
    })
    it('image results follow the responses elsewhere', () => {
      expectEqualJson(history(...shown)[2]!['parts'] as object, [
        { functionResponse: { name: 'f', response: { result: 'a' } } },
        { functionResponse: { name: 'g', response: { result: 'b' } } },
        { inlineData: { mimeType: 'image/png', data: 'AA' } },
      ])
    })
  })

  describe('structured output', () => {
    const schema = { $schema: 's', type: 'object', properties: { kg: { type: ['number', 'null'] } }, additionalProperties: false }
    const json = (more = {}) => ({ output: { kind: 'json_schema', name: 'catch', schema, ...more } as const })

    it('json_schema', () => {
      const { body, dropped } = written(json({ strict: true, description: 'd' }))
      expectEqualJson(body['generationConfig'] as object, {
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object', properties: { kg: { type: ['number', 'null'] } }, additionalProperties: false },
      })
      expect(dropped).to.deep.equal([])
    })
    it('strict:false is constrained anyway, with a note', () => {
      expect(written(json({ strict: false })).dropped).to.deep.equal(['response_format.json_schema.strict'])
      expect(written(json({ strict: false, at: 'text.format' })).dropped).to.deep.equal(['text.format.strict'])
    })
    it('strict:false that nobody said leaves no note', () => {
      expect(written(json({ strict: false, isDerived: true })).dropped).to.deep.equal([])
    })
    it('model without support: responseSchema', () => {
      expectEqualJson(config(json(), { jsonSchema: false }) as object, {
        responseMimeType: 'application/json',
        responseSchema: { type: 'object', properties: { kg: { type: 'number', nullable: true } } },
      })
    })
  })

  describe('reasoning controls', () => {
    const thinking = (reasoning: NeutralRequest['reasoning'], traits: ModelTraits) =>
      ((config({ reasoning: reasoning! }, traits) as JsonObject | undefined)?.['thinkingConfig'] as JsonObject | undefined) ?? {}
    const shown = (amount: object) => ({ ...amount, includeThoughts: true })

    for (const [effort, on25, on3] of [
      ['none', { thinkingBudget: 0 }, { thinkingLevel: 'minimal' }],
      ['minimal', shown({ thinkingBudget: 1024 }), shown({ thinkingLevel: 'minimal' })],
      ['low', shown({ thinkingBudget: 1024 }), shown({ thinkingLevel: 'low' })],
      ['medium', shown({ thinkingBudget: 8192 }), shown({ thinkingLevel: 'medium' })],
      ['high', shown({ thinkingBudget: 24_576 }), shown({ thinkingLevel: 'high' })],
      ['xhigh', shown({ thinkingBudget: 24_576 }), shown({ thinkingLevel: 'high' })],
      ['max', shown({ thinkingBudget: 24_576 }), shown({ thinkingLevel: 'high' })],
    ] as const) {
      it(`effort ${effort} on 2.5`, () => expectEqualJson(thinking({ effort }, { thinking: 'budget' }), on25))
      it(`effort ${effort} on 3.x`, () => expectEqualJson(thinking({ effort }, { thinking: 'level' }), on3))
    }
    for (const [effort, level] of [
      ['none', 'low'],
      ['minimal', 'low'],
      ['medium', 'low'],
      ['max', 'high'],
    ] as const) {
      it(`effort ${effort} on a model that knows low and high`, () =>
        expect(thinking({ effort }, { efforts: ['low', 'high'] })['thinkingLevel']).to.equal(level))
    }
    it('effort none on a 2.5 that always thinks', () =>
      expectEqualJson(thinking({ effort: 'none' }, { thinking: 'budget', alwaysThinks: true }), { thinkingBudget: 128 }))
    for (const [what, reasoning, traits] of [
      ['an effort that the model does not know', { effort: 'max' }, { efforts: ['low', 'high'] }],
      ['effort none, of a model that always thinks', { effort: 'none' }, { thinking: 'budget', alwaysThinks: true }],
      ['a budget beyond the bounds of the model', { budget: 9 }, { thinking: 'budget', budgets: [512, 24_576] }],
    ] as const)
      it(`the nearest instead of ${what} is noted in silence`, () =>
        expect(written({ reasoning }, { traits, options: { strict: true } }).silent).to.deep.equal(['reasoning_effort']))
    it('thinking switched off', () => expectEqualJson(thinking({ isEnabled: false }, { thinking: 'budget' }), { thinkingBudget: 0 }))
    it('nothing said', () => expect(written({ reasoning: {} }).body).not.to.have.property('generationConfig'))

    it('budget on 2.5', () =>
      expectEqualJson(thinking({ budget: 5000, effort: 'low', isDerived: true }, { thinking: 'budget' }), shown({ thinkingBudget: 5000 })))
    it('budget beyond the bounds of the model', () => {
      const bounded = (budget: number) => thinking({ budget }, { thinking: 'budget', budgets: [512, 24_576] })['thinkingBudget']
      expect([bounded(1), bounded(31_999), bounded(0)]).to.deep.equal([512, 24_576, 0])
    })
    for (const [budget, level] of [
      [9999, 'low'],
      [10_000, 'medium'],
      [20_000, 'high'],
      [0, 'minimal'],
    ] as const) {
      it(`budget ${budget} on 3.x`, () => expect(thinking({ budget }, { thinking: 'level' })['thinkingLevel']).to.equal(level))
    }
    it("an effort of the caller's own wins over a budget", () =>
      expectEqualJson(thinking({ budget: 100, effort: 'high' }, { thinking: 'budget' }), shown({ thinkingBudget: 24_576 })))
    it('summary', () => expectEqualJson(thinking({ summary: 'auto' }, {}), { includeThoughts: true }))
    it('a model that does not think', () => {
      const none = { traits: { thinking: 'none' } } as const
      expect(written({ reasoning: { effort: 'low' } }, none)).to.deep.include({ dropped: ['reasoning_effort'] })
      expect(written({ reasoning: { effort: 'none' } }, none)).to.deep.include({ dropped: [] })
      expect(written({ reasoning: { effort: 'low' } }, none).body).not.to.have.property('generationConfig')
    })
    it('a word that nobody knows', () => {
      for (const thinking of ['budget', 'level'] as const)
        expect(written({ reasoning: { effort: 'wild' } }, { traits: { thinking } }).dropped).to.deep.equal(['reasoning_effort'])
    })
  })

  describe('signatures', () => {
    const signatures = (turns: readonly Turn[], traits: ModelTraits = {}) =>
      (contents(turns, { traits }) as JsonObject[]).flatMap(({ parts }) =>
        (parts as JsonObject[]).filter(part => 'functionCall' in part).map(part => part['thoughtSignature']),
      )

    it('come back on their calls and texts', () => {
      const turns = [user(text('x')), assistant({ type: 'text', text: 't', ...google('T') }, call('call_1', 'f', '{}', google('Z')), call('call_2', 'g'))]
      expectEqualJson(contents(turns)[1]!['parts'] as object, [
        { text: 't', thoughtSignature: 'T' },
        { functionCall: { name: 'f', args: {} }, thoughtSignature: 'Z' },
        { functionCall: { name: 'g', args: {} } },
      ])
    })
    it('come back on an empty text, and on a thought', () => {
      const turns = [
        user(text('x')),
        assistant({ type: 'reasoning', text: 'r', ...google('R') }, { type: 'reasoning', text: 'unsigned' }, { type: 'text', text: '', ...google('E') }),
        user(text('y')),
      ]
      expectEqualJson(contents(turns)[1]!['parts'] as object, [
        { text: 'r', thought: true, thoughtSignature: 'R' },
        { text: '', thoughtSignature: 'E' },
      ])
    })
    it('that were lost: the first call of each step gets the sentinel', () => {
      const turns = [
        user(text('x')),
        assistant(call('call_1', 'f'), call('call_2', 'g')),
        results(result('call_1'), result('call_2')),
        assistant(call('call_3', 'f')),
      ]
      expect(signatures(turns)).to.deep.equal([sentinel, undefined, sentinel])
    })
    it('that were lost before the current turn are not missed', () => {
      const turns = [
        user(text('x')),
        assistant(call('call_1', 'f')),
        results(result('call_1')),
        user(text('y')),
        assistant(call('call_2', 'f')),
        results(result('call_2')),
      ]
      expect(signatures(turns)).to.deep.equal([undefined, sentinel])
    })
    it('that were lost are not missed by 2.5', () =>
      expect(signatures([user(text('x')), assistant(call('call_1', 'f'))], { thinking: 'budget' })).to.deep.equal([undefined]))
    it('of other vendors never go along', () => {
      for (const vendor of ['anthropic', 'openai', 'mistral']) {
        const state = { vendor, value: 'FOREIGN' }
        const turns = [
          user(text('x')),
          assistant(
            { type: 'reasoning', text: 'r', state },
            { type: 'reasoning', text: '', redacted: 'FOREIGN' },
            { type: 'text', text: 't', state },
            call('call_1', 'f', '{}', { state }),
          ),
        ]
        expect(JSON.stringify(contents(turns))).not.to.contain('FOREIGN')
        expect(signatures(turns)).to.deep.equal([sentinel])
      }
    })
    it('of another model family do not go along', () => {
      const turns = [user(text('x')), assistant(call('call_1', 'f', '{}', google('Z', 'gemini-2.5-pro')))]
      expect(signatures(turns, { vendor: 'google', family: 'gemini-3' })).to.deep.equal([sentinel])
      expect(signatures(turns, { vendor: 'google', family: 'gemini-2.5' })).to.deep.equal(['Z'])
    })
    it('do not go to a model of another vendor', () => {
      expect(JSON.stringify(contents([user(text('x')), assistant(call('call_1', 'f', '{}', google('Z')))], { traits: { vendor: 'other' } }))).not.to.contain(
        '"Z"',
      )
    })
    it('that were sealed go on their calls', () => {
      const sealed = (f: string) => seal({ v: 1, f, s: [{ call: 'f1', sig: 'Z9' }] })
      const turns = (f: string) => [
        user(text('x')),
        assistant({ type: 'reasoning', text: '', state: { vendor: 'anthropic', value: sealed(f) } }, call('f1', 'f')),
      ]
      expectEqualJson(contents(turns('google'))[1]!['parts'] as object, [{ functionCall: { id: 'f1', name: 'f', args: {} }, thoughtSignature: 'Z9' }])
      expect(signatures(turns('openai'))).to.deep.equal([sentinel])
    })
  })
})
