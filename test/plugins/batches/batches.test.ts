import Anthropic from '@anthropic-ai/sdk'
import { expect } from 'chai'
import OpenAI, { toFile } from 'openai'
import type { Clock } from '../../../core/index.ts'
import { realClock } from '../../../core/gateway/clock.ts'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import type { Script } from '../../../core/testing/script.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import type { ReceivedRequest } from '../../../core/testing/received-request.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { expectError } from '../../support/answer.ts'
import { BatchVendor } from '../../support/batch-vendor.ts'
import { message } from '../../support/messages.ts'
import { masterKey, Served } from '../../support/serve.ts'

const hi = [{ role: 'user' as const, content: 'hi' }]
const chatLine = (id: string, model: string, body: object = {}) => ({
  custom_id: id,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model, messages: [{ role: 'user', content: `hi ${id}` }], ...body },
})
const jsonl = (...lines: readonly object[]) => lines.map(line => JSON.stringify(line)).join('\n')
const bodyOf = (request: ReceivedRequest) => JSON.parse(request.body.toString()) as { messages: { content: string | { text: string }[] }[]; model: string }
const saidIn = (request: ReceivedRequest) => {
  const content = bodyOf(request).messages.at(-1)?.content
  return typeof content === 'string' ? content : (content?.[0]?.text ?? '')
}
const parsed = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(
      line =>
        JSON.parse(line) as {
          custom_id: string
          response: { status_code: number; body: { choices: { message: { content: string } }[] } } | null
          error: { code: string } | null
        },
    )
const records = (text: string) =>
  text
    .trim()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)

