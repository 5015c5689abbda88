/** The prompt caches of providers, asked for through whole gateways: what leaves for each, natively and translated. */

import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { Audited } from '../support/audit.ts'
import { awsEvent } from '../support/aws-frame.ts'
import { expectError } from '../support/answer.ts'
import { Served, type ServeOptions } from '../support/serve.ts'
import { vendorScript } from '../support/vendors.ts'

/** Five thousand tokens, about. */
const long = 'The tide tables of the harbour. '.repeat(650)
const key = /,"prompt_cache_key":"tapline-[0-9a-f]{32}"/
const mark = ',"prompt_cache_breakpoint":{"mode":"explicit"}'
const automatic = ',"cache_control":{"type":"ephemeral"}'
const point = { cachePoint: { type: 'default' } }

const provider = (type: string, models: readonly string[], more: object = {}) => ({ type, base_url: '${OPENAI_BASE_URL}', api_key: 'sk-x', models, ...more })
const providers = {
  'openai': provider('openai', ['gpt-4o', 'gpt-5.6', 'gpt-4'], { strict_openai_models: true }),
  'anthropic': provider('anthropic', ['claude-opus-4-6']),
  'bedrock': provider('bedrock', ['anthropic.claude-opus-4-6-v1', 'amazon.titan-x'], { api_key: 'sk-aws' }),
  'gemini': provider('gemini', ['gemini-2.5-pro'], { api_keys: ['key-a'] }),
  'compatible': provider('openai-compatible', ['m']),
  'told': provider('openai-compatible', ['m'], { model_traits: [{ models: 'm', prompt_cache_tokens: 1024 }] }),
}

const planning = ({ config = {}, env = {}, ...options }: ServeOptions = {}): ServeOptions => ({
  ...options,
  env: { AWS_REGION: 'us-east-1', OPENAI_MODELS: 'gpt-4o,gpt-5.6,gpt-4', ...env },
  config: { prompt_planner: { enabled: true }, resilience: { retry: { max_retries: 1, initial_backoff: '0s' } }, providers, ...config },
})
const start = (options?: ServeOptions) => Served.start(planning(options))

const converseFrames = [
  awsEvent('messageStart', { role: 'assistant' }), awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'high' } }), awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
  awsEvent('messageStop', { stopReason: 'end_turn' }), awsEvent('metadata', { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } }),
]

/** Every vendor answers; Google keeps what it is given. */
function answer(request: ReceivedRequest): Script {
  const { path } = request
  if (path.endsWith('/cachedContents')) return { body: { name: 'cachedContents/1', expireTime: '2026-01-01T00:05:00Z' } }
  if (path.endsWith('/converse-stream')) return { headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body: Buffer.concat(converseFrames) }
  if (path.endsWith('/converse')) return { body: { output: { message: { role: 'assistant', content: [{ text: 'high' }] } }, stopReason: 'end_turn', usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } } }
  if (path.endsWith('/responses')) return { body: { id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'm', output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'high', annotations: [] }] }] } }
  return vendorScript(request, { pieces: ['high'] })
}

const chatBody = (model: string, more = '') => `{ "model":"${model}", "messages":[{"role":"system","content":"${long}"},{"role":"user","content":"Tide\\u003f"}],"seed":1.0${more} }`
const messagesBody = (model: string, more = '') => `{"model":"${model}","max_tokens":50,"system":"${long}", "messages":[{"role":"user","content":"Tide\\u003f"}]${more}}`
const responsesBody = (model: string, more = '') => `{"model":"${model}","instructions":"${long}","input":"Tide\\u003f"${more}}`
const bodies = { '/v1/chat/completions': chatBody, '/v1/messages': messagesBody, '/v1/responses': responsesBody }
type Path = keyof typeof bodies

