import { expect } from 'chai'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chatChunks, chatCompletion, embeddings, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { expectError } from '../support/answer.ts'
import { masterKey, Served } from '../support/serve.ts'

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Looks out of the window.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}
const hello = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'hello' },
]

/** A message of Anthropic's, plain and as events. */
const anthropicMessage = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [{ type: 'text', text: 'Good day.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 0, output_tokens: 4 },
}
const anthropicEvents = (...events: readonly { readonly type: string }[]) => events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
const started = { type: 'message_start', message: { ...anthropicMessage, content: [], stop_reason: null } }
const ended = (reason: string) => [
  { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
]

describe('the provider type ai-sdk', () => {
  let served: Served
  let upstream: ScriptedUpstream
  before(async () => {
    upstream = await ScriptedUpstream.start()
    served = await Served.start()
    await mkdir(join(served.gateway.directory, 'node_modules'))
    await symlink(fileURLToPath(new URL('../../node_modules/@ai-sdk', import.meta.url)), join(served.gateway.directory, 'node_modules/@ai-sdk'))
    await writeFile(join(served.gateway.directory, 'old.js'), oldPackage)
    const common = { type: 'ai-sdk', models: ['m'] }
    await served.gateway.configure({
      server: { master_key: masterKey },
      resilience: { retry: { max_retries: 0 } },
      providers: {
        chat: { ...common, package: '@ai-sdk/openai', api_key: 'sk-a', base_url: upstream.url, language_model: 'chat' },
        responses: { ...common, package: '@ai-sdk/openai', options: { apiKey: 'sk-b', baseURL: upstream.url, organization: 'org-1' } },
        claude: { ...common, package: '@ai-sdk/anthropic', api_key: 'sk-c', base_url: upstream.url, models: ['claude-x'] },
        old: { ...common, package: './old.js' },
        keyless: { ...common, package: '@ai-sdk/anthropic', base_url: upstream.url },
        absent: { ...common, package: '@ai-sdk/not-there' },
      },
    })
    expect(await served.gateway.gateway.reload(), JSON.stringify(served.gateway.log.slice(-3))).to.equal(true)
  })
  after(async () => {
    await served.close()
    await upstream.close()
  })
  beforeEach(() => {
    upstream.requests.length = 0
  })

  const last = () => upstream.requests.at(-1)!
  const sent = () => JSON.parse(last().body.toString()) as Record<string, any>
  const ask = async (model: string, more: object = {}) => {
    const answer = await served.chat({ model, messages: hello, ...more })
    return { ...answer, json: answer.headers['content-type']?.includes('json') === true ? JSON.parse(answer.body.toString()) : (undefined as any) }
  }

  it('is left out, with one line, where the package is not installed', async () => {
    expect(served.gateway.log.filter(({ provider }) => provider === 'absent')).to.have.length(1)
    expectError(await served.chat({ model: 'absent/m', messages: hello }), { code: 'model_not_found' })
  })

  it('lists the configured models', async () => {
    const { data } = JSON.parse((await served.call('GET', '/v1/models')).body.toString()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).to.deep.equal(['chat/m', 'claude/claude-x', 'keyless/m', 'old/m', 'openai/gpt-test', 'responses/m'])
  })

  it('has no passthrough', async () => {
    expectError(await served.call('POST', '/p/chat/chat/completions', { model: 'm' }), { code: 'invalid_value' })
  })

  it('serves nothing but chat and embeddings', async () => {
    expectError(await served.call('POST', '/v1/rerank', { model: 'chat/m', query: 'a', documents: ['b'] }), { code: 'unsupported_response_operation' })
  })

  describe('with @ai-sdk/openai', () => {
    it('answers a chat', async () => {
      upstream.reply({
        body: chatCompletion({ content: 'Good day.', usage: { prompt_tokens: 14, completion_tokens: 9, cached_tokens: 4, reasoning_tokens: 2 } }),
      })
      const { json, status } = await ask('chat/m', {
        max_tokens: 50,
        temperature: 0.5,
        stop: ['x', ''],
        seed: 3,
        user: 'u',
        response_format: { type: 'json_object' },
      })
      expect(status, JSON.stringify(json)).to.equal(200)
      expect(json.choices[0]).to.deep.include({ finish_reason: 'stop' })
      expect(json.choices[0].message.content).to.equal('Good day.')
      expect(json.usage).to.deep.include({ prompt_tokens: 14, completion_tokens: 9 })
      expect(json.usage.prompt_tokens_details.cached_tokens).to.equal(4)
      expect(last().path).to.equal('/v1/chat/completions')
      expect(last().headers['authorization']).to.equal('Bearer sk-a')
      expect(last().headers['x-request-id']).to.be.a('string')
      expect(sent()).to.deep.include({
        model: 'm',
        max_tokens: 50,
        temperature: 0.5,
        stop: ['x'],
        seed: 3,
        user: 'u',
        response_format: { type: 'json_object' },
      })
      expect(sent()['messages'].map(({ role }: { role: string }) => role)).to.deep.equal(['system', 'user'])
    })

    it('streams a chat', async () => {
      upstream.reply({ chunks: chatChunks({ pieces: ['Good', ' day', '.'], usage: { prompt_tokens: 3, completion_tokens: 4 } }) })
      const texts: string[] = []
      let usage
      for await (const chunk of await served
        .client()
        .chat.completions.create({ model: 'chat/m', messages: hello as any, stream: true, stream_options: { include_usage: true } })) {
        texts.push(chunk.choices[0]?.delta.content ?? '')
        usage = chunk.usage ?? usage
      }
      expect(texts.filter(text => text !== '')).to.deep.equal(['Good', ' day', '.'])
      expect(usage?.total_tokens).to.equal(7)
      expect(sent()).to.include({ stream: true })
    })

    it('calls tools, and takes their results', async () => {
      upstream.reply(
        { body: chatCompletion({ toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' }] }) },
        { body: chatCompletion({ content: 'Rain.' }) },
      )
      const { json } = await ask('chat/m', {
        tools: [weather],
        tool_choice: { type: 'function', function: { name: 'get_weather' } },
        parallel_tool_calls: false,
      })
      const [choice] = json.choices
      expect(choice.finish_reason).to.equal('tool_calls')
      expect(choice.message.tool_calls).to.deep.equal([{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }])
      expect(sent()['tools'][0].function).to.deep.include({ name: 'get_weather', parameters: weather.function.parameters })
      expect(sent()).to.deep.include({
        tool_choice: weather.function.name === 'get_weather' ? { type: 'function', function: { name: 'get_weather' } } : null,
        parallel_tool_calls: false,
      })
      await ask('chat/m', { messages: [...hello, choice.message, { role: 'tool', tool_call_id: 'call_1', content: 'rain' }], tools: [weather] })
      expect(sent()['messages'].slice(2)).to.deep.equal([
        { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
      ])
    })

    it('streams tool calls', async () => {
      upstream.reply({
        chunks: chatChunks({
          toolCalls: [
            { id: 'call_1', name: 'get_weather', arguments: ['{"ci', 'ty":"Oslo"}'] },
            { id: 'call_2', name: 'get_weather', arguments: '{}' },
          ],
        }),
      })
      const {
        choices: [choice],
      } = await served
        .client()
        .chat.completions.stream({ model: 'chat/m', messages: hello as any, tools: [weather as any] })
        .finalChatCompletion()
      expect(choice?.finish_reason).to.equal('tool_calls')
      expect(choice?.message.tool_calls?.map(call => [call.id, (call as any).function.arguments])).to.deep.equal([
        ['call_1', '{"city":"Oslo"}'],
        ['call_2', '{}'],
      ])
    })

    it('shows images, by data and by address', async () => {
      upstream.always({ body: chatCompletion({ content: 'A cat.' }) })
      for (const url of ['data:image/png;base64,iVBORw0KGgo=', 'https://example.test/cat.png']) {
        await ask('chat/m', {
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'What?' },
                { type: 'image_url', image_url: { url, detail: 'low' } },
              ],
            },
          ],
        })
        expect(sent()['messages'][0].content).to.deep.equal([
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url: { url, detail: 'low' } },
        ])
      }
    })

    it('speaks Responses, as the package does unless told otherwise', async () => {
      upstream.reply({
        body: {
          id: 'resp_1',
          object: 'response',
          created_at: 1,
          status: 'completed',
          model: 'm',
          output: [
            { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Good day.', annotations: [] }] },
          ],
          usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
          error: null,
          incomplete_details: null,
        },
      })
      const { json, status } = await ask('responses/m', { reasoning_effort: 'low' })
      expect(status, JSON.stringify(json)).to.equal(200)
      expect(json.choices[0].message.content).to.equal('Good day.')
      expect(last().path).to.equal('/v1/responses')
      expect(last().headers).to.include({ authorization: 'Bearer sk-b', 'openai-organization': 'org-1' })
    })

    it('embeds, as many texts at once as the package says', async () => {
      upstream.always(({ body }) => ({
        body: embeddings({ vectors: (JSON.parse(body.toString()) as { input: string[] }).input.map(text => [Number(text), 1]) }),
      }))
      const input = Array.from({ length: 3000 }, (_, i) => String(i))
      const { data } = await served.client().embeddings.create({ model: 'chat/m', input, dimensions: 2 })
      expect(data.map(({ embedding }) => embedding[0])).to.deep.equal(input.map(Number))
      expect(upstream.requests).to.have.length(2)
      expect(sent()).to.include({ dimensions: 2 })
    })

    for (const [status, code] of [
      [400, 'bad_luck'],
      [404, 'bad_luck'],
      [422, 'bad_luck'],
      [429, 'bad_luck'],
      [503, 'bad_luck'],
    ] as const) {
      it(`maps an error by its status: ${status}`, async () => {
        upstream.always({ status, headers: { 'retry-after': '7' }, body: errorBody('no such luck', 'whatever', code, 'top_p') })
        for (const stream of [false, true]) {
          const answer = await served.chat({ model: 'chat/m', messages: hello, stream })
          expectError(answer, { code, status, param: 'top_p', message: 'no such luck', ...(status === 503 ? { type: 'provider_error' } : {}) })
          expect(answer.headers['retry-after']).to.equal('7')
        }
      })
    }

    it('says that nobody was reached', async () => {
      upstream.always({ refuse: true })
      expectError(await served.chat({ model: 'chat/m', messages: hello }), { code: 'upstream_unreachable', type: 'provider_error' })
    })

    it('fails with an answer that is none', async () => {
      upstream.always({ body: '{"x":' })
      expectError(await served.chat({ model: 'chat/m', messages: hello }), { code: null, status: 502, type: 'provider_error' })
    })

    it('says when a stream breaks', async () => {
      upstream.always({ chunks: chatChunks({ pieces: ['Good', ' day'] }).slice(0, 2), cutAfter: 1 << 20 })
      const answer = await served.chat({ model: 'chat/m', messages: hello, stream: true })
      expect(answer.body.toString())
        .to.match(/"content":"Good"/)
        .and.match(/"error":\{/)
        .and.not.match(/\[DONE\]/)
    })

    it('ends the call when the caller leaves', async () => {
      const gate = new Gate()
      upstream.always({ chunks: chatChunks({ pieces: ['Good', ' day'] }), gates: { beforeChunk: { 2: gate } } })
      const controller = new AbortController()
      const answer = await served.open('POST', '/v1/chat/completions', { model: 'chat/m', messages: hello, stream: true }, {}, controller.signal)
      for await (const _ of answer.body) break
      controller.abort()
      await last().aborted
    })
  })

  describe('with @ai-sdk/anthropic', () => {
    it('answers a chat', async () => {
      upstream.reply({ body: anthropicMessage })
      const { json, status } = await ask('claude/claude-x', { max_tokens: 50 })
      expect(status, JSON.stringify(json)).to.equal(200)
      expect(json.choices[0].message.content).to.equal('Good day.')
      expect(json.usage).to.deep.include({ prompt_tokens: 15, completion_tokens: 4 })
      expect(last().path).to.equal('/v1/messages')
      expect(last().headers['x-api-key']).to.equal('sk-c')
      expect(sent()).to.deep.include({ model: 'claude-x', max_tokens: 50, system: [{ type: 'text', text: 'Be brief.' }] })
    })

    it('streams thoughts with their signature, and takes them back', async () => {
      upstream.reply(
        {
          chunks: anthropicEvents(
            started,
            { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } } as any,
            { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } } as any,
            { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'S1' } } as any,
            { type: 'content_block_stop', index: 0 } as any,
            { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } } as any,
            { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Good day.' } } as any,
            { type: 'content_block_stop', index: 1 } as any,
            ...ended('end_turn'),
          ),
        },
        { body: anthropicMessage },
      )
      const {
        choices: [choice],
        usage,
      } = await served
        .client()
        .chat.completions.stream({ model: 'claude/claude-x', messages: hello as any, max_tokens: 50, stream_options: { include_usage: true } })
        .finalChatCompletion()
      const message = choice?.message as any
      expect(message.content).to.equal('Good day.')
      expect(usage?.completion_tokens).to.equal(9)
      await ask('claude/claude-x', {
        max_tokens: 50,
        messages: [
          ...hello,
          {
            role: 'assistant',
            content: 'Good day.',
            extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'S1' }] } },
          },
          { role: 'user', content: 'And?' },
        ],
      })
      expect(sent()['messages'][1].content).to.deep.equal([
        { type: 'thinking', thinking: 'Hm.', signature: 'S1' },
        { type: 'text', text: 'Good day.' },
      ])
    })

    it("serves callers of Anthropic's dialect", async () => {
      upstream.reply({
        body: { ...anthropicMessage, content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } }], stop_reason: 'tool_use' },
      })
      const answer = await served.call(
        'POST',
        '/v1/messages',
        {
          model: 'claude/claude-x',
          max_tokens: 20,
          messages: [{ role: 'user', content: 'hello' }],
          tools: [{ name: 'get_weather', input_schema: { type: 'object' } }],
          tool_choice: { type: 'any' },
        },
        { 'anthropic-version': '2023-06-01' },
      )
      const json = JSON.parse(answer.body.toString())
      expect(json).to.deep.include({ type: 'message', role: 'assistant', stop_reason: 'tool_use' })
      expect(json.content).to.deep.equal([{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } }])
      expect(sent()['tool_choice']).to.deep.equal({ type: 'any' })
    })

    it('maps an error amid a stream', async () => {
      upstream.reply({
        chunks: anthropicEvents(
          started,
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as any,
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Good' } } as any,
          { type: 'error', error: { type: 'overloaded_error', message: 'busy' } } as any,
        ),
      })
      const answer = await served.chat({ model: 'claude/claude-x', messages: hello, max_tokens: 50, stream: true })
      expect(answer.body.toString())
        .to.match(/"content":"Good"/)
        .and.match(/busy/)
        .and.not.match(/\[DONE\]/)
    })

    it('has no embeddings', async () => {
      const answer = await served.call('POST', '/v1/embeddings', { model: 'claude/claude-x', input: 'a' })
      expect(answer.status).to.be.oneOf([404, 501])
      expect(upstream.requests).to.have.length(0)
    })

    it('needs a key', async () => {
      expect((await served.chat({ model: 'keyless/m', messages: hello })).status).to.equal(401)
      expect(upstream.requests).to.have.length(0)
    })
  })

  describe('with a package of version 2', () => {
    it('is asked in its own shapes, and understood', async () => {
      const { json } = await ask('old/m', {
        reasoning_effort: 'high',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
              { type: 'image_url', image_url: { url: 'https://example.test/a.png' } },
            ],
          },
        ],
      })
      expect(json.usage).to.deep.include({ prompt_tokens: 5, completion_tokens: 6 })
      expect(JSON.parse(json.choices[0].message.content)).to.deep.equal({
        prompt: [
          {
            role: 'user',
            content: [
              { type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
              { type: 'file', mediaType: 'image/*', data: 'URL https://example.test/a.png' },
            ],
          },
        ],
        providerOptions: { openai: { reasoningEffort: 'high' }, anthropic: { thinking: { type: 'enabled', budgetTokens: 20_000 } } },
      })
    })

    it('says in its own words what it does not take', async () => {
      expectError(await served.chat({ model: 'old/m', messages: [{ role: 'user', content: 'unsupported' }] }), {
        code: null,
        status: 400,
        message: 'no such thing',
      })
    })
  })
})

/** A package in the oldest shape that is taken: it repeats what it was asked. */
const oldPackage = `
const generate = async ({ prompt, providerOptions }) => {
  if (prompt[0].content[0].text === 'unsupported') throw Object.assign(new Error('no such thing'), { name: 'AI_UnsupportedFunctionalityError' })
  const text = JSON.stringify({ prompt, providerOptions }, (name, value) => value)
  const said = prompt.map(message => ({ ...message, content: message.content.map(part => part.data instanceof URL ? { ...part, data: 'URL ' + part.data.href } : part) }))
  return { content: [{ type: 'text', text: JSON.stringify({ prompt: said, providerOptions }) }], finishReason: 'stop', usage: { inputTokens: 5, outputTokens: 6, totalTokens: 11 }, warnings: [] }
}
export const createOld = () => ({ languageModel: modelId => ({ specificationVersion: 'v2', provider: 'old', modelId, supportedUrls: {}, doGenerate: generate }) })
`
