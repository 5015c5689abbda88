import { expect } from 'chai'
import { toFile } from 'openai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { expectError } from '../../support/answer.ts'
import { believer, believing } from '../../support/believer.ts'
import { FileVendor } from '../../support/file-vendor.ts'
import { Served } from '../../support/serve.ts'

/** A store whose files cannot be read. */
const broken = `
import { definePlugin, StorageUnavailable } from 'tapline'
const records = name => ({
  list: async () => [], delete: async () => false, deleteAll: async () => 0, watch: () => () => {},
  get: async () => { if (name === 'files') throw new StorageUnavailable('the disk is gone') },
  put: async (id, value) => ({ id, value, revision: 1, owner: '', position: 0 }),
})
const journal = async () => ({ append: async rows => rows.length, list: async () => ({ rows: [], total: 0 }), deleteBefore: async () => [] })
export default definePlugin({ name: 'broken', provides: 'storage', setup: () => ({ service: { kind: 'broken', records, journal } }) })`

const keys = ['sk-1', 'sk-2', 'sk-3']
const chat = (id: string, model = 'gpt-test') => ({
  model,
  messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: id } }] }],
})
const messages = (id: string, model = 'gpt-test') => ({
  model,
  max_tokens: 9,
  messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: id } }] }],
})
const responses = (id: string) => ({ model: 'gpt-test', input: [{ role: 'user', content: [{ type: 'input_file', file_id: id }] }] })

/** Calls that name a file, and where they do. */
const naming: Readonly<Record<string, (id: string) => readonly [path: string, body: object, param: string]>> = {
  'a chat': id => ['/v1/chat/completions', chat(id), 'messages[0].content[0].file.file_id'],
  'a response': id => ['/v1/responses', responses(id), 'input[0].content[0].file_id'],
  'a message': id => ['/v1/messages', messages(id), 'messages[0].content[0].source.file_id'],
  'a line of a batch': id => ['/v1/batches', { endpoint: '/v1/chat/completions', requests: [{ custom_id: 'one', body: chat(id) }] }, 'requests'],
}