describe('prompt caches of providers', () => {
  let served: Served
  before(async () => { served = await start() })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
    served.upstream.always(answer)
  })

  const ask = async (path: Path, body: string) => {
    const { status, body: said } = await served.call('POST', path, body)
    expect(status, said.toString()).to.equal(200)
    return served.upstream.requests.at(-1)?.body.toString() ?? ''
  }
  const sent = async (path: Path, model: string, more = '') => JSON.parse(await ask(path, bodies[path](model, more))) as Record<string, any>

  describe('of a body in the provider\'s own dialect', () => {
    for (const [what, path, model, spliced] of [
      ['by a key alone', '/v1/chat/completions', 'gpt-4o', key],
      ['by a key alone', '/v1/responses', 'gpt-4o', key],
      ['on the top level', '/v1/messages', 'claude-opus-4-6', automatic],
    ] as const) {
      for (const stream of ['', ',"stream":true']) {
        it(`are asked ${what} at ${path}, and every other byte is the client's${stream === '' ? '' : ', of a stream, too'}`, async () => {
          const body = bodies[path](model, stream)
          const usage = stream !== '' && path.endsWith('completions') ? ',"stream_options":{"include_usage":true}' : ''
          const asked = await ask(path, body)
          expect(asked).to.match(typeof spliced === 'string' ? /cache_control/ : spliced)
          expect(asked.replace(spliced, '').replace(usage, '')).to.equal(body)
        })
      }
    }

    it('are asked by a mark behind the instructions, too, where the model takes marks', async () => {
      const body = chatBody('gpt-5.6')
      const asked = await ask('/v1/chat/completions', body)
      expect(asked.replace(key, '').replace(`[{"type":"text","text":"${long}"${mark}}]`, `"${long}"`)).to.equal(body)
      expect(asked).to.contain(mark)
    })

    it('are asked by the same key at each turn', async () => {
      const turn = { role: 'assistant', content: 'high' }
      const first = await sent('/v1/chat/completions', 'gpt-4o')
      const next = JSON.parse(await ask('/v1/chat/completions', JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'system', content: long }, { role: 'user', content: 'Tide?' }, turn, { role: 'user', content: 'When?' }] }))) as Record<string, unknown>
      expect(next['prompt_cache_key']).to.equal(first['prompt_cache_key'])
    })
  })

  describe('of a translated body', () => {
    for (const path of ['/v1/messages', '/v1/responses'] as const) {
      it(`are asked by points of Bedrock, from ${path}`, async () => {
        expect((await sent(path, 'anthropic.claude-opus-4-6-v1'))['system']).to.deep.equal([{ text: long }, point])
      })
    }

    for (const stream of ['', ',"stream":true']) {
      const kind = stream === '' ? '' : ', of a stream'
      it(`are asked by points of Bedrock, from chat${kind}`, async () => {
        const { system, messages } = await sent('/v1/chat/completions', 'anthropic.claude-opus-4-6-v1', stream)
        expect([system, messages]).to.deep.equal([[{ text: long }, point], [{ role: 'user', content: [{ text: 'Tide?' }] }]])
      })

      it(`are asked on the top level of Anthropic, from chat${kind}`, async () => {
        expect((await sent('/v1/chat/completions', 'claude-opus-4-6', stream))['cache_control']).to.deep.equal({ type: 'ephemeral' })
      })

      it(`are asked by a key of OpenAI, from messages${kind}`, async () => {
        expect((await sent('/v1/messages', 'gpt-4o', stream))['prompt_cache_key']).to.match(/^tapline-/)
      })
    }

    it('are asked by a point behind what was said before', async () => {
      const messages = [{ role: 'user', content: long }, { role: 'assistant', content: 'high' }, { role: 'user', content: 'When?' }]
      const asked = JSON.parse(await ask('/v1/chat/completions', JSON.stringify({ model: 'anthropic.claude-opus-4-6-v1', messages }))) as { messages: { content: unknown[] }[] }
      expect(asked.messages.map(({ content }) => content.slice(1))).to.deep.equal([[], [point], []])
    })
  })

  describe('are not asked', () => {
    for (const [what, path, body] of [
      ['where the client has a key', '/v1/chat/completions', chatBody('gpt-4o', ',"prompt_cache_key":"mine"')],
      ['where the client says how long', '/v1/chat/completions', chatBody('gpt-4o', ',"prompt_cache_retention":"24h"')],
      ['where the client marks what it says', '/v1/messages', messagesBody('claude-opus-4-6').replace('"Tide\\u003f"', '[{"type":"text","text":"Tide?","cache_control":{"type":"ephemeral"}}]')],
      ['where the client marks it in another vendor\'s words', '/v1/chat/completions', chatBody('gpt-4o', ',"cache_control":{"type":"ephemeral"}')],
      ['for a short prompt', '/v1/chat/completions', chatBody('gpt-4o').replace(long, 'Be short.')],
      ['for a long question alone', '/v1/chat/completions', `{"model":"gpt-4o","messages":[{"role":"user","content":"${long}"}]}`],
      ['for a prompt that is too short for this very model', '/v1/messages', messagesBody('claude-opus-4-6').replace(long, long.slice(0, long.length / 2))],
      ['of a model that caches nothing', '/v1/chat/completions', chatBody('gpt-4')],
      ['of a provider that nobody knows', '/v1/chat/completions', chatBody('compatible/m').replace('compatible/m', 'm')],
    ] as const) {
      it(`${what}: the body is the client's, byte for byte`, async () => {
        expect(await ask(path, body.replace('"model":"m"', '"model":"compatible/m"'))).to.equal(body)
      })
    }

    for (const [what, path, model, more, word] of [
      ['Anthropic, where the client has a key for OpenAI', '/v1/chat/completions', 'claude-opus-4-6', ',"prompt_cache_key":"mine"', 'cache_control'],
      ['OpenAI, where the client marks for Anthropic', '/v1/messages', 'gpt-4o', ',"cache_control":{"type":"ephemeral"}', 'prompt_cache_key'],
      ['Bedrock, for more than the client\'s own point', '/v1/messages', 'anthropic.claude-opus-4-6-v1', ',"cache_control":{"type":"ephemeral"}', '"text":"x"},{"cachePoint"'],
      ['Bedrock, for a model that caches nothing', '/v1/chat/completions', 'amazon.titan-x', '', 'cachePoint'],
      ['Gemini, where the client names an object', '/v1/chat/completions', 'gemini-2.5-pro', ',"extra_body":{"google":{"cached_content":"cachedContents/mine"}}', 'cachedContents/1'],
    ] as const) {
      it(`of ${what}`, async () => {
        expect(JSON.stringify(await sent(path, model, more))).not.to.contain(word)
        expect(served.upstream.requests).to.have.length(1)
      })
    }

    it('at routes that count or embed', async () => {
      served.upstream.always({ body: { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [1] }], model: 'gpt-4o', usage: { prompt_tokens: 1, total_tokens: 1 } } })
      const body = `{"model":"gpt-4o","input":["${long}","x"]}`
      expect((await served.call('POST', '/v1/embeddings', body)).status).to.equal(200)
      expect(served.upstream.requests[0]?.body.toString()).to.equal(body)
    })
  })

  it('are asked of any provider of which the operator says from how many tokens on', async () => {
    const body = chatBody('told/m')
    const asked = await ask('/v1/chat/completions', body)
    expect(asked.replace(key, '')).to.equal(body.replace('told/m', 'm'))
    expect(asked).to.match(key)
  })
})

