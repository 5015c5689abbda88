import { expect } from 'chai'
import { fileURLToPath } from 'node:url'
import { errorBody } from '../../../../core/testing/chat-samples.ts'
import { expectError } from '../../../support/answer.ts'
import { Served } from '../../../support/serve.ts'

const shared = fileURLToPath(new URL('../../../../providers/shared/', import.meta.url))
const provider = `
import { defineProvider, GatewayError } from 'tapline'
import { cohereTranscription } from '${shared}cohere-transcription.ts'
import { rerank } from '${shared}rerank.ts'
import { xiaomiSpeech, xiaomiTranscription } from '${shared}xiaomi-audio.ts'
export default defineProvider({
  name: 'adapted',
  baseUrl: 'http://127.0.0.1:1',
  dialects: ['openai-chat'],
  operations: { speech: 'POST /chat', transcriptions: 'POST /hear', translations: 'POST /chat', rerank: 'POST /v2/rerank' },
  adapters: { speech: xiaomiSpeech, transcriptions: cohereTranscription, translations: { ...xiaomiTranscription, formLimitBytes: 100_000 }, rerank },
  fault: ({ base_resp: said }, provider) => said === undefined ? undefined : new GatewayError('1002', 'too fast', { status: 429, provider }),
})
`
const form = (...parts: readonly (readonly [name: string, content: string, filename?: string])[]) =>
  Buffer.from(
    `${parts.map(([name, content, filename]) => `--b\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n${content}\r\n`).join('')}--b--\r\n`,
  )
const formType = { 'content-type': 'multipart/form-data; boundary=b' }
const model = ['model', 'own/m'] as const
const file = ['file', 'sound', 'a.mp3'] as const

describe('an operation that its provider spells in a way of its own', () => {
  let served: Served
  before(async () => {
    served = await Served.start({ files: { 'adapted.ts': provider } })
    const config = {
      server: { master_key: 'sk-master' },
      resilience: { retry: { max_retries: 1, initial_backoff: '1ms', max_backoff: '1ms' } },
      providers: { own: { type: './adapted.ts', base_url: served.upstream.url, api_key: 'k', models: ['m'] } },
    }
    await served.gateway.configure(config)
    expect(await served.gateway.gateway.reload()).to.equal(true)
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  const last = () => served.upstream.requests.at(-1)!
  const sent = () => JSON.parse(last().body.toString()) as unknown

  it('is put to it so, and answered with bytes', async () => {
    served.upstream.reply({ body: { choices: [{ message: { audio: { data: 'c291bmQ=' } } }] } })
    const answer = await served.call('POST', '/v1/audio/speech', { model: 'own/m', input: 'hello', voice: 'Mia' })
    expect(answer.status, answer.body.toString()).to.equal(200)
    expect(answer.headers).to.include({ 'content-type': 'audio/wav', 'content-length': '5', 'x-tapline-provider': 'own' })
    expect(answer.body.toString()).to.equal('sound')
    expect(last().path).to.equal('/v1/chat')
    expect(last().headers).to.include({ authorization: 'Bearer k' })
    expect(sent()).to.deep.equal({ model: 'm', messages: [{ role: 'assistant', content: 'hello' }], audio: { format: 'wav', voice: 'Mia' } })
  })

  it('is put to it so, and answered with JSON', async () => {
    served.upstream.reply({ body: { results: [{ index: 0, relevance_score: 1 }] } })
    const answer = await served.call('POST', '/v1/rerank', { model: 'own/m', provider: 'own', query: 'q', documents: ['a'] })
    expect(JSON.parse(answer.body.toString())).to.deep.include({ model: 'm', provider: 'own', results: [{ index: 0, relevance_score: 1 }] })
    expect(sent()).to.deep.equal({ model: 'm', query: 'q', documents: ['a'] })
  })

  it('is refused where it cannot be put', async () => {
    expectError(await served.call('POST', '/v1/audio/speech', { model: 'own/m', input: 'hello', voice: 'Mia', speed: 2 }), {
      code: 'unsupported_parameter',
      param: 'speed',
    })
    expectError(await served.call('POST', '/v1/audio/speech', { model: 'own/m', input: 'hello', voice: 'Mia', stream_format: 'sse' }), {
      code: 'unsupported_parameter',
      param: 'stream_format',
    })
    expect(served.upstream.requests).to.have.length(0)
  })

  for (const [what, script, code, status] of [
    ["a failure of the vendor's own", { body: { base_resp: { status_code: 1002 } } }, '1002', 429],
    ['no audio', { body: { choices: [] } }, 'bad_upstream_response', 502],
    ['no JSON', { body: 'oops' }, 'bad_upstream_response', 502],
    ['nothing', { body: '' }, 'bad_upstream_response', 502],
    ['an error', { status: 403, body: errorBody('no', 'x', 'denied') }, 'denied', 403],
  ] as const) {
    it(`fails with ${what}`, async () => {
      served.upstream.always(script)
      expectError(await served.call('POST', '/v1/audio/speech', { model: 'own/m', input: 'hello', voice: 'Mia' }), {
        code,
        status,
        ...(status === 502 ? { type: 'provider_error' } : {}),
      })
    })
  }

  it('takes a form as it comes, with checks of its own', async () => {
    served.upstream.reply({ body: { text: 'hello' } })
    const answer = await served.call('POST', '/v1/audio/transcriptions', form(model, ['language', 'de'], ['response_format', 'text'], file), formType)
    expect(answer.body.toString()).to.equal('hello\n')
    expect(last().body.equals(form(['model', 'm'], ['language', 'de'], ['response_format', 'text'], file))).to.equal(true)
    expectError(await served.call('POST', '/v1/audio/transcriptions', form(model, file), formType), { code: 'missing_required_parameter', param: 'language' })
    expectError(await served.call('POST', '/v1/audio/transcriptions', form(model, file, ['language', 'de'], ['stream', 'true']), formType), {
      code: 'unsupported_parameter',
      param: 'stream',
    })
  })

  it('takes a form as JSON, put together', async () => {
    served.upstream.reply({ status: 503, body: errorBody('busy', 'x') }, { body: { choices: [{ message: { content: 'hello' } }] } })
    const answer = await served.call('POST', '/v1/audio/translations', form(model, ['file', 'x'.repeat(70_000), 'a.mp3']), formType)
    expect(JSON.parse(answer.body.toString())).to.deep.equal({ text: 'hello' })
    expect(served.upstream.requests).to.have.length(2)
    for (const { body, headers } of served.upstream.requests) {
      expect(JSON.parse(body.toString())).to.have.nested.property(
        'messages[0].content[0].input_audio.data',
        `data:audio/mpeg;base64,${Buffer.from('x'.repeat(70_000)).toString('base64')}`,
      )
      expect(headers['content-type']).to.equal('application/json')
    }
  })

  it('refuses a form that cannot be put together', async () => {
    expectError(await served.call('POST', '/v1/audio/translations', form(model, ['response_format', 'srt'], file), formType), {
      code: 'unsupported_parameter',
      param: 'response_format',
    })
    expectError(await served.call('POST', '/v1/audio/translations', form(model, ['file', 'x'.repeat(200_000), 'a.mp3']), formType), { code: 'body_too_large' })
    expect(served.upstream.requests.filter(({ state }) => state === 'ended')).to.have.length(0)
  })
})
