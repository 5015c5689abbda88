import { expect } from 'chai'
import type OpenAI from 'openai'
import type { Response } from 'openai/resources/responses/responses'
import { chatChunks, chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { message, response, streamOf, usage, wireEvents } from '../plugins/dialects/openai-responses/samples.ts'
import { expectError } from '../support/answer.ts'
import { redact, refuse } from '../support/guardrails.ts'
import { recorded } from '../support/recorded.ts'
import { Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

const json = ({ body }: ReceivedRequest) => JSON.parse(body.toString()) as Record<string, any>

/** An Anthropic answer. */
const claude = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [{ type: 'text', text }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 2 },
})
const claudeStream = (text: string): string[] =>
  [
    { type: 'message_start', message: { ...claude(''), content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ].map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
const gemini = (text: string) => ({
  responseId: 'g',
  modelVersion: 'gemini-x',
  candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
})

/** Upstreams that a response is translated to: their answers, and what they were told, as roles and texts. */
const upstreams: Record<
  string,
  { model: string; plain: (text: string) => object; stream: (text: string) => string[]; turns: (request: ReceivedRequest) => string[] }
> = {
  'chat completions': {
    model: 'chatty/chat-test',
    plain: content => chatCompletion({ content }),
    stream: text => chatChunks({ pieces: [text] }),
    turns: request => (json(request)['messages'] as { role: string; content: string }[]).map(({ role, content }) => `${role}: ${content}`),
  },
  messages: {
    model: 'claude/claude-test',
    plain: claude,
    stream: claudeStream,
    turns: request =>
      (json(request)['messages'] as { role: string; content: string | { text: string }[] }[]).map(
        ({ role, content }) => `${role}: ${typeof content === 'string' ? content : content.map(({ text }) => text).join('')}`,
      ),
  },
  Gemini: {
    model: 'gem/gemini-test',
    plain: gemini,
    stream: text => [`data: ${JSON.stringify(gemini(text))}\n\n`],
    turns: request =>
      (json(request)['contents'] as { role: string; parts: { text: string }[] }[]).map(
        ({ role, parts }) => `${role === 'model' ? 'assistant' : role}: ${parts.map(({ text }) => text).join('')}`,
      ),
  },
}

describe('stored responses', () => {
  let served: Served
  let client: OpenAI

  beforeEach(async () => {
    served = await Served.start({
      config: {
        storage: { sqlite: { path: ':memory:' } },
        resilience: { retry: { max_retries: 0 } },
        providers: {
          chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] },
          forgetful: {
            type: 'openai-compatible',
            base_url: '${OPENAI_BASE_URL}',
            api_key: 'sk-forgetful',
            native_dialects: ['openai-responses'],
            models: ['resp-test'],
          },
          gem: { type: 'gemini', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-gem', models: ['gemini-test'] },
          claude: { type: 'anthropic', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-claude', models: ['claude-test'] },
        },
      },
    })
    client = served.client()
  })
  afterEach(() => served.close())

  for (const [name, { model, plain, stream, turns }] of Object.entries(upstreams)) {
    it(`are continued over ${name}, by their ids`, async () => {
      served.upstream.reply({ body: plain('Good day.') }, { body: plain('Ebb.') }, { body: plain('Noon.') })
      const one = await client.responses.create({ model, input: 'Hello' })
      const two = await client.responses.create({ model, input: [{ role: 'user', content: 'Tide?' }], previous_response_id: one.id })
      const three = await client.responses.create({ model, input: 'When?', previous_response_id: two.id })
      expect([one, two, three].map(answer => answer.output_text)).to.deep.equal(['Good day.', 'Ebb.', 'Noon.'])
      expect([two.previous_response_id, three.previous_response_id]).to.deep.equal([one.id, two.id])
      expect(turns(served.upstream.requests[2]!)).to.deep.equal(['user: Hello', 'assistant: Good day.', 'user: Tide?', 'assistant: Ebb.', 'user: When?'])
    })

    it(`are continued over ${name} as streams`, async () => {
      served.upstream.reply({ chunks: stream('Good day.') }, { chunks: stream('Ebb.') })
      const one = await client.responses.stream({ model, input: 'Hello' }).finalResponse()
      const two = await client.responses.stream({ model, input: 'Tide?', previous_response_id: one.id }).finalResponse()
      expect(two.previous_response_id).to.equal(one.id)
      expect(turns(served.upstream.requests[1]!)).to.deep.equal(['user: Hello', 'assistant: Good day.', 'user: Tide?'])
      expect((await client.responses.retrieve(two.id)).output_text).to.equal('Ebb.')
    })
  }

  it('can be named as soon as the terminal event is there', async () => {
    served.upstream.reply({ chunks: chatChunks({ pieces: ['Good day.'] }) }, { body: chatCompletion() })
    for await (const event of await client.responses.create({ model: 'chatty/chat-test', input: 'Hello', stream: true })) {
      if (event.type === 'response.completed')
        await client.responses.create({ model: 'chatty/chat-test', input: 'Tide?', previous_response_id: event.response.id })
    }
    expect(json(served.upstream.requests[1]!)['messages']).to.have.length(3)
  })

  describe('natively', () => {
    const native = (more: object = {}) => ({ body: response({ id: 'resp_native', output: [message({ pieces: ['Good day.'] }).item], usage, ...more }) })

    it('go by, byte for byte, and are continued by the provider itself', async () => {
      served.upstream.reply(native(), native({ id: 'resp_2', previous_response_id: 'resp_native' }))
      await client.responses.create({ model: 'gpt-test', input: 'Hello' })
      const sent = '{"model":"gpt-test","previous_response_id": "resp_native","input":"Tide?","x":1.0}'
      const answer = await served.call('POST', '/v1/responses', sent)
      expect(served.upstream.requests[1]?.body.toString()).to.equal(sent)
      expect(JSON.parse(answer.body.toString())).to.have.property('id', 'resp_2')
    })

    it('are continued by another vendor with all that was said', async () => {
      served.upstream.reply({ chunks: streamOf(message({ pieces: ['Good day.'] })) }, { body: chatCompletion() })
      const one = await client.responses.stream({ model: 'gpt-test', input: 'Hello' }).finalResponse()
      await client.responses.create({ model: 'chatty/chat-test', input: 'Tide?', previous_response_id: one.id })
      expect(upstreams['chat completions']?.turns(served.upstream.requests[1]!)).to.deep.equal(['user: Hello', 'assistant: Good day.', 'user: Tide?'])
    })

    it('continue what another vendor answered, without his reasoning and his ids', async () => {
      served.upstream.reply({ body: chatCompletion({ content: 'Good day.' }) }, native())
      const one = await client.responses.create({ model: 'chatty/chat-test', input: 'Hello' })
      const two = await client.responses.create({ model: 'gpt-test', input: 'Tide?', previous_response_id: one.id })
      const { input, previous_response_id: previous } = json(served.upstream.requests[1]!)
      expect(previous).to.equal(undefined)
      expect((input as { role: string; id?: string }[]).map(({ role, id }) => [role, id])).to.deep.equal([
        ['user', undefined],
        ['assistant', undefined],
        ['user', undefined],
      ])
      expect(two.previous_response_id).to.equal(one.id)
    })

    it('that are not known here are left to the provider', async () => {
      served.upstream.reply(native())
      await client.responses.create({ model: 'gpt-test', input: 'Tide?', previous_response_id: 'resp_elsewhere' })
      expect(json(served.upstream.requests[0]!)).to.have.property('previous_response_id', 'resp_elsewhere')
    })

    it('are polled while they run in the background, cancelled and deleted at the provider', async () => {
      served.upstream.reply(
        native({ status: 'queued', output: [], background: true }),
        native({ status: 'in_progress', output: [] }),
        native(),
        native({ status: 'queued', output: [], id: 'resp_b' }),
        native({ status: 'cancelled', output: [], id: 'resp_b' }),
        { body: { id: 'resp_b', object: 'response', deleted: true } },
      )
      const one = await client.responses.create({ model: 'gpt-test', input: 'Hello', background: true })
      expect(one.status).to.equal('queued')
      expect((await client.responses.retrieve(one.id)).status).to.equal('in_progress')
      expect((await client.responses.retrieve(one.id)).output_text).to.equal('Good day.')
      // From now on the stored copy is whole.
      expect((await client.responses.retrieve(one.id)).output_text).to.equal('Good day.')
      expect(served.upstream.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'POST /v1/responses',
        'GET /v1/responses/resp_native',
        'GET /v1/responses/resp_native',
      ])
      const two = await client.responses.create({ model: 'gpt-test', input: 'Hello', background: true })
      expect((await client.responses.cancel(two.id)).status).to.equal('cancelled')
      expect((await client.responses.retrieve(two.id)).status).to.equal('cancelled')
      await client.responses.delete(two.id)
      expect(served.upstream.requests.slice(4).map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'POST /v1/responses/resp_b/cancel',
        'DELETE /v1/responses/resp_b',
      ])
    })
  })

  it('that run in the background of a provider that cannot be asked are refused, and not queued for ever', async () => {
    served.upstream.reply({ body: response({ id: 'resp_lost', status: 'queued', output: [] }) })
    const { id, status } = await client.responses.create({ model: 'forgetful/resp-test', input: 'Hello', background: true })
    expect(status).to.equal('queued')
    expect(await client.responses.retrieve(id).catch((error: unknown) => error)).to.include({ status: 501, code: 'unsupported_response_operation' })
    expect(await client.responses.delete(id)).to.include({ deleted: true })
  })

  describe('have a life:', () => {
    let stored: Response
    beforeEach(async () => {
      served.upstream.reply({ body: chatCompletion({ content: 'Good day.' }) })
      stored = await client.responses.create({
        model: 'chatty/chat-test',
        metadata: { a: 'b' },
        input: [
          { role: 'user', content: 'Hello' },
          { type: 'function_call', call_id: 'c1', name: 'tide', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c1', output: 'ebb' },
          { role: 'user', content: [{ type: 'input_text', text: 'And now?' }] },
        ],
      })
    })

    it('they are retrieved as they were answered', async () => {
      const [retrieved, created] = [await client.responses.retrieve(stored.id), stored].map(answer => JSON.parse(JSON.stringify(answer)) as Response)
      expect(retrieved).to.deep.equal(created)
    })

    it('their input is listed, newest first, page by page', async () => {
      const all: { id?: string; type?: string }[] = []
      for await (const item of client.responses.inputItems.list(stored.id, { limit: 3 })) all.push(item)
      expect(all.map(({ type }) => type)).to.deep.equal(['message', 'function_call_output', 'function_call', 'message'])
      expect(all.map(({ id }) => id).slice(1, 3)).to.deep.equal(['fco_c1', 'fc_c1'])
      expect(all[0]?.id).to.match(/^msg_[0-9a-f]{32}$/)
      expect(all[3]).to.deep.include({ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] })
      const again = await client.responses.inputItems.list(stored.id, { order: 'asc', after: 'fc_c1' })
      expect(again.data.map(item => (item as { id?: string }).id)).to.deep.equal(['fco_c1', all[0]?.id])
    })

    it('they are deleted, and then unknown', async () => {
      await client.responses.delete(stored.id)
      expect(await client.responses.retrieve(stored.id).catch((error: unknown) => error)).to.deep.include({ status: 404, type: 'not_found_error' })
      const refused = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'x', previous_response_id: stored.id })
      expect([refused.status, (JSON.parse(refused.body.toString()) as { error: { param: string } }).error.param]).to.deep.equal([400, 'previous_response_id'])
    })

    const answers: Record<string, [method: string, path: string, status: number, param?: string | null]> = {
      'a stream of one that is over': ['GET', '?stream=true', 501, 'stream'],
      'no stream': ['GET', '?stream=false', 200],
      'a flag that is none': ['GET', '?include_obfuscation=maybe', 400, 'include_obfuscation'],
      'a number that is none': ['GET', '?starting_after=x', 400, 'starting_after'],
      'all parameters as they should be': ['GET', '?include_obfuscation=true&starting_after=3&include[]=reasoning.encrypted_content', 200],
      'an order that is none': ['GET', '/input_items?order=up', 400, 'order'],
      'a limit that is none': ['GET', '/input_items?limit=x', 400, 'limit'],
      'a limit below all': ['GET', '/input_items?limit=-3', 200],
      'a limit above all': ['GET', '/input_items?limit=100000', 200],
      'an item that is not there': ['GET', '/input_items?after=msg_none', 200],
      'a cancellation of what is over': ['POST', '/cancel', 501],
      'another method': ['PUT', '', 405],
      'a trailing slash': ['GET', '/input_items/', 200],
    }
    for (const [name, [method, path, status, param]] of Object.entries(answers)) {
      it(`${name} is answered with ${status}`, async () => {
        const answer = await served.call(method, `/v1/responses/${stored.id}${path}`)
        expect(answer.status).to.equal(status)
        if (param !== undefined) expect(JSON.parse(answer.body.toString())).to.have.nested.property('error.param', param)
        if (status === 501) expect(answer.headers['x-should-retry']).to.equal('false')
      })
    }

    it('an item that is not there has nothing behind it', async () => {
      const { body } = await served.call('GET', `/v1/responses/${stored.id}/input_items?after=msg_none`)
      expect(JSON.parse(body.toString())).to.deep.equal({ object: 'list', data: [], first_id: null, last_id: null, has_more: false })
    })

    for (const [name, said] of [
      ['', { type: 'item_reference' }],
      [', without a type', {}],
      [', with the type null', { type: null }],
    ] as const) {
      it(`a single item of their output can be referred to${name}`, async () => {
        served.upstream.reply({ body: chatCompletion() })
        await client.responses.create({
          model: 'chatty/chat-test',
          input: [
            { ...said, id: stored.output[0]!.id! },
            { role: 'user', content: 'More' },
          ],
        })
        expect(upstreams['chat completions']?.turns(served.upstream.requests[1]!)).to.deep.equal(['assistant: Good day.', 'user: More'])
      })
    }
  })

  it('are not stored when the caller says so, or when they failed', async () => {
    served.upstream.reply({ body: chatCompletion() }, { chunks: chatChunks({ pieces: ['a'] }).slice(0, 2) })
    const one = await client.responses.create({ model: 'chatty/chat-test', input: 'Hello', store: false })
    const broken = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'Hello', stream: true })
    const [created] = wireEvents(broken.body.toString()) as unknown as { response: Response }[]
    for (const id of [one.id, created!.response.id]) {
      served.upstream.reply({ status: 404, body: errorBody('unknown', 'invalid_request_error') })
      expect(await client.responses.retrieve(id).catch((error: unknown) => error)).to.have.property('status', 404)
    }
  })

  describe('that the gateway does not know', () => {
    it('are sought at the providers that keep some', async () => {
      served.upstream.reply({ body: response({ id: 'resp_x', output: [] }) })
      expect((await client.responses.retrieve('resp_x', { include: ['file_search_call.results'] })).id).to.equal('resp_x')
      expect(served.upstream.requests[0]?.path).to.equal('/v1/responses/resp_x?include%5B%5D=file_search_call.results')
    })

    it('are unknown when no provider knows them', async () => {
      served.upstream.always({ status: 404, body: errorBody('no', 'invalid_request_error') })
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/input_items'],
        ['POST', '/cancel'],
        ['DELETE', ''],
      ] as const) {
        const answer = await served.call(method, `/v1/responses/resp_x${path}`)
        expect([answer.status, (JSON.parse(answer.body.toString()) as { error: { message: string } }).error.message]).to.deep.equal([404, 'response not found'])
      }
    })

    it('are what the provider says they are', async () => {
      served.upstream.reply({ status: 400, body: errorBody('Cannot cancel a completed response', 'invalid_request_error') })
      const refused = (await client.responses.cancel('resp_x').catch((error: unknown) => error)) as Error
      expect(refused).to.have.property('status', 400)
      expect(refused.message).to.include('Cannot cancel a completed response')
    })

    it('are not sought at a provider of an unknown name', async () => {
      const answer = await served.call('GET', '/v1/responses/resp_x?provider=nobody')
      expect([answer.status, (JSON.parse(answer.body.toString()) as { error: { param: string } }).error.param]).to.deep.equal([400, 'provider'])
    })

    for (const id of ['%27%3B%20DROP%20TABLE%20responses', '%00', '__proto__', '%7B%22%24ne%22%3A1%7D', 'a'.repeat(5000), '..%2f..%2fetc', '%F0%9F%92%A9']) {
      it(`are unknown, however hostile the name: ${id.slice(0, 30)}`, async () => {
        served.upstream.always({ status: 404, body: errorBody('no', 'invalid_request_error') })
        const answer = await served.call('GET', `/v1/responses/${id}`)
        expect(answer.status).to.be.oneOf([400, 404])
      })
    }
  })

  describe('that run in the background are charged', () => {
    const counts = {
      input_tokens: 40,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 70,
    }
    const native = (status: string, usage: object | null) => ({ body: { ...response({ id: 'resp_bg', output: [], status }), usage } })
    const create = async () =>
      await served.call(
        'POST',
        '/v1/responses',
        { model: 'gpt-test', input: 'Hello', background: true },
        { 'x-request-id': 'r-bg', 'x-tapline-user-path': '/team/a' },
      )

    it('once, when they are first seen to be over, and not before', async () => {
      served.upstream.reply(native('queued', null), native('in_progress', null)).always(native('completed', counts))
      await create()
      await client.responses.retrieve('resp_bg')
      expect(await recorded(served, 1)).to.have.length(1)
      await Promise.all([1, 2, 3].map(() => client.responses.retrieve('resp_bg')))
      await client.responses.retrieve('resp_bg')
      const [asked, over, ...more] = await recorded(served, 2)
      expect(asked).to.include({ request_id: 'r-bg', input_tokens: null, output_tokens: null, estimated: false, status: 'ok' })
      expect(over).to.include({
        request_id: 'r-bg',
        provider_id: 'resp_bg',
        model: 'gpt-test',
        provider_name: 'openai',
        endpoint: '/v1/responses',
        user_path: '/team/a',
        input_tokens: 40,
        output_tokens: 30,
        total_tokens: 70,
        cached_input_tokens: 8,
        estimated: false,
        status: 'ok',
        origin: 'client',
      })
      expect(more).to.deep.equal([])
    })

    it('once, though their caller left the stream, and can be asked for and cancelled as any other', async () => {
      const chunks = streamOf(message({ pieces: ['Good ', 'day.'] })).map(event => event.replaceAll('resp_1', 'resp_bg'))
      const gate = new Gate()
      served.upstream.reply({ chunks, gates: { beforeChunk: { 4: gate } } })
      const leaving = new AbortController()
      const body = { model: 'gpt-test', input: 'Hello', background: true, stream: true }
      const open = await served.open('POST', '/v1/responses', body, { 'x-request-id': 'r-bg' }, leaving.signal)
      const gone = (async () => {
        for await (const _ of open.body) leaving.abort()
      })().catch(() => undefined)
      await gone
      await recorded(served, 1)
      gate.open()
      served.upstream.reply(native('in_progress', null)).always(native('completed', counts))
      expect((await client.responses.retrieve('resp_bg')).status).to.equal('in_progress')
      expect((await client.responses.cancel('resp_bg')).status).to.equal('completed')
      expect((await client.responses.retrieve('resp_bg')).status).to.equal('completed')
      const [left, over, ...more] = await recorded(served, 2)
      expect(left).to.include({ request_id: 'r-bg', status: 'aborted', input_tokens: null, output_tokens: null, estimated: false })
      expect(over).to.include({ request_id: 'r-bg', status: 'ok', input_tokens: 40, output_tokens: 30 })
      expect(more).to.deep.equal([])
    })

    it('as their stream says, if it was heard to its end', async () => {
      served.upstream.reply({ chunks: streamOf(message({ pieces: ['Good day.'] })).map(event => event.replaceAll('resp_1', 'resp_bg')) })
      await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'Hello', background: true, stream: true })
      expect((await client.responses.retrieve('resp_bg')).status).to.equal('completed')
      expect((await recorded(served, 1)).map(({ status }) => status)).to.deep.equal(['ok'])
      expect(served.upstream.requests).to.have.length(1)
    })

    it('for what they used until they were cancelled', async () => {
      served.upstream.reply(native('queued', null), native('cancelled', counts))
      await create()
      await client.responses.cancel('resp_bg')
      expect((await recorded(served, 2))[1]).to.include({ output_tokens: 30, status: 'aborted' })
    })

    describe('though nobody asks for them again', () => {
      const hourMs = 60 * 60_000
      let clock: TurnedClock
      beforeEach(async () => {
        await served.close()
        clock = new TurnedClock()
        served = await Served.start({ clock, config: { storage: { sqlite: { path: ':memory:' } } } })
      })

      const asked = () => served.upstream.requests.filter(({ method }) => method === 'GET').length
      /** Lets time pass in steps in which the store, too, does what it is asked. */
      const passUntil = async (isSo: () => boolean) => {
        while (!isSo()) {
          clock.advance(500)
          await served.call('GET', '/admin/usage/log?limit=1')
        }
      }
      const stored = async () => JSON.parse((await served.call('GET', '/v1/responses/resp_bg')).body.toString()) as Response

      it('once, and their end is stored', async () => {
        served.upstream.reply(native('queued', null), native('in_progress', null)).always(native('completed', counts))
        await create()
        const begun = clock.now()
        await passUntil(() => asked() === 1)
        expect(clock.now() - begun).to.be.at.least(5_000)
        await passUntil(() => asked() === 2)
        const [, over] = await recorded(served, 2)
        expect(over).to.include({ request_id: 'r-bg', provider_id: 'resp_bg', output_tokens: 30, user_path: '/team/a', status: 'ok' })
        expect(await stored()).to.include({ status: 'completed' })
        clock.advance(hourMs)
        expect(await recorded(served, 2)).to.have.length(2)
        expect(asked()).to.equal(2)
      })

      it('and they end as failed when their provider has them no more for an hour', async () => {
        served.upstream.reply(native('queued', null)).always({ status: 404, body: errorBody('no such response', 'invalid_request_error') })
        await create()
        await passUntil(() => asked() === 2)
        expect(await stored()).to.include({ status: 'queued' })
        const before = asked()
        clock.advance(hourMs)
        await passUntil(() => asked() > before)
        await passUntil(() => served.gateway.log.some(({ msg }) => String(msg).startsWith('a background response is given up')))
        for (;;) if ((await stored()).status === 'failed') break
        expect((await stored()).error).to.deep.equal({ code: 'server_error', message: 'openai has this response no more' })
      })

      it('less and less often, and for a day at most', async () => {
        served.upstream.reply(native('queued', null)).always(native('in_progress', null))
        await create()
        const at: number[] = []
        for (let n = 1; n <= 4; n++) {
          await passUntil(() => asked() === n)
          at.push(clock.now())
        }
        const waits = at.slice(1).map((time, n) => time - (at[n] ?? 0))
        expect(waits.map(ms => Math.floor(ms / 10_000))).to.deep.equal([1, 2, 4])
        clock.advance(24 * hourMs)
        const last = asked()
        const end = clock.now() + 30_000
        await passUntil(() => clock.now() >= end)
        expect(asked()).to.equal(last)
      })
    })

    it('nothing where the provider counted nothing', async () => {
      served.upstream.reply(native('queued', null), native('cancelled', null))
      await create()
      await client.responses.cancel('resp_bg')
      served.upstream.reply(native('completed', counts))
      await served.call('POST', '/v1/responses', { model: 'gpt-test', input: 'Hello' }, { 'x-request-id': 'r-next' })
      expect((await recorded(served, 2)).map(({ request_id: id }) => id)).to.deep.equal(['r-bg', 'r-next'])
    })
  })

  it('that run in the background are put into their conversation once they are seen to be completed', async () => {
    const { id } = await client.conversations.create()
    const native = (more: object) => ({ body: response({ id: 'resp_bg', output: [], ...more }) })
    served.upstream.reply(native({ status: 'queued' }), native({ status: 'in_progress' }), native({ output: [message({ pieces: ['Good day.'] }).item] }))
    await client.responses.create({ model: 'gpt-test', input: 'Hello', conversation: id, background: true })
    const counts: number[] = []
    for (let n = 0; n < 3; n++) {
      await client.responses.retrieve('resp_bg')
      counts.push((await client.conversations.items.list(id)).data.length)
    }
    expect(counts).to.deep.equal([0, 2, 2])
    expect((await client.responses.retrieve('resp_bg')).conversation).to.deep.equal({ id })
  })

  describe('that come another way are seen by guardrails:', () => {
    const native = (status: string, text?: string) => ({
      body: response({ id: 'resp_bg', status, output: text === undefined ? [] : [message({ pieces: [text] }).item] }),
    })
    const guard = async (code: string) => {
      await served.close()
      served = await Served.start({
        files: { 'guardrail.ts': code },
        config: {
          storage: { sqlite: { path: ':memory:' } },
          pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'hunter2' } }, after: 'models' }] },
        },
      })
      client = served.client()
    }
    const begin = () => client.responses.create({ model: 'gpt-test', input: 'Hello', background: true })

    it('one that ran in the background, when it is asked for and when it is stored', async () => {
      await guard(redact)
      served.upstream.reply(native('queued'), native('in_progress', 'It is hun hunter2'), native('completed', 'It is hunter2.'))
      await begin()
      expect((await client.responses.retrieve('resp_bg')).output_text).to.equal('It is hun [redacted]')
      expect((await client.responses.retrieve('resp_bg')).output_text).to.equal('It is [redacted].')
      expect((await client.responses.retrieve('resp_bg')).output_text).to.equal('It is [redacted].')
      expect((await client.responses.inputItems.list('resp_bg')).data).to.have.length(1)
      expect(served.upstream.requests.filter(({ path }) => path.includes('resp_bg'))).to.have.length(2)
    })

    it('one that was cancelled', async () => {
      await guard(redact)
      served.upstream.reply(native('queued'), native('cancelled', 'It is hunter2.'))
      await begin()
      expect(JSON.stringify((await client.responses.cancel('resp_bg')).output)).to.include('It is [redacted].')
    })

    it('one that is refused has no output, and has failed when it is over', async () => {
      await guard(refuse)
      served.upstream.reply(native('queued'), native('in_progress', 'hunter2'), {
        body: { ...native('completed', 'hunter2').body, usage: { input_tokens: 4, output_tokens: 3, total_tokens: 7 } },
      })
      await begin()
      expect(await client.responses.retrieve('resp_bg')).to.deep.include({ status: 'in_progress', output: [] })
      for (let n = 0; n < 2; n++) {
        expect(await client.responses.retrieve('resp_bg')).to.deep.include({
          status: 'failed',
          output: [],
          error: { code: 'word_found', message: 'A word is not allowed here' },
        })
      }
      expect((await recorded(served, 2))[1]).to.include({ provider_id: 'resp_bg', status: 'error', output_tokens: 3 })
    })

    it('one that only the provider knows', async () => {
      await guard(redact)
      served.upstream.reply(native('completed', 'It is hunter2.'))
      expect((await client.responses.retrieve('resp_bg')).output_text).to.equal('It is [redacted].')
      await guard(refuse)
      served.upstream.reply(native('completed', 'It is hunter2.'))
      expect(await client.responses.retrieve('resp_bg').catch((error: unknown) => error)).to.include({ status: 502, code: 'word_found' })
    })
  })

  it('hold what guardrails let pass, and not what they put in', async () => {
    await served.close()
    served = await Served.start({
      files: {
        'redact.ts': redact,
        'adviser.ts': `import { definePlugin } from 'tapline'
        export default definePlugin({ name: 'adviser', setup: () => ({ prompt({ conversation }) { conversation.insert(conversation.messages.length, { role: 'system', text: 'Be brief' }) } }) })`,
      },
      config: {
        storage: { sqlite: { path: ':memory:' } },
        pipelines: {
          inference: [
            { insert: { use: './redact.ts', options: { word: 'hunter2' } }, after: 'models' },
            { insert: { use: './adviser.ts' }, after: 'models' },
          ],
        },
        providers: { chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] } },
      },
    })
    served.upstream.always({ body: chatCompletion({ content: 'It is hunter2.' }) })
    client = served.client()
    for (const input of ['say hunter2', [{ role: 'user' as const, content: 'say hunter2' }]]) {
      const { id } = await client.responses.create({ model: 'chatty/chat-test', input, instructions: 'x' })
      const { data } = await client.responses.inputItems.list(id)
      expect(data.map(item => ('content' in item ? item.content : item))).to.deep.equal([[{ type: 'input_text', text: 'say [redacted]' }]])
      expect((await client.responses.retrieve(id)).output_text).to.equal('It is [redacted].')
      expect(served.upstream.requests.at(-1)?.body.toString()).to.include('Be brief')
    }
  })
})