describe('a plan for the prompt cache', () => {
  let served: Served
  afterEach(() => served.close())
  const chat = (model: string) => served.chat(chatBody(model))
  const asks = () => served.upstream.requests.map(({ body }) => /prompt_cache_key|cache_control|cachePoint|cachedContent/.exec(body.toString())?.[0])

  it('is made anew for a retry, and for the target that follows a failure', async () => {
    served = await start({ config: { virtual_models: [{ source: 'pair', targets: [{ model: 'openai/gpt-4o' }, { model: 'anthropic/claude-opus-4-6' }], strategy: 'failover' }] } })
    served.upstream.reply({ status: 503, body: errorBody('busy') }, { status: 503, body: errorBody('busy') }).always(answer)
    expect((await chat('pair')).status).to.equal(200)
    expect(asks()).to.deep.equal(['prompt_cache_key', 'prompt_cache_key', 'cache_control'])
  })

  for (const [model, refusal] of [
    ['gpt-4o', { status: 400, body: errorBody('Unrecognized request argument supplied: prompt_cache_key') }],
    ['claude-opus-4-6', { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'cache_control: Extra inputs are not permitted' } } }],
    ['anthropic.claude-opus-4-6-v1', { status: 400, headers: { 'x-amzn-errortype': 'ValidationException' }, body: { message: 'cachePoint is not supported' } }],
  ] as const) {
    it(`is dropped where ${model} refuses it, and not made again`, async () => {
      served = await start()
      served.upstream.reply(refusal).always(answer)
      expect([(await chat(model)).status, (await chat(model)).status]).to.deep.equal([200, 200])
      expect(asks().map(word => word !== undefined)).to.deep.equal([true, false, false])
    })
  }

  it('is kept where the refusal is about something else', async () => {
    served = await start()
    served.upstream.always({ status: 400, body: errorBody('no such seed') })
    expectError(await chat('gpt-4o'), { status: 400, code: null, message: /no such seed/ })
    expect(asks()).to.deep.equal(['prompt_cache_key'])
  })

  it('is seen by the plugins below it', async () => {
    const seen = `
import { definePlugin } from 'tapline'
export default definePlugin({ name: 'seen', edits: false, setup: () => ({ attempt(_exchange, { headers, promptCache }) {
  if (promptCache !== undefined) headers.push('x-prefix', promptCache.prefixMessages + '/' + promptCache.prefixTokens)
} }) })`
    served = await start({ files: { 'seen.ts': seen }, config: { pipelines: { inference: [{ insert: { use: './seen.ts' }, after: 'prompt-cache' }] } } })
    served.upstream.always(answer)
    await chat('gpt-4o')
    await served.chat(chatBody('gpt-4o').replace(long, ''))
    expect(served.upstream.requests.map(({ headers }) => headers['x-prefix'])).to.deep.equal([`1/${Math.ceil(long.length / 4)}`, undefined])
  })

  it('is told by the audit log, for each call that left with one', async () => {
    await using audited = await Audited.start(planning())
    served = audited.served
    served.upstream.reply({ status: 503, body: errorBody('busy') }).always(answer)
    await chat('gpt-4o')
    const { data } = await audited.row()
    expect((data.attempts as { prompt_cache_tokens?: number }[]).map(attempt => attempt.prompt_cache_tokens)).to.deep.equal([long.length / 4, long.length / 4])
    served.upstream.reply({ status: 500, body: {} })
    await chat('gemini/gemini-2.5-pro')
    expect((await audited.rows(2))[1]?.data.attempts[0]).not.to.have.property('prompt_cache_tokens')
  })

  it('is made for a call that is passed through, where its dialect is known', async () => {
    served = await start()
    served.upstream.always(answer)
    const body = messagesBody('claude-opus-4-6')
    const { status } = await served.call('POST', '/p/anthropic/messages', body, { 'anthropic-version': '2023-06-01' })
    expect([status, served.upstream.requests[0]?.body.toString().replace(automatic, '')]).to.deep.equal([200, body])
    expect(asks()).to.deep.equal(['cache_control'])
  })

  it('is not made unless it is switched on', async () => {
    served = await start({ config: { prompt_planner: {} } })
    served.upstream.always({ body: chatCompletion() })
    const body = chatBody('gpt-4o')
    await served.chat(body)
    expect(served.upstream.requests[0]?.body.toString()).to.equal(body)
  })

  it('is switched on by its variable', async () => {
    served = await start({ config: { prompt_planner: {} }, env: { PROVIDER_PROMPT_CACHE_PLANNER_ENABLED: 'true' } })
    served.upstream.always(answer)
    await chat('gpt-4o')
    expect(asks()).to.deep.equal(['prompt_cache_key'])
  })
})

