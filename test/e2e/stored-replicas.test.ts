import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { message, response } from '../plugins/dialects/openai-responses/samples.ts'
import { Folder } from '../support/run-tapline.ts'
import { Served } from '../support/serve.ts'

const said = (text: string) => ({ type: 'message' as const, role: 'user' as const, content: text })
const turns = (body: Buffer) =>
  (JSON.parse(body.toString()) as { messages: { role: string; content: string }[] }).messages.map(({ role, content }) => `${role}: ${content}`)

describe('stored responses and conversations, over restarts and replicas', () => {
  let folder: Folder
  beforeEach(async () => {
    folder = await Folder.make()
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const start = (more: object = {}) =>
    Served.start({
      config: {
        storage: { sqlite: { path: join(folder.path, 'tapline.db') } },
        providers: { chatty: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-chatty', models: ['chat-test'] } },
        ...more,
      },
    })

  it('are known after a restart', async () => {
    const one = await start()
    one.upstream.always({ body: chatCompletion({ content: 'Good day.' }) })
    const conversation = await one.client().conversations.create({ items: [said('Be brief')] })
    const stored = await one.client().responses.create({ model: 'chatty/chat-test', input: 'Hello', conversation: conversation.id })
    await one.close()
    await using two = await start()
    two.upstream.always({ body: chatCompletion() })
    expect((await two.client().responses.retrieve(stored.id)).output_text).to.equal('Good day.')
    await two.client().responses.create({ model: 'chatty/chat-test', input: 'Tide?', previous_response_id: stored.id })
    expect(turns(two.upstream.requests[0]!.body)).to.deep.equal(['user: Be brief', 'user: Hello', 'assistant: Good day.', 'user: Tide?'])
    expect((await two.client().conversations.items.list(conversation.id)).data).to.have.length(3)
  })

  it('are shared by two gateways, whose writers take turns', async () => {
    await using one = await start()
    await using two = await start()
    const clients = [one.client(), two.client()]
    const { id } = await clients[0]!.conversations.create()
    await Promise.all(Array.from({ length: 16 }, (_, n) => clients[n % 2]!.conversations.items.create(id, { items: [said(`${n}a`), said(`${n}b`)] })))
    const texts: string[] = []
    for await (const item of clients[1]!.conversations.items.list(id, { order: 'asc' }))
      if (item.type === 'message' && 'text' in item.content[0]!) texts.push(item.content[0].text)
    expect(texts.filter(text => text.endsWith('a')).sort()).to.deep.equal(Array.from({ length: 16 }, (_, n) => `${n}a`).sort())
    for (let at = 0; at < texts.length; at += 2) expect(texts[at + 1]).to.equal(texts[at]?.replace('a', 'b'))
  })

  it('are kept whole when they are large', async () => {
    await using served = await start()
    const text = 'x'.repeat(6 * 1024 * 1024)
    const { item } = message({ pieces: [text] })
    served.upstream.reply({ body: response({ id: 'resp_large', output: [item] }) }, { body: chatCompletion() })
    const client = served.client()
    await client.responses.create({ model: 'gpt-test', input: 'Hello' })
    expect((await client.responses.retrieve('resp_large')).output_text).to.have.length(text.length)
    await client.responses.create({ model: 'chatty/chat-test', input: 'More', previous_response_id: 'resp_large' })
    expect(served.upstream.requests[1]?.body.length).to.be.greaterThan(text.length)
  })

  it('are asked of a provider with the key that they were made with', async () => {
    await using served = await start({
      providers: {
        many: { type: 'openai', base_url: '${OPENAI_BASE_URL}', api_keys: ['sk-1', 'sk-2', 'sk-3'], models: ['gpt-many'], session_sticky_keys: false },
      },
    })
    served.upstream.always({ body: response({ id: 'resp_keyed', status: 'queued', output: [] }) })
    const client = served.client()
    await client.responses.create({ model: 'gpt-many', input: 'Hello', background: true })
    await client.responses.retrieve('resp_keyed')
    await client.responses.create({ model: 'gpt-many', input: 'More', previous_response_id: 'resp_keyed' })
    await client.responses.cancel('resp_keyed')
    const keys = served.upstream.requests.map(({ headers }) => createHash('sha256').update(String(headers['authorization'])).digest('hex'))
    expect(new Set(keys)).to.have.length(1)
  })
})
