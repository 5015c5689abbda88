import { expect } from 'chai'
import { chatChunks, chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import type { Script } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { awsEvent } from '../support/aws-frame.ts'
import { priced, recorded } from '../support/recorded.ts'
import { messageEvents } from '../support/messages.ts'
import { speakers, spokenStream } from '../support/model-streams.ts'
import { hello, helloStream, Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

const usage = { prompt_tokens: 100, completion_tokens: 20, cached_tokens: 40, reasoning_tokens: 5 }
const said = {
  input_tokens: 100,
  output_tokens: 20,
  total_tokens: 120,
  estimated: false,
  uncached_input_tokens: 60,
  cached_input_tokens: 40,
  cache_write_input_tokens: 0,
  cached_input_ratio: 0.4,
}
const cost = { input_cost: (60 + 40 * 0.5) / 1e6, output_cost: 200 / 1e6, total_cost: 280 / 1e6, cost_source: 'model_pricing', costs_calculation_caveat: null }
const { usage: _, ...withoutUsage } = chatCompletion({ content: 'x'.repeat(400) })
const converseStream = Buffer.concat([
  awsEvent('messageStart', { role: 'assistant' }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'x' } }),
  awsEvent('messageStop', { stopReason: 'end_turn' }),
  awsEvent('metadata', { usage: { inputTokens: 1, outputTokens: 1 } }),
])

