import { expect } from 'chai'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { message, response } from '../plugins/dialects/openai-responses/samples.ts'
import { Served } from '../support/serve.ts'

/** Believes who the caller says he is. */
const believer = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'believer',
  setup: () => ({ request(exchange) {
    const path = exchange.request.headers['x-bound-to']
    if (path !== undefined) exchange.caller = { method: 'api_key', userPath: path }
  } }),
})
`
const insert = [{ insert: { use: './believer.ts' }, before: 'auth' }]

describe('responses and conversations of others', () => {
  let served: Served
  let responseId: string
  let itemId: string
  let conversationId: string
  const unknown = { response: 'resp_0123456789', item: 'msg_0123456789', conversation: `conv_${'0'.repeat(32)}` }

  before(async () => {
    served = await Served.start({ files: { 'believer.ts': believer }, config: {
      storage: { sqlite: { path: ':memory:' } },
      resilience: { retry: { max_retries: 0 } },
      pipelines: { inference: insert, 'responses-lifecycle': insert, conversations: insert },
      providers: { chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] } },
    } })
    served.upstream.always({ body: chatCompletion({ content: 'Good day.' }) })
    const made = await as('/acme/a', 'POST', '/v1/responses', { model: 'chatty/chat-test', input: 'Hello' })
    responseId = made.json['id'] as string
    itemId = (made.json['output'] as { id: string }[])[0]!.id
    conversationId = (await as('/acme/a', 'POST', '/v1/conversations', { items: [{ role: 'user', content: 'Hi', id: 'msg_hi' }] })).json['id'] as string
  })
  after(() => served.close())
  beforeEach(() => { served.upstream.requests.length = 0 })

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
    'refers to its item natively without saying so': ({ item: id }) => ['POST', '/v1/responses', { model: 'gpt-test', input: [{ role: 'user', content: 'x' }, { id, type: null }] }],
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
        const named = (text: string) => text.replaceAll(responseId, unknown.response).replaceAll(itemId, unknown.item).replaceAll(conversationId, unknown.conversation)
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
    })
  }

  it('are not reached by a header', async () => {
    const answer = await served.call('GET', `/v1/responses/${responseId}`, undefined, { 'x-bound-to': '/acme/b', 'x-tapline-user-path': '/acme/a' })
    expect(answer.status).to.equal(404)
  })

  it('that are nobody\'s are reached by those who see everything', async () => {
    const { json: { id } } = await as(undefined, 'POST', '/v1/responses', { model: 'chatty/chat-test', input: 'Hello' })
    expect((await as('/acme', 'GET', `/v1/responses/${String(id)}`)).status).to.equal(404)
    expect((await as(undefined, 'GET', `/v1/responses/${String(id)}`)).status).to.equal(200)
  })

  it('are not sought at providers for those who do not see everything', async () => {
    expect((await as('/acme', 'GET', `/v1/responses/${unknown.response}?provider=openai`)).status).to.equal(404)
    expect(served.upstream.requests).to.have.length(0)
  })

  it('stay their owner\'s when a provider gives an id a second time', async () => {
    const native = (text: string) => ({ body: response({ id: 'resp_same', output: [message({ pieces: [text] }).item] }) })
    served.upstream.reply(native('for a'), native('for b'))
    await as('/acme/a', 'POST', '/v1/responses', { model: 'gpt-test', input: 'a' })
    expect((await as('/acme/a', 'GET', '/v1/responses/resp_same')).text).to.include('for a')
    await as('/acme/b', 'POST', '/v1/responses', { model: 'gpt-test', input: 'b' })
    served.upstream.always({ status: 404, body: errorBody('no', 'invalid_request_error') })
    expect((await as('/acme/a', 'GET', '/v1/responses/resp_same')).text).to.include('for a')
  })
})
