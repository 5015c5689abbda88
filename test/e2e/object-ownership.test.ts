import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { message, response } from '../plugins/dialects/openai-responses/samples.ts'
import { BatchVendor } from '../support/batch-vendor.ts'
import { believer, believing } from '../support/believer.ts'
import { hello, Served } from '../support/serve.ts'

describe('responses and conversations of others', () => {
  let served: Served
  let responseId: string
  let itemId: string
  let conversationId: string
  const unknown = { response: 'resp_0123456789', item: 'msg_0123456789', conversation: `conv_${'0'.repeat(32)}` }

  before(async () => {
    served = await Served.start({
      files: { 'believer.ts': believer },
      config: {
        storage: { sqlite: { path: ':memory:' } },
        resilience: { retry: { max_retries: 0 } },
        pipelines: { inference: believing, 'responses-lifecycle': believing, conversations: believing },
        providers: { chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] } },
      },
    })
    served.upstream.always({ body: chatCompletion({ content: 'Good day.' }) })
    const made = await as('/acme/a', 'POST', '/v1/responses', { model: 'chatty/chat-test', input: 'Hello' })
    responseId = made.json['id'] as string
    itemId = (made.json['output'] as { id: string }[])[0]!.id
    conversationId = (await as('/acme/a', 'POST', '/v1/conversations', { items: [{ role: 'user', content: 'Hi', id: 'msg_hi' }] })).json['id'] as string
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  const as = async (path: string | undefined, method: string, url: string, body?: object) => {
    const answer = await served.call(method, url, body, path === undefined ? {} : { 'x-bound-to': path })
    return { status: answer.status, text: answer.body.toString(), json: JSON.parse(answer.body.toString()) as Record<string, unknown> }
  }

  const reaching: Record<string, (ids: { response: string; item: string; conversation: string }) => [method: string, url: string, body?: object]> = {
    'retrieves the response': ({ response: id }) => ['GET', `/v1/responses/${id}`],
    'lists its input': ({ response: id }) => ['GET', `/v1/responses/${id}/input_items`],
    'cancels it': ({ response: id }) => ['POST', `/v1/responses/${id}/cancel`],
    'deletes it': ({ response: id }) => ['DELETE', `/v1/responses/${id}`],
    'continues it': ({ response: id }) => ['POST', '/v1/responses', { model: 'chatty/chat-test', input: 'x', previous_response_id: id }],
    'continues it natively': ({ response: id }) => ['POST', '/v1/responses', { model: 'gpt-test', input: 'x', previous_response_id: id }],
    'refers to its item': ({ item: id }) => ['POST', '/v1/responses', { model: 'chatty/chat-test', input: [{ type: 'item_reference', id }] }],
    'refers to its item natively': ({ item: id }) => ['POST', '/v1/responses', { model: 'gpt-test', input: [{ type: 'item_reference', id }] }],
    'refers to its item without saying so': ({ item: id }) => ['POST', '/v1/responses', { model: 'chatty/chat-test', input: [{ id }] }],
    'refers to its item natively without saying so': ({ item: id }) => [
      'POST',
      '/v1/responses',
      {
        model: 'gpt-test',
        input: [
          { role: 'user', content: 'x' },
          { id, type: null },
        ],
      },
    ],
    'retrieves the conversation': ({ conversation: id }) => ['GET', `/v1/conversations/${id}`],
    'describes it': ({ conversation: id }) => ['POST', `/v1/conversations/${id}`, { metadata: {} }],
    'deletes the conversation': ({ conversation: id }) => ['DELETE', `/v1/conversations/${id}`],
    'adds an item': ({ conversation: id }) => ['POST', `/v1/conversations/${id}/items`, { items: [{ role: 'user', content: 'x' }] }],
    'lists its items': ({ conversation: id }) => ['GET', `/v1/conversations/${id}/items`],
    'retrieves an item': ({ conversation: id }) => ['GET', `/v1/conversations/${id}/items/msg_hi`],
    'deletes an item': ({ conversation: id }) => ['DELETE', `/v1/conversations/${id}/items/msg_hi`],
    'speaks on in it': ({ conversation: id }) => ['POST', '/v1/responses', { model: 'chatty/chat-test', input: 'x', conversation: id }],
  }
  for (const [name, call] of Object.entries(reaching)) {
    for (const path of ['/acme/b', '/acme/a/below', '/acme/a-b', '/other']) {
      it(`are to ${path}, who ${name}, what nobody has ever made`, async () => {
        const ids = { response: responseId, item: itemId, conversation: conversationId }
        const [foreign, none] = [await as(path, ...call(ids)), await as(path, ...call(unknown))]
        const named = (text: string) =>
          text.replaceAll(responseId, unknown.response).replaceAll(itemId, unknown.item).replaceAll(conversationId, unknown.conversation)
        expect(foreign.status).to.be.oneOf([400, 404])
        expect([foreign.status, named(foreign.text)]).to.deep.equal([none.status, none.text])
        expect(served.upstream.requests).to.have.length(0)
      })
    }
  }

  for (const path of ['/acme/a', '/acme', '/', undefined]) {
    it(`are reached by ${path ?? 'one whose credential is bound to nothing'}`, async () => {
      expect((await as(path, 'GET', `/v1/responses/${responseId}`)).status).to.equal(200)
      expect((await as(path, 'GET', `/v1/responses/${responseId}/input_items`)).status).to.equal(200)
      expect((await as(path, 'GET', `/v1/conversations/${conversationId}/items`)).status).to.equal(200)
      expect((await as(path, 'POST', '/v1/responses', { model: 'chatty/chat-test', input: 'x', previous_response_id: responseId })).status).to.equal(200)
      const referring = { model: 'chatty/chat-test', input: [{ type: 'item_reference', id: itemId }] }
      expect((await as(path, 'POST', '/v1/responses', referring)).status).to.equal(200)
    })
  }

  it('are not reached by a header', async () => {
    const answer = await served.call('GET', `/v1/responses/${responseId}`, undefined, { 'x-bound-to': '/acme/b', 'x-tapline-user-path': '/acme/a' })
    expect(answer.status).to.equal(404)
  })

  it("that are nobody's are reached by those who see everything", async () => {
    const {
      json: { id },
    } = await as(undefined, 'POST', '/v1/responses', { model: 'chatty/chat-test', input: 'Hello' })
    expect((await as('/acme', 'GET', `/v1/responses/${String(id)}`)).status).to.equal(404)
    expect((await as(undefined, 'GET', `/v1/responses/${String(id)}`)).status).to.equal(200)
  })

  it('are not sought at providers for those who do not see everything', async () => {
    expect((await as('/acme', 'GET', `/v1/responses/${unknown.response}?provider=openai`)).status).to.equal(404)
    expect(served.upstream.requests).to.have.length(0)
  })

  it("stay their owner's when a provider gives an id a second time", async () => {
    const native = (text: string) => ({ body: response({ id: 'resp_same', output: [message({ pieces: [text] }).item] }) })
    served.upstream.reply(native('for a'), native('for b'))
    await as('/acme/a', 'POST', '/v1/responses', { model: 'gpt-test', input: 'a' })
    expect((await as('/acme/a', 'GET', '/v1/responses/resp_same')).text).to.include('for a')
    await as('/acme/b', 'POST', '/v1/responses', { model: 'gpt-test', input: 'b' })
    served.upstream.always({ status: 404, body: errorBody('no', 'invalid_request_error') })
    expect((await as('/acme/a', 'GET', '/v1/responses/resp_same')).text).to.include('for a')
  })
})

