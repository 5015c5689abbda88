import { expect } from 'chai'
import OpenAI, {
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
  UnprocessableEntityError,
} from 'openai'
import { chatChunks, chatCompletion, embeddings, errorBody, sampleStream } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { hello, masterKey, Served } from '../support/serve.ts'
import { failureOf } from '../support/refusal-of.ts'

const messages = [{ role: 'user' as const, content: 'hello' }]
const weather = { type: 'function' as const, function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }

describe('the openai client', () => {
  let served: Served
  let client: OpenAI

  beforeEach(async () => {
    served = await Served.start({ config: { resilience: { retry: { max_retries: 0 } } } })
    client = served.client()
  })
  afterEach(() => served.close())

  describe('chat', () => {
    it('gets a plain answer, with the request id', async () => {
      served.upstream.always({ body: chatCompletion({ content: 'Good day.' }) })
      const completion = await client.chat.completions.create({ model: 'gpt-test', messages })
      expect(completion.choices[0]?.message.content).to.equal('Good day.')
      expect(completion.usage?.total_tokens).to.be.a('number')
      expect(completion._request_id).to.equal(served.upstream.requests[0]?.headers['x-client-request-id'])
    })

    it('iterates over a stream', async () => {
      served.upstream.always({ chunks: sampleStream })
      const texts: string[] = []
      for await (const chunk of await client.chat.completions.create({ model: 'gpt-test', messages, stream: true })) {
        expect(chunk.choices).to.have.length(1)
        texts.push(chunk.choices[0]?.delta.content ?? '')
      }
      expect(texts.filter(text => text !== '')).to.have.length.above(2)
    })

    it('gets the usage of a stream when it asks', async () => {
      served.upstream.always({ chunks: chatChunks({ pieces: ['a'], usage: { prompt_tokens: 3, completion_tokens: 4 } }) })
      const chunks = []
      for await (const chunk of await client.chat.completions.create({ model: 'gpt-test', messages, stream: true, stream_options: { include_usage: true } }))
        chunks.push(chunk)
      expect(chunks.at(-1)?.usage?.total_tokens).to.equal(7)
    })

    it('accumulates a stream with the helper', async () => {
      served.upstream.always({ chunks: chatChunks({ pieces: ['Good', ' day', '.'] }) })
      const stream = client.chat.completions.stream({ model: 'gpt-test', messages })
      const deltas: string[] = []
      stream.on('content', delta => deltas.push(delta))
      const completion = await stream.finalChatCompletion()
      expect(completion.choices[0]?.message.content).to.equal('Good day.')
      expect(deltas.join('')).to.equal('Good day.')
    })
  })

  describe('tools', () => {
    const call = { id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' }

    it('gets tool calls in a plain answer', async () => {
      served.upstream.always({ body: chatCompletion({ toolCalls: [call] }) })
      const {
        choices: [choice],
      } = await client.chat.completions.create({ model: 'gpt-test', messages, tools: [weather] })
      expect(choice?.message.content).to.equal(null)
      expect(choice?.finish_reason).to.equal('tool_calls')
      expect(choice?.message.tool_calls?.[0]).to.deep.include({ id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } })
    })

    it('accumulates tool calls from a stream', async () => {
      served.upstream.always({
        chunks: chatChunks({
          toolCalls: [
            { ...call, arguments: ['{"ci', 'ty":"O', 'slo"}'] },
            { ...call, id: 'call_2' },
          ],
        }),
      })
      const {
        choices: [choice],
      } = await client.chat.completions.stream({ model: 'gpt-test', messages, tools: [weather] }).finalChatCompletion()
      expect(choice?.message.tool_calls?.map(({ id }) => id)).to.deep.equal(['call_1', 'call_2'])
      expect(choice?.message.tool_calls?.[0]).to.deep.include({ type: 'function' })
      expect(choice?.message.tool_calls?.[0]).to.have.nested.property('function.arguments', '{"city":"Oslo"}')
    })

    for (const stream of [false, true]) {
      it(`runs tools in a loop${stream ? ', streamed' : ''}`, async () => {
        served.upstream.reply(
          stream ? { chunks: chatChunks({ toolCalls: [call] }) } : { body: chatCompletion({ toolCalls: [call] }) },
          stream ? { chunks: chatChunks({ pieces: ['Rain.'] }) } : { body: chatCompletion({ content: 'Rain.' }) },
        )
        const asked: string[] = []
        const tool = {
          type: 'function' as const,
          function: {
            name: 'get_weather',
            description: 'Looks out of the window.',
            parameters: { type: 'object' },
            parse: (text: string) => JSON.parse(text) as { city: string },
            function: ({ city }: { city: string }) => {
              asked.push(city)
              return 'rain'
            },
          },
        }
        const params = { model: 'gpt-test', messages, tools: [tool] }
        const runner = stream ? client.chat.completions.runTools({ ...params, stream: true }) : client.chat.completions.runTools(params)
        expect(await runner.finalContent()).to.equal('Rain.')
        expect(asked).to.deep.equal(['Oslo'])
        const sent = JSON.parse(served.upstream.requests[1]?.body.toString() ?? '') as { messages: { role: string; tool_call_id?: string }[] }
        expect(sent.messages.map(({ role }) => role)).to.deep.equal(['user', 'assistant', 'tool'])
        expect(sent.messages[2]?.tool_call_id).to.equal('call_1')
      })
    }
  })

  describe('embeddings', () => {
    const vectors = [
      [0.25, -1, 3.5],
      [1, 0, 0],
    ]

    it('gets vectors in its own default, base64', async () => {
      served.upstream.always(({ body }) => ({
        body: embeddings({ vectors, base64: (JSON.parse(body.toString()) as { encoding_format: string }).encoding_format === 'base64' }),
      }))
      const { data } = await client.embeddings.create({ model: 'gpt-test', input: ['one', 'two'] })
      expect(data.map(({ embedding }) => Array.from(embedding))).to.deep.equal(vectors)
      expect(served.upstream.requests[0]?.path).to.equal('/v1/embeddings')
    })

    it('gets vectors as numbers', async () => {
      served.upstream.always({ body: embeddings({ vectors }) })
      const { data } = await client.embeddings.create({ model: 'openai/gpt-test', input: 'one', encoding_format: 'float' })
      expect(data.map(({ embedding }) => embedding)).to.deep.equal(vectors)
      expect(JSON.parse(served.upstream.requests[0]?.body.toString() ?? '')).to.deep.equal({ model: 'gpt-test', input: 'one', encoding_format: 'float' })
    })
  })

  describe('models', () => {
    it('lists them, sorted, by provider', async () => {
      const ids: string[] = []
      for await (const model of client.models.list()) ids.push(model.id)
      expect(ids).to.deep.equal(['openai/gpt-test'])
    })

    for (const id of ['openai/gpt-test', 'gpt-test']) {
      it(`retrieves ${id}`, async () => {
        const model = await client.models.retrieve(id)
        expect(model).to.deep.include({ id, object: 'model', owned_by: 'openai' })
      })
    }

    it('is told when there is no such model', async () => {
      const error = await failureOf<APIError>(client.models.retrieve('gpt-none'))
      expect(error).to.be.instanceOf(NotFoundError)
      expect(error.code).to.equal('model_not_found')
    })
  })

  describe('errors', () => {
    for (const [status, kind, type] of [
      [400, BadRequestError, 'invalid_request_error'],
      [401, AuthenticationError, 'authentication_error'],
      [403, PermissionDeniedError, 'permission_error'],
      [404, NotFoundError, 'not_found_error'],
      [409, ConflictError, 'invalid_request_error'],
      [422, UnprocessableEntityError, 'invalid_request_error'],
      [429, RateLimitError, 'rate_limit_error'],
      [500, InternalServerError, 'provider_error'],
      [503, InternalServerError, 'provider_error'],
      [529, InternalServerError, 'provider_error'],
    ] as const) {
      it(`are ${kind.name} for a provider's ${status}, with code, param, type and request id`, async () => {
        served.upstream.always({ status, body: { error: { message: 'no such luck', type: 'whatever', param: 'top_p', code: 'bad_luck' } } })
        const error = await failureOf<APIError>(client.chat.completions.create({ model: 'gpt-test', messages }))
        expect(error).to.be.instanceOf(kind)
        expect(error).to.deep.include({ status, type, code: 'bad_luck', param: 'top_p' })
        expect(error.message).to.include('no such luck')
        expect(error.requestID).to.equal(served.upstream.requests[0]?.headers['x-client-request-id'])
      })
    }

    it('are AuthenticationError for a key that the gateway does not know, and nothing leaves', async () => {
      const error = await failureOf<APIError>(served.client({ apiKey: 'sk-other' }).chat.completions.create({ model: 'gpt-test', messages }))
      expect(error).to.be.instanceOf(AuthenticationError)
      expect(error.code).to.equal('invalid_api_key')
      expect(served.upstream.requests).to.have.length(0)
    })

    it('are BadRequestError for a model that nobody serves', async () => {
      const error = await failureOf<APIError>(client.chat.completions.create({ model: 'gpt-none', messages }))
      expect(error).to.be.instanceOf(BadRequestError)
      expect(error).to.deep.include({ code: 'model_not_found', param: 'model' })
    })

    it('are APIError for a stream that breaks, with the code', async () => {
      served.upstream.always({ chunks: sampleStream.slice(0, 3), cutAfter: 1 << 20 })
      const texts: string[] = []
      const error = await failureOf<APIError>(
        (async () => {
          for await (const chunk of await client.chat.completions.create({ model: 'gpt-test', messages, stream: true }))
            texts.push(chunk.choices[0]?.delta.content ?? '')
        })(),
      )
      expect(error).to.be.instanceOf(APIError)
      expect(error.code).to.equal('stream_incomplete')
      expect(texts).to.have.length(3)
    })
  })

  describe('retries', () => {
    it('are made by the client after a status that the gateway gave up on', async () => {
      served.upstream.reply(
        { status: 503, headers: { 'retry-after-ms': '1' }, body: errorBody('busy', 'server_error') },
        { body: chatCompletion({ content: 'ok' }) },
      )
      const completion = await served.client({ maxRetries: 1 }).chat.completions.create({ model: 'gpt-test', messages })
      expect(completion.choices[0]?.message.content).to.equal('ok')
      expect(served.upstream.requests).to.have.length(2)
    })

    it('are not made when the provider says x-should-retry: false', async () => {
      served.upstream.always({ status: 503, headers: { 'x-should-retry': 'false' }, body: errorBody('never', 'server_error') })
      const error = await failureOf<APIError>(served.client({ maxRetries: 3 }).chat.completions.create({ model: 'gpt-test', messages }))
      expect(error.status).to.equal(503)
      expect(served.upstream.requests).to.have.length(1)
    })

    it('are not made after a refusal that is the same every time', async () => {
      await using alone = await Served.start({
        env: { OPENAI_MODELS: 'gpt-test' },
        config: { providers: { chatty: { type: 'openai-compatible', base_url: served.upstream.url, models: ['chat-only'], operations: ['chat'] } } },
      })
      const error = await failureOf<APIError>(alone.client({ maxRetries: 3 }).embeddings.create({ model: 'chatty/chat-only', input: 'one' }))
      expect(error).to.deep.include({ status: 501, code: 'unsupported_response_operation' })
      expect(error.headers?.get('x-should-retry')).to.equal('false')
      expect(served.upstream.requests).to.have.length(0)
    })

    it('send the same body again', async () => {
      served.upstream.reply(
        { status: 500, headers: { 'x-should-retry': 'true', 'retry-after-ms': '1' }, body: errorBody('once', 'server_error') },
        { body: chatCompletion() },
      )
      await served.client({ maxRetries: 1 }).chat.completions.create({ model: 'gpt-test', messages })
      const [first, second] = served.upstream.requests
      expect(second?.body).to.deep.equal(first?.body)
    })
  })

  describe('abort', () => {
    it('before the headers closes the upstream call', async () => {
      served.upstream.always({ silent: true })
      const controller = new AbortController()
      const call = client.chat.completions.create({ model: 'gpt-test', messages }, { signal: controller.signal })
      const received = await served.upstream.received()
      controller.abort()
      expect(await failureOf<APIError>(call)).to.be.instanceOf(APIUserAbortError)
      await received.aborted
      expect((await served.completions.ended()).status).to.equal(499)
    })

    it('amid a stream closes the upstream call', async () => {
      const gate = new Gate()
      served.upstream.always({ chunks: sampleStream, gates: { beforeChunk: { 2: gate } } })
      const stream = await client.chat.completions.create({ model: 'gpt-test', messages, stream: true })
      for await (const chunk of stream) {
        expect(chunk.object).to.equal('chat.completion.chunk')
        break
      }
      const received = await served.upstream.received()
      await received.aborted
      expect((await served.completions.ended()).status).to.equal(499)
    })
  })

  it('is told when the gateway is not there', async () => {
    const { url } = served
    await served.gateway.gateway.stop()
    expect(await failureOf<APIError>(new OpenAI({ baseURL: `${url}/v1`, apiKey: masterKey, maxRetries: 0 }).models.list())).to.be.instanceOf(APIConnectionError)
  })

  it('may send headers that nobody knows, and none of them goes on', async () => {
    served.upstream.always({ body: chatCompletion() })
    await served.client({ organization: 'org-1', project: 'proj-1', defaultHeaders: { 'X-Future': 'yes' } }).chat.completions.create({ ...hello, messages })
    const { headers } = await served.upstream.received()
    expect(headers.authorization).to.equal('Bearer sk-upstream')
    expect(Object.keys(headers).filter(name => /stainless|openai-|x-future|user-agent/.test(name))).to.deep.equal([])
  })
})
