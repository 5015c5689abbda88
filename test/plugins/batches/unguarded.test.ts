import { expect } from 'chai'
import OpenAI, { toFile } from 'openai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import type { ReceivedRequest } from '../../../core/testing/received-request.ts'
import { BatchVendor } from '../../support/batch-vendor.ts'
import { Served } from '../../support/serve.ts'
import { message as modelMessage, response } from '../dialects/openai-responses/samples.ts'

interface Sent {
  readonly messages: readonly { readonly content: string }[]
}

/** Changes what is asked and what is answered. */
const words = { name: 'words', type: 'string_replace', config: { rules: 'secret => [gone]', roles: ['all'] } }
/** A provider that the gateway runs batches for, beside one that runs its own. */
const providers = { plain: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-plain', models: ['gpt-plain'] } }
const off = { enable_for_batch_processing: false }
const request = (model: string) => ({ model, messages: [{ role: 'user' as const, content: 'a secret' }] })
const line = (model: string) => ({ custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: request(model) })
const saidIn = ({ body }: ReceivedRequest) => (JSON.parse(body.toString()) as Sent).messages[0]?.content

describe('batches and guardrails', () => {
  let served: Served
  let client: OpenAI
  let vendor: BatchVendor

  const begin = async (config: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>> = {}) => {
    served = await Served.start({ config: { providers, ...config }, env })
    client = served.client()
    vendor = new BatchVendor()
    served.upstream.always(vendor.cueWithBatches(() => ({ body: chatCompletion({ content: 'the secret' }) })))
  }
  afterEach(() => served.close())

  /** What the provider was asked, and what the submitter reads. */
  const told = async (model: string, how: 'file' | 'inline'): Promise<readonly [string | undefined, string]> => {
    const input =
      how === 'inline'
        ? { requests: [line(model)] }
        : { input_file_id: (await client.files.create({ file: await toFile(Buffer.from(JSON.stringify(line(model))), 'in.jsonl'), purpose: 'batch' })).id }
    const { id } = JSON.parse((await served.call('POST', '/v1/batches', { endpoint: '/v1/chat/completions', ...input })).body.toString()) as { id: string }
    vendor.finish(() => ({ status: 200, body: chatCompletion({ content: 'the secret' }) }))
    for (;;) {
      const batch = await client.batches.retrieve(id)
      if (batch.status !== 'completed') continue
      const [native] = vendor.batches.values()
      const calls = served.upstream.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/chat/completions'))
      const asked = native === undefined ? calls.map(saidIn) : native.requests.map(({ body }) => (body as unknown as Sent).messages[0]?.content)
      const output = JSON.parse(await (await client.files.content(batch.output_file_id!)).text()) as {
        response: { body: { choices: { message: { content: string } }[] } }
      }
      return [asked.at(-1), output.response.body.choices[0]?.message.content ?? '']
    }
  }

  const seen = ['a [gone]', 'the [gone]'] as const
  const unseen = ['a secret', 'the secret'] as const
  const switches: readonly (readonly [string, object, Readonly<Record<string, string>>, readonly [string, string]])[] = [
    ['by default', {}, {}, seen],
    ['with guardrails.enable_for_batch_processing', { enable_for_batch_processing: true }, {}, seen],
    ['without it', off, {}, unseen],
    ['without it in the environment', {}, { ENABLE_GUARDRAILS_FOR_BATCH_PROCESSING: 'false' }, unseen],
  ]
  const runners: readonly (readonly [string, string])[] = [
    ['the gateway', 'plain/gpt-plain'],
    ['the provider', 'gpt-test'],
  ]
  for (const [when, settings, env, expected] of switches) {
    for (const [who, model] of runners) {
      for (const how of ['file', 'inline'] as const) {
        it(`${expected === seen ? 'guard' : 'leave'} lines ${how === 'file' ? 'in a file' : 'inline'} that ${who} runs, and their results, ${when}`, async () => {
          await begin({ guardrails: { ...settings, rules: [words] } }, env)
          expect(await told(model, how)).to.deep.equal(expected)
        })
      }
    }
  }

  describe('in the output file of the provider, which the gateway has no record of,', () => {
    const answers = [
      ['a chat', chatCompletion({ content: 'the secret' })],
      ['a response', response({ output: [{ ...modelMessage({ pieces: ['the secret'] }).item }] })],
    ] as const
    const outputFile = (body: object) =>
      vendor.put(
        'out.jsonl',
        'batch_output',
        Buffer.from(
          `${JSON.stringify({ id: 'r', custom_id: 'a', response: { status_code: 200, request_id: 'q', body }, error: null })}\n{"custom_id":"b","response":null,"error":{"code":"x"}}\n`,
        ),
      )
    const read = async (id: string) => await (await client.files.content(id)).text()

    for (const [name, body] of answers) {
      it(`guard ${name}`, async () => {
        await begin({ guardrails: { rules: [words] } })
        const text = await read(outputFile(body).id)
        expect(text).to.include('the [gone]').and.not.include('secret')
        expect(text.trim().split('\n')[1]).to.equal('{"custom_id":"b","response":null,"error":{"code":"x"}}')
      })
    }

    it('make an answer that is blocked an error', async () => {
      await begin({ guardrails: { rules: [{ ...words, config: { rules: 'secret', on_match: 'block', roles: ['all'] } }] } })
      const [blocked] = (await read(outputFile(answers[0][1]).id)).split('\n')
      expect(JSON.parse(blocked ?? ''))
        .to.deep.include({ custom_id: 'a', response: null })
        .and.have.nested.property('error.code', 'guardrail_blocked')
    })

    it('leave what is not to be guarded', async () => {
      await begin({ guardrails: { ...off, rules: [words] } })
      expect(await read(outputFile(answers[0][1]).id)).to.include('the secret')
    })
  })

  for (const model of ['gpt-test', 'openai/gpt-test', 'smart']) {
    it(`keep the input of a batch for ${model} from the provider until they have seen it`, async () => {
      await begin({ guardrails: { rules: [words] }, virtual_models: [{ source: 'smart', targets: [{ model: 'openai/gpt-test' }] }] })
      const { id } = await client.files.create({ file: await toFile(Buffer.from(JSON.stringify(line(model))), 'in.jsonl'), purpose: 'batch' })
      expect(served.upstream.requests.filter(({ method }) => method === 'POST')).to.deep.equal([])
      const batch = await client.batches.create({ input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' })
      expect(batch.input_file_id).to.equal(id)
      expect(vendor.files.map(({ content }) => content.toString()).join())
        .to.include('a [gone]')
        .and.not.include('secret')
      expect(served.upstream.requests.map(({ body }) => body.toString()).join()).to.not.include('secret')
    })
  }

  it('guard all other calls, whatever is said of batches', async () => {
    await begin({ guardrails: { ...off, rules: [words] } })
    expect((await client.chat.completions.create(request('gpt-test'))).choices[0]?.message.content).to.equal('the [gone]')
    expect(saidIn(served.upstream.requests.find(({ method }) => method === 'POST')!)).to.equal('a [gone]')
  })

  it('leave lines to several rules that only block', async () => {
    const blocking = ['one', 'two'].map(name => ({ name, type: 'string_replace', config: { rules: 'secret', on_match: 'block' } }))
    await begin({ guardrails: { ...off, rules: blocking } })
    expect(await told('plain/gpt-plain', 'inline')).to.deep.equal(unseen)
  })

  it('leave lines to those of a workflow, too', async () => {
    await begin({ guardrails: off })
    expect((await served.call('PUT', '/admin/guardrails', words)).status).to.equal(200)
    const payload = { schema_version: 1, features: { guardrails: true }, guardrails: [{ ref: 'words', step: 10 }] }
    expect((await served.call('POST', '/admin/workflows', { name: 'all', workflow_payload: payload })).status).to.equal(201)
    await client.chat.completions.create(request('plain/gpt-plain'))
    expect(saidIn(served.upstream.requests.find(({ method }) => method === 'POST')!)).to.equal('a [gone]')
    expect(await told('plain/gpt-plain', 'inline')).to.deep.equal(unseen)
  })

  it('keep steps that stand in a pipeline by hand', async () => {
    await begin({ guardrails: off, pipelines: { chat: [{ insert: { use: 'string-replace', options: words.config }, before: 'retry' }] } })
    expect(await told('plain/gpt-plain', 'inline')).to.deep.equal(seen)
  })

  it('do not give other callers what no guardrail saw', async () => {
    await begin({ guardrails: { ...off, rules: [{ ...words, phase: 'response' }] }, cache: { response: { simple: { enabled: true } } } })
    expect(await told('plain/gpt-plain', 'inline')).to.deep.equal(unseen)
    const answer = await client.chat.completions.create(request('plain/gpt-plain'))
    expect(answer.choices[0]?.message.content).to.equal('the [gone]')
  })
})