describe('the record of a request', () => {
  it('says who called, what was executed, what it used and what it cost', async () => {
    await using served = await Served.start(priced)
    served.upstream.always({ body: chatCompletion({ id: 'chatcmpl-1', usage }) })
    await served.chat(hello, { 'x-request-id': 'r-1', 'x-tapline-user-path': '/team/a', 'x-session-id': 's-1' })
    const [record] = await recorded(served, 1)
    expect(record).to.include({
      request_id: 'r-1',
      provider_id: 'chatcmpl-1',
      model: 'gpt-test',
      provider: 'openai',
      provider_name: 'openai',
      requested_model: 'gpt-test',
      endpoint: '/v1/chat/completions',
      user_path: '/team/a',
      user_id: null,
      auth_key_id: null,
      status: 'ok',
      cache_type: null,
      origin: 'client',
      rewrite_tokens_saved: null,
      rewrite_cost_saved: null,
      ...said,
      ...cost,
    })
    expect(record?.id).to.match(/^[0-9a-f-]{36}$/)
    expect(record?.session_id).to.be.a('string').that.is.not.empty
    expect(record?.labels).to.deep.equal([])
    expect(record?.raw_data).to.include({ prompt_cached_tokens: 40, completion_reasoning_tokens: 5 })
    expect(Date.parse(record?.timestamp ?? '')).to.be.closeTo(Date.now(), 60_000)
  })

  it("has the provider's id of what was passed on and read, and of nothing else", async () => {
    await using served = await Served.start(priced)
    served.upstream.always({ body: chatCompletion({ id: 'chatcmpl-1', usage }) })
    await served.call('POST', '/p/openai/v1/chat/completions', hello)
    await served.call('POST', '/p/openai/v1/threads', {})
    const ids = new Map((await recorded(served, 2)).map(({ endpoint, provider_id: id }) => [endpoint, id]))
    expect([ids.get('/p/openai/v1/chat/completions'), ids.get('/p/openai/v1/threads')]).to.deep.equal(['chatcmpl-1', null])
  })

  it('names the managed key, its labels and its path', async () => {
    await using served = await Served.start(priced)
    served.upstream.always({ body: chatCompletion({ usage }) })
    const key = JSON.parse((await served.call('POST', '/admin/auth-keys', { name: 'a', user_path: '/team/b', labels: ['blue', 'green'] })).body.toString()) as {
      id: string
      value: string
    }
    await served.chat(hello, { authorization: `Bearer ${key.value}` })
    const [record] = await recorded(served, 1)
    expect(record).to.include({ auth_key_id: key.id, user_path: '/team/b' })
    expect(record?.labels).to.deep.equal(['blue', 'green'])
  })

  interface Kind {
    readonly what: string
    readonly request?: object
    readonly script: Script
    readonly is: object
  }
  const estimated = { estimated: true, costs_calculation_caveat: 'estimated usage', cost_source: 'model_pricing' }
  const pieces = Array.from({ length: 100 }, () => 'four')
  const kinds: readonly Kind[] = [
    { what: 'a plain answer', script: { body: chatCompletion({ usage }) }, is: { status: 'ok', ...said, ...cost } },
    {
      what: 'a stream',
      request: helloStream,
      script: { chunks: chatChunks({ id: 'chatcmpl-2', pieces: ['a', 'b'], usage }) },
      is: { status: 'ok', provider_id: 'chatcmpl-2', ...said, ...cost },
    },
    { what: 'a plain answer without counts', script: { body: withoutUsage }, is: { status: 'ok', ...estimated, output_tokens: 100 } },
    { what: 'a plain answer whose usage is empty', script: { body: { ...withoutUsage, usage: {} } }, is: { status: 'ok', ...estimated, output_tokens: 100 } },
    {
      what: 'a plain answer whose counts are texts',
      script: { body: { ...withoutUsage, usage: { prompt_tokens: '100', completion_tokens: '20', total_tokens: '120' } } },
      is: { status: 'ok', ...estimated, output_tokens: 100 },
    },
    {
      what: 'a plain answer that counts the prompt alone',
      script: { body: { ...withoutUsage, usage: { prompt_tokens: 70 } } },
      is: { status: 'ok', ...estimated, input_tokens: 70, output_tokens: 100, total_tokens: 170 },
    },
    {
      what: 'a plain answer that says nothing',
      script: { body: { ...chatCompletion({ usage }), choices: [] } },
      is: { status: 'error', ...said, ...cost },
    },
    { what: 'a stream without counts', request: helloStream, script: { chunks: chatChunks({ pieces }) }, is: { status: 'ok', ...estimated } },
    {
      what: 'an answer without counts and without a price',
      request: { ...hello, model: 'gpt-free' },
      script: { body: withoutUsage },
      is: { status: 'ok', estimated: true, output_tokens: 100, total_cost: null, costs_calculation_caveat: 'estimated usage' },
    },
    {
      what: "a provider's error",
      script: { status: 400, body: errorBody('no', 'invalid_request_error', 'bad') },
      is: { status: 'error', input_tokens: null, output_tokens: null, total_cost: null, estimated: false, model: 'gpt-test' },
    },
    { what: 'a provider that nobody reaches', script: { refuse: true }, is: { status: 'error', input_tokens: null, provider_name: 'openai' } },
    {
      what: 'a stream that breaks',
      request: helloStream,
      script: { chunks: chatChunks({ pieces }).slice(0, -2), cutAfter: 10_000 },
      is: { status: 'error', estimated: true },
    },
    {
      what: 'a stream that ends with an error',
      request: helloStream,
      script: { chunks: [...chatChunks({ pieces: ['a'] }).slice(0, 2), `data: ${JSON.stringify(errorBody('overloaded'))}\n\n`] },
      is: { status: 'error', estimated: true },
    },
  ]
  for (const { what, request = hello, script, is } of kinds) {
    it(`is made of ${what}`, async () => {
      await using served = await Served.start({ ...priced, config: { ...priced.config, resilience: { retry: { max_retries: 0 } } } })
      served.upstream.always(script)
      await served.chat(request)
      expect((await recorded(served, 1))[0]).to.include(is)
    })
  }

  it('has what an answer cost that failed, but no attempt that another followed', async () => {
    const failed = { id: 'resp_1', object: 'response', status: 'failed', error: { code: 'server_error', message: 'no' }, model: 'gpt-test', output: [] }
    const counts = { input_tokens: 100, input_tokens_details: { cached_tokens: 40 }, output_tokens: 20, output_tokens_details: { reasoning_tokens: 5 } }
    await using served = await Served.start({ ...priced, config: { ...priced.config, resilience: { retry: { max_retries: 1, initial_backoff: '1ms' } } } })
    served.upstream.always({ body: { ...failed, usage: { ...counts, total_tokens: 120 } } })
    await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'hi' })
    expect((await recorded(served, 1))[0]).to.include({ status: 'error', ...said, ...cost, endpoint: '/v1/responses' })
    served.upstream.reply({ body: { ...chatCompletion({ usage }), choices: [], error: { message: 'overloaded', code: 503 } } })
    const before = served.upstream.requests.length
    served.upstream.always({ status: 503, body: errorBody('later') })
    await served.chat(hello)
    const last = (await recorded(served, 2)).find(({ endpoint }) => endpoint === '/v1/chat/completions')
    expect([last?.status, last?.input_tokens, served.upstream.requests.length - before]).to.deep.equal(['error', null, 2])
  })

  it('estimates a long stream by what was seen of it', async () => {
    await using served = await Served.start(priced)
    served.upstream.always({ chunks: chatChunks({ pieces: Array.from({ length: 2000 }, () => 'words ') }) })
    const answer = await served.chat(helloStream)
    expect(answer.body.toString()).to.not.contain('usage":{')
    expect((await recorded(served, 1))[0]?.output_tokens).to.be.within(2400, 3600)
  })

  describe('of a stream that was translated, and that nobody counted', () => {
    const words = (count: number) => Array.from({ length: count }, () => 'words ')
    const comp = {
      providers: { comp: { type: 'openai-compatible', api_key: 'k', base_url: '${OPENAI_BASE_URL}', models: ['m1'] } },
      resilience: { retry: { max_retries: 0 } },
    }
    const calls = {
      '/v1/messages': { max_tokens: 1000, messages: hello.messages },
      '/v1/responses': { input: 'hello', store: false },
    }
    const start = async (chunks: readonly string[], cutAfter?: number) => {
      const served = await Served.start({ config: comp })
      served.upstream.always({ chunks, ...(cutAfter === undefined ? {} : { cutAfter }) })
      return served
    }
    for (const [path, body] of Object.entries(calls))
      for (const count of [8, 100, 2000]) {
        it(`estimates ${count} words on ${path}`, async () => {
          await using served = await start(chatChunks({ pieces: words(count) }))
          await served.call('POST', path, { model: 'comp/m1', stream: true, ...body })
          const [record] = await recorded(served, 1)
          expect(record).to.include({ status: 'ok', estimated: true })
          expect(record?.input_tokens).to.be.within(1, 50)
          expect(record?.output_tokens).to.be.within(count * 1.5 * 0.8, count * 1.5 * 1.2 + 10)
        })
      }

    it('estimates what there was of an answer on /v1/responses that broke off', async () => {
      await using served = await start(chatChunks({ pieces: words(400) }).slice(0, 300), 1e6)
      await served.call('POST', '/v1/responses', { model: 'comp/m1', stream: true, ...calls['/v1/responses'] })
      const [record] = await recorded(served, 1)
      expect(record).to.include({ status: 'error', estimated: true })
      expect(record?.output_tokens).to.be.within(400, 520)
    })

    it('tells a client of /v1/messages no count of the prompt at its end, and none of the answer', async () => {
      await using served = await start(chatChunks({ pieces: words(8) }))
      const answer = await served.call('POST', '/v1/messages', { model: 'comp/m1', stream: true, ...calls['/v1/messages'] })
      expect(answer.body.toString()).to.match(/"type":"message_delta".*"usage":\{"output_tokens":0\}/)
    })
  })

  it('estimates a Responses stream that its provider does not count by what its end says again', async () => {
    const text = 'words '.repeat(100)
    const spoken = ({ type, ...rest }: { readonly type: string; readonly [name: string]: unknown }, n: number) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: n, ...rest })}\n\n`
    const part = { type: 'output_text', text, annotations: [] }
    const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [part] }
    const response = { id: 'resp_1', object: 'response', status: 'completed', output: [item] }
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      { type: 'response.content_part.added', item_id: 'msg_1', output_index: 0, content_index: 0, part: { ...part, text: '' } },
      ...Array.from({ length: 100 }, () => ({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'words ' })),
      { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text },
      { type: 'response.content_part.done', item_id: 'msg_1', output_index: 0, content_index: 0, part },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response },
    ].map(spoken)
    for (const [chunks, status] of [
      [events, 'ok'],
      [events.slice(0, -1), 'error'],
      [events.slice(0, -2), 'error'],
      [events.slice(0, -4), 'error'],
    ] as const) {
      await using served = await Served.start({ config: { resilience: { retry: { max_retries: 0 } } } })
      served.upstream.always({ chunks, ...(status === 'ok' ? {} : { cutAfter: 1e6 }) })
      await served.call('POST', '/v1/responses', { model: 'gpt-test', stream: true, input: 'hello', store: false })
      const [record] = await recorded(served, 1)
      expect(record, `${chunks.length} events`).to.include({ status, estimated: true })
      expect(record?.output_tokens, `${chunks.length} events`).to.be.within(120, 180)
    }
  })

  it('names the target that answered after a failover, once', async () => {
    await using backup = await ScriptedUpstream.start()
    await using served = await Served.start({
      config: {
        resilience: { retry: { max_retries: 0 } },
        virtual_models: [
          {
            source: 'smart',
            strategy: 'failover',
            targets: [
              { provider: 'openai', model: 'gpt-test' },
              { provider: 'backup', model: 'gpt-b' },
            ],
          },
        ],
        providers: { backup: { type: 'openai-compatible', api_key: 'sk-backup', base_url: backup.url, models: ['gpt-b'] } },
      },
    })
    served.upstream.always({ status: 500, body: errorBody('oops') })
    backup.always({ body: chatCompletion({ usage }) })
    await served.chat({ ...hello, model: 'smart' })
    const records = await recorded(served, 1)
    expect(records).to.have.length(1)
    expect(records[0]).to.include({
      requested_model: 'smart',
      model: 'gpt-b',
      provider: 'openai-compatible',
      provider_name: 'backup',
      status: 'ok',
      input_tokens: 100,
    })
  })

  it("has the provider's id of an answer that is translated, where it says one, or a header does", async () => {
    await using upstream = await ScriptedUpstream.start()
    const provider = { base_url: new URL(upstream.url).origin, api_key: 'k', models: ['m'] }
    await using served = await Served.start({
      ...priced,
      config: { ...priced.config, providers: { cohere: provider, bedrock: { base_url: provider.base_url, models: ['m'] } } },
      env: { ...priced.env, AWS_REGION: 'us-east-1', AWS_BEARER_TOKEN_BEDROCK: 'k' },
    })
    const message = { role: 'assistant', content: [{ type: 'text', text: 'x' }] }
    upstream.reply(
      { body: { id: 'theirs', message, finish_reason: 'COMPLETE' } },
      { headers: { 'x-amzn-requestid': 'amazons' }, body: { output: { message: { role: 'assistant', content: [{ text: 'x' }] } }, stopReason: 'end_turn' } },
      { headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'streamed' }, body: converseStream },
    )
    for (const request of [{ model: 'cohere/m' }, { model: 'bedrock/m' }, { model: 'bedrock/m', stream: true }]) await served.chat({ ...hello, ...request })
    expect((await recorded(served, 3)).map(({ provider_id: id }) => id)).to.deep.equal(['theirs', 'amazons', 'streamed'])
  })

  it('is made of a hit of the cache, with what it saved', async () => {
    await using served = await Served.start({ ...priced, config: { ...priced.config, cache: { response: { simple: {} } } } })
    served.upstream.always({ body: chatCompletion({ usage }) })
    await served.chat()
    await served.chat()
    const [miss, hit] = await recorded(served, 2)
    expect(miss).to.include({ cache_type: null, ...said, ...cost })
    expect(hit).to.include({ cache_type: 'exact', status: 'ok', provider_name: 'openai', model: 'gpt-test', provider_id: null, ...said, ...cost })
    expect(hit?.id).to.not.equal(miss?.id)
  })

  const hi = { messages: [{ role: 'user', content: 'hi' }], stream: true }
  const callers = [
    ['openai-chat', '/v1/chat/completions', hi, '[DONE]'],
    ['openai-responses', '/v1/responses', { input: 'hi', stream: true }, '"response.completed"'],
    ['anthropic-messages', '/v1/messages', { ...hi, max_tokens: 10 }, '"message_stop"'],
  ] as const
  const guarded = { guardrails: { rules: [{ name: 'g', type: 'string_replace', config: { rules: 'nothing => something', roles: ['all'] } }] } }
  for (const [dialect, path, request, end] of callers) {
    for (const [what, config] of [
      ['goes by', {}],
      ['is guarded', guarded],
    ] as const) {
      it(`is there with the last event of a stream of ${dialect} that ${what}, though its provider does not close it`, async () => {
        await using served = await Served.start({ config: { providers: speakers, ...config } })
        const gate = new Gate()
        served.upstream.always({ chunks: spokenStream(dialect, { pieces: ['hi', ' you'] }).events, gates: { beforeEnd: gate } })
        const { body } = await served.open('POST', path, { model: `${dialect}/m`, ...request })
        let heard = ''
        for await (const chunk of body.iterator({ destroyOnReturn: false })) if ((heard += String(chunk)).includes(end)) break
        expect((await recorded(served, 1))[0]).to.include({ status: 'ok', estimated: false })
        gate.open()
        await body.dump()
      })
    }
  }

  it('is made of a call that took too long', async () => {
    const clock = new TurnedClock()
    await using served = await Served.start({ ...priced, clock, config: { ...priced.config, http: { timeout: '20s' } } })
    served.upstream.always({ silent: true })
    const call = served.chat()
    await served.upstream.received()
    clock.advance(20_000)
    await call
    clock.advance(20)
    expect((await recorded(served, 1))[0]).to.include({ status: 'timeout', input_tokens: null, total_cost: null })
  })

  it('is made of a call whose client left before the answer', async () => {
    await using served = await Served.start(priced)
    served.upstream.always({ silent: true })
    const leaving = new AbortController()
    const call = served.open('POST', '/v1/chat/completions', hello, {}, leaving.signal).catch(() => {})
    await served.upstream.received()
    leaving.abort()
    await call
    expect((await recorded(served, 1))[0]).to.include({ status: 'aborted', input_tokens: null, model: 'gpt-test' })
  })

  it('is made of a stream whose client left, with what was seen', async () => {
    await using served = await Served.start(priced)
    const gate = new Gate()
    served.upstream.always({ chunks: chatChunks({ pieces: ['x'.repeat(400), 'b', 'c'] }), gates: { beforeChunk: { 2: gate } } })
    const leaving = new AbortController()
    const answer = await served.open('POST', '/v1/chat/completions', helloStream, {}, leaving.signal)
    await gate.reached
    leaving.abort()
    await answer.body.dump().catch(() => {})
    const [record] = await recorded(served, 1)
    expect(record).to.include({ status: 'aborted', estimated: true })
    expect(record?.output_tokens).to.be.within(90, 120)
  })

  const claude = { model: 'claude/claude-test', max_tokens: 1000, stream: true, messages: hello.messages }
  const ways: readonly [string, string, object][] = [
    ['spoken to in its own words', '/v1/messages', claude],
    ['translated', '/v1/chat/completions', claude],
    ['passed on as it is', '/p/claude/v1/messages', { ...claude, model: 'claude-test' }],
  ]
  const begun = messageEvents(
    {
      content: [{ type: 'text', text: 'x'.repeat(4000) }],
      usage: { input_tokens: 1000, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 1000 },
    },
    40,
  ).slice(0, -3)
  for (const [way, path, body] of ways) {
    describe(`of Anthropic's stream, ${way}`, () => {
      const start = async () => {
        const upstream = await ScriptedUpstream.start()
        const served = await Served.start({
          config: {
            providers: { claude: { type: 'anthropic', api_key: 'sk-claude', base_url: upstream.url, models: ['claude-test'] } },
            resilience: { retry: { max_retries: 0 } },
          },
          env: { ENABLED_PASSTHROUGH_PROVIDERS: 'claude,anthropic' },
        })
        return {
          upstream,
          served,
          [Symbol.asyncDispose]: async () => {
            await served.close()
            await upstream.close()
          },
        }
      }

      it('keeps the count of the prompt and estimates the answer where the provider breaks off', async () => {
        await using deps = await start()
        deps.upstream.always({ chunks: begun, cutAfter: 1e6 })
        await deps.served.call('POST', path, body)
        const [record] = await recorded(deps.served, 1)
        expect(record).to.include({ input_tokens: 1000, estimated: true, status: 'error' })
        expect(record?.output_tokens).to.be.within(900, 1100)
      })

      it('does so where the client leaves', async () => {
        await using deps = await start()
        const gate = new Gate()
        deps.upstream.always({ chunks: begun, gates: { beforeEnd: gate } })
        const leaving = new AbortController()
        const answer = await deps.served.open('POST', path, body, {}, leaving.signal)
        const read = answer.body.resume()
        await gate.reached
        leaving.abort()
        await new Promise(resolve => read.once('close', resolve).on('error', () => {}))
        const [record] = await recorded(deps.served, 1)
        expect(record).to.include({ input_tokens: 1000, estimated: true, status: 'aborted' })
        expect(record?.output_tokens).to.be.within(700, 1100)
      })
    })
  }

  describe('of a stream that policy waits for the whole of', () => {
    const whole = "export default { name: 'whole', setup: () => ({ response() {}, stream: { buffer: true } }) }"
    const started = () =>
      Served.start({
        ...priced,
        files: { 'whole.ts': whole },
        config: { ...priced.config, resilience: { retry: { max_retries: 0 } }, pipelines: { chat: [{ insert: './whole.ts', before: 'retry' }] } },
      })
    const pieces = Array.from({ length: 10 }, () => 'x'.repeat(40))

    it('is made of what was seen when it breaks off', async () => {
      await using served = await started()
      served.upstream.always({ chunks: chatChunks({ pieces }).slice(0, -2), cutAfter: 1e6 })
      await served.chat(helloStream)
      expect((await recorded(served, 1))[0]).to.include({ status: 'error', estimated: true, output_tokens: 100 })
    })

    it('is made of what was seen when its client leaves', async () => {
      await using served = await started()
      const chunks = chatChunks({ pieces })
      served.upstream.always({ chunks, gates: { beforeChunk: { 11: new Gate() } } })
      const leaving = new AbortController()
      const call = served.open('POST', '/v1/chat/completions', helloStream, {}, leaving.signal).catch(() => {})
      const come = () => served.gateway.gateway.current.exchanges[0]?.streamEnds?.().bytes
      await until(() => come() === chunks.slice(0, 11).join('').length)
      leaving.abort()
      await call
      expect((await recorded(served, 1))[0]).to.include({ status: 'aborted', estimated: true, output_tokens: 100 })
    })

    it('is made of what was seen when it grows too large', async () => {
      await using served = await started()
      served.upstream.always({ chunks: chatChunks({ pieces: Array.from({ length: 50 }, () => 'x'.repeat(100_000)) }) })
      await served.chat(helloStream)
      const [record] = await recorded(served, 1)
      expect(record).to.include({ status: 'error', estimated: true })
      expect(record?.output_tokens).to.be.above(1_000_000)
    })
  })

  const silent: readonly [string, object, Readonly<Record<string, string>>?, Readonly<Record<string, unknown>>?][] = [
    ['an unknown model', { ...hello, model: 'unknown' }],
    ['a wrong key', hello, { authorization: 'Bearer wrong' }],
    ['a body that is refused', { model: 'gpt-test', messages: [] }],
    [
      'a prompt that a guardrail blocks',
      { ...hello, messages: [{ role: 'user', content: 'the password' }] },
      {},
      { pipelines: { chat: [{ insert: './block.ts', before: 'retry' }] } },
    ],
    ['anything, when usage is switched off', hello, {}, { usage: { enabled: false } }],
  ]
  const files = {
    'block.ts':
      "export default { name: 'block', setup: () => ({ prompt: ({ conversation }) => conversation.some(t => t.includes('password')) ? Object.assign(new Error('no'), { status: 400 }) : undefined }) }",
  }
  for (const [what, body, headers, config = {}] of silent) {
    it(`is not made of ${what}`, async () => {
      await using served = await Served.start({ config, files })
      served.upstream.always({ body: chatCompletion({ usage }) })
      await served.chat(body, headers)
      await served.close()
      expect(served.gateway.log.filter(({ msg }) => msg === 'request')).to.have.length(0)
    })
  }
})