describe('objects of others at a provider, by passthrough', () => {
  const vendor = new BatchVendor()
  let served: Served
  const owned = { response: 'resp_a', item: 'msg_a', file: '', batch: '' }
  const unknown = { response: 'resp_none', item: 'msg_none', file: 'file-none', batch: 'batch-none' }

  before(async () => {
    served = await Served.start({
      files: { 'believer.ts': believer },
      config: {
        storage: { sqlite: { path: ':memory:' } },
        pipelines: { inference: believing, files: believing, batches: believing },
      },
    })
    served.upstream.always(
      vendor.cueWithBatches(() => ({ body: response({ id: owned.response, output: [{ ...message({ pieces: ['for a'] }).item, id: owned.item }] }) })),
    )
    expect((await as('/acme/a', 'POST', '/v1/responses', { model: 'gpt-test', input: 'Hello' })).status).to.equal(200)
    const made = await as('/acme/a', 'POST', '/v1/batches', { endpoint: '/v1/chat/completions', requests: [{ custom_id: 'one', body: hello }] })
    Object.assign(owned, { batch: made.json['provider_batch_id'], file: made.json['input_file_id'] })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  const as = async (path: string | undefined, method: string, url: string, body?: string | object, headers = {}) => {
    const answer = await served.call(method, url, body, { ...headers, 'x-passed': 'yes', ...(path === undefined ? {} : { 'x-bound-to': path }) })
    return { status: answer.status, text: answer.body.toString(), json: JSON.parse(answer.body.toString()) as Record<string, unknown> }
  }

  /** What was passed on; the gateway asks for its batches by itself. */
  const passed = () => served.upstream.requests.filter(({ headers }) => headers['x-passed'] !== undefined).length

  type Ids = typeof unknown
  const reaching: Readonly<Record<string, (ids: Ids) => readonly [method: string, url: string, body?: object]>> = {
    'a response': ({ response: id }) => ['GET', `/p/openai/responses/${id}`],
    'a response, by the v1/ alias': ({ response: id }) => ['GET', `/p/openai/v1/responses/${id}`],
    'a response, spelled otherwise': ({ response: id }) => ['GET', `/p/openai/%72esponses;x=1//${id}/`],
    'a response, in capitals': ({ response: id }) => ['GET', `/p/openai/Responses/${id}`],
    'the deletion of a response': ({ response: id }) => ['DELETE', `/p/openai/responses/${id}`],
    'the input of a response': ({ response: id }) => ['GET', `/p/openai/responses/${id}/input_items`],
    'the cancellation of a response': ({ response: id }) => ['POST', `/p/openai/responses/${id}/cancel`],
    'a response to continue': ({ response: id }) => ['POST', '/p/openai/responses', { model: 'gpt-test', input: 'x', previous_response_id: id }],
    'an item': ({ item: id }) => ['POST', '/p/openai/responses', { model: 'gpt-test', input: [{ type: 'item_reference', id }] }],
    'an item without a type': ({ item: id }) => ['POST', '/p/openai/responses/compact', { model: 'gpt-test', input: [{ id }] }],
    'a file': ({ file: id }) => ['GET', `/p/openai/files/${id}`],
    'the content of a file': ({ file: id }) => ['GET', `/p/openai/files/${id}/content`],
    'a file as the input of a batch': ({ file: id }) => [
      'POST',
      '/p/openai/batches',
      { endpoint: '/v1/chat/completions', completion_window: '24h', input_file_id: id },
    ],
    'a file in a conversation': ({ file: id }) => [
      'POST',
      '/p/openai/chat/completions',
      { model: 'gpt-test', messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }] },
    ],
    'a file in what nobody reads here': ({ file: id }) => ['POST', '/p/openai/vector_stores/vs_1/files', { file_id: id }],
    'a batch': ({ batch: id }) => ['GET', `/p/openai/batches/${id}`],
  }
  for (const [name, call] of Object.entries(reaching)) {
    it(`are unknown to other callers, like ${name} that nobody has ever made`, async () => {
      const [foreign, none] = [await as('/acme/b', ...call(owned)), await as('/acme/b', ...call(unknown))]
      const named = Object.entries(owned).reduce((text, [kind, id]) => text.replaceAll(id, unknown[kind as keyof Ids]), foreign.text)
      expect([foreign.status, named]).to.deep.equal([404, none.text])
      expect(passed()).to.equal(0)
    })

    it(`are reached by their owner and by callers who are bound to nothing: ${name}`, async () => {
      for (const path of ['/acme/a', '/acme', undefined]) {
        await as(path, ...call(owned)).catch(() => undefined)
        expect(passed()).to.equal(1)
        served.upstream.requests.length = 0
      }
    })
  }

  for (const [name, method, url, body] of [
    ['a conversation', 'GET', '/p/openai/conversations/conv_1', undefined],
    ['a conversation to continue', 'POST', '/p/openai/responses', { model: 'gpt-test', input: 'x', conversation: { id: 'conv_1' } }],
    ['the list of files', 'GET', '/p/openai/files', undefined],
    ['the list of batches', 'GET', '/p/openai/batches/?limit=2', undefined],
  ] as const) {
    it(`are not given by ${name} to callers who are bound to a path`, async () => {
      expect((await as('/acme/a', method, url, body)).status).to.equal(404)
      expect(passed()).to.equal(0)
    })
  }

  it('are not to be named in a body that nobody can read', async () => {
    const answer = await as('/acme/b', 'POST', '/p/openai/responses', '{"previous_response_id":"resp_a"}', { 'content-encoding': 'x-own' })
    expect([answer.status, passed()]).to.deep.equal([400, 0])
  })

  it('do not keep callers from making some of their own', async () => {
    expect((await as('/acme/b', 'POST', '/p/openai/responses', { model: 'gpt-test', input: [{ role: 'user', content: 'x', id: 'msg_own' }] })).status).to.equal(
      200,
    )
  })
})
