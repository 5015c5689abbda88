import Anthropic, {
  APIConnectionError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  type ClientOptions,
} from '@anthropic-ai/sdk'
import { expect } from 'chai'
import { chatChunks, sse } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import type { Script } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { redact, refuse } from '../support/guardrails.ts'
import { message, messageEvents } from '../support/messages.ts'
import { masterKey, Served, type ServeOptions } from '../support/serve.ts'
import { failureOf } from '../support/refusal-of.ts'

const messages = [{ role: 'user' as const, content: 'hello' }]
const asked = { model: 'claude-test', max_tokens: 1000, messages }
const tide: Anthropic.Tool = { name: 'tide', description: 'The tide at a port', input_schema: { type: 'object', properties: { port: { type: 'string' } } } }
const thought = { type: 'thinking', thinking: 'Need the clock.', signature: 'SIG1' }
const calls = [
  { type: 'tool_use', id: 't1', name: 'tide', input: { port: 'Brest' } },
  { type: 'tool_use', id: 't2', name: 'now', input: {} },
]

/** A gateway before a scripted Anthropic, and a scripted OpenAI. */
class Setting {
  readonly upstream: ScriptedUpstream
  readonly served: Served

  private constructor(upstream: ScriptedUpstream, served: Served) {
    this.upstream = upstream
    this.served = served
  }

  static async make({ env, config, ...options }: ServeOptions = {}): Promise<Setting> {
    const upstream = await ScriptedUpstream.start()
    const served = await Served.start({
      config: { resilience: { retry: { max_retries: 0 } }, ...config },
      env: { ANTHROPIC_API_KEY: 'sk-upstream', ANTHROPIC_BASE_URL: upstream.url, ANTHROPIC_MODELS: 'claude-test', ...env },
      ...options,
    })
    return new Setting(upstream, served)
  }

  client(options: ClientOptions = {}): Anthropic {
    return new Anthropic({ baseURL: this.served.url, apiKey: masterKey, maxRetries: 0, ...options })
  }

  async close(): Promise<void> {
    await this.served.close()
    await this.upstream.close()
  }
}