describe('files that calls name', () => {
  let served: Served
  let second: ScriptedUpstream
  let vendor: FileVendor

  const start = async (storage: object, files: Readonly<Record<string, string>> = {}) => {
    second = await ScriptedUpstream.start()
    vendor = new FileVendor()
    served = await Served.start({
      files: { 'believer.ts': believer, ...files },
      config: {
        storage,
        resilience: { retry: { max_retries: 0 } },
        pipelines: { inference: believing, files: believing, batches: believing },
        providers: {
          openai: { type: 'openai', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-openai', models: ['gpt-test'] },
          many: { type: 'openai', base_url: '${OPENAI_BASE_URL}', api_keys: keys, models: ['gpt-many'], session_sticky_keys: false },
          second: { type: 'openai', base_url: second.url, api_key: 'sk-second', models: ['gpt-two'] },
          claude: { type: 'anthropic', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-claude', models: ['claude-x'] },
        },
        virtual_models: [{ source: 'both', targets: [{ model: 'second/gpt-two' }, { model: 'many/gpt-many' }], strategy: 'round_robin' }],
      },
    })
    for (const upstream of [served.upstream, second]) upstream.always(vendor.cue(() => ({ body: chatCompletion() })))
  }
  beforeEach(() => start({ sqlite: { path: ':memory:' } }))
  afterEach(async () => {
    await served.close()
    await second.close()
  })

  const upload = async (provider: string, path = '') => {
    const client = served.client({ defaultHeaders: path === '' ? {} : { 'x-bound-to': path } })
    const { id } = await client.files.create({ file: await toFile(Buffer.from('x'), 'a.pdf'), purpose: 'user_data' }, { query: { provider } })
    const made = [...served.upstream.requests, ...second.requests].findLast(({ method }) => method === 'POST')
    served.upstream.requests.length = second.requests.length = 0
    return { id, key: made?.headers['authorization'] }
  }
  const as = (path: string, url: string, body: object) => served.call('POST', url, body, { 'x-bound-to': path })
  /** Without the request's own id, which the dialect of messages says. */
  const plain = ({ body }: { readonly body: Buffer }) => body.toString().replace(/,"request_id":"[^"]+"/, '')
  /** Calls of models: the gateway asks for lists of models, too. */
  const called = ({ requests }: ScriptedUpstream) => requests.filter(({ method }) => method === 'POST')
  const sent = () => called(served.upstream).length + called(second).length

  for (const [name, call] of Object.entries(naming)) {
    it(`are unknown to others, like those that nobody has ever made: ${name}`, async () => {
      const { id } = await upload('openai', '/acme/a')
      for (const path of ['/acme/b', '/acme/a/below', '/acme/a-b']) {
        const [url, body, param] = call(id)
        const [foreign, none] = [await as(path, url, body), await as(path, ...(call('file-none').slice(0, 2) as [string, object]))]
        expect(foreign.status).to.equal(url === '/v1/batches' ? 400 : 404)
        expect(plain(foreign).replaceAll(id, 'file-none')).to.equal(plain(none))
        expect(foreign.body.toString()).to.include(`file '${id}' not found`)
        if (url !== '/v1/messages') expectError(foreign, { status: foreign.status, code: 'not_found', param })
      }
      expect(sent()).to.equal(0)
    })
  }

  it('are reached by their owner, by those above, and by those who are bound to nothing', async () => {
    const { id } = await upload('openai', '/acme/a')
    for (const path of ['/acme/a', '/acme', '/']) expect((await as(path, '/v1/chat/completions', chat(id))).status).to.equal(200)
    expect((await served.call('POST', '/v1/chat/completions', chat(id))).status).to.equal(200)
  })

  it('may be known to the provider alone, for those who see everything', async () => {
    expect((await served.call('POST', '/v1/chat/completions', chat('file-elsewhere'))).status).to.equal(200)
    expect(called(served.upstream)[0]?.body.toString()).to.include('file-elsewhere')
  })

  it('are the affair of a provider whose files nobody here knows', async () => {
    await as('/acme/b', '/v1/messages', messages('file_011', 'claude-x'))
    await as('/acme/b', '/p/anthropic/v1/messages', messages('file_011', 'claude-x'))
    expect(called(served.upstream).map(({ body }) => body.toString().includes('file_011'))).to.deep.equal([true, true])
  })

  it('are asked for with the key that they were made with', async () => {
    for (const _ of keys) {
      const { id, key } = await upload('many')
      for (const again of keys) {
        expect((await served.call('POST', '/v1/chat/completions', chat(id, 'gpt-many'))).status, again).to.equal(200)
        expect(called(served.upstream).at(-1)?.headers['authorization']).to.equal(key)
      }
    }
  })

  it('are asked of the provider that has them, of several that a model stands for', async () => {
    for (const [provider, upstream] of [
      ['many', served.upstream],
      ['second', second],
    ] as const) {
      const { id } = await upload(provider)
      for (let n = 0; n < 3; n++) expect((await served.call('POST', '/v1/chat/completions', chat(id, 'both'))).status).to.equal(200)
      expect([called(upstream).length, sent()]).to.deep.equal([3, 3])
    }
  })

  it('are asked of the model that was named, where their provider has no part in it', async () => {
    const { id } = await upload('second')
    expect((await served.call('POST', '/v1/chat/completions', chat(id, 'gpt-many'))).status).to.equal(200)
    expect(called(served.upstream)).to.have.length(1)
  })

  it('are not judged without the store, but those who see everything go on', async () => {
    await served.close()
    await second.close()
    await start({ type: './broken.ts' }, { 'broken.ts': broken })
    const refused = await as('/acme/b', '/v1/chat/completions', chat('file-1'))
    expectError(refused, { status: 503, code: 'not_ready' })
    expect(refused.headers['retry-after']).to.equal('1')
    expect((await served.call('POST', '/v1/chat/completions', chat('file-1'))).status).to.equal(200)
  })
})