describe('what Gemini keeps of prompts', () => {
  let served: Served
  let clock: TurnedClock
  beforeEach(async () => {
    clock = new TurnedClock()
    const two = provider('gemini', ['gemini-2.5-pro'], { api_keys: ['key-a', 'key-b'], api_key: undefined, session_sticky_keys: false })
    served = await start({ clock, config: { providers: { ...providers, two } } })
    served.upstream.always(answer)
  })
  afterEach(() => served.close())

  const chat = (more = '', model = 'gemini/gemini-2.5-pro', text = long) => served.chat(chatBody(model, more).replace(long, text))
  const calls = () => served.upstream.requests.map(({ path, body }) => [path.replace(/^\/v1\//, ''), JSON.parse(body.toString()) as Record<string, any>] as const)
  const paths = () => calls().map(([path]) => path)
  const generate = 'models/gemini-2.5-pro:generateContent'

  for (const [stream, path] of [['', generate], [',"stream":true', 'models/gemini-2.5-pro:streamGenerateContent?alt=sse']] as const) {
    it(`is made first, and then named at ${path}`, async () => {
      expect((await chat(stream)).status).to.equal(200)
      const [[made, object], [asked, body]] = calls() as [ReturnType<typeof calls>[0], ReturnType<typeof calls>[0]]
      expect([made, asked]).to.deep.equal(['cachedContents', path])
      expect(object).to.deep.equal({ model: 'models/gemini-2.5-pro', systemInstruction: { parts: [{ text: long }] }, ttl: '300s' })
      expect(body).to.include({ cachedContent: 'cachedContents/1' }).and.not.to.have.any.keys('systemInstruction', 'tools', 'toolConfig')
      expect(body['contents']).to.deep.equal([{ role: 'user', parts: [{ text: 'Tide?' }] }])
      expect(served.upstream.requests[0]?.headers['x-goog-api-key']).to.equal(served.upstream.requests[1]?.headers['x-goog-api-key'])
    })
  }

  it('has the tools with it, and how they are chosen', async () => {
    await chat(',"tools":[{"type":"function","function":{"name":"tide","parameters":{"type":"object","properties":{}}}}],"tool_choice":"required"')
    const [[, object], [, body]] = calls() as [ReturnType<typeof calls>[0], ReturnType<typeof calls>[0]]
    expect(object).to.include.keys('tools', 'toolConfig')
    expect(body).not.to.have.any.keys('tools', 'toolConfig')
  })

  it('is made once in five minutes', async () => {
    await chat()
    clock.advance(284_000)
    await chat()
    expect(paths()).to.deep.equal(['cachedContents', generate, generate])
    clock.advance(1000)
    await chat()
    expect(paths().slice(3)).to.deep.equal(['cachedContents', generate])
  })

  it('is made once for calls that come together', async () => {
    const gate = new Gate()
    served.upstream.reply({ gates: { beforeHeaders: gate }, body: { name: 'cachedContents/1' } })
    const first = chat()
    await gate.reached
    const second = chat()
    gate.open()
    expect([(await first).status, (await second).status]).to.deep.equal([200, 200])
    expect(paths()).to.deep.equal(['cachedContents', generate, generate])
    expect(calls().slice(1).every(([, body]) => body['cachedContent'] === 'cachedContents/1')).to.equal(true)
  })

  it('is made for each key, and for other instructions', async () => {
    await chat('', 'two/gemini-2.5-pro')
    await chat('', 'two/gemini-2.5-pro')
    await chat('', 'gemini/gemini-2.5-pro', long.replace('tide', 'time'))
    expect(paths().filter(path => path === 'cachedContents')).to.have.length(3)
    expect(new Set(served.upstream.requests.map(({ headers }) => headers['x-goog-api-key'])).size).to.equal(3)
  })

  const refused = { status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Cached content is too small' } } }
  for (const [what, script] of [['is refused', refused], ['breaks', { refuse: true }], ['has no name', { body: {} }], ['is no JSON', { body: 'yes' }]] as const) {
    it(`is done without where it ${what}, and tried again after a minute`, async () => {
      served.upstream.reply(script)
      expect([(await chat()).status, (await chat()).status]).to.deep.equal([200, 200])
      expect(paths()).to.deep.equal(['cachedContents', generate, generate])
      expect(calls()[1]?.[1]).to.have.property('systemInstruction')
      clock.advance(60_000)
      await chat()
      expect(paths().slice(3)).to.deep.equal(['cachedContents', generate])
    })
  }

  it('is done without where it takes too long', async () => {
    const gate = new Gate()
    served.upstream.reply({ gates: { beforeHeaders: gate }, body: { name: 'cachedContents/1' } })
    const answered = chat()
    await gate.reached
    clock.advance(15_000)
    expect((await answered).status).to.equal(200)
    expect(calls()[1]?.[1]).to.have.property('systemInstruction')
    gate.open()
  })

  it('is made anew where it is gone, after the call was made without', async () => {
    await chat()
    const gone = { status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'CachedContent not found (or permission denied)' } } }
    served.upstream.reply(gone)
    expect((await chat()).status).to.equal(200)
    expect((await chat()).status).to.equal(200)
    expect(paths()).to.deep.equal(['cachedContents', generate, generate, generate, 'cachedContents', generate])
    expect(calls().map(([, body]) => body['cachedContent'] !== undefined)).to.deep.equal([false, true, true, false, false, true])
  })

  it('is not asked for where the client leaves before it is made, and serves the next', async () => {
    const gate = new Gate()
    served.upstream.reply({ gates: { beforeHeaders: gate }, body: { name: 'cachedContents/1' } })
    const leaving = new AbortController()
    const left = served.open('POST', '/v1/chat/completions', chatBody('gemini/gemini-2.5-pro'), {}, leaving.signal).catch((cause: unknown) => cause)
    await gate.reached
    leaving.abort()
    expect(await left).to.be.instanceOf(Error)
    const next = chat()
    gate.open()
    expect((await next).status).to.equal(200)
    expect(paths()).to.deep.equal(['cachedContents', generate])
  })

  it('is no matter of what was said: a long conversation alone makes none', async () => {
    const messages = [{ role: 'user', content: long }, { role: 'assistant', content: 'high' }, { role: 'user', content: 'When?' }]
    await served.chat({ model: 'gemini/gemini-2.5-pro', messages })
    expect(paths()).to.deep.equal([generate])
  })
})