describe('batches', () => {
  let served: Served
  let client: OpenAI
  let anthropic: Anthropic
  let claude: ScriptedUpstream
  let vendor: BatchVendor
  let messagesVendor: BatchVendor
  let later: Gate

  const begin = async (config: Readonly<Record<string, unknown>> = {}, clock: Clock = realClock) => {
    claude = await ScriptedUpstream.start()
    later = new Gate()
    served = await Served.start({
      clock,
      config: {
        providers: { claude: { type: 'anthropic', api_key: 'sk-claude', base_url: claude.url, models: ['claude-test'] } },
        virtual_models: [{ source: 'smart', targets: [{ model: 'openai/gpt-test' }] }],
        resilience: { retry: { max_retries: 0 } },
        ...config,
      },
    })
    vendor = new BatchVendor()
    served.upstream.always(vendor.cueWithBatches(request => ({ body: chatCompletion({ content: `${saidIn(request)}!` }) })))
    messagesVendor = new BatchVendor('claude')
    claude.always(
      messagesVendor.cueWithBatches(request =>
        saidIn(request) === 'hi bad'
          ? { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no' } } }
          : {
              body: message({ content: [{ type: 'text', text: `${saidIn(request)}!` }] }),
              ...(saidIn(request) === 'hi slow' ? { gates: { beforeHeaders: later } } : {}),
            },
      ),
    )
    client = served.client()
    anthropic = new Anthropic({ baseURL: served.url, apiKey: masterKey, maxRetries: 0 })
  }
  afterEach(async () => {
    later.open()
    await served.close()
    await claude.close()
  })

  const uploadText = async (text: string) => (await client.files.create({ file: await toFile(Buffer.from(text), 'in.jsonl'), purpose: 'batch' })).id
  const upload = (...lines: readonly object[]) => uploadText(jsonl(...lines))
  const start = async (input: string) => await client.batches.create({ input_file_id: input, endpoint: '/v1/chat/completions', completion_window: '24h' })
  const fileText = async (id: string) => await (await client.files.content(id)).text()
  const ended = async (id: string) => {
    for (;;) {
      const batch = await client.batches.retrieve(id)
      if (['completed', 'failed', 'cancelled', 'expired'].includes(batch.status)) return batch
    }
  }

  describe('run by the gateway, for a provider without such an API', () => {
    beforeEach(() => begin())

    it('answer every line through the pipeline of its endpoint', async () => {
      const batch = await start(await upload(chatLine('a', 'claude-test'), chatLine('b', 'claude/claude-test')))
      expect(batch).to.include({ object: 'batch', endpoint: '/v1/chat/completions', completion_window: '24h', provider: 'claude', provider_batch_id: null })
      expect(batch.id).to.match(/^batch_[0-9a-f-]{36}$/)
      const done = await ended(batch.id)
      expect(done.status).to.equal('completed')
      expect(done.request_counts).to.deep.equal({ total: 2, completed: 2, failed: 0 })
      expect(done.error_file_id).to.equal(null)
      const lines = parsed(await fileText(done.output_file_id!))
      expect(lines.map(({ custom_id, response }) => [custom_id, response?.status_code, response?.body.choices[0]?.message.content])).to.deep.equal([
        ['a', 200, 'hi a!'],
        ['b', 200, 'hi b!'],
      ])
    })

    it('put what failed into a file of its own', async () => {
      const done = await ended((await start(await upload(chatLine('a', 'claude-test'), chatLine('bad', 'claude-test')))).id)
      expect(done.request_counts).to.deep.equal({ total: 2, completed: 1, failed: 1 })
      expect(parsed(await fileText(done.error_file_id!)).map(({ custom_id, response, error }) => [custom_id, response?.status_code, error])).to.deep.equal([
        ['bad', 400, null],
      ])
      const results = JSON.parse((await served.call('GET', `/v1/batches/${done.id}/results`)).body.toString()) as {
        batch_id: string
        data: { custom_id: string }[]
      }
      expect(results).to.include({ object: 'list', batch_id: done.id })
      expect(results.data.map(({ custom_id }) => custom_id)).to.deep.equal(['a', 'bad'])
    })

    it('take their requests in the call, too', async () => {
      const answer = await served.call('POST', '/v1/batches', {
        requests: [chatLine('__proto__', 'claude-test'), { custom_id: 'b', body: chatLine('b', 'claude-test').body }],
        metadata: { team: 'x' },
      })
      const batch = JSON.parse(answer.body.toString()) as { id: string; metadata: object; input_file_id: null }
      expect(batch).to.deep.include({ input_file_id: null, metadata: { team: 'x', provider: 'claude' } })
      expect(parsed(await fileText((await ended(batch.id)).output_file_id!)).map(({ custom_id }) => custom_id)).to.deep.equal(['__proto__', 'b'])
    })

    it('record the tokens of each line', async () => {
      await ended((await start(await upload(chatLine('a', 'claude-test')))).id)
      const log = JSON.parse((await served.call('GET', '/admin/usage/log')).body.toString()) as { entries: Record<string, unknown>[] }
      expect(log.entries).to.have.length(1)
      expect(log.entries[0]).to.include({ provider_name: 'claude', model: 'claude-test', endpoint: '/v1/chat/completions', output_tokens: 9 })
    })

    it('end when they are cancelled: what runs is answered, the rest is not', async () => {
      await served.close()
      await claude.close()
      await begin({ batches: { concurrency: 1 } })
      const { id } = await start(await upload(chatLine('slow', 'claude-test'), chatLine('b', 'claude-test')))
      await later.reached
      expect(await client.batches.cancel(id)).to.include({ status: 'cancelling' })
      expectError(await served.call('GET', `/v1/batches/${id}/results`), { status: 409, code: 'conflict' })
      later.open()
      const done = await ended(id)
      expect(done.status).to.equal('cancelled')
      expect(parsed(await fileText(done.output_file_id!)).map(({ custom_id }) => custom_id)).to.deep.equal(['slow'])
      expect(parsed(await fileText(done.error_file_id!)).map(({ custom_id, error }) => [custom_id, error?.code])).to.deep.equal([['b', 'batch_cancelled']])
      expect(await client.batches.cancel(id)).to.include({ status: 'cancelled' })
    })

    describe('whose lines meet a provider without room', () => {
      let clock: TurnedClock
      beforeEach(async () => {
        await served.close()
        await claude.close()
        clock = new TurnedClock()
        await begin({}, clock)
      })
      const full = (headers: Readonly<Record<string, string>>) =>
        claude.always({
          status: 429,
          headers: { 'retry-after': '37', ...headers },
          body: { type: 'error', error: { type: 'rate_limit_error', message: 'full' } },
        })

      it('do not wait for what says that it will stay so', async () => {
        full({ 'x-should-retry': 'false' })
        const done = await ended((await start(await upload(chatLine('a', 'claude-test')))).id)
        expect(done).to.deep.include({ status: 'completed', request_counts: { total: 1, completed: 0, failed: 1 } })
        expect(claude.requests).to.have.length(1)
      })

      it('wait as long as it says, and no longer than until they are cancelled', async () => {
        full({})
        const { id } = await start(await upload(chatLine('a', 'claude-test')))
        while (!clock.waitsMs.includes(37_000)) await client.batches.retrieve(id)
        await client.batches.cancel(id)
        const done = await ended(id)
        expect(done).to.deep.include({ status: 'cancelled', request_counts: { total: 1, completed: 0, failed: 0 } })
        expect(parsed(await fileText(done.error_file_id!)).map(({ error }) => error?.code)).to.deep.equal(['batch_cancelled'])
        expect(claude.requests).to.have.length(1)
        expect(clock.waitsMs).not.to.include(37_000)
      })
    })

    describe('32 days after they were made', () => {
      let clock: TurnedClock
      beforeEach(async () => {
        await served.close()
        await claude.close()
        clock = new TurnedClock()
        await begin({}, clock)
      })
      const gone = { status: 404, code: 'not_found', message: 'the results are not kept any more: they go 32 days after the batch was made' }
      const archive = () => clock.advance(32 * 24 * 60 * 60_000)

      it('say that their results are kept no longer, and stay with their files', async () => {
        const done = await ended((await start(await upload(chatLine('a', 'claude-test')))).id)
        archive()
        expectError(await served.call('GET', `/v1/batches/${done.id}/results`), gone)
        expect(await client.batches.retrieve(done.id)).to.deep.equal(done)
        expect(parsed(await fileText(done.output_file_id!)).map(({ custom_id }) => custom_id)).to.deep.equal(['a'])
      })

      it("are archived, as Anthropic's clients call it", async () => {
        const { id } = await anthropic.messages.batches.create({
          requests: [{ custom_id: 'one', params: { model: 'openai/gpt-test', max_tokens: 10, messages: hi } }],
        })
        for (;;) if ((await anthropic.messages.batches.retrieve(id)).processing_status === 'ended') break
        const done = await anthropic.messages.batches.retrieve(id)
        expect(done.archived_at).to.equal(null)
        archive()
        expect(await anthropic.messages.batches.retrieve(id)).to.deep.equal({ ...done, archived_at: '2026-02-02T00:00:00Z', results_url: null })
        const answer = await served.call('GET', `/v1/messages/batches/${id}/results`)
        expect(answer.status).to.equal(404)
        expect(JSON.parse(answer.body.toString())).to.nested.include({ 'error.type': 'not_found_error', 'error.message': gone.message })
        expect(await anthropic.messages.batches.delete(id)).to.deep.equal({ id, type: 'message_batch_deleted' })
      })
    })

    for (const [name, server, base] of [
      ['below the base path', { base_path: '/ai' }, '/ai'],
      ['below the public address', { base_path: '/ai', public_url: 'https://ai.example.com/there/' }, 'https://ai.example.com/there'],
    ] as const) {
      it(`name their results ${name}`, async () => {
        await served.close()
        await claude.close()
        await begin({ server: { master_key: masterKey, ...server } })
        const { id } = await anthropic.messages.batches.create({
          requests: [{ custom_id: 'one', params: { model: 'openai/gpt-test', max_tokens: 10, messages: hi } }],
        })
        for (;;) if ((await anthropic.messages.batches.retrieve(id)).processing_status === 'ended') break
        const { results_url: url } = await anthropic.messages.batches.retrieve(id)
        expect(url).to.equal(`${base.startsWith('http') ? base : served.url}/v1/messages/batches/${id}/results`)
        expect(served.url).to.match(/\/ai$/)
      })
    }

    it("answer Anthropic's client, whatever the provider", async () => {
      const { id, ...batch } = await anthropic.messages.batches.create({
        requests: [{ custom_id: 'one', params: { model: 'openai/gpt-test', max_tokens: 10, messages: hi } }],
      })
      expect(id).to.match(/^msgbatch_[0-9a-f-]{36}$/)
      expect(batch).to.deep.include({ type: 'message_batch', archived_at: null, cancel_initiated_at: null })
      for (;;) if ((await anthropic.messages.batches.retrieve(id)).processing_status === 'ended') break
      const done = await anthropic.messages.batches.retrieve(id)
      expect(done.request_counts).to.deep.equal({ processing: 0, succeeded: 1, errored: 0, canceled: 0, expired: 0 })
      expect(done.results_url).to.equal(`${served.url}/v1/messages/batches/${id}/results`)
      const results = []
      for await (const result of await anthropic.messages.batches.results(id)) results.push(result)
      expect(results).to.have.length(1)
      expect(results[0]).to.deep.include({ custom_id: 'one' })
      expect(results[0]?.result).to.nested.include({ type: 'succeeded', 'message.type': 'message', 'message.content[0].text': 'hi!' })
      expect((await client.batches.retrieve(id.replace('msg', ''))).status).to.equal('completed')
      expect(JSON.parse((await served.call('DELETE', `/v1/messages/batches/${id.replace('msg', '')}`)).body.toString())).to.deep.equal({
        id,
        type: 'message_batch_deleted',
      })
      expect((await served.call('GET', `/v1/messages/batches/${id}`)).status).to.equal(404)
    })
  })

  describe('run by the provider', () => {
    beforeEach(() => begin())
    const answered = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) => ({
      status: 200,
      body: chatCompletion({ content: `for ${String(body['model'])}` }),
    })

    it('go to its own API, with its own file', async () => {
      const input = await upload(chatLine('a', 'smart'))
      const batch = await start(input)
      expect(batch).to.include({ status: 'validating', provider: 'openai', provider_batch_id: 'batch-vendor-1', input_file_id: input })
      expect(batch.metadata).to.deep.equal({ provider: 'openai', provider_batch_id: 'batch-vendor-1' })
      expect(vendor.files).to.have.length(1)
      expect((await client.batches.retrieve(batch.id)).status).to.equal('validating')
      vendor.finish(answered)
      const done = await ended(batch.id)
      expect(done).to.include({ status: 'completed' })
      expect(parsed(await fileText(done.output_file_id!))[0]?.response?.body.choices[0]?.message.content).to.equal('for gpt-test')
    })

    it('get a file of their own where policy or an alias changed a line', async () => {
      const answer = await served.call('POST', '/v1/batches', { endpoint: '/v1/chat/completions', requests: [chatLine('a', 'smart')] })
      expect(answer.status).to.equal(200)
      expect(JSON.parse(vendor.files[0]?.content.toString() ?? '')).to.deep.equal(chatLine('a', 'gpt-test'))
    })

    it('get a file of their own where a line has a member twice: the first was not looked at', async () => {
      const line = JSON.stringify(chatLine('a', 'gpt-test'))
      await start(await uploadText(`{"body":{"model":"gpt-test","messages":[{"role":"user","content":"unseen"}]},${line.slice(1)}\n`))
      expect(vendor.files).to.have.length(2)
      expect(vendor.files[1]?.content.toString()).not.to.include('unseen')
      expect(JSON.parse(vendor.files[1]?.content.toString() ?? '')).to.deep.equal(chatLine('a', 'gpt-test'))
    })

    describe('whose models begin with its own name', () => {
      const line = (model: string) => chatLine('a', model)
      const sent = () => vendor.files.map(({ content }) => (JSON.parse(content.toString()) as { body: { model: string } }).body.model)
      for (const [when, config] of [
        ['as they were uploaded', {}],
        ['once guardrails have seen them', { guardrails: { rules: [{ name: 'words', type: 'string_replace', config: { rules: 'rude => nice' } }] } }],
      ] as const) {
        it(`get the lines with all of a model's name, ${when}`, async () => {
          await served.close()
          await claude.close()
          await begin({ ...config, providers: { openai: { type: 'openai', api_key: 'sk', base_url: '${OPENAI_BASE_URL}', models: ['openai/auto', 'auto'] } } })
          await start(await upload(line('openai/openai/auto')))
          expect(sent()).to.deep.equal(['openai/auto'])
          await start(await upload(line('openai/auto')))
          expect(sent()).to.deep.equal(['openai/auto', 'auto'])
        })
      }

      it('get those of a file that it has from elsewhere as they are', async () => {
        const { id } = vendor.put('in.jsonl', 'batch', Buffer.from(jsonl(line('openai/auto'))))
        await start(id)
        expect(sent()).to.deep.equal(['openai/auto'])
      })

      it('get those of a file that was uploaded for something else by what callers call them', async () => {
        const file = await toFile(Buffer.from(jsonl(line('openai/gpt-test'))), 'in.jsonl')
        await start((await client.files.create({ file, purpose: 'user_data' })).id)
        expect(sent()).to.deep.equal(['openai/gpt-test', 'gpt-test'])
      })
    })

    it('show how far they are, as the provider says', async () => {
      const { id } = await start(await upload(...['a', 'b', 'c'].map(name => chatLine(name, 'gpt-test'))))
      for (const batch of vendor.batches.values())
        batch.object = { ...batch.object, status: 'in_progress', request_counts: { total: 3, completed: 1, failed: 1 } }
      expect(await client.batches.retrieve(id)).to.deep.include({ status: 'in_progress', request_counts: { total: 3, completed: 1, failed: 1 } })
      for (const batch of vendor.batches.values()) batch.object = { ...batch.object, request_counts: null }
      expect((await client.batches.retrieve(id)).request_counts).to.deep.equal({ total: 3, completed: 1, failed: 1 })
    })

    it('show how far they are at Anthropic', async () => {
      const { id } = await anthropic.messages.batches.create({
        requests: ['one', 'two', 'three'].map(name => ({ custom_id: name, params: { model: 'claude/claude-test', max_tokens: 5, messages: hi } })),
      })
      const counts = { processing: 1, succeeded: 1, errored: 0, canceled: 0, expired: 1 }
      for (const batch of messagesVendor.batches.values()) batch.object = { ...batch.object, request_counts: counts }
      expect(await anthropic.messages.batches.retrieve(id)).to.deep.include({ processing_status: 'in_progress', request_counts: counts })
    })

    it('record their tokens once, however often they are read', async () => {
      const { id } = await start(await upload(chatLine('a', 'gpt-test'), chatLine('b', 'gpt-test')))
      vendor.finish(({ custom_id, body }) => (custom_id === 'b' ? { status: 400, body: { error: { message: 'no' } } } : answered({ body })))
      await Promise.all([ended(id), ended(id), ended(id)])
      await served.call('GET', `/v1/batches/${id}/results`)
      const { entries } = JSON.parse((await served.call('GET', '/admin/usage/log')).body.toString()) as { entries: Record<string, unknown>[] }
      expect(entries).to.have.length(1)
      expect(entries[0]).to.include({ provider_name: 'openai', endpoint: '/v1/batches' })
      const done = await client.batches.retrieve(id)
      expect(done.request_counts).to.deep.equal({ total: 2, completed: 1, failed: 1 })
    })

    it('are booked under the model that was executed, whatever the answer calls it', async () => {
      await served.call('POST', '/v1/batches', { requests: [chatLine('a', 'smart')] })
      vendor.finish(() => ({ status: 200, body: { ...chatCompletion({ content: 'hi' }), model: 'gpt-test-2024-07-18' } }))
      await ended((await client.batches.list()).data[0]!.id)
      const { entries } = JSON.parse((await served.call('GET', '/admin/usage/log')).body.toString()) as { entries: Record<string, unknown>[] }
      expect(entries.map(({ model, requested_model }) => [model, requested_model])).to.deep.equal([['gpt-test', 'smart']])
    })

    it('say what expired', async () => {
      const { id } = await start(await upload(chatLine('a', 'gpt-test'), chatLine('b', 'gpt-test')))
      vendor.finish(({ custom_id, body }) => (custom_id === 'b' ? undefined : answered({ body })), 'expired')
      const done = await ended(id)
      expect(done.status).to.equal('expired')
      expect(parsed(await fileText(done.error_file_id!)).map(({ error }) => error?.code)).to.deep.equal(['batch_expired'])
    })

    it("go to Anthropic's own, and come back in the order of the requests", async () => {
      const { id } = await anthropic.messages.batches.create({
        requests: ['one', 'two'].map(name => ({ custom_id: name, params: { model: 'claude/claude-test', max_tokens: 5, messages: hi } })),
      })
      const [sent] = claude.requests
      expect(JSON.parse(sent?.body.toString() ?? '')).to.deep.equal({
        requests: ['one', 'two'].map(name => ({ custom_id: name, params: { model: 'claude-test', max_tokens: 5, messages: hi } })),
      })
      expect(sent?.headers).to.include({ 'x-api-key': 'sk-claude', 'anthropic-version': '2023-06-01' })
      messagesVendor.finish(({ custom_id }) =>
        custom_id === 'one'
          ? { status: 200, body: message() }
          : { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'no' } } },
      )
      for (;;) if ((await anthropic.messages.batches.retrieve(id)).processing_status === 'ended') break
      const results = []
      for await (const result of await anthropic.messages.batches.results(id)) results.push([result.custom_id, result.result.type])
      expect(results).to.deep.equal([
        ['one', 'succeeded'],
        ['two', 'errored'],
      ])
    })

    it('are deleted with all their answers, there and here', async () => {
      const { id } = await anthropic.messages.batches.create({
        requests: ['one', 'two'].map(name => ({ custom_id: name, params: { model: 'claude/claude-test', max_tokens: 5, messages: hi } })),
      })
      messagesVendor.finish(({ custom_id }) => (custom_id === 'one' ? { status: 200, body: message() } : undefined))
      for (;;) if ((await anthropic.messages.batches.retrieve(id)).processing_status === 'ended') break
      const { output_file_id: output, error_file_id: error } = await client.batches.retrieve(id)
      for (const file of [output, error]) expect(await fileText(file!)).to.include('custom_id')
      expect(await anthropic.messages.batches.delete(id)).to.deep.equal({ id, type: 'message_batch_deleted' })
      expect(messagesVendor.batches.size).to.equal(0)
      expect((await client.files.list()).data).to.deep.equal([])
      for (const file of [output, error])
        for (const end of ['', '/content']) expectError(await served.call('GET', `/v1/files/${file}${end}`), { status: 404, code: 'not_found' })
    })

    const results = async (id: string) =>
      (
        JSON.parse((await served.call('GET', `/v1/batches/${id}/results`)).body.toString()) as {
          data: { custom_id: string; response: { status_code: number; body: { error?: { message: string } } } | null; error: object | null }[]
        }
      ).data
    const said = async (id: string) => (await results(id)).map(({ custom_id, response }) => [custom_id, response?.status_code, response?.body.error?.message])
    const warnings = () => served.gateway.log.filter(({ msg }) => String(msg).startsWith('some results of a batch'))
    const noResult = 'the provider gave no result for this request'
    const unreadable = 'the result of this request cannot be had from the provider any more, or not be read'
    const empty = 'the provider answered this request with success, and with nothing in it'

    it('skip what is no result among the results, and take over what stands behind it', async () => {
      const { id } = await start(await upload(...['a', 'b', 'c', 'd'].map(name => chatLine(name, 'gpt-test'))))
      vendor.finish(({ custom_id, body }) => (custom_id === 'a' ? undefined : custom_id === 'b' ? { status: 200, body: null } : answered({ body })))
      const { file, content } = vendor.files.pop()!
      vendor.files.push({ file, content: Buffer.from(`nonsense\nnull\n[]\n{}\n${content.toString()}`) })
      expect(await ended(id)).to.deep.include({ status: 'completed', request_counts: { total: 4, completed: 2, failed: 2 } })
      expect(await said(id)).to.deep.equal([
        ['a', 502, unreadable],
        ['b', 502, empty],
        ['c', 200, undefined],
        ['d', 200, undefined],
      ])
      expect(warnings()).to.have.length(1)
      expect(warnings()[0]).to.include({ unreadable_lines: 4, missing_files: 0 })
    })

    it("skip what is no result among Anthropic's", async () => {
      const { id } = await anthropic.messages.batches.create({
        requests: ['one', 'two', 'three'].map(name => ({ custom_id: name, params: { model: 'claude/claude-test', max_tokens: 5, messages: hi } })),
      })
      messagesVendor.finish(({ custom_id }) =>
        custom_id === 'one' ? { status: 200, body: null } : custom_id === 'two' ? { status: 200, body: message() } : undefined,
      )
      for (const batch of messagesVendor.batches.values()) batch.results = `nonsense\nnull\n{"custom_id":"three","result":null}\n${batch.results}`
      for (;;) if ((await anthropic.messages.batches.retrieve(id)).processing_status === 'ended') break
      const seen = []
      for await (const { custom_id, result } of await anthropic.messages.batches.results(id))
        seen.push([custom_id, result.type, result.type === 'errored' ? result.error.error.message : undefined])
      expect(seen).to.deep.equal([
        ['one', 'errored', empty],
        ['two', 'succeeded', undefined],
        ['three', 'errored', 'the request failed'],
      ])
    })

    it('say in each line why the provider refused them as a whole', async () => {
      const { id } = await start(await upload(chatLine('a', 'gpt-test'), chatLine('b', 'gpt-test')))
      const errors = {
        object: 'list',
        data: [
          { code: 'invalid_json_line', message: 'This line is not parseable as valid JSON.', param: null, line: 1 },
          { code: 'other', message: 'So is this one.' },
        ],
      }
      for (const batch of vendor.batches.values()) batch.object = { ...batch.object, status: 'failed', errors }
      expect(await ended(id)).to.deep.include({ status: 'failed', errors, request_counts: { total: 2, completed: 0, failed: 2 } })
      const why = 'the provider refused the batch, so this request did not run: This line is not parseable as valid JSON.; So is this one.'
      expect(await said(id)).to.deep.equal([
        ['a', 400, why],
        ['b', 400, why],
      ])
      expect((await results(id))[0])
        .to.deep.include({ error: null })
        .and.have.nested.property('response.body.error.code', 'invalid_json_line')
    })

    it('say which lines the provider forgot', async () => {
      const { id } = await start(await upload(chatLine('a', 'gpt-test'), chatLine('b', 'gpt-test')))
      vendor.finish(({ custom_id, body }) => (custom_id === 'b' ? undefined : answered({ body })))
      expect(await ended(id)).to.deep.include({ status: 'completed', request_counts: { total: 2, completed: 1, failed: 1 } })
      expect(await said(id)).to.deep.equal([
        ['a', 200, undefined],
        ['b', 502, noResult],
      ])
    })

    for (const status of [404, 410]) {
      it(`end without the results that the provider has no more: ${status}`, async () => {
        const { id } = await start(await upload(chatLine('a', 'gpt-test'), chatLine('b', 'gpt-test')))
        vendor.finish(({ custom_id, body }) => (custom_id === 'b' ? { status: 400, body: { error: { message: 'no' } } } : answered({ body })))
        const output = [...vendor.batches.values()][0]?.object['output_file_id']
        const usual = vendor.cueWithBatches()
        served.upstream.always(request => (request.path.includes(String(output)) ? { status, body: { error: { message: 'gone' } } } : usual(request)))
        expect(await ended(id)).to.deep.include({ status: 'completed', request_counts: { total: 2, completed: 0, failed: 2 } })
        expect(await said(id)).to.deep.equal([
          ['a', 502, unreadable],
          ['b', 400, 'no'],
        ])
        expect(warnings()[0]).to.include({ unreadable_lines: 0, missing_files: 1 })
      })
    }

    it('are asked for their results less and less often while that fails, and for a day at most', async () => {
      await served.close()
      await claude.close()
      const clock = new TurnedClock()
      await begin({}, clock)
      const { id } = await start(await upload(chatLine('a', 'gpt-test')))
      vendor.finish(answered)
      const usual = vendor.cueWithBatches()
      const tries: string[] = []
      served.upstream.always(request => {
        if (!request.path.endsWith('/content')) return usual(request)
        tries.push(request.path)
        return { status: 500, body: { error: { message: 'not now' } } }
      })
      const tried = async (count: number) => {
        while (tries.length < count) await client.batches.retrieve(id)
      }
      await tried(1)
      for (const [at, wait] of [2_000, 4_000, 8_000].entries()) {
        expect(await client.batches.retrieve(id)).to.include({ status: 'finalizing' })
        clock.advance(wait - 1)
        await client.batches.retrieve(id)
        expect(tries).to.have.length(at + 1)
        clock.advance(1)
        await tried(at + 2)
      }
      expect(await client.batches.cancel(id)).to.include({ status: 'finalizing', cancelling_at: null })
      expect(served.upstream.requests.filter(({ path }) => path.endsWith('/cancel'))).to.deep.equal([])
      clock.advance(24 * 60 * 60_000)
      expect(await ended(id)).to.deep.include({ status: 'completed', request_counts: { total: 1, completed: 0, failed: 1 } })
      expect(await said(id)).to.deep.equal([['a', 502, 'the result of this request could not be fetched from the provider']])
    })

    describe('that is asked after in vain', () => {
      const hourMs = 60 * 60_000
      let clock: TurnedClock
      beforeEach(async () => {
        await served.close()
        await claude.close()
        clock = new TurnedClock()
        await begin({}, clock)
      })

      /** From now on its object is answered so, and nothing else. */
      const answering = (upstream: ScriptedUpstream, usual: (request: ReceivedRequest) => Script, status: number) =>
        upstream.always(request => (/batches\/[^/]+$/.test(request.path) ? { status, body: { error: { message: 'no' } } } : usual(request)))
      const after = async (ms: number, id: string) => {
        clock.advance(ms)
        return await client.batches.retrieve(id)
      }

      for (const status of [404, 410]) {
        it(`fail when the provider has them no more for an hour: ${status}`, async () => {
          const { id } = await start(await upload(chatLine('a', 'gpt-test')))
          answering(served.upstream, vendor.cueWithBatches(), status)
          for (const ms of [0, 10_000, hourMs - 10_001]) expect(await after(ms, id)).to.include({ status: 'validating', errors: null })
          await after(1, id)
          const message = 'openai has this batch no more'
          const errors = { object: 'list', data: [{ code: 'bad_upstream_response', message, param: null, line: null }] }
          expect(await ended(id)).to.deep.include({ status: 'failed', errors, request_counts: { total: 1, completed: 0, failed: 1 } })
          expect(await said(id)).to.deep.equal([['a', 502, `nobody knows what became of this request: ${message}`]])
          const asked = served.upstream.requests.length
          expect(await after(hourMs, id)).to.include({ status: 'failed' })
          expect(served.upstream.requests).to.have.length(asked)
        })
      }

      it("end in Anthropic's words, too", async () => {
        const { id } = await anthropic.messages.batches.create({
          requests: [{ custom_id: 'one', params: { model: 'claude/claude-test', max_tokens: 5, messages: hi } }],
        })
        answering(claude, messagesVendor.cueWithBatches(), 404)
        expect(await anthropic.messages.batches.retrieve(id)).to.include({ processing_status: 'in_progress' })
        clock.advance(hourMs)
        for (;;) if ((await anthropic.messages.batches.retrieve(id)).processing_status === 'ended') break
        expect((await anthropic.messages.batches.retrieve(id)).request_counts).to.deep.equal({
          processing: 0,
          succeeded: 0,
          errored: 1,
          canceled: 0,
          expired: 0,
        })
        const seen = []
        for await (const { result } of await anthropic.messages.batches.results(id))
          seen.push(result.type === 'errored' ? result.error.error.message : result.type)
        expect(seen).to.deep.equal(['nobody knows what became of this request: claude has this batch no more'])
        expect(await anthropic.messages.batches.delete(id)).to.deep.equal({ id, type: 'message_batch_deleted' })
        expect((await served.call('GET', `/v1/messages/batches/${id}`)).status).to.equal(404)
      })

      it('go on when the provider has them again, or does not answer only', async () => {
        const { id } = await start(await upload(chatLine('a', 'gpt-test')))
        answering(served.upstream, vendor.cueWithBatches(), 404)
        expect(await after(0, id)).to.include({ status: 'validating' })
        answering(served.upstream, vendor.cueWithBatches(), 500)
        expect(await after(hourMs, id)).to.include({ status: 'validating' })
        answering(served.upstream, vendor.cueWithBatches(), 404)
        expect(await after(hourMs, id)).to.include({ status: 'validating' })
        served.upstream.always(vendor.cueWithBatches())
        vendor.finish(answered)
        expect(await ended(id)).to.include({ status: 'completed' })
      })

      const hanging = (upstream: ScriptedUpstream) =>
        upstream.always(({ path }) => (/batches\/[^/]+$/.test(path) ? { body: {}, gates: { beforeHeaders: later } } : { body: {} }))
      const unanswered = [
        {
          name: 'OpenAI',
          ask: async (signal: AbortSignal) => {
            const { id } = await start(await upload(chatLine('a', 'gpt-test')))
            hanging(served.upstream)
            await client.batches.retrieve(id, { signal })
          },
        },
        {
          name: 'Anthropic',
          ask: async (signal: AbortSignal) => {
            const { id } = await anthropic.messages.batches.create({
              requests: [{ custom_id: 'one', params: { model: 'claude/claude-test', max_tokens: 5, messages: hi } }],
            })
            hanging(claude)
            await anthropic.messages.batches.retrieve(id, {}, { signal })
          },
        },
      ]
      for (const { name, ask } of unanswered) {
        it(`keep no gateway from ending, and fail nothing by that: ${name} does not answer`, async () => {
          const leaving = new AbortController()
          const asking = ask(leaving.signal).catch(() => {})
          await later.reached
          leaving.abort()
          await asking
          await served.gateway.close()
          expect(served.gateway.log.filter(({ err }) => err !== undefined)).to.deep.equal([])
        })
      }

      it('expire a day after they should have ended', async () => {
        const { id, expires_at: expires = 0 } = await start(await upload(chatLine('a', 'gpt-test')))
        answering(served.upstream, vendor.cueWithBatches(), 401)
        const since = new Date(clock.now()).toISOString()
        expect(await after(0, id)).to.include({ status: 'validating' })
        expect(await after(expires * 1000 + 24 * hourMs - clock.now() - 1, id)).to.include({ status: 'validating' })
        await after(1, id)
        const done = await ended(id)
        expect(done).to.include({ status: 'expired' })
        expect(done.errors?.data?.[0]?.message).to.equal(`openai could not be asked for this batch since ${since}`)
      })
    })

    it('have their answers looked at by policy, before anybody reads them', async () => {
      await served.close()
      await claude.close()
      await begin({ guardrails: { rules: [{ name: 'words', type: 'string_replace', config: { rules: 'for => by', roles: ['all'] } }] } })
      const { id } = await start(await upload(chatLine('a', 'gpt-test')))
      vendor.finish(answered)
      expect(await fileText((await ended(id)).output_file_id!))
        .to.include('by gpt-test')
        .and.not.include('for gpt-test')
    })

    it('record the tokens of an answer that policy blocks, too: they were spent', async () => {
      await served.close()
      await claude.close()
      const rule = { name: 'shape', type: 'json_schema', config: { schema: { type: 'object' }, repair: false } }
      await begin({ guardrails: { rules: [rule] } })
      const { id } = await start(await upload(chatLine('a', 'gpt-test')))
      vendor.finish(answered)
      expect((await ended(id)).request_counts).to.include({ completed: 0, failed: 1 })
      const { entries } = JSON.parse((await served.call('GET', '/admin/usage/log')).body.toString()) as { entries: Record<string, unknown>[] }
      expect(entries.map(({ endpoint, total_tokens }) => [endpoint, total_tokens])).to.deep.equal([['/v1/batches', 23]])
    })

    it('end also where one answer is nested too deep to be read for its tokens', async () => {
      const { id } = await start(await upload(chatLine('a', 'gpt-test'), chatLine('b', 'gpt-test')))
      const deep: unknown = JSON.parse('['.repeat(600) + ']'.repeat(600))
      vendor.finish(({ custom_id, body }) => (custom_id === 'a' ? { status: 200, body: { ...chatCompletion({}), deep } } : answered({ body })))
      expect((await ended(id)).request_counts).to.include({ completed: 1, failed: 1 })
    })

    describe('which refuses them', () => {
      const refusing = () => vendor.cue(() => ({ status: 429, body: { error: { message: 'full', type: 'rate_limit_error', param: null, code: null } } }))
      const submit = async (body: object) =>
        expectError(await served.call('POST', '/v1/batches', { endpoint: '/v1/chat/completions', ...body }), { status: 429, code: null })
      const idsOfFiles = async () => (await client.files.list()).data.map(({ id }) => id)

      it('leave nothing behind but the input that the caller uploaded', async () => {
        const input = await upload(chatLine('a', 'gpt-test'))
        served.upstream.always(refusing())
        await submit({ input_file_id: input })
        expect((await client.batches.list()).data).to.deep.equal([])
        expect(await idsOfFiles()).to.deep.equal([input])
      })

      it('leave no input behind that was made for them', async () => {
        served.upstream.always(refusing())
        await submit({ requests: [chatLine('a', 'smart')] })
        expect(served.upstream.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).to.include('POST /v1/files')
        expect(vendor.files).to.deep.equal([])
        expect(await idsOfFiles()).to.deep.equal([])
      })

      it('say so also where the input that was made for them cannot be deleted', async () => {
        const usual = refusing()
        served.upstream.always(request => (request.method === 'DELETE' ? { status: 500, body: { error: { message: 'not now' } } } : usual(request)))
        await submit({ requests: [chatLine('a', 'smart')] })
        expect(await idsOfFiles()).to.deep.equal(vendor.files.map(({ file }) => file.id))
      })
    })

    for (const end of ['/cancel/', '/CANCEL']) {
      it(`are cancelled there by ${end}`, async () => {
        const { id } = await start(await upload(chatLine('a', 'gpt-test')))
        expectError(await served.call('GET', `/v1/batches/${id}${end.replace(/cancel/i, word => (word === 'cancel' ? 'results' : 'RESULTS'))}`), {
          status: 409,
          code: 'conflict',
        })
        expect(JSON.parse((await served.call('POST', `/v1/batches/${id}${end}`)).body.toString())).to.include({ status: 'cancelling' })
      })
    }

    it('are cancelled there', async () => {
      const { id } = await start(await upload(chatLine('a', 'gpt-test')))
      expect(await client.batches.cancel(id)).to.include({ status: 'cancelling' })
      vendor.finish(() => undefined, 'cancelled')
      expect((await ended(id)).status).to.equal('cancelled')
    })
  })

  describe('are refused', () => {
    beforeEach(() => begin({ guardrails: { rules: [{ name: 'words', type: 'string_replace', config: { rules: 'forbidden', on_match: 'block' } }] } }))

    const one = chatLine('a', 'claude-test')
    const cases: readonly [name: string, body: object, code: string, param: string | null, message?: RegExp][] = [
      ['without an endpoint', { input_file_id: 'file-x' }, 'missing_required_parameter', 'endpoint'],
      ['for an endpoint that has none', { input_file_id: 'file-x', endpoint: '/v1/files' }, 'invalid_value', 'endpoint'],
      ['without an input', { endpoint: '/v1/chat/completions' }, 'missing_required_parameter', 'input_file_id'],
      ['with two inputs', { endpoint: '/v1/chat/completions', input_file_id: 'x', requests: [one] }, 'invalid_value', 'requests'],
      ['with requests that are no list', { endpoint: '/v1/chat/completions', requests: {} }, 'invalid_type', 'requests'],
      ['without requests', { endpoint: '/v1/chat/completions', requests: [] }, 'invalid_value', 'requests'],
      ['with another window', { endpoint: '/v1/chat/completions', requests: [one], completion_window: '1h' }, 'invalid_value', 'completion_window'],
      ['with metadata that is none', { endpoint: '/v1/chat/completions', requests: [one], metadata: { a: 1 } }, 'invalid_type', 'metadata'],
      ['with ids that come twice', { requests: [one, one] }, 'invalid_value', 'requests', /"a" comes twice/],
      ['with a line without an id', { endpoint: '/v1/chat/completions', requests: [{ body: one.body }] }, 'invalid_value', 'requests'],
      ['with a line for another endpoint', { endpoint: '/v1/embeddings', requests: [one] }, 'invalid_value', 'requests'],
      ['with a line that is a GET', { requests: [{ ...one, method: 'GET' }] }, 'invalid_value', 'requests'],
      ['with a line without a body', { endpoint: '/v1/chat/completions', requests: [{ custom_id: 'a' }] }, 'invalid_value', 'requests'],
      ['with a line that streams', { requests: [chatLine('a', 'claude-test', { stream: true })] }, 'invalid_value', 'requests'],
      ['with lines for two providers', { requests: [one, chatLine('b', 'openai/gpt-test')] }, 'invalid_value', 'requests'],
      ['with a model that nobody has', { requests: [chatLine('a', 'nobody/x')] }, 'model_not_found', 'requests', /^a: /],
      ['with a line that its dialect refuses', { requests: [chatLine('a', 'claude-test', { messages: 'x' })] }, 'invalid_type', 'requests', /^a: /],
      [
        'with a line that policy blocks',
        { requests: [one, chatLine('b', 'claude-test', { messages: [{ role: 'user', content: 'forbidden' }] })] },
        'guardrail_blocked',
        'requests',
        /^b: /,
      ],
    ]
    for (const [name, body, code, param, says] of cases) {
      it(name, async () => {
        const answer = await served.call('POST', '/v1/batches', body)
        expectError(answer, { status: 400, code, ...(param === null ? {} : { param }) })
        if (says !== undefined) expect((JSON.parse(answer.body.toString()) as { error: { message: string } }).error.message).to.match(says)
        expect([...served.upstream.requests, ...claude.requests].filter(({ method }) => method === 'POST')).to.deep.equal([])
        expect((await client.batches.list()).data).to.deep.equal([])
      })
    }

    for (const id of ['file-none', 'half a character: \ud800']) {
      it(`with a file that nobody knows: ${id.toWellFormed()}`, async () => {
        expectError(await served.call('POST', '/v1/batches', { endpoint: '/v1/chat/completions', input_file_id: id }), {
          status: 400,
          code: 'provider_required',
          param: 'input_file_id',
        })
      })
    }

    for (const id of ['', ' ', '.', '..', '\t..']) {
      it(`with ${JSON.stringify(id)} in the place of a file, and ask no provider for it`, async () => {
        expectError(await served.call('POST', '/v1/batches', { endpoint: '/v1/chat/completions', input_file_id: id, metadata: { provider: 'openai' } }), {
          status: 400,
          code: 'invalid_value',
          param: 'input_file_id',
        })
        expect(served.upstream.requests.filter(({ path }) => path.startsWith('/v1/files'))).to.deep.equal([])
      })
    }

    it('with a file that nobody knows, and a provider without a name', async () => {
      expectError(await served.call('POST', '/v1/batches', { endpoint: '/v1/chat/completions', input_file_id: 'file-none', metadata: { provider: '' } }), {
        status: 400,
        code: 'provider_required',
        param: 'input_file_id',
      })
    })

    it("in Anthropic's words to its clients", async () => {
      const answer = await served.call('POST', '/v1/messages/batches', {})
      expect(JSON.parse(answer.body.toString())).to.nested.include({
        type: 'error',
        'error.type': 'invalid_request_error',
        'error.details.error_code': 'missing_required_parameter',
      })
    })

    for (const id of ['batch_none', '__proto__', 'batch_00000000-0000-4000-8000-000000000000', `msgbatch_${'9'.repeat(2000)}`]) {
      it(`as unknown: ${id.slice(0, 24)}`, async () => {
        for (const [method, end] of [
          ['GET', ''],
          ['POST', '/cancel'],
          ['GET', '/results'],
        ] as const)
          expectError(await served.call(method, `/v1/batches/${id}${end}`), { status: 404, code: 'not_found' })
        expect((await served.call('DELETE', `/v1/messages/batches/${id}`)).status).to.equal(404)
      })
    }
  })

  describe('are listed', () => {
    beforeEach(() => begin())

    it('the newest first, also of those made within one second', async () => {
      await served.close()
      await claude.close()
      const clock = new TurnedClock()
      await begin({}, clock)
      const made: string[] = []
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        clock.advance(1)
        made.unshift((JSON.parse((await served.call('POST', '/v1/batches', { requests: [chatLine(name, 'gpt-test')] })).body.toString()) as { id: string }).id)
      }
      const seen: string[] = []
      for await (const { id } of client.batches.list({ limit: 2 })) seen.push(id)
      expect(seen).to.deep.equal(made)
    })

    const makeChats = async (...names: readonly string[]) => {
      const made: string[] = []
      for (const name of names)
        made.push((JSON.parse((await served.call('POST', '/v1/batches', { requests: [chatLine(name, 'claude-test')] })).body.toString()) as { id: string }).id)
      return made
    }
    const makeMessages = async () =>
      (await anthropic.messages.batches.create({ requests: [{ custom_id: 'one', params: { model: 'claude-test', max_tokens: 5, messages: hi } }] })).id

    it('page by page', async () => {
      const made = await makeChats('a', 'b', 'c')
      const all: string[] = []
      for await (const { id } of client.batches.list({ limit: 2 })) all.push(id)
      expect(all.toSorted()).to.deep.equal(made.toSorted())
      expectError(await served.call('GET', '/v1/batches?after=batch_none'), {
        status: 404,
        code: 'not_found',
        param: 'after',
        message: "batch 'batch_none' not found",
      })
      expect(JSON.parse((await served.call('GET', '/v1/batches?after=')).body.toString()).data).to.have.length(made.length)
      expectError(await served.call('GET', '/v1/batches?limit=x'), { status: 400, code: 'invalid_value', param: 'limit' })
    })

    it("page by page to Anthropic's clients, in both directions", async () => {
      const made = [await makeMessages(), await makeMessages(), await makeMessages()]
      const seen: string[] = []
      for await (const { id } of anthropic.messages.batches.list({ limit: 2 })) seen.push(id)
      expect(seen.toSorted()).to.deep.equal(made.toSorted())
      const back = await anthropic.messages.batches.list({ limit: 2, before_id: seen[2]! })
      expect(back.data.map(({ id }) => id)).to.deep.equal(seen.slice(0, 2))
    })

    it('in the dialect that they were made in alone', async () => {
      const chat = (await makeChats('a')).join()
      const message = await makeMessages()
      const response = { custom_id: 'a', url: '/v1/responses', body: { model: 'claude-test', input: 'hi' } }
      const { id: other } = JSON.parse((await served.call('POST', '/v1/batches', { requests: [response] })).body.toString()) as { id: string }
      for (const limit of [1, 2]) {
        const [chats, messages]: [string[], string[]] = [[], []]
        for await (const { id } of client.batches.list({ limit })) chats.push(id)
        for await (const { id } of anthropic.messages.batches.list({ limit })) messages.push(id)
        expect(chats.toSorted()).to.deep.equal([chat, other].toSorted())
        expect(messages).to.deep.equal([message])
      }
      for (const id of [message, message.replace('msg', '')])
        expectError(await served.call('GET', `/v1/batches?after=${id}`), { status: 404, code: 'not_found', param: 'after' })
      for (const cursor of ['after_id', 'before_id'])
        for (const id of [chat, `msg${chat}`]) expect((await served.call('GET', `/v1/messages/batches?${cursor}=${id}`)).status).to.equal(404)
    })
  })

  describe('made in one dialect and asked for in the other', () => {
    beforeEach(() => begin())
    const endedThere = async (id: string) => {
      for (;;) {
        const batch = await anthropic.messages.batches.retrieve(id)
        if (batch.processing_status === 'ended') return batch
      }
    }
    const refusal = (answer: { readonly body: Buffer }) => (JSON.parse(answer.body.toString()) as { error: { message: string } }).error.message

    it("are shown to Anthropic's clients, but neither their results nor deleted", async () => {
      const { id } = await ended((await start(await upload(chatLine('a', 'claude-test')))).id)
      expect(await endedThere(`msg${id}`)).to.include({ id: `msg${id}`, results_url: null })
      expect((await anthropic.messages.batches.cancel(`msg${id}`)).processing_status).to.equal('ended')
      for (const name of [id, `msg${id}`]) {
        const results = await served.call('GET', `/v1/messages/batches/${name}/results`)
        expect([results.status, refusal(results)]).to.deep.equal([400, `the batch was made with /v1/batches: its results are at /v1/batches/${id}/results`])
        const deletion = await served.call('DELETE', `/v1/messages/batches/${name}`)
        expect([deletion.status, refusal(deletion)]).to.deep.equal([400, 'the batch was made with /v1/batches: such batches cannot be deleted'])
      }
      expect((await served.call('GET', `/v1/batches/msg${id}/results`)).status).to.equal(200)
    })

    it("are shown to OpenAI's clients, but not their results", async () => {
      const { id } = await anthropic.messages.batches.create({
        requests: [{ custom_id: 'one', params: { model: 'openai/gpt-test', max_tokens: 10, messages: hi } }],
      })
      const name = id.replace('msg', '')
      expect(await ended(name)).to.deep.include({ id: name, endpoint: '/v1/messages', request_counts: { total: 1, completed: 1, failed: 0 } })
      for (const one of [id, name])
        expectError(await served.call('GET', `/v1/batches/${one}/results`), {
          status: 400,
          code: 'invalid_value',
          param: 'id',
          message: `the batch was made with /v1/messages/batches: its results are at /v1/messages/batches/${id}/results`,
        })
      expect((await served.call('GET', `/v1/messages/batches/${name}/results`)).status).to.equal(200)
    })
  })

  it('belong to the user path of who made them', async () => {
    await begin()
    const key = async (name: string) =>
      (JSON.parse((await served.call('POST', '/admin/auth-keys', { name, user_path: `/${name}` })).body.toString()) as { value: string }).value
    const [one, other] = [await key('one'), await key('other')]
    const asked = { authorization: `Bearer ${one}` }
    const { id } = JSON.parse((await served.call('POST', '/v1/batches', { requests: [chatLine('a', 'claude-test')] }, asked)).body.toString()) as { id: string }
    const foreign = await served.call('GET', `/v1/batches/${id}`, undefined, { authorization: `Bearer ${other}` })
    expectError(foreign, { status: 404, code: 'not_found' })
    expect((await served.call('GET', `/v1/batches/${id}`, undefined, asked)).status).to.equal(200)
    expect(records((await served.call('GET', '/v1/batches', undefined, { authorization: `Bearer ${other}` })).body.toString())[0]?.['data']).to.deep.equal([])
    const done = await ended(id)
    expect((await served.call('GET', `/v1/files/${done.output_file_id}`, undefined, { authorization: `Bearer ${other}` })).status).to.equal(404)
  })
})