describe('the anthropic client', () => {
  let setting: Setting
  let client: Anthropic
  let upstream: ScriptedUpstream

  beforeEach(async () => {
    setting = await Setting.make()
    client = setting.client()
    upstream = setting.upstream
  })
  afterEach(() => setting.close())

  describe('messages', () => {
    it('gets a plain answer, with the request id', async () => {
      upstream.always({ body: message({ content: [{ type: 'text', text: 'Good day.' }] }) })
      const answer = await client.messages.create(asked)
      expect(answer.content).to.deep.equal([{ type: 'text', text: 'Good day.' }])
      expect(answer.usage.input_tokens).to.equal(14)
      expect(answer._request_id).to.equal(upstream.requests[0]?.headers['x-request-id'])
    })

    it('iterates over a stream', async () => {
      upstream.always({ chunks: messageEvents() })
      const texts: string[] = []
      for await (const event of await client.messages.create({ ...asked, stream: true }))
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') texts.push(event.delta.text)
      expect(texts).to.have.length.above(2)
      expect(texts.join('')).to.equal('Good day.')
    })

    it('accumulates thinking, text and calls with the helper', async () => {
      const content = [thought, { type: 'redacted_thinking', data: 'D' }, { type: 'text', text: 'One moment.' }, ...calls]
      upstream.always({ chunks: messageEvents({ content }) })
      const stream = client.messages.stream({ ...asked, tools: [tide] })
      const heard: string[] = []
      stream.on('text', text => heard.push(text))
      const final = await stream.finalMessage()
      expect(final.content.map(block => JSON.parse(JSON.stringify(block)) as object)).to.deep.equal(content)
      expect([final.stop_reason, heard.join(''), final.usage.output_tokens]).to.deep.equal(['tool_use', 'One moment.', 9])
    })

    it('logs what a stream has cost, from its first event and its last', async () => {
      upstream.always({
        chunks: messageEvents(
          {
            content: [{ type: 'text', text: 'a long answer of many pieces' }],
            usage: { input_tokens: 10, cache_read_input_tokens: 90, cache_creation_input_tokens: 5, output_tokens: 40 },
          },
          1,
        ),
      })
      await client.messages.stream(asked).finalMessage()
      expect((await setting.served.completions.ended()).usage).to.deep.equal({ inputTokens: 105, cachedTokens: 90, cacheWriteTokens: 5, outputTokens: 40 })
    })

    it('sends a body that goes on byte for byte', async () => {
      upstream.always({ body: message() })
      const params = {
        ...asked,
        system: [{ type: 'text' as const, text: 's', cache_control: { type: 'ephemeral' as const } }],
        metadata: { user_id: 'u' },
        context_management: { edits: [] },
      }
      await client.messages.create(params)
      expect((await upstream.received()).body.toString()).to.equal(JSON.stringify(params))
    })

    it('speaks its own version, and its betas', async () => {
      upstream.always({ body: message() })
      await client.beta.messages.create({ ...asked, betas: ['one-2026-01-01', 'two-2026-02-02'] })
      const { headers } = await upstream.received()
      expect(headers['anthropic-beta']).to.equal('one-2026-01-01,two-2026-02-02')
      expect(headers['anthropic-version']).to.match(/^20\d\d-\d\d-\d\d$/)
      expect(headers['x-api-key']).to.equal('sk-upstream')
      expect(Object.keys(headers).filter(name => /stainless|user-agent/.test(name))).to.deep.equal([])
    })

    it('counts tokens', async () => {
      upstream.always({ body: { input_tokens: 2095 } })
      expect(await client.messages.countTokens({ model: 'claude-test', messages })).to.deep.include({ input_tokens: 2095 })
      expect((await upstream.received()).path).to.equal('/v1/messages/count_tokens')
    })

    it('gets an estimate of tokens from other providers', async () => {
      const { input_tokens: tokens } = await client.messages.countTokens({ model: 'gpt-test', messages })
      expect(tokens).to.equal(6)
    })
  })

  for (const options of [
    { apiKey: masterKey },
    { apiKey: null, authToken: masterKey },
    { apiKey: null, authToken: null, defaultHeaders: { 'x-api-key': masterKey } },
  ]) {
    it(`authenticates with ${Object.keys(options).join(', ')}`, async () => {
      upstream.always({ body: message() })
      expect((await setting.client(options).messages.create(asked)).id).to.equal('msg_01')
    })
  }

  describe('models', () => {
    it('lists them', async () => {
      const ids: string[] = []
      for await (const model of client.models.list()) ids.push(model.id)
      expect(ids).to.deep.equal(['anthropic/claude-test', 'openai/gpt-test'])
    })
    it('retrieves one', async () => expect(await client.models.retrieve('claude-test')).to.deep.include({ id: 'claude-test', type: 'model' }))
    it('is told when there is no such model', async () => {
      const error = await failureOf<APIError>(client.models.retrieve('claude-none'))
      expect(error).to.be.instanceOf(NotFoundError)
      expect([error.type, error.errorCode]).to.deep.equal(['not_found_error', 'model_not_found'])
    })
  })

  describe('errors', () => {
    for (const [status, kind, type] of [
      [400, BadRequestError, 'invalid_request_error'],
      [401, AuthenticationError, 'authentication_error'],
      [402, APIError, 'billing_error'],
      [403, PermissionDeniedError, 'permission_error'],
      [404, NotFoundError, 'not_found_error'],
      [409, ConflictError, 'conflict_error'],
      [413, APIError, 'request_too_large'],
      [429, RateLimitError, 'rate_limit_error'],
      [500, InternalServerError, 'api_error'],
      [529, InternalServerError, 'overloaded_error'],
    ] as const)
      it(`are ${type} for a provider's ${status}, with the request id`, async () => {
        upstream.always({ status, body: { type: 'error', error: { type, message: 'no such luck' }, request_id: 'req_upstream' } })
        const error = await failureOf<APIError>(client.messages.create(asked))
        expect(error).to.be.instanceOf(kind)
        expect([error.status, error.type]).to.deep.equal([status, type])
        expect(error.message).to.include('no such luck')
        expect(error.requestID).to.equal(upstream.requests[0]?.headers['x-request-id'])
      })

    it('are AuthenticationError for a key that the gateway does not know, and nothing leaves', async () => {
      const error = await failureOf<APIError>(setting.client({ apiKey: 'sk-other' }).messages.create(asked))
      expect(error).to.be.instanceOf(AuthenticationError)
      expect([error.type, error.errorCode, upstream.requests.length]).to.deep.equal(['authentication_error', 'invalid_api_key', 0])
    })

    it('are BadRequestError for a model that nobody serves', async () => {
      const error = await failureOf<APIError>(client.messages.create({ ...asked, model: 'claude-none' }))
      expect(error).to.be.instanceOf(BadRequestError)
      expect([error.type, error.errorCode]).to.deep.equal(['invalid_request_error', 'model_not_found'])
    })

    it('are APIError for a stream that breaks, with the code', async () => {
      upstream.always({ chunks: messageEvents().slice(0, 5), cutAfter: 1 << 20 })
      const error = await failureOf<APIError>(client.messages.stream(asked).finalMessage())
      expect(error).to.be.instanceOf(APIError)
      expect([error.type, error.errorCode]).to.deep.equal(['api_error', 'stream_incomplete'])
    })

    it('are what the provider reports amid a stream', async () => {
      upstream.always({
        chunks: [...messageEvents().slice(0, 4), 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'],
      })
      const error = await failureOf<APIError>(client.messages.stream(asked).finalMessage())
      expect([error.type, error.message.includes('Overloaded')]).to.deep.equal(['overloaded_error', true])
    })

    it('have a status where the provider reports them first', async () => {
      upstream.always({ chunks: ['event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'] })
      expect((await failureOf<APIError>(client.messages.create({ ...asked, stream: true }))).status).to.equal(529)
    })
  })

  describe('retries', () => {
    it('are made by the client after a status that the gateway gave up on', async () => {
      upstream.reply(
        { status: 529, headers: { 'retry-after-ms': '1' }, body: { type: 'error', error: { type: 'overloaded_error', message: 'busy' } } },
        { body: message() },
      )
      expect((await setting.client({ maxRetries: 1 }).messages.create(asked)).id).to.equal('msg_01')
      expect(upstream.requests).to.have.length(2)
    })
    it('are not made when the provider says x-should-retry: false', async () => {
      upstream.always({ status: 503, headers: { 'x-should-retry': 'false' }, body: { type: 'error', error: { type: 'api_error', message: 'never' } } })
      expect((await failureOf<APIError>(setting.client({ maxRetries: 3 }).messages.create(asked))).status).to.equal(503)
      expect(upstream.requests).to.have.length(1)
    })
  })

  it('closes the upstream call when it aborts amid a stream', async () => {
    const gate = new Gate()
    upstream.always({ chunks: messageEvents(), gates: { beforeChunk: { 4: gate } } })
    const stream = client.messages.stream(asked)
    stream.on('text', () => stream.abort())
    expect(await failureOf<APIError>(stream.finalMessage())).to.be.instanceOf(APIUserAbortError)
    await (
      await upstream.received()
    ).aborted
    expect((await setting.served.completions.ended()).status).to.equal(499)
  })

  it('is told when the gateway is not there', async () => {
    await setting.served.gateway.gateway.stop()
    expect(await failureOf<APIError>(client.messages.create(asked))).to.be.instanceOf(APIConnectionError)
  })
})

describe('the anthropic client, under policy', () => {
  const guarded = async (source: string, options: object) =>
    Setting.make({ files: { 'guard.ts': source }, config: { pipelines: { inference: [{ insert: { use: './guard.ts', options }, before: 'guardrails' }] } } })
  const content = [
    { type: 'thinking', thinking: 'the secret plan', signature: 'SIG' },
    { type: 'text', text: 'a secret' },
    { type: 'tool_use', id: 't', name: 'tide', input: { port: 'secret' } },
  ]
  const clean = [
    { type: 'thinking', thinking: 'the [redacted] plan', signature: '' },
    { type: 'text', text: 'a [redacted]' },
    { type: 'tool_use', id: 't', name: 'tide', input: { port: '[redacted]' } },
  ]

  it('has words replaced wherever they stand, both ways', async () => {
    const setting = await guarded(redact, { word: 'secret' })
    try {
      setting.upstream.reply({ body: message({ content }) }, { chunks: messageEvents({ content }, 3) })
      const params: Anthropic.MessageCreateParamsNonStreaming = {
        ...asked,
        system: 'the secret',
        messages: [
          { role: 'user', content: 'my secret' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'tide', input: { port: 'secret' } }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'a secret result' }] },
        ],
      }
      const plain = await setting.client().messages.create(params)
      const streamed = await setting.client().messages.stream(params).finalMessage()
      for (const answer of [plain, streamed]) expect(answer.content.map(block => JSON.parse(JSON.stringify(block)) as object)).to.deep.equal(clean)
      for (const { body } of setting.upstream.requests) expect(body.toString().match(/secret|\[redacted\]/g)).to.deep.equal(Array(4).fill('[redacted]'))
    } finally {
      await setting.close()
    }
  })

  it('is refused', async () => {
    const setting = await guarded(refuse, { word: 'secret' })
    try {
      const prompt = await failureOf<APIError>(setting.client().messages.create({ ...asked, messages: [{ role: 'user', content: 'secret' }] }))
      expect([prompt.status, prompt.type, prompt.errorCode]).to.deep.equal([400, 'invalid_request_error', 'word_found'])
      const chunks = messageEvents({ content: [{ type: 'text', text: 'It goes on for a while, and then comes the secret.' }] })
      const released = new Gate()
      setting.upstream.reply({ body: message({ content }) }, { chunks, gates: { beforeChunk: { [chunks.length - 6]: released } } })
      const plain = await failureOf<APIError>(setting.client().messages.create(asked))
      expect([plain.status, plain.type, plain.errorCode]).to.deep.equal([502, 'api_error', 'word_found'])
      const streamed = await setting
        .client()
        .messages.stream(asked)
        .once('text', () => released.open())
        .finalMessage()
      expect(streamed.stop_reason).to.equal('refusal')
      expect(JSON.stringify(streamed.content)).to.include('It g').and.not.include('secret')
    } finally {
      await setting.close()
    }
  })
})

