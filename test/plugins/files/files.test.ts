import { expect } from 'chai'
import OpenAI, { toFile } from 'openai'
import { Gate } from '../../../core/testing/gate.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { expectError } from '../../support/answer.ts'
import { FileVendor } from '../../support/file-vendor.ts'
import { Served } from '../../support/serve.ts'

const line = (id: string, model: string, further = {}) =>
  JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body: { model, messages: [{ role: 'user', content: 'hi' }], ...further } })
const form = (parts: string) => ({ body: parts.replaceAll('\n', '\r\n'), headers: { 'content-type': 'multipart/form-data; boundary=b' } })
const filePart = (content: string) => `--b\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\n\n${content}\n`
const field = (name: string, value: string) => `--b\nContent-Disposition: form-data; name="${name}"\n\n${value}\n`

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of pages) items.push(item)
  return items
}

describe('/v1/files', () => {
  let served: Served
  let vendor: FileVendor
  let client: OpenAI

  const begin = async (config: Readonly<Record<string, unknown>> = {}, clock?: TurnedClock) => {
    served = await Served.start({ config, ...(clock === undefined ? {} : { clock }) })
    vendor = new FileVendor()
    served.upstream.always(vendor.cue())
    client = served.client()
  }
  afterEach(() => served.close())

  const upload = (parts: string) => {
    const { body, headers } = form(`${parts}--b--\n`)
    return served.call('POST', '/v1/files', body, headers)
  }

  it('takes what is larger than a body may be, up to the limit of uploads', async () => {
    await begin({ server: { body_size_limit: '1K', upload_size_limit: '8K' } })
    expect((await upload(`${filePart('x'.repeat(4096))}${field('purpose', 'evals')}`)).status).to.equal(200)
    expectError(await upload(`${filePart('x'.repeat(9000))}${field('purpose', 'evals')}`), { code: 'body_too_large' })
    expect(vendor.files.map(({ content }) => content.length)).to.deep.equal([4096])
  })

  it('has as long for an upload as for any call', async () => {
    const clock = new TurnedClock()
    await begin({}, clock)
    const gate = new Gate()
    served.upstream.always({ body: { id: 'file-1' }, gates: { beforeHeaders: gate } })
    const slow = upload(filePart('x') + field('purpose', 'evals'))
    await gate.reached
    clock.advance(599_000)
    gate.open()
    expect((await slow).status).to.equal(200)
    served.upstream.always({ silent: true })
    const silent = upload(filePart('x') + field('purpose', 'evals'))
    await served.upstream.received(2)
    clock.advance(600_000)
    expectError(await silent, { code: 'upstream_timeout' })
  })

  describe('with one provider that keeps files', () => {
    beforeEach(() => begin())

    it('gives an upload to it, and says whose it is', async () => {
      const file = await client.files.create({ file: await toFile(Buffer.from('a\r\n--b\r\n'), 'data.txt'), purpose: 'user_data' })
      expect(file).to.include({ object: 'file', filename: 'data.txt', purpose: 'user_data', bytes: 8, provider: 'openai' })
      expect(vendor.files[0]?.content.toString()).to.equal('a\r\n--b\r\n')
      const [request] = served.upstream.requests
      expect(request?.headers).to.include({ authorization: 'Bearer sk-upstream' })
      expect(request?.headers['content-length']).to.equal(String(request?.body.length))
    })

    it('passes further fields on, but not "provider"', async () => {
      const answer = await upload(`${filePart('x')}${field('purpose', 'evals')}${field('expires_after[seconds]', '3600')}${field('provider', 'openai')}`)
      expect(answer.status).to.equal(200)
      const sent = served.upstream.requests[0]?.body.toString() ?? ''
      expect(sent).to.include('expires_after[seconds]').and.not.include('name="provider"')
    })

    it('gets, reads and deletes a file', async () => {
      const { id } = await client.files.create({ file: await toFile(Buffer.from('bytes'), 'a.bin'), purpose: 'assistants' })
      expect(await client.files.retrieve(id)).to.include({ id, provider: 'openai' })
      const content = await client.files.content(id)
      expect(await content.text()).to.equal('bytes')
      for (const end of ['content/', 'Content']) expect((await served.call('GET', `/v1/files/${id}/${end}`)).body.toString()).to.equal('bytes')
      expect(content.headers.get('content-disposition')).to.equal('attachment; filename="a.bin"')
      expect(content.headers.get('content-type')).to.equal('application/jsonl')
      expect(await client.files.delete(id)).to.deep.equal({ id, object: 'file', deleted: true })
      expect((await served.call('GET', `/v1/files/${id}`)).status).to.equal(404)
    })

    it('deletes what the provider has no more', async () => {
      const { id } = await client.files.create({ file: await toFile(Buffer.from('bytes'), 'a.bin'), purpose: 'assistants' })
      vendor.files.length = 0
      expect(await client.files.delete(id)).to.deep.equal({ id, object: 'file', deleted: true })
    })

    it('finds what only the provider knows, for who sees everything', async () => {
      const { id } = vendor.put('old.txt', 'user_data', Buffer.from('old'))
      expect(await (await client.files.content(id)).text()).to.equal('old')
    })

    it('lists in order, page by page', async () => {
      for (let at = 1; at <= 5; at++) vendor.put(`${at}.txt`, at % 2 === 0 ? 'evals' : 'user_data', Buffer.from('x'), at)
      const names = async (query: object) => (await all(client.files.list(query))).map(({ filename }) => filename)
      expect(await names({ limit: 2 })).to.deep.equal(['5.txt', '4.txt', '3.txt', '2.txt', '1.txt'])
      expect(await names({ limit: 3, order: 'asc' })).to.deep.equal(['1.txt', '2.txt', '3.txt', '4.txt', '5.txt'])
      expect(await names({ purpose: 'evals' })).to.deep.equal(['4.txt', '2.txt'])
      const page = JSON.parse((await served.call('GET', '/v1/files?limit=2')).body.toString()) as {
        has_more: boolean
        first_id: string
        data: { provider: string }[]
      }
      expect(page).to.include({ object: 'list', has_more: true })
      expect(page.data[0]).to.include({ provider: 'openai' })
    })

    it('spells the models of a batch as the provider does, and nothing else', async () => {
      const exact = '{"custom_id" : "a","body":{"x":1.10,"model":"openai\\/gpt-test","seed":12345678901234567890}}'
      await client.files.create({ file: await toFile(Buffer.from(`${exact}\n\n${line('b', 'gpt-test')}`), 'in.jsonl'), purpose: 'batch' })
      expect(vendor.files[0]?.content.toString()).to.equal(`${exact.replace('openai\\/gpt-test', 'gpt-test')}\n${line('b', 'gpt-test')}\n`)
    })

    const refused: readonly [name: string, parts: string, status: number, code: string, param: string | null][] = [
      ['no file', field('purpose', 'evals'), 400, 'missing_required_parameter', 'file'],
      ['no purpose', filePart('x'), 400, 'missing_required_parameter', 'purpose'],
      ['an empty purpose', filePart('x') + field('purpose', ''), 400, 'missing_required_parameter', 'purpose'],
      ['two files', filePart('x') + filePart('y') + field('purpose', 'evals'), 400, 'invalid_value', 'file'],
      ['a provider that is not there', filePart('x') + field('purpose', 'evals') + field('provider', 'nobody'), 400, 'invalid_value', 'provider'],
      ['a batch line that is no JSON', filePart('{') + field('purpose', 'batch'), 400, 'invalid_value', 'file'],
      ['a batch line that is no object', filePart('[1]') + field('purpose', 'batch'), 400, 'invalid_value', 'file'],
      ['a batch line with an unknown model', filePart(line('a', 'nothing/here')) + field('purpose', 'batch'), 400, 'model_not_found', 'file'],
    ]
    for (const [name, parts, status, code, param] of refused) {
      it(`refuses ${name}, before any call`, async () => {
        expectError(await upload(parts), { status, code, ...(param === null ? {} : { param }) })
        expect(served.upstream.requests).to.deep.equal([])
      })
    }

    for (const [query, param] of [
      ['limit=0', 'limit'],
      ['limit=x', 'limit'],
      ['order=up', 'order'],
    ] as const) {
      it(`refuses to list with ${query}`, async () =>
        expectError(await served.call('GET', `/v1/files?${query}`), { status: 400, code: 'invalid_value', param }))
    }

    for (const said of ['null', '[]', 'no list', '{"data":"x"}', '{"error":{"message":"no"}}']) {
      it(`takes ${said} for no list of files`, async () => {
        served.upstream.always({ headers: { 'Content-Type': 'application/json' }, body: Buffer.from(said) })
        expectError(await served.call('GET', '/v1/files'), { status: 502, code: 'bad_upstream_response' })
      })
    }

    it('leaves out of a list what is no file', async () => {
      served.upstream.always({ body: { data: [1, null, { id: 3 }, { id: 'file-1', created_at: 1 }] } })
      expect((JSON.parse((await served.call('GET', '/v1/files')).body.toString()) as { data: unknown }).data).to.deep.equal([
        { id: 'file-1', created_at: 1, provider: 'openai' },
      ])
    })

    it('takes an empty cursor for none', async () => {
      served.upstream.always({ body: { object: 'list', data: [], has_more: false } })
      expect((await served.call('GET', '/v1/files?after=')).status).to.equal(200)
    })

    it('knows no cursor that is no file', async () =>
      expectError(await served.call('GET', '/v1/files?after=file-none'), {
        status: 404,
        code: 'not_found',
        param: 'after',
        message: "file 'file-none' not found",
      }))

    for (const id of ['file-none', '__proto__', 'x'.repeat(4000), "'; drop table files", '$gt']) {
      it(`answers 404 for the id ${id.slice(0, 20)}`, async () => {
        for (const [method, end] of [
          ['GET', ''],
          ['DELETE', ''],
          ['GET', '/content'],
        ] as const) {
          expectError(await served.call(method, `/v1/files/${encodeURIComponent(id)}${end}`), {
            status: 404,
            code: 'not_found',
            param: 'id',
            message: `file '${id}' not found`,
          })
        }
      })
    }

    it('refuses a form that is none', async () => expectError(await served.call('POST', '/v1/files', '{}'), { status: 415, code: 'unsupported_content_type' }))

    it('says what the provider refuses', async () => {
      served.upstream.reply({ status: 413, body: { error: { message: 'too big', type: 'invalid_request_error', param: null, code: 'file_too_large' } } })
      expectError(await upload(filePart('x') + field('purpose', 'evals')), { status: 413, code: 'file_too_large' })
    })
  })

  describe('with a provider that keeps none', () => {
    beforeEach(() => begin({ providers: { claude: { type: 'anthropic', api_key: 'sk', models: ['claude-x'] } } }))

    it('keeps the input of a batch itself', async () => {
      const file = await client.files.create({ file: await toFile(Buffer.from(line('a', 'claude/claude-x')), 'in.jsonl'), purpose: 'batch' })
      expect(file).to.include({ filename: 'in.jsonl', purpose: 'batch', provider: 'claude', status: 'processed' })
      expect(await (await client.files.content(file.id)).text()).to.equal(line('a', 'claude/claude-x'))
      expect(await client.files.retrieve(file.id)).to.deep.equal(file)
      expect((await all(client.files.list())).map(({ id }) => id)).to.deep.equal([file.id])
      expect(await client.files.delete(file.id)).to.include({ deleted: true })
      expect(await all(client.files.list())).to.deep.equal([])
    })

    it('keeps one of many pieces whole', async () => {
      const text = Array.from({ length: 3000 }, (_, at) => line(`id-${at}`, 'claude/claude-x', { note: 'ä'.repeat(200) })).join('\n')
      const { id } = await client.files.create({ file: await toFile(Buffer.from(text), 'in.jsonl'), purpose: 'batch' })
      expect(await (await client.files.content(id)).text()).to.equal(text)
    })

    it('refuses lines for two providers', async () => {
      expectError(await upload(filePart(`${line('a', 'claude/claude-x')}\n${line('b', 'openai/gpt-test')}`) + field('purpose', 'batch')), {
        status: 400,
        code: 'invalid_value',
        param: 'file',
      })
    })

    it('refuses to give it another file', async () => {
      expectError(await upload(filePart('x') + field('purpose', 'evals') + field('provider', 'claude')), {
        status: 501,
        code: 'unsupported_response_operation',
      })
    })
  })

  describe('with two providers that keep files', () => {
    let second: ScriptedUpstream
    let other: FileVendor
    beforeEach(async () => {
      second = await ScriptedUpstream.start()
      other = new FileVendor('second')
      second.always(other.cue())
      await begin({
        providers: {
          second: { type: 'groq', api_key: 'sk-2', base_url: second.url, models: ['gpt-two'] },
          claude: { type: 'anthropic', api_key: 'sk', models: ['claude-x'] },
        },
      })
    })
    afterEach(() => second.close())

    it('asks which is meant', async () => {
      expectError(await upload(filePart('x') + field('purpose', 'evals')), { status: 400, code: 'provider_required', param: 'provider' })
    })

    it('takes the one that the query names', async () => {
      const { body, headers } = form(`${filePart('x')}${field('purpose', 'evals')}--b--\n`)
      expect((await served.call('POST', '/v1/files?provider=second', body, headers)).status).to.equal(200)
      expect([vendor.files.length, other.files.length]).to.deep.equal([0, 1])
    })

    it('takes the one whose models the lines of a batch name', async () => {
      expect((await upload(filePart(line('a', 'gpt-two')) + field('purpose', 'batch'))).status).to.equal(200)
      expect(other.files).to.have.length(1)
    })

    it('lists what both have, the newest first', async () => {
      vendor.put('1', 'evals', Buffer.from('x'), 10)
      other.put('2', 'evals', Buffer.from('x'), 20)
      vendor.put('3', 'evals', Buffer.from('x'), 30)
      expect((await all(client.files.list({ limit: 1 }))).map(({ filename }) => filename)).to.deep.equal(['3', '2', '1'])
    })

    it('lists what was made in the same second page by page, whatever the order of a provider', async () => {
      const kept = await client.files.create({ file: await toFile(Buffer.from(line('a', 'claude/claude-x')), 'kept.jsonl'), purpose: 'batch' })
      const second = kept.created_at
      for (const name of ['e', 'c', 'a', 'd', 'b']) vendor.put(name, 'evals', Buffer.from('x'), second)
      for (const name of ['2', '3', '1']) other.put(name, 'evals', Buffer.from('x'), second)
      for (const order of ['asc', 'desc'] as const) {
        const whole = (await all(client.files.list({ order, limit: 100 }))).map(({ filename }) => filename)
        expect(whole).to.have.length(9)
        for (const limit of [1, 2, 3, 5]) expect((await all(client.files.list({ order, limit }))).map(({ filename }) => filename)).to.deep.equal(whole)
      }
    })

    it('goes through all that is newer than the last file of a page', async () => {
      const { id } = vendor.put('one', 'evals', Buffer.from('x'), 10)
      other.put('older', 'evals', Buffer.from('x'), 5)
      for (let n = 0; n < 2500; n++) other.put(`newer ${n}`, 'evals', Buffer.from('x'), 20)
      expect((await all(client.files.list({ after: id }))).map(({ filename }) => filename)).to.deep.equal(['older'])
    })

    it('finds a file at one that is well, and says what is wrong if nobody has it', async () => {
      const { id } = other.put('1', 'evals', Buffer.from('x'), 10)
      const { id: older } = other.put('2', 'evals', Buffer.from('x'), 9)
      served.upstream.always({ status: 500, body: { error: { message: 'down' } } })
      expect((await client.files.retrieve(id)).filename).to.equal('1')
      expect((await all(client.files.list({ after: id }))).map(file => file.id)).to.deep.equal([older])
      expect((await served.call('GET', '/v1/files/file-nowhere')).status).to.equal(500)
      served.upstream.always({ status: 400, body: { error: { message: 'that is no id' } } })
      expect((await served.call('GET', '/v1/files/file-nowhere')).status).to.equal(404)
    })

    it('leaves out one that fails, but not all', async () => {
      vendor.put('1', 'evals', Buffer.from('x'), 10)
      second.always({ status: 500, body: { error: { message: 'down' } } })
      expect((await all(client.files.list())).map(({ filename }) => filename)).to.deep.equal(['1'])
      served.upstream.always({ status: 500, body: { error: { message: 'down' } } })
      expect((await served.call('GET', '/v1/files')).status).to.equal(500)
    })
  })
})