describe('references to what is gone, or never was', () => {
  let served: Served
  before(async () => {
    served = await Served.start({
      config: { providers: { chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] } } },
    })
    served.upstream.always({ body: chatCompletion({ content: 'Good day.' }) })
  })
  after(() => served.close())

  it('are refused where a response was made in a conversation that was deleted', async () => {
    const client = served.client()
    const conversation = await client.conversations.create({ items: [{ role: 'user', content: 'My name is Ada.' }] })
    const { id } = await client.responses.create({ model: 'chatty/chat-test', input: 'Hello', conversation: conversation.id })
    await client.conversations.delete(conversation.id)
    const refused = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'Who am I?', previous_response_id: id })
    expectError(refused, { status: 400, code: 'invalid_value', param: 'previous_response_id' })
    expect(refused.body.toString()).to.include(conversation.id)
  })

  it('are not repeated at full length', async () => {
    const refused = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'x', previous_response_id: 'r'.repeat(1_000_000) })
    expectError(refused, { status: 400, code: 'invalid_value', param: 'previous_response_id' })
    expect(refused.body.length).to.be.lessThan(5_000)
    expect(refused.body.toString()).to.include("the response 'rrr").and.to.include('is not known here')
  })

  for (const word of ['cancel', 'input_items']) {
    it(`are sought where an id is spelled "${word}"`, async () => {
      served.upstream.always({ status: 404, body: errorBody('no such response', 'invalid_request_error') })
      served.upstream.requests.length = 0
      expect((await served.call('GET', `/v1/responses/${word}`)).status).to.equal(404)
      expect(served.upstream.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([`GET /v1/responses/${word}`])
    })
  }
})