describe('an agent session over ten turns', () => {
  const png = 'iVBORw0KGgo='
  const image = { type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png' as const, data: png } }
  const turns = Array.from({ length: 10 }, (_, turn) => turn)

  /** What the user says, which tools are called, and what they give back. */
  const question = (turn: number): Anthropic.MessageParam => ({
    role: 'user',
    content: turn % 3 === 0 ? [{ type: 'text', text: `Question ${turn}` }, image] : `Question ${turn}`,
  })
  const inputs = (turn: number) => (turn % 2 === 0 ? [{ port: `Port ${turn}` }] : [{ port: `Port ${turn}` }, {}])
  const results = (answer: Anthropic.Message, turn: number): Anthropic.MessageParam => ({
    role: 'user',
    content: answer.content
      .filter(block => block.type === 'tool_use')
      .map(({ id }, index) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: turn % 4 === 3 && index === 0 ? [{ type: 'text' as const, text: `Result ${turn}` }, image] : `Result ${turn}.${index}`,
        ...(turn === 5 ? { is_error: true } : {}),
      })),
  })

  /** Each turn: a question, calls, their results, an answer. Returns the history that the client holds. */
  async function run(client: Anthropic, model: string): Promise<Anthropic.MessageParam[]> {
    const history: Anthropic.MessageParam[] = []
    const ask = async () => {
      const answer = await client.messages
        .stream({ model, max_tokens: 5000, thinking: { type: 'adaptive' }, system: 'Be brief.', tools: [tide, { ...tide, name: 'now' }], messages: history })
        .finalMessage()
      history.push({ role: 'assistant', content: answer.content })
      return answer
    }
    for (const turn of turns) {
      history.push(question(turn))
      const called = await ask()
      expect(called.stop_reason).to.equal('tool_use')
      history.push(results(called, turn))
      const answered = await ask()
      expect([answered.stop_reason, answered.content.at(-1)])
        .to.deep.include({ type: 'text', text: `Answer ${turn}` })
        .and.include('end_turn')
    }
    return history
  }

  /** The histories that the provider saw: each begins as the one before, byte for byte. */
  function expectGrowing(upstream: ScriptedUpstream): void {
    const bodies = upstream.requests.map(({ body }) => (JSON.parse(body.toString()) as { messages: unknown[] }).messages.map(each => JSON.stringify(each)))
    expect(bodies).to.have.length(20)
    for (const [index, seen] of bodies.entries()) expect(seen.slice(0, bodies[index - 1]?.length ?? 0)).to.deep.equal(bodies[index - 1] ?? [])
  }

  it('natively', async () => {
    const setting = await Setting.make()
    try {
      const contents = turns.flatMap(turn => [
        [
          { type: 'thinking', thinking: `Thought ${turn}`, signature: `SIG${turn}/+=` },
          ...(turn === 4 ? [{ type: 'redacted_thinking', data: 'DATA' }] : []),
          { type: 'text', text: `Let me look ${turn}` },
          ...inputs(turn).map((input, index) => ({ type: 'tool_use', id: `toolu_${turn}_${index}`, name: index === 0 ? 'tide' : 'now', input })),
        ],
        [{ type: 'text', text: `Answer ${turn}` }],
      ])
      setting.upstream.reply(...contents.map((content): Script => ({ chunks: messageEvents({ content }) })))
      const history = await run(setting.client(), 'claude-test')
      expectGrowing(setting.upstream)
      const last = JSON.parse(setting.upstream.requests.at(-1)?.body.toString() ?? '') as { messages: unknown[] }
      expect(last.messages).to.deep.equal(JSON.parse(JSON.stringify(history.slice(0, -1))))
      expect(history.filter(({ role }) => role === 'assistant').map(({ content }) => JSON.parse(JSON.stringify(content)) as object)).to.deep.equal(contents)
    } finally {
      await setting.close()
    }
  })

  it('translated to chat completions', async () => {
    const setting = await Setting.make()
    try {
      const { upstream } = setting.served
      upstream.reply(
        ...turns.flatMap((turn): Script[] => {
          const [role = '', ...chunks] = chatChunks({
            pieces: [`Let me look ${turn}`],
            toolCalls: inputs(turn).map((input, index) => ({
              id: `call_${turn}_${index}`,
              name: index === 0 ? 'tide' : 'now',
              arguments: JSON.stringify(input).match(/.{1,4}/g) ?? [],
            })),
            usage: { prompt_tokens: 20, completion_tokens: 10 },
          })
          const thought = sse({
            id: 'c',
            object: 'chat.completion.chunk',
            created: 1,
            model: 'gpt-test',
            choices: [{ index: 0, delta: { reasoning_content: `Thought ${turn}` }, finish_reason: null }],
          })
          return [
            { chunks: [role, thought, ...chunks] },
            { chunks: chatChunks({ pieces: ['Answer ', String(turn)], usage: { prompt_tokens: 30, completion_tokens: 5 } }) },
          ]
        }),
      )
      const history = await run(setting.client(), 'gpt-test')
      expectGrowing(upstream)
      const first = history[1]?.content as Anthropic.ContentBlock[]
      expect(JSON.parse(JSON.stringify(first))).to.deep.equal([
        { type: 'thinking', thinking: 'Thought 0', signature: '' },
        { type: 'text', text: 'Let me look 0' },
        { type: 'tool_use', id: 'call_0_0', name: 'tide', input: { port: 'Port 0' } },
      ])
      const { messages: sent, tools } = JSON.parse(upstream.requests.at(-1)?.body.toString() ?? '') as {
        messages: { role: string; content: unknown; tool_call_id?: string; tool_calls?: { id: string; function: { arguments: string } }[] }[]
        tools: { function: { name: string } }[]
      }
      expect(tools.map(({ function: { name } }) => name)).to.deep.equal(['tide', 'now'])
      const open: string[] = []
      for (const { role, tool_call_id: id, tool_calls: made = [] } of sent) {
        if (role === 'tool') expect(open.shift()).to.equal(id)
        else expect(open).to.deep.equal([])
        open.push(...made.map(({ id }) => id))
      }
      expect(sent.filter(({ role }) => role === 'tool')).to.have.length(15)
      expect(
        sent
          .filter(({ tool_calls: made }) => made !== undefined)
          .map(({ tool_calls: made }) => made?.map(({ function: { arguments: text } }) => JSON.parse(text) as object)),
      ).to.deep.equal(turns.map(inputs))
      expect(JSON.stringify(sent).match(/data:image\/png;base64/g)?.length).to.be.at.least(4)
    } finally {
      await setting.close()
    }
  })
})
