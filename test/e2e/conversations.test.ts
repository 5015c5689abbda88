import { expect } from 'chai'
import type OpenAI from 'openai'
import type { ConversationItem } from 'openai/resources/conversations/items'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import { message, response, streamOf, wireEvents } from '../plugins/dialects/openai-responses/samples.ts'
import { Served } from '../support/serve.ts'

const config = {
  providers: { chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] } },
  storage: { sqlite: { path: ':memory:' } },
}
const said = (text: string) => ({ type: 'message' as const, role: 'user' as const, content: text })
const turns = (body: Buffer) =>
  (JSON.parse(body.toString()) as { messages: { role: string; content: string }[] }).messages.map(({ role, content }) => `${role}: ${content}`)
const textOf = (item: ConversationItem) => (item.type === 'message' ? item.content.map(part => ('text' in part ? part.text : '')).join('') : item.type)

describe('conversations', () => {
  let served: Served
  let client: OpenAI
  before(async () => {
    served = await Served.start({ config })
    client = served.client()
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  const textsIn = async (id: string) => {
    const texts: string[] = []
    for await (const item of client.conversations.items.list(id, { order: 'asc', limit: 2 })) texts.push(textOf(item))
    return texts
  }
  const errorOf = async (method: string, path: string, body?: string | object, headers = {}) => {
    const answer = await served.call(method, `/v1/conversations${path}`, body, headers)
    return { status: answer.status, error: (JSON.parse(answer.body.toString()) as { error?: Record<string, unknown> }).error }
  }

  describe('themselves', () => {
    it('are made of nothing', async () => {
      const answer = await served.call('POST', '/v1/conversations')
      const made = JSON.parse(answer.body.toString()) as Record<string, unknown>
      expect(made).to.have.all.keys('id', 'object', 'created_at', 'metadata')
      expect(made['id']).to.match(/^conv_[0-9a-f]{32}$/)
      expect(made).to.deep.include({ object: 'conversation', metadata: {} })
      const { _request_id: _id, ...found } = await client.conversations.retrieve(made['id'] as string)
      expect(found).to.deep.equal(made)
    })

    it('are made with items and metadata, described anew, and deleted', async () => {
      const made = await client.conversations.create({
        metadata: { topic: 'tides' },
        items: [said('Hello'), { type: 'function_call', call_id: 'c1', name: 'tide', arguments: '{}' }],
      })
      expect(made.metadata).to.deep.equal({ topic: 'tides' })
      expect(await textsIn(made.id)).to.deep.equal(['Hello', 'function_call'])
      expect((await client.conversations.update(made.id, { metadata: { other: '1' } })).metadata).to.deep.equal({ other: '1' })
      expect((await client.conversations.retrieve(made.id)).metadata).to.deep.equal({ other: '1' })
      const { _request_id: _id, ...deleted } = await client.conversations.delete(made.id)
      expect(deleted).to.deep.equal({ id: made.id, object: 'conversation.deleted', deleted: true })
      for (const [method, path] of [
        ['GET', ''],
        ['POST', ''],
        ['DELETE', ''],
        ['GET', '/items'],
        ['POST', '/items'],
        ['GET', '/items/msg_1'],
        ['DELETE', '/items/msg_1'],
      ] as const) {
        const body = method === 'POST' ? { metadata: {}, items: [said('x')] } : undefined
        expect(await errorOf(method, `/${made.id}${path}`, body)).to.deep.nested.include({
          status: 404,
          'error.type': 'not_found_error',
          'error.message': 'conversation not found',
        })
      }
    })

    it('keep metadata of any name as it was said', async () => {
      const metadata = '{"__proto__":"a","constructor":"b","$where":"c","a.b":"\\u0000"}'
      const { id } = JSON.parse((await served.call('POST', '/v1/conversations', `{"metadata":${metadata}}`)).body.toString()) as { id: string }
      expect((await served.call('GET', `/v1/conversations/${id}`)).body.toString()).to.include(metadata)
    })

    const many = (n: number, value: (i: number) => string = String) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, value(i)]))
    const bodies: Record<string, [body: string | object, status: number, param?: string | null]> = {
      '16 pairs of metadata': [{ metadata: many(16) }, 200],
      '17 pairs of metadata': [{ metadata: many(17) }, 400, 'metadata'],
      'a name of 64 characters': [{ metadata: { ['a'.repeat(64)]: 'x' } }, 200],
      'a name of 65 characters': [{ metadata: { ['a'.repeat(65)]: 'x' } }, 400, 'metadata'],
      'a value of 512 characters': [{ metadata: { a: 'x'.repeat(512) } }, 200],
      'a value of 513 characters': [{ metadata: { a: 'x'.repeat(513) } }, 400, 'metadata'],
      'a value of 512 characters that take two units each': [{ metadata: { a: '😀'.repeat(512) } }, 200],
      'a value that is no text': [{ metadata: { a: 1 } }, 400, 'metadata'],
      'metadata that is a list': [{ metadata: [] }, 400, 'metadata'],
      'metadata that is null': [{ metadata: null }, 200],
      'no items': [{ items: [] }, 200],
      '20 items': [{ items: Array(20).fill(said('x')) }, 200],
      '21 items': [{ items: Array(21).fill(said('x')) }, 400, 'items'],
      'items that are no list': [{ items: {} }, 400, 'items'],
      'an item that is none': [{ items: ['x'] }, 400, 'items[0]'],
      'an item without a type or a role': [{ items: [{ text: 'x' }] }, 400, 'items[0].type'],
      'a message without a role': [{ items: [{ type: 'message', content: 'x' }] }, 400, 'items[0].role'],
      'a message of nobody': [{ items: [said('x'), { ...said('x'), role: 'bogus' }] }, 400, 'items[1].role'],
      'a message without content': [{ items: [{ role: 'user', content: null }] }, 400, 'items[0].content'],
      'a message whose content is a number': [{ items: [{ role: 'user', content: 5 }] }, 400, 'items[0].content'],
      'a part that is none': [{ items: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }, 'y'] }] }, 400, 'items[0].content[1]'],
      'a part without a type': [{ items: [{ role: 'user', content: [{ text: 'x' }] }] }, 400, 'items[0].content[0].type'],
      'a call without its id': [{ items: [{ type: 'function_call', name: 'f', arguments: '{}' }] }, 400, 'items[0].call_id'],
      'a call whose arguments are no text': [{ items: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: {} }] }, 400, 'items[0].arguments'],
      'a result of no call': [{ items: [{ type: 'function_call_output', output: 'x' }] }, 400, 'items[0].call_id'],
      'a result that is none': [{ items: [{ type: 'function_call_output', call_id: 'c' }] }, 400, 'items[0].output'],
      'an id that is none': [{ items: [{ ...said('x'), id: 'a\nb' }] }, 400, 'items[0].id'],
      'one id twice': [
        {
          items: [
            { ...said('x'), id: 'msg_a' },
            { ...said('y'), id: 'msg_a' },
          ],
        },
        400,
        'items',
      ],
      'a body that is no JSON': ['{', 400, null],
      'a body that is no object': ['[]', 400, null],
    }
    for (const [name, [body, status, param]] of Object.entries(bodies)) {
      it(`answer ${name} with ${status}`, async () => {
        const answer = await errorOf('POST', '', body)
        expect(answer.status).to.equal(status)
        if (param !== undefined) expect(answer.error?.['param']).to.equal(param)
      })
    }

    it('take no forms', async () => {
      expect(await errorOf('POST', '', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).to.have.property('status', 415)
    })

    it('cannot be described by nothing', async () => {
      const { id } = await client.conversations.create()
      for (const body of [{}, { metadata: null }])
        expect(await errorOf('POST', `/${id}`, body)).to.deep.nested.include({
          status: 400,
          'error.param': 'metadata',
          'error.code': 'missing_required_parameter',
        })
    })

    for (const id of ['conv_x', `conv_${'0'.repeat(32)}`, '%27%3B%20DROP%20TABLE%20x', '__proto__', '%7B%22%24ne%22%3A1%7D', 'a'.repeat(5000)]) {
      it(`are unknown under the name ${id.slice(0, 40)}`, async () => {
        expect(await errorOf('GET', `/${id}`)).to.deep.nested.include({ status: 404, 'error.message': 'conversation not found' })
      })
    }
  })

  describe('their items', () => {
    let id: string
    beforeEach(async () => {
      ;({ id } = await client.conversations.create())
    })

    it('are added, and given ids and a normal form', async () => {
      const added = await client.conversations.items.create(
        id,
        {
          items: [
            said('Hello'),
            { type: 'function_call', call_id: 'c1', name: 'tide', arguments: '{}' },
            { type: 'function_call_output', call_id: 'c1', output: 'ebb' },
          ],
        },
        {},
      )
      expect(added).to.deep.include({ object: 'list', has_more: false, first_id: added.data[0]?.id, last_id: 'fco_c1' })
      expect(added.data[0]).to.deep.include({ type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text: 'Hello' }] })
      expect(added.data[0]?.id).to.match(/^msg_[0-9a-f]{32}$/)
      expect(added.data.slice(1).map(item => item.id)).to.deep.equal(['fc_c1', 'fco_c1'])
    })

    it('are listed newest first, in pages, found, and deleted one by one', async () => {
      await client.conversations.items.create(id, { items: ['a', 'b', 'c'].map(said) })
      await client.conversations.items.create(id, { items: ['d', 'e'].map(said) })
      const all: ConversationItem[] = []
      for await (const item of client.conversations.items.list(id, { limit: 2 })) all.push(item)
      expect(all.map(textOf)).to.deep.equal(['e', 'd', 'c', 'b', 'a'])
      expect(await client.conversations.items.retrieve(all[1]!.id!, { conversation_id: id })).to.deep.include({ id: all[1]?.id })
      expect(await client.conversations.items.delete(all[1]!.id!, { conversation_id: id })).to.deep.include({ id, object: 'conversation' })
      expect(await textsIn(id)).to.deep.equal(['a', 'b', 'c', 'e'])
      expect(await errorOf('GET', `/${id}/items/${all[1]?.id}`)).to.deep.nested.include({ status: 404, 'error.message': 'item not found' })
    })

    it('keep their spelling', async () => {
      const item = '{"type":"telemetry","n":12345678901234567890,"f":1.0,"__proto__":{"a":1},"id":"x_1"}'
      await served.call('POST', `/v1/conversations/${id}/items`, `{"items":[${item}]}`)
      expect((await served.call('GET', `/v1/conversations/${id}/items/x_1`)).body.toString()).to.equal(item)
    })

    const queries: Record<string, [query: string, status: number, param?: string, type?: string]> = {
      'no limit': ['', 200],
      'a limit above all': ['?limit=1000', 200],
      'a limit below all': ['?limit=0', 200],
      'a limit that is none': ['?limit=x', 400, 'limit'],
      'an order that is none': ['?order=up', 400, 'order'],
      'an item that is not there': ['?after=msg_none', 404, 'after', 'invalid_request_error'],
      'a hostile item': ['?after=%27%20OR%201%3D1', 404, 'after', 'invalid_request_error'],
      'what shall be included': ['?include[]=message.output_text.logprobs', 200],
    }
    for (const [name, [query, status, param, type]] of Object.entries(queries)) {
      it(`are listed with ${name}: ${status}`, async () => {
        const answer = await errorOf('GET', `/${id}/items${query}`)
        expect(answer.status).to.equal(status)
        if (param !== undefined) expect(answer.error?.['param']).to.equal(param)
        if (type !== undefined) expect(answer.error?.['type']).to.equal(type)
      })
    }

    for (const [name, body, param] of [
      ['no items', { items: [] }, 'items'],
      ['nothing', {}, 'items'],
      ['21 items', { items: Array(21).fill(said('x')) }, 'items'],
    ] as const) {
      it(`are not added with ${name}`, async () =>
        expect(await errorOf('POST', `/${id}/items`, body)).to.deep.nested.include({ status: 400, 'error.param': param }))
    }

    it('are not added under an id that is there', async () => {
      await client.conversations.items.create(id, { items: [{ ...said('a'), id: 'msg_a' } as never] })
      expect(await errorOf('POST', `/${id}/items`, { items: [said('b'), { ...said('c'), id: 'msg_a' }] })).to.deep.nested.include({
        status: 400,
        'error.param': 'items',
      })
      expect(await textsIn(id)).to.deep.equal(['a'])
    })

    it('are added one request after the other, however many come at once', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => client.conversations.items.create(id, { items: [said(`${n}a`), said(`${n}b`)] })))
      const texts = await textsIn(id)
      expect(texts).to.have.length(40)
      for (let at = 0; at < texts.length; at += 2) expect(texts[at + 1]).to.equal(texts[at]?.replace('a', 'b'))
    })
  })

  describe('in responses', () => {
    for (const streamed of [false, true]) {
      const how = streamed ? 'as streams' : 'plain'
      const ask = async (model: string, params: object) =>
        streamed ? await client.responses.stream({ model, ...params }).finalResponse() : await client.responses.create({ model, ...params })
      const chat = (content: string) => (streamed ? { chunks: chatChunks({ pieces: [content] }) } : { body: chatCompletion({ content }) })

      it(`are continued, ${how}, by a provider that knows of none`, async () => {
        const { id } = await client.conversations.create({ items: [said('Be brief')] })
        served.upstream.reply(chat('Good day.'), chat('Ebb.'))
        const one = await ask('chatty/chat-test', { conversation: id, input: 'Hello' })
        expect(one.conversation).to.deep.equal({ id })
        await ask('chatty/chat-test', { conversation: { id }, input: [{ role: 'user', content: 'Tide?' }] })
        expect(turns(served.upstream.requests[1]!.body)).to.deep.equal(['user: Be brief', 'user: Hello', 'assistant: Good day.', 'user: Tide?'])
        expect(await textsIn(id)).to.deep.equal(['Be brief', 'Hello', 'Good day.', 'Tide?', 'Ebb.'])
      })

      it(`are continued, ${how}, by a provider that has some of its own, and is not told`, async () => {
        const { id } = await client.conversations.create()
        const item = message({ pieces: ['Good day.'] })
        const reply = (n: number) => (streamed ? { chunks: streamOf(item) } : { body: response({ id: `resp_${n}`, output: [item.item] }) })
        served.upstream.reply(reply(1), reply(2))
        await ask('gpt-test', { conversation: id, input: 'Hello' })
        await ask('gpt-test', { conversation: id, input: 'Tide?' })
        const body = JSON.parse(served.upstream.requests[1]!.body.toString()) as { input: Record<string, unknown>[] }
        expect(body).to.not.have.property('conversation')
        expect(body.input.map(({ role, id: own }) => [role, own])).to.deep.equal([
          ['user', undefined],
          ['assistant', undefined],
          ['user', undefined],
        ])
        expect(await textsIn(id)).to.deep.equal(['Hello', 'Good day.', 'Tide?', 'Good day.'])
      })

      it(`that are deleted meanwhile fail the call, ${how}`, async () => {
        const { id } = await client.conversations.create()
        const { promise, resolve } = Promise.withResolvers<void>()
        served.upstream.reply({ ...chat('Good day.'), gates: { beforeHeaders: promise } })
        const calling = served.call('POST', '/v1/responses', { model: 'chatty/chat-test', conversation: id, input: 'Hello', stream: streamed })
        await served.upstream.received(1)
        await client.conversations.delete(id)
        resolve()
        const answer = await calling
        if (!streamed)
          expect([answer.status, JSON.parse(answer.body.toString())]).to.deep.equal([
            500,
            { error: { type: 'internal_error', message: 'The answer could not be put into its conversation', param: null, code: 'internal_error' } },
          ])
        else {
          const events = wireEvents(answer.body.toString())
          expect(events.map(({ type }) => type)).to.not.include('response.completed')
          expect(events.at(-1)).to.deep.include({ type: 'error', code: 'internal_error', sequence_number: events.length - 1 })
          expect(answer.body.toString()).to.not.include('[DONE]')
        }
      })
    }

    it('have the result of a tool once, where a client says it with every step', async () => {
      const call = (id: string) => ({ type: 'function_call' as const, call_id: id, name: 'tide', arguments: '{}' })
      const result = (id: string, output: string) => ({ type: 'function_call_output' as const, call_id: id, output })
      const { id } = await client.conversations.create({ items: [said('Hello'), call('c1'), result('c1', 'ebb'), call('c2')] })
      served.upstream.reply({ body: chatCompletion({ content: 'Good day.' }) })
      await client.responses.create({ model: 'chatty/chat-test', conversation: id, input: [result('c1', 'ebb'), result('c2', 'flood')] })
      expect(turns(served.upstream.requests[0]!.body)).to.deep.equal(['user: Hello', 'assistant: null', 'tool: ebb', 'assistant: null', 'tool: flood'])
      const items = ['Hello', 'function_call', 'function_call_output', 'function_call', 'function_call_output', 'Good day.']
      expect(await textsIn(id)).to.deep.equal(items)
    })

    it('are seen by guardrails, with what was said before', async () => {
      const counter = `import { definePlugin } from 'tapline'
        export default definePlugin({ name: 'counter', setup: () => ({ prompt({ conversation }) { conversation.insert(0, { role: 'system', text: [...conversation.texts()].map(({ text }) => text).join(' / ') }) } }) })`
      await using guarded = await Served.start({
        files: { 'counter.ts': counter },
        config: { ...config, pipelines: { inference: [{ insert: { use: './counter.ts' }, before: 'retry' }] } },
      })
      guarded.upstream.always({ body: chatCompletion({ content: 'Good day.' }) })
      const other = guarded.client()
      const { id } = await other.conversations.create({ items: [said('Be brief')] })
      const one = await other.responses.create({ model: 'chatty/chat-test', conversation: id, input: 'Hello' })
      await other.responses.create({ model: 'chatty/chat-test', previous_response_id: one.id, input: 'Tide?' })
      expect(guarded.upstream.requests.map(({ body }) => turns(body)[0])).to.deep.equal([
        'system: Be brief / Hello',
        'system: Be brief / Hello / Good day. / Tide?',
      ])
    })

    it('are not touched by a call that fails', async () => {
      const { id } = await client.conversations.create()
      served.upstream.reply({ status: 400, body: { error: { message: 'no', type: 'invalid_request_error', param: null, code: null } } })
      await client.responses.create({ model: 'chatty/chat-test', conversation: id, input: 'Hello' }).catch(() => {})
      expect(await textsIn(id)).to.deep.equal([])
    })

    it('end where a later response begins that names an earlier one', async () => {
      const { id } = await client.conversations.create({ items: [said('Be brief')] })
      served.upstream.reply({ body: chatCompletion({ content: 'One.' }) }, { body: chatCompletion({ content: 'Two.' }) }, { body: chatCompletion() })
      const one = await client.responses.create({ model: 'chatty/chat-test', conversation: id, input: 'First?' })
      await client.responses.create({ model: 'chatty/chat-test', conversation: id, input: 'Second?' })
      await client.responses.create({ model: 'chatty/chat-test', previous_response_id: one.id, input: 'Other?' })
      expect(turns(served.upstream.requests[2]!.body)).to.deep.equal(['user: Be brief', 'user: First?', 'assistant: One.', 'user: Other?'])
    })

    const refused: Record<string, [body: object, status: number, param: string]> = {
      'one that is unknown': [{ conversation: 'conv_0' }, 404, 'conversation'],
      'one that is unknown, natively': [{ conversation: 'conv_0', model: 'gpt-test' }, 404, 'conversation'],
      'one without an id': [{ conversation: {} }, 400, 'conversation.id'],
      'one that is no id': [{ conversation: 5 }, 400, 'conversation'],
      'one beside a response': [{ conversation: 'conv_0', previous_response_id: 'resp_1' }, 400, 'previous_response_id'],
    }
    for (const [name, [body, status, param]] of Object.entries(refused)) {
      it(`refuse ${name} with ${status}, and nobody is called`, async () => {
        const answer = await served.call('POST', '/v1/responses', { model: 'chatty/chat-test', input: 'hi', ...body })
        expect([answer.status, (JSON.parse(answer.body.toString()) as { error: { param: string } }).error.param]).to.deep.equal([status, param])
        expect(served.upstream.requests).to.have.length(0)
      })
    }
  })
})
