import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { startTestGateway, type TestGateway } from '../../core/testing/gateway.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Cue } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'

const messages = [{ role: 'user', content: 'Hi' }]

/** Stands for the network: has fetched one image already. */
const fetched = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'fetched',
  setup: () => ({ attempt: (_exchange, attempt) => { attempt.images = new Map([['https://a.example/a.png', { mime: 'image/png', data: 'AAAA' }]]) } }),
})
`

describe('providers behind a gateway', () => {
  let upstream: ScriptedUpstream
  let gateway: TestGateway
  before(async () => {
    upstream = await ScriptedUpstream.start()
    const host = new URL(upstream.url).origin
    const provider = (type: string, base: string, more: object = {}) => ({ type, base_url: `${host}${base}`, api_key: `sk-${type}`, models: ['m'], ...more })
    gateway = await startTestGateway({
      files: { 'fetched.ts': fetched },
      config: {
        pipelines: { chat: [{ insert: './fetched.ts', after: 'failover' }] },
        server: { enabled_passthrough_providers: ['azure', 'vllm', 'deepseek', 'openrouter'] },
        models: { configured_provider_models_mode: 'allowlist' },
        resilience: { retry: { max_retries: 0 } },
        providers: {
          azure: provider('azure', '', { api_version: '2024-10-21' }),
          compatible: provider('openai-compatible', '/v1', { stream_usage: 'auto' }),
          'data-only': provider('openai-compatible', '/v1', {
            image_urls: 'data_only',
            native_dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
          }),
          deepseek: provider('deepseek', ''),
          elevenlabs: provider('elevenlabs', ''),
          llmd: provider('llmd', '/v1', { inference_objective: 'chat' }),
          minimax: provider('minimax', '/v1'),
          ollama: provider('ollama', '/v1', { models: ['llama3.2:latest'] }),
          fetching: provider('ollama', '/v1', { fetch_remote_images: true }),
          openai: provider('openai', '/v1', { strict_openai_models: true, models: ['o3', 'gpt-5.6'], organization: 'org-1' }),
          openrouter: provider('openrouter', '/api/v1', { site_url: 'https://me.example', app_name: 'Me', models: ['openai/gpt-oss-120b'] }),
          opencode_go: provider('opencode_go', '/zen/go/v1', { models: ['qwen3.7-max', 'glm'] }),
          vllm: provider('vllm', '/v1'),
          zai: provider('zai', '/api/paas/v4'),
        },
      },
    })
  })
  after(async () => {
    await gateway.close()
    await upstream.close()
  })
  beforeEach(() => {
    upstream.requests.length = 0
    upstream.always({ body: chatCompletion({ content: 'Hello' }) })
  })

  const call = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    fetch(gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const chat = (body: object, headers: Readonly<Record<string, string>> = {}) => call('/v1/chat/completions', { messages, ...body }, headers)
  const answering = (...cues: readonly Cue[]) => upstream.reply(...cues)
  const last = () => upstream.requests.at(-1) as ReceivedRequest
  const sent = () => JSON.parse(last().body.toString()) as Record<string, unknown>

  it('azure is called at the deployment that the model names', async () => {
    await chat({ model: 'azure/m' })
    expect(last().path).to.equal('/openai/deployments/m/chat/completions?api-version=2024-10-21')
    expect(last().headers).to.include({ 'api-key': 'sk-azure' }).and.not.have.property('authorization')
  })

  it('azure learns that a deployment wants max_completion_tokens, and is called once more', async () => {
    answering({
      status: 400,
      body: { error: { message: "Unsupported parameter: 'max_tokens'", type: 'invalid_request_error', param: 'max_tokens', code: 'unsupported_parameter' } },
    })
    expect((await chat({ model: 'azure/m', max_tokens: 5 })).status).to.equal(200)
    expect(upstream.requests.map(({ body }) => Object.keys(JSON.parse(body.toString()) as object).filter(name => name.startsWith('max_')))).to.deep.equal([
      ['max_tokens'],
      ['max_completion_tokens'],
    ])
    await chat({ model: 'azure/m', max_tokens: 5 })
    expect(upstream.requests).to.have.length(3)
    expect(sent()).to.have.property('max_completion_tokens', 5)
  })

  it('openai-compatible learns that a server knows no stream_options', async () => {
    answering(
      { status: 400, body: { error: { message: 'unknown field stream_options' } } },
      { headers: { 'content-type': 'text/event-stream' }, chunks: chatChunks({ pieces: ['a'] }) },
    )
    const answer = await chat({ model: 'compatible/m', stream: true })
    expect(answer.status).to.equal(200)
    expect(await answer.text()).to.match(/\[DONE\]/)
    expect(upstream.requests.map(({ body }) => 'stream_options' in (JSON.parse(body.toString()) as object))).to.deep.equal([true, false])
  })

  it('names in X-Tapline-Dropped what a vendor does not take', async () => {
    const answer = await chat({ model: 'zai/m', temperature: 1.5, presence_penalty: 1 })
    expect(answer.headers.get('x-tapline-dropped')).to.equal('presence_penalty,temperature')
    expect(sent()).to.deep.equal({ messages, model: 'm', temperature: 1 })
  })

  it('refuses what a vendor cannot do before it is called', async () => {
    const answer = await chat({ model: 'zai/m', n: 3 })
    expect(answer.status).to.equal(400)
    expect(await answer.json()).to.have.nested.property('error.param', 'n')
    expect(upstream.requests).to.have.length(0)
  })

  it('reports errors that minimax sends with status 200', async () => {
    answering({ body: { id: 'x', choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } } })
    const answer = await chat({ model: 'minimax/m' })
    expect(answer.status).to.equal(402)
    expect(await answer.json()).to.have.nested.property('error.message', 'insufficient balance')
  })

  it('reports an answer of deepseek that was not finished', async () => {
    const reply = chatCompletion({ content: 'He' }) as { choices: object[] }
    answering({ body: { ...reply, choices: [{ ...reply.choices[0], finish_reason: 'insufficient_system_resource' }] } })
    expect((await chat({ model: 'deepseek/m' })).status).to.equal(503)
  })

  it("stops where a model of OpenAI's would not", async () => {
    answering({ body: chatCompletion({ content: 'one END two' }) })
    const answer = await chat({ model: 'openai/o3', stop: ['END'] })
    expect(await answer.json()).to.have.nested.property('choices[0].message.content', 'one ')
    expect(sent()).to.not.have.property('stop')
    expect(last().headers).to.include({ 'openai-organization': 'org-1' })
  })

  it('stops there in a stream, too, wherever it is cut', async () => {
    answering({ headers: { 'content-type': 'text/event-stream' }, chunks: chatChunks({ pieces: ['one E', 'N', 'D two'] }) })
    const text = await (await chat({ model: 'openai/o3', stop: 'END', stream: true })).text()
    const said = text
      .split('\n\n')
      .filter(event => event.startsWith('data: {'))
      .map(event => (JSON.parse(event.slice('data: '.length)) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '')
      .join('')
    expect(said).to.equal('one ')
    expect(text).to.match(/"finish_reason":"stop"[^]*\[DONE\]/)
  })

  it("sends tools of newer models of OpenAI's through /responses", async () => {
    answering({
      body: {
        id: 'resp_1',
        object: 'response',
        status: 'completed',
        model: 'gpt-5.6',
        output: [{ type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' }],
        usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      },
    })
    const answer = await chat({ model: 'openai/gpt-5.6', tools: [{ type: 'function', function: { name: 'f' } }] })
    expect(last().path).to.equal('/v1/responses')
    expect(sent()).to.have.property('store', false)
    expect(await answer.json()).to.have.nested.property('choices[0].message.tool_calls[0].function.name', 'f')
  })

  it("keeps slashes of a model's id, and says where the call comes from", async () => {
    answering({ headers: { 'X-Generation-Id': 'gen-1' }, body: chatCompletion({ content: 'Hello' }) })
    const answer = await chat({ model: 'openrouter/openai/gpt-oss-120b' })
    expect(sent()).to.have.property('model', 'openai/gpt-oss-120b')
    expect(last().headers).to.include({ 'http-referer': 'https://me.example', 'x-openrouter-title': 'Me' }).and.have.property('x-client-request-id')
    expect(answer.headers.get('x-generation-id')).to.equal('gen-1')
  })

  it('lets a caller say where the call comes from', async () => {
    await chat({ model: 'openrouter/openai/gpt-oss-120b' }, { 'HTTP-Referer': 'https://you.example', 'X-Title': 'You' })
    expect(last().headers).to.include({ 'http-referer': 'https://you.example', 'x-title': 'You' }).and.not.have.property('x-openrouter-title')
  })

  it('embeds with ollama by its own API', async () => {
    answering({ body: { model: 'llama3.2:latest', embeddings: [[1, 2]], prompt_eval_count: 3 } })
    const answer = await call('/v1/embeddings', { model: 'ollama/llama3.2:latest', input: 'x', encoding_format: 'float' })
    expect(last().path).to.equal('/api/embed')
    expect(await answer.json())
      .to.deep.include({ object: 'list', usage: { prompt_tokens: 3, total_tokens: 3 } })
      .and.nested.include({ 'data[0].embedding[1]': 2 })
  })

  it('knows a model of ollama by either spelling', async () => {
    for (const model of ['llama3.2', 'llama3.2:latest', 'ollama/llama3.2']) expect((await chat({ model })).status, model).to.equal(200)
  })

  it("fetches images for ollama where that is configured, but none of the operator's network", async () => {
    const image = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://127.0.0.1/a.png' } }] }]
    for (const [model, message] of [
      ['fetching/m', /not a public host/],
      ['ollama/llama3.2', /data URLs/],
    ] as const) {
      const answer = await call('/v1/chat/completions', { model, messages: image })
      expect(answer.status).to.equal(400)
      expect(((await answer.json()) as { error: object }).error)
        .to.have.property('message')
        .that.matches(message)
    }
    expect(upstream.requests).to.have.length(0)
  })

  describe('refuses images by address where they have to be data, naming the place in the request', () => {
    const url = 'https://b.example/b.png'
    const source = [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }]
    const cases: readonly [string, string, object, string | undefined][] = [
      [
        'a chat',
        '/v1/chat/completions',
        { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] },
        'messages[0].content[0].image_url.url',
      ],
      ['Responses', '/v1/responses', { input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }] }, 'input[0].content[0].image_url'],
      ['Messages', '/v1/messages', { max_tokens: 5, system: 's', messages: source }, undefined],
    ]
    for (const [name, path, body, param] of cases) {
      for (const model of ['ollama/llama3.2', 'data-only/m']) {
        it(`${name} to ${model}`, async () => {
          const answer = await call(path, { model, ...body })
          const { error } = (await answer.json()) as { error: { message: string; param?: string } }
          expect([answer.status, error.message]).to.deep.equal([400, `${model.split('/')[0]} fetches no images: send them as data URLs`])
          expect(error.param).to.equal(param)
        })
      }
    }
  })

  it('puts fetched images into native and translated calls', async () => {
    const image = (url: string) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }]
    await call('/v1/chat/completions', { model: 'ollama/llama3.2', messages: image('https://a.example/a.png') })
    expect(sent()['messages']).to.deep.equal(image('data:image/png;base64,AAAA'))
    await call('/v1/chat/completions', { model: 'opencode_go/qwen3.7-max', messages: image('https://a.example/a.png') })
    expect(sent()['messages']).to.deep.equal([
      { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }] },
    ])
  })

  it('reads answers behind blank lines', async () => {
    answering({ headers: { 'content-type': 'application/json' }, body: Buffer.from(`\n\n\n${JSON.stringify(chatCompletion({ content: 'Hello' }))}`) })
    expect(await (await chat({ model: 'deepseek/m' })).json()).to.have.nested.property('choices[0].message.content', 'Hello')
  })

  it('speaks to elevenlabs with a voice in the address', async () => {
    answering({ headers: { 'content-type': 'audio/mpeg' }, body: Buffer.from('mp3') })
    const answer = await call('/v1/audio/speech', { model: 'elevenlabs/m', input: 'Hi', voice: 'v' })
    expect(last()).to.include({ path: '/v1/text-to-speech/v?output_format=mp3_44100_128' })
    expect(last().headers).to.include({ 'xi-api-key': 'sk-elevenlabs' })
    expect(await answer.text()).to.equal('mp3')
  })

  it('tells llm-d what calls are for, and for whom', async () => {
    await chat({ model: 'llmd/m' }, { 'X-Tapline-User-Path': '/acme' })
    expect(last().headers).to.include({ 'x-gateway-inference-objective': 'chat', 'x-gateway-inference-fairness-id': '/acme' })
  })

  it('translates for the models of opencode_go that speak otherwise', async () => {
    answering({
      body: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'qwen3.7-max',
        content: [{ type: 'text', text: 'Hi' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    })
    expect(await (await chat({ model: 'opencode_go/qwen3.7-max' })).json()).to.have.nested.property('choices[0].message.content', 'Hi')
    expect(last().path).to.equal('/zen/go/v1/messages')
    await chat({ model: 'opencode_go/glm' })
    expect(last().path).to.equal('/zen/go/v1/chat/completions')
  })

  describe('pass through', () => {
    const cases: readonly [string, string][] = [
      ['/p/azure/openai/files?api-key=mine', '/openai/files?api-version=2024-10-21'],
      ['/p/azure/openai/files?%61pi-key=mine&API-Key=mine&api%2Dkey&+api-key=kept', '/openai/files?+api-key=kept&api-version=2024-10-21'],
      ['/p/azure/openai/files?key=kept', '/openai/files?key=kept&api-version=2024-10-21'],
      ['/p/vllm/chat/completions', '/v1/chat/completions'],
      ['/p/vllm/v1/chat/completions', '/v1/chat/completions'],
      ['/p/vllm/tokenize', '/tokenize'],
      ['/p/deepseek/v1/models', '/v1/models'],
      ['/p/deepseek/user/balance', '/user/balance'],
      ['/p/openrouter/v1/credits', '/api/v1/credits'],
    ]
    for (const [path, expected] of cases) {
      it(`${path} to ${expected}`, async () => {
        await call(path, {})
        expect(last().path).to.equal(expected)
      })
    }
    it('with the header of the type, and no credential of the caller', async () => {
      await call('/p/azure/openai/files', {}, { 'api-key': 'mine', authorization: 'Bearer mine' })
      expect(last().headers).to.include({ 'api-key': 'sk-azure' }).and.not.have.property('authorization')
    })
  })
})