describe('stored responses, while the store is away', () => {
  /** A store that takes nothing into some collections, or gives nothing out of them. */
  const broken = (broken: { readonly put?: readonly string[]; readonly get?: readonly string[] }) => `
    import { definePlugin, StorageUnavailable } from 'tapline'
    const { put = [], get = [] } = ${JSON.stringify(broken)}
    const check = (names, name) => { if (names.includes(name)) throw new StorageUnavailable('the disk is gone') }
    const records = name => ({
      list: async () => [], delete: async () => false, deleteAll: async () => 0, watch: () => () => {},
      get: async () => { check(get, name) },
      put: async (id, value) => { check(put, name); return { id, value, revision: 1, owner: '', position: 0 } },
    })
    const journal = async () => ({ append: async rows => rows.length, list: async () => ({ rows: [], total: 0 }), deleteBefore: async () => [] })
    export default definePlugin({ name: 'broken', provides: 'storage', setup: () => ({ service: { kind: 'broken', records, journal } }) })`
  const start = (how: Parameters<typeof broken>[0]) =>
    Served.start({
      files: { 'broken.ts': broken(how) },
      config: {
        storage: { type: './broken.ts' },
        metrics: { enabled: true },
        resilience: { retry: { max_retries: 0 } },
        providers: { chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] } },
      },
    })

  it('are answered all the same, and what could not be stored is counted', async () => {
    await using served = await start({ put: ['responses'] })
    served.upstream.reply({ body: chatCompletion({ content: 'Good day.' }) })
    expect((await served.client().responses.create({ model: 'chatty/chat-test', input: 'Hello' })).output_text).to.equal('Good day.')
    await until(() => served.gateway.log.some(({ msg }) => msg === 'a response could not be stored'))
    const metrics = (await served.call('GET', '/metrics')).body.toString()
    expect(metrics).to.include('tapline_response_snapshot_store_failures_total{provider="openai-compatible",provider_name="chatty",operation="create"} 1')
  })

  describe('and cannot be read', () => {
    let served: Served
    before(async () => {
      served = await start({ get: ['responses', 'conversations'] })
    })
    after(() => served.close())

    const calls: Record<string, [method: string, path: string, body: object | undefined, status: number]> = {
      'a response that refers to nothing': ['POST', '/v1/responses', { model: 'chatty/chat-test' }, 200],
      'one that continues another, translated': ['POST', '/v1/responses', { model: 'chatty/chat-test', previous_response_id: 'resp_1' }, 503],
      'one that continues another, natively': ['POST', '/v1/responses', { model: 'gpt-test', previous_response_id: 'resp_1' }, 200],
      'one that continues a conversation': ['POST', '/v1/responses', { model: 'gpt-test', conversation: `conv_${'0'.repeat(32)}` }, 503],
      'a response that is retrieved': ['GET', '/v1/responses/resp_1', undefined, 503],
      'a response that is deleted': ['DELETE', '/v1/responses/resp_1', undefined, 503],
      'a conversation that is retrieved': ['GET', `/v1/conversations/conv_${'0'.repeat(32)}`, undefined, 503],
    }
    for (const [name, [method, path, body, status]] of Object.entries(calls)) {
      it(`are answered with ${status}: ${name}`, async () => {
        served.upstream.always(({ path: called }) => ({ body: called.endsWith('/responses') ? response() : chatCompletion() }))
        const answer = await served.call(method, path, body === undefined ? undefined : { input: 'hi', ...body })
        expect(answer.status).to.equal(status)
        if (status === 503)
          expect([answer.headers['retry-after'], (JSON.parse(answer.body.toString()) as { error: { code: string } }).error.code]).to.deep.equal([
            '1',
            'not_ready',
          ])
      })
    }
  })
})
